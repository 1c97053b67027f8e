// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import RunLineage
import TestSupport
import Testing

@testable import MetricLogging

@Suite struct RunTests {
    private func start(_ name: String = "july", in folder: URL, options: RunOptions = RunOptions()) throws
        -> Run
    {
        try Run.start(name, experiment: "flight-delay", in: folder.path(), options: options)
    }

    @Test func whatIsLoggedReadsBack() async throws {
        try await withTemporaryFolder { folder in
            let lineage = LineageRecord(code: CodeState(commit: "c"), seeds: ["s": 3])
            let run = try Run.start("july", experiment: "flight-delay", in: folder.path(), lineage: lineage)
            try run.log(parameters: ["rate": "0.05", "rounds": "10"])
            try run.log(parameters: ["rate": "0.05"])
            try run.set(tags: ["stage": "dev", "owner": "a"])
            try run.set(tags: ["stage": "prod"])
            let loss = run.metric("loss")
            #expect(loss === run.metric("loss"))
            var generator = SeededGenerator(seed: 1)
            let values = (0..<10_000).map { _ in Double(bitPattern: generator.next()) }
            for (step, value) in values.enumerated() { loss.log(value, step: step) }
            run.metric("auc").log(0.75)
            run.metric("auc").log(.nan)
            run.metric("auc").log(-.infinity)
            try run.log(histogram: "scores", of: [0, 1, 1, 2, .nan], step: 4, buckets: 2)
            let source = folder.appending(path: "report.html")
            try Data("report".utf8).write(to: source)
            try run.log(artifact: source.path())
            try run.log(artifact: Array("svg".utf8), as: "plots/auc.svg")
            try run.recordStage("score", inputs: [:], outputs: ["scores": Digest(of: "x")])
            try run.finish()

            let reader = try RunFolder(folder.path()).find("july")
            #expect(reader.info == run.info)
            #expect(reader.status == .finished)
            #expect(reader.ended != nil)
            #expect(reader.parameters == ["rate": "0.05", "rounds": "10"])
            #expect(reader.tags == ["stage": "prod", "owner": "a"])
            #expect(reader.metrics == ["auc", "loss"])
            #expect(reader.points(of: "loss").map(\.value.bitPattern) == values.map(\.bitPattern))
            #expect(reader.points(of: "loss").map(\.step) == Array(values.indices))
            #expect(reader.points(of: "auc").map(\.step) == [0, 1, 2])
            #expect(reader.points(of: "auc")[1].value.isNaN)
            #expect(reader.lastValue(of: "auc") == -.infinity)
            #expect(reader.histograms.first?.buckets.map(\.count) == [1, 3])
            #expect(reader.histograms.first?.nonFinite == 1)
            #expect(reader.artifacts.map(\.path) == ["report.html", "plots/auc.svg"])
            #expect(try reader.artifact("plots/auc.svg") == Array("svg".utf8))
            #expect(reader.lineage?.stages?.map(\.name) == ["score"])
            #expect(reader.lineage?.seeds == ["s": 3])
            #expect(reader.reference == run.reference)
            #expect(reader.losses.isEmpty)
            let now = Date().timeIntervalSince1970
            #expect(abs(reader.points(of: "auc")[0].time.timeIntervalSince1970 - now) < 60)
        }
    }

    @Test func conflictsAreRefusedAndEndedRunsTakeNoMore() async throws {
        try await withTemporaryFolder { folder in
            let run = try start(in: folder)
            try run.log(parameters: ["rate": "1"])
            let conflict = #expect(throws: RunError.self) {
                try run.log(parameters: ["a": "b", "rate": "2"])
            }
            #expect(conflict?.code == .alreadyLogged)
            try run.log(artifact: [1], as: "a")
            try run.log(artifact: [1], as: "a")
            let other = #expect(throws: RunError.self) { try run.log(artifact: [2], as: "a") }
            #expect(other?.code == .alreadyLogged)
            for path in ["../a", "/a", "", "a//b", "a/.", "a\nb"] {
                let error = #expect(throws: RunError.self) { try run.log(artifact: [2], as: path) }
                #expect(error?.code == .invalidName, "\(path)")
            }
            let missing = #expect(throws: RunError.self) { try run.log(artifact: folder.path() + "/none") }
            #expect(missing?.code == .notFound)
            try run.fail("out of luck")
            #expect((#expect(throws: RunError.self) { try run.finish() })?.code == .ended)
            #expect((#expect(throws: RunError.self) { try run.set(tags: ["a": "b"]) })?.code == .ended)
            run.metric("late").log(1)
            #expect(run.losses.latePoints == 1)
            let reader = try RunReader(run.folder)
            #expect(reader.status == .failed(reason: "out of luck"))
            #expect(reader.parameters == ["rate": "1"])
            #expect(try reader.artifact("a") == [1])
            try Data([9]).write(to: URL(filePath: run.folder + "/artifacts/a"))
            #expect((#expect(throws: RunError.self) { try reader.artifact("a") })?.code == .corrupted)
        }
    }

    @Test(arguments: ["", ".", "..", "a/b", "ü", "a b"]) func experimentsAreFolderNames(name: String)
        async throws
    {
        try await withTemporaryFolder { folder in
            let error = #expect(throws: RunError.self) {
                try Run.start("r", experiment: name, in: folder.path())
            }
            #expect(error?.code == .invalidName)
        }
    }

    @Test func aLivingRunIsRunningAndADeadOneIsLost() async throws {
        try await withTemporaryFolder { folder in
            do {
                let run = try start(in: folder)
                run.metric("loss").log(1, step: 1)
                try run.flush()
                #expect(try RunReader(run.folder).status == .running)
                let error = #expect(throws: RunError.self) { try Run.resume("july", in: folder.path()) }
                #expect(error?.code == .running)
            }
            let reader = try RunFolder(folder.path()).find("july")
            #expect(reader.status == .lost)
            #expect(reader.points(of: "loss").map(\.value) == [1])
            let resumed = try Run.resume("july", in: folder.path())
            #expect(try RunReader(resumed.folder).status == .running)
            resumed.metric("loss").log(2)
            try resumed.log(parameters: ["a": "1"])
            try resumed.finish()
            let whole = try RunReader(resumed.folder)
            #expect(whole.status == .finished)
            #expect(whole.points(of: "loss").map(\.step) == [1, 2])
            #expect(whole.points(of: "loss").map(\.value) == [1, 2])
        }
    }

    @Test func aSignOfLifeFromAnotherHostCountsForTheLease() async throws {
        try await withTemporaryFolder { folder in
            var run: Run? = try start(in: folder)
            let place = try #require(run?.folder)
            run = nil
            var bytes = ByteWriter()
            let opening = JournalOpening(writer: "w", host: "elsewhere", process: 1, time: 0, supersedes: [])
            try JournalFrame.append(to: &bytes, number: 0) {
                try JournalRecord.opened(opening).write(to: &$0)
            }
            for name in DurableFiles.names(in: place + "/journal") {
                DurableFiles.remove(place + "/journal/" + name)
            }
            let journal = URL(filePath: place + "/journal/w.journal")
            try Data(bytes.bytes).write(to: journal)
            #expect(try RunReader(place).status == .running)
            let past = Date(timeIntervalSinceNow: -120)
            try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: journal.path())
            #expect(try RunReader(place).status == .lost)
            #expect(try RunReader(place, lease: .seconds(600)).status == .running)
        }
    }

    @Test func severalWritersShareARun() async throws {
        try await withTemporaryFolder { folder in
            let run = try start(in: folder)
            let workers = try (0..<4).map { _ in try Run.join(run.info.id, in: folder.path()) }
            await withTaskGroup(of: Void.self) { group in
                for (number, worker) in workers.enumerated() {
                    group.addTask {
                        for step in 0..<1_000 {
                            worker.metric("m").log(Double(number), step: step * 4 + number)
                        }
                    }
                }
            }
            for worker in workers.dropLast() { try worker.finish() }
            #expect(try RunReader(run.folder).status == .running)
            try workers.last?.fail("worker")
            try run.finish()
            let reader = try RunReader(run.folder)
            #expect(reader.status == .failed(reason: "worker"))
            #expect(reader.points(of: "m").map(\.step) == Array(0..<4_000))
            #expect(reader.points(of: "m").allSatisfy { $0.value == Double($0.step % 4) })
        }
    }

    @Test func oneMetricTakesValuesFromManyThreads() async throws {
        try await withTemporaryFolder { folder in
            let run = try start(in: folder)
            let metric = run.metric("m")
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    group.addTask { for step in 0..<5_000 { metric.log(Double(number), step: step) } }
                }
            }
            try run.finish()
            let points = try RunReader(run.folder).points(of: "m")
            #expect(points.count == 20_000)
            for number in 0..<4 {
                #expect(points.filter { $0.value == Double(number) }.map(\.step) == Array(0..<5_000))
            }
        }
    }

    @Test func thePolicyDecidesWhatAStepBackwardsMeans() async throws {
        try await withTemporaryFolder { folder in
            func log(_ policy: RunOptions.StepPolicy) throws -> (run: Run, error: RunError?) {
                let run = try start("\(policy)", in: folder, options: RunOptions(stepPolicy: policy))
                for step in [0, 1, 2, 3, 2, 3, 4] { run.metric("m").log(Double(step), step: step) }
                do { try run.finish() } catch let error as RunError { return (run, error) }
                return (run, nil)
            }
            let keep = try log(.keep)
            #expect(keep.error == nil)
            #expect(try RunReader(keep.run.folder).points(of: "m").map(\.step) == [0, 1, 2, 2, 3, 3, 4])
            let attempt = try log(.newAttempt)
            #expect(attempt.error == nil)
            let reader = try RunReader(attempt.run.folder)
            #expect(reader.points(of: "m").map(\.step) == [0, 1, 2, 3, 4])
            #expect(reader.points(of: "m", allAttempts: true).count == 7)
            let refuse = try log(.refuse)
            #expect(refuse.error?.code == .stepRegressed)
            #expect(try RunReader(refuse.run.folder).losses.refusedPoints == 2)
            #expect(try RunReader(refuse.run.folder).points(of: "m").map(\.step) == [0, 1, 2, 3, 4])
            let resumed = try Run.resume(
                "newAttempt", in: folder.path(), options: RunOptions(stepPolicy: .newAttempt))
            resumed.metric("m").log(9, step: 1)
            try resumed.finish()
            #expect(try RunReader(resumed.folder).points(of: "m").map(\.value) == [0, 9])
        }
    }

    @Test func pointsReachTheDiskWithoutAFlush() async throws {
        try await withTemporaryFolder { folder in
            let run = try start(in: folder, options: RunOptions(handOver: .milliseconds(5)))
            run.metric("m").log(1)
            for _ in 0..<1_000 where try RunReader(run.folder).points(of: "m").isEmpty {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try RunReader(run.folder).points(of: "m").map(\.value) == [1])
            try run.finish()
        }
    }

    @Test func runsAreListedInTheOrderOfTheirStart() async throws {
        try await withTemporaryFolder { folder in
            #expect(try RunFolder(folder.path()).runs().isEmpty)
            for name in ["a", "b", "a"] {
                try start(name, in: folder).finish()
                try await Task.sleep(for: .milliseconds(3))
            }
            try Run.start("a", experiment: "other", in: folder.path()).finish()
            try FileManager.default.createDirectory(
                at: folder.appending(path: "flight-delay/half-made"), withIntermediateDirectories: true)
            let runs = RunFolder(folder.path())
            #expect(runs.experiments == ["flight-delay", "other"])
            #expect(try runs.runs(experiment: "flight-delay").map(\.name) == ["a", "b", "a"])
            let all = try runs.runs(experiment: "flight-delay", name: "a")
            #expect(try runs.find("a", experiment: "flight-delay").info == all.last)
            #expect(try runs.find("flight-delay/a").info == all.last)
            #expect(try runs.find(all[0].id).info == all.first)
            let error = #expect(throws: RunError.self) { try runs.find("c") }
            #expect(error?.code == .notFound)
            #expect(error?.message.contains("a, b") == true)
            try Data("{".utf8).write(
                to: folder.appending(path: "other").appending(path: "x").appending(path: "run.json"),
                options: [], createParents: true)
            #expect((#expect(throws: RunError.self) { try runs.runs() })?.code == .corrupted)
        }
    }
}

extension Data {
    fileprivate func write(to url: URL, options: Data.WritingOptions, createParents: Bool) throws {
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: createParents)
        try write(to: url, options: options)
    }
}

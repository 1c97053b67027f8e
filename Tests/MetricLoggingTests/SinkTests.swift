// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import RunLineage
import TestSupport
import Testing

@testable import MetricLogging

@Suite struct SinkTests {
    /// Bytes that TensorFlow's own writer makes for these records.
    @Test func recordsAreThoseOfTensorFlow() {
        #expect(
            encodeHexadecimal(TensorBoardEvent.version(time: 1.7e9, writer: "swift").record)
                == "2100000000000000017becf60900000040fc54d9411a0d627261696e2e4576656e743a3252070a0573776966745de348a0"
        )
        #expect(
            encodeHexadecimal(TensorBoardEvent.scalar("loss", 0.5, step: 1, time: 1_700_000_001).record)
                == "1a00000000000000129bd82d0900004040fc54d94110012a0d0a0b0a046c6f7373150000003f97d67404")
    }

    /// The bytes after the file's framing, one message a record.
    private func messages(_ bytes: [UInt8]) throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var reader = ByteReader(bytes[...])
        while reader.remaining > 0 {
            let length = reader.word64().map { Int($0) }
            _ = reader.word32()
            let message = length.flatMap { reader.take($0) }
            messages.append(Array(try #require(message)))
            _ = reader.word32()
        }
        return messages
    }

    private func logged(in folder: URL) throws -> RunReader {
        let run = try Run.start(
            "july/a", experiment: "e", in: folder.path(), lineage: LineageRecord(seeds: ["s": 1]))
        try run.log(parameters: ["rate": "0.5", "fast": "true", "name": "x"])
        try run.set(tags: ["stage": "dev"])
        for (step, value) in [(3, 3.0), (1, 1.0), (2, .nan)] { run.metric("loss").log(value, step: step) }
        try run.log(histogram: "h", of: [1, 2, 3], step: 7, buckets: 2)
        try run.log(histogram: "empty", of: [.nan], step: 7)
        try run.log(artifact: [1, 2], as: "a.bin")
        try run.finish()
        return try RunReader(run.folder)
    }

    @Test func anEventFileIsReplacedWholeAndHoldsStepsInOrder() async throws {
        try await withTemporaryFolder { folder in
            let reader = try logged(in: folder.appending(path: "runs"))
            let sink = TensorBoardSink(folder.appending(path: "boards").path())
            try await reader.export(to: sink)
            try await reader.export(to: sink)
            let place = sink.folder(of: reader.info)
            #expect(place.hasSuffix("/e/july_a-\(reader.info.id)"))
            let files = try FileManager.default.contentsOfDirectory(atPath: place)
            #expect(files.count == 1)
            let file = try #require(files.first)
            #expect(file.hasPrefix("events.out.tfevents.1"))
            let events = try messages(DurableFiles.read(place + "/" + file))
            // version, parameters, tags, lineage, three points, two histograms, end
            #expect(events.count == 10)
            // The step is field 2, behind the nine bytes of the time.
            #expect(events[4...6].map { $0[10] } == [1, 2, 3])
        }
    }

    @Test func aMirrorSendsEachRecordOnceWhileTheRunGoesOn() async throws {
        try await withTemporaryFolder { folder in
            let run = try Run.start("live", experiment: "e", in: folder.appending(path: "runs").path())
            let sink = TensorBoardSink(folder.appending(path: "boards").path(), isLive: true)
            let mirror = RunMirror(of: run.folder, to: sink)
            func events() throws -> Int {
                let place = sink.folder(of: run.info)
                let files = try FileManager.default.contentsOfDirectory(atPath: place)
                #expect(files.count == 1 && files[0].contains("tfevents"))
                return try messages(DurableFiles.read(place + "/" + files[0])).count
            }
            #expect(try await mirror.update())
            let first = try events()
            run.metric("loss").log(1, step: 1)
            try run.flush()
            #expect(try await mirror.update())
            #expect(try events() == first + 1)
            #expect(try await mirror.update())
            #expect(try events() == first + 1)
            for step in 2..<10 { run.metric("loss").log(1, step: step) }
            try run.finish()
            try await mirror.follow(every: .milliseconds(1))
            // The last record tells how the run ended.
            #expect(try events() == first + 10)
            #expect(try await !mirror.update())
            #expect(try events() == first + 10)
        }
    }

    @Test func jsonLinesTellEverything() async throws {
        try await withTemporaryFolder { folder in
            let reader = try logged(in: folder.appending(path: "runs"))
            let sink = JSONLinesSink(folder.appending(path: "lines").path())
            try await reader.export(to: sink)
            let text = String(decoding: try DurableFiles.read(sink.file(of: reader.info)), as: UTF8.self)
            let lines = try text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
            let events = lines.compactMap { $0["event"]?.string }
            #expect(
                events == ["start"] + Array(repeating: "parameter", count: 3) + ["tag", "lineage"]
                    + Array(repeating: "metric", count: 3) + ["histogram", "histogram", "artifact", "end"])
            #expect(lines[7]["value"] == .string("NaN"))
            #expect(lines[8]["value"] == .integer(3))
            #expect(lines.last?["status"] == .string("finished"))
        }
    }

    @Test func histogramsCountEveryFiniteValueOnce() {
        var generator = SeededGenerator(seed: 5)
        let extremes: [[Double]] = [
            [], [.nan], [1], [-.greatestFiniteMagnitude, .greatestFiniteMagnitude, 0],
            [0, .leastNonzeroMagnitude],
            (0..<1_000).map { _ in Double(bitPattern: generator.next()) },
            (0..<1_000).map { _ in Double.random(in: -1...1, using: &generator) },
        ]
        for values in extremes {
            let histogram = HistogramPoint(
                name: "h", step: 0, microseconds: 0, values: values, bucketCount: 10)
            #expect(histogram.buckets.map(\.count).reduce(0, +) == values.count(where: \.isFinite))
            #expect(histogram.nonFinite == values.count { !$0.isFinite })
            #expect(histogram.buckets.allSatisfy { $0.lower <= $0.upper && $0.lower.isFinite })
            #expect(zip(histogram.buckets, histogram.buckets.dropFirst()).allSatisfy { $0.upper == $1.lower })
        }
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ParameterLoading

struct WatchingTests {
    @Test func `a reload offers what is valid and keeps it while the file is not`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "p.yaml")
            func write(_ text: String) throws { try Data(text.utf8).write(to: file) }
            try write("learning_rate: 0.1\nrounds: 1\nseed: 1\n")
            let watcher = try ParameterWatcher(Training.self, from: .file(file.path))
            #expect(watcher.current.rounds == 1)
            #expect(try await watcher.reload(settling: .zero) == nil)
            try write("learning_rate: 0.1\nrounds: 2\nseed: 1\n")
            let snapshot = try await watcher.reload(settling: .zero)
            #expect(snapshot?.generation == 1)
            #expect(watcher.current.rounds == 2)
            try write("learning_rate: 0.1\nrounds: x\n")
            await #expect(throws: ParameterError.self) { try await watcher.reload(settling: .zero) }
            #expect(watcher.current.rounds == 2)
        }
    }

    @Test func `a file that is being written is not offered`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "p.yaml")
            try Data("learning_rate: 0.1\nrounds: 1\nseed: 1\n".utf8).write(to: file)
            let watcher = try ParameterWatcher(Training.self, from: .file(file.path))
            // The first half of the new content is valid, too, but for its last number.
            try Data("learning_rate: 0.1\nrounds: 1\nseed: 2".utf8).write(to: file)
            async let offered = watcher.reload(settling: .milliseconds(300))
            try await Task.sleep(for: .milliseconds(100))
            try Data("learning_rate: 0.1\nrounds: 1\nseed: 2345\n".utf8).write(to: file)
            #expect(try await offered == nil)
            #expect(watcher.current.seed == 1)
            #expect(try await watcher.reload(settling: .zero)?.seed == 2345)
        }
    }

    private final class End: Sendable {
        let isReached = Atomic<Bool>(false)
    }

    private final class Counted: Sendable {
        static let alive = Atomic<Int>(0)
        let number: Int
        let copy: Int

        init(_ number: Int) {
            self.number = number
            copy = number
            Counted.alive.add(1, ordering: .relaxed)
        }

        deinit { Counted.alive.subtract(1, ordering: .relaxed) }
    }

    @Test func `readers and a writer meet in a cell`() async {
        let cell = SnapshotCell(Counted(0))
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var last = 0
                    for _ in 0..<20_000 {
                        let object = cell.load()
                        if object.number != object.copy || object.number < last { return false }
                        last = object.number
                    }
                    return true
                }
            }
            group.addTask {
                for number in 1...5_000 { cell.store(Counted(number)) }
                return true
            }
            for await isRight in group { #expect(isRight) }
        }
        cell.store(Counted(5_001))
        #expect(Counted.alive.load(ordering: .relaxed) == 1)
        #expect(cell.load().number == 5_001)
    }

    @Test func `reading a snapshot allocates nothing, also while a writer stores others`() async throws {
        // The counter sees what it should see.
        let seen = allocationCount { _ = Counted(0) }
        guard let seen else { return }
        #expect(seen > 0)
        let text = ParameterSource.text("learning_rate: 0.1\nrounds: 7\nseed: 1\n", format: .yaml)
        let watcher = try ParameterWatcher(Training.self, from: text)
        var sum = 0
        let quiet = allocationCount { for _ in 0..<10_000 { sum += watcher.current.parameters.value.rounds } }
        #expect(quiet == 0)
        #expect(sum == 70_000)
        // Through the property, too, whose key path is made once.
        _ = watcher.current.rounds
        #expect(allocationCount { for _ in 0..<1000 { sum += watcher.current.rounds } } == 0)

        let cell = SnapshotCell(Counted(0))
        let end = End()
        await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    allocationCount {
                        var last = 0
                        while !end.isReached.load(ordering: .relaxed) { last = max(last, cell.load().number) }
                    }
                }
            }
            for number in 1...20_000 { cell.store(Counted(number)) }
            end.isReached.store(true, ordering: .relaxed)
            for await count in group { #expect(count == 0) }
        }
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores

extension ObjectStoreConformance {
    func checkCreateIfAbsent(under folder: String) async throws {
        let key = folder + "/create"
        try await store.create([1, 2, 3], at: key)
        for bytes: [UInt8] in [[4], [1, 2, 3], []] {
            try await requireFailure(.alreadyExists, "creating at a key that is taken") {
                try await store.create(bytes, at: key)
            }
        }
        try require(
            try await store.get(key) == [1, 2, 3], "a refused creation changed what stands at the key")
        try await store.put([5], at: folder + "/put")
        try await requireFailure(.alreadyExists, "creating over what was put") {
            try await store.create([6], at: folder + "/put")
        }
    }

    func checkRacingCreators(under folder: String) async throws {
        for round in 0..<rounds {
            let key = "\(folder)/race-\(round)"
            let winners = try await race { writer in
                try await store.create(content(1_000, seed: UInt64(writer + 1)), at: key)
            }
            try require(
                winners.count == 1, "\(winners.count) of \(writers) racing creators were told that they won")
            try require(
                try await store.get(key) == content(1_000, seed: UInt64(winners[0] + 1)),
                "what stands at the key is not what the winner created")
        }
    }

    /// Lets all writers do the same at once and returns those that did not meet another.
    private func race(_ write: @Sendable @escaping (Int) async throws -> Void) async throws -> [Int] {
        try await withThrowingTaskGroup(of: Int?.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    do {
                        try await write(writer)
                        return writer
                    } catch let error as StoreError where [.alreadyExists, .changed].contains(error.code) {
                        return nil
                    }
                }
            }
            var winners: [Int] = []
            for try await winner in group { if let winner { winners.append(winner) } }
            return winners
        }
    }

    func checkWholeContents(under folder: String) async throws {
        let key = folder + "/whole"
        // Each content says how long it is and consists of one byte only.
        let contents = (0..<writers).map { [UInt8](repeating: UInt8($0 % 256), count: 200_000 + 7_000 * $0) }
        try await store.put(contents[0], at: key)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask { _ = try await store.put(contents[writer], at: key) }
                group.addTask {
                    for _ in 0..<3 {
                        let read = try await store.get(key)
                        try require(contents.contains(read), "a reader saw a content that nobody wrote")
                    }
                }
            }
            try await group.waitForAll()
        }
        try require(contents.contains(try await store.get(key)), "racing writers left a content nobody wrote")
    }

    func checkReplaceIfUnchanged(under folder: String) async throws {
        let key = folder + "/replace"
        let first = try await store.put([1], at: key)
        let second: ObjectTag
        do {
            second = try await store.replace([2], at: key, ifUnchanged: first)
        } catch let error as StoreError where error.code == .unsupported {
            throw Finding(message: error.message, isLacking: true)
        }
        try require(first != second, "replacing the content kept the tag")
        try require(try await store.get(key) == [2], "a replacement that was accepted is not read")
        try await requireFailure(.changed, "replacing with an old tag") {
            try await store.replace([3], at: key, ifUnchanged: first)
        }
        try require(try await store.get(key) == [2], "a refused replacement changed what stands at the key")
        try await requireFailure(.changed, "replacing what is not there") {
            try await store.replace([3], at: folder + "/none", ifUnchanged: second)
        }
        try require(try await store.head(folder + "/none") == nil, "a refused replacement made an object")
    }

    func checkRacingReplacements(under folder: String) async throws {
        for round in 0..<rounds {
            let key = "\(folder)/race-\(round)"
            let tag = try await store.put([0], at: key)
            let winners: [Int]
            do {
                winners = try await race { writer in
                    try await store.replace(content(500, seed: UInt64(writer + 1)), at: key, ifUnchanged: tag)
                }
            } catch let error as StoreError where error.code == .unsupported {
                throw Finding(message: error.message, isLacking: true)
            }
            try require(
                winners.count == 1,
                "\(winners.count) of \(writers) racing replacements were told that they won")
            try require(
                try await store.get(key) == content(500, seed: UInt64(winners[0] + 1)),
                "what stands at the key is not what the winner wrote")
        }
    }
}

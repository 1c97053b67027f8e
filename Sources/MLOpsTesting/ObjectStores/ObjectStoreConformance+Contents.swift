// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores

extension ObjectStoreConformance {
    func checkContents(under folder: String) async throws {
        var contents: [(String, [UInt8])] = [
            ("every byte", (0...255).map { UInt8($0) }),
            ("line ends", Array("a\r\nb\nc\r\u{1a}d".utf8)),
            // Bytes that a server or client in between could take for its own framing and decode.
            ("gzip", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]),
            ("chunked", Array("5\r\nhello\r\n0\r\n\r\n".utf8)),
            ("zeros", [UInt8](repeating: 0, count: 10_000)),
        ]
        for size in [1, 2, 4_095, 4_096, 4_097, 65_535, 65_536, (1 << 20) + 1] {
            contents.append(("\(size) bytes", content(size, seed: UInt64(size))))
        }
        for (number, (name, bytes)) in contents.enumerated() {
            let key = "\(folder)/\(number)"
            try await store.put(bytes, at: key)
            try require(try await store.get(key) == bytes, "'\(name)' is not read back as it was put")
            try require(
                try await store.head(key)?.size == bytes.count, "'\(name)' is not described with its size")
        }
    }

    func checkEmptyObject(under folder: String) async throws {
        let key = folder + "/empty"
        try await store.create([], at: key)
        try require(try await store.get(key).isEmpty, "an empty object is not read back empty")
        try require(
            try await store.get(key, range: 0..<10).isEmpty, "a range of an empty object is not empty")
        try require(try await store.head(key)?.size == 0, "an empty object is not described with size 0")
        let listed = try await store.listAll(prefix: folder)
        try require(listed.map(\.key) == [key], "an empty object is not listed")
        try await requireFailure(.alreadyExists, "creating over an empty object") {
            try await store.create([1], at: key)
        }
    }

    func checkLargeObject(under folder: String) async throws {
        let bytes = content(largeObjectSize, seed: 99)
        let key = folder + "/large"
        try await store.put(bytes, at: key)
        let info = try await store.head(key)
        try require(info?.size == bytes.count, "the large object is described with \(info?.size ?? -1) bytes")
        try require(try await store.get(key) == bytes, "the large object is not read back as it was put")
        let middle = bytes.count / 2
        let range = middle..<min(middle + 100_000, bytes.count)
        try require(
            try await store.get(key, range: range) == Array(bytes[range]),
            "a range of the large object is not what was put there")
        let second = content(largeObjectSize, seed: 100)
        try await store.create(second, at: folder + "/created")
        try require(
            try await store.get(folder + "/created") == second, "the large object is not what was created")
        try await requireFailure(.alreadyExists, "creating a large object at a key that is taken") {
            try await store.create(second, at: key)
        }
        try require(try await store.get(key) == bytes, "a refused creation changed the large object")
    }

    func checkRanges(under folder: String) async throws {
        let bytes = content(1_000, seed: 3)
        let key = folder + "/ranges"
        try await store.put(bytes, at: key)
        for range in [0..<1, 0..<1_000, 1..<2, 499..<501, 999..<1_000, 17..<983] {
            try require(
                try await store.get(key, range: range) == Array(bytes[range]), "range \(range) is wrong")
        }
        for range in [990..<2_000, 0..<1_001, 999..<Int(Int32.max)] {
            try require(
                try await store.get(key, range: range) == Array(bytes[range.clamped(to: 0..<1_000)]),
                "range \(range), which passes the end, is not cut off there")
        }
        for range in [0..<0, 500..<500, 1_000..<1_000, 1_000..<1_001, 5_000..<6_000] {
            try require(try await store.get(key, range: range).isEmpty, "range \(range) is not empty")
        }
        try await requireFailure(.notFound, "an empty range of an object that is missing") {
            _ = try await store.get(folder + "/none", range: 0..<0)
        }
    }

    func checkOverwrite(under folder: String) async throws {
        let key = folder + "/overwrite"
        let first = try await store.put(content(5_000, seed: 1), at: key)
        let bytes = content(700, seed: 2)
        let second = try await store.put(bytes, at: key)
        try require(first != second, "two contents have the same tag")
        try require(try await store.get(key) == bytes, "after a second put, the first content is read")
        let info = try await store.head(key)
        try require(info?.size == 700 && info?.tag == second, "after a second put, the first is described")
    }

    func checkInformation(under folder: String) async throws {
        let key = folder + "/sub/information"
        let tag = try await store.put(content(321, seed: 5), at: key)
        guard let info = try await store.head(key) else {
            throw Finding(message: "an object that was put is not described")
        }
        try require(info.key == key, "the object is described with the key '\(info.key)'")
        try require(info.size == 321, "the object is described with \(info.size) bytes instead of 321")
        try require(info.tag == tag, "the tag differs from the one that put returned")
        // Any server's clock is later than 2020 and earlier than 2100.
        try require(
            (1_577_836_800..<4_102_444_800).contains(info.modified),
            "the time of writing, \(info.modified), is no time in seconds since 1970")
        let listed = try await store.listAll(prefix: key)
        try require(listed.map(\.size) == [321], "the listing gives another size")
        if let listedTag = listed.first?.tag {
            try require(listedTag == tag, "the listing gives another tag")
        }
    }

    func checkClock(under folder: String) async throws {
        // A second is what the coarsest of clocks shows; a collection of garbage counts in hours.
        var last = 0.0
        for number in 0..<3 {
            let key = folder + "/clock-\(number)"
            try await store.create([1], at: key)
            let described = try await store.head(key)?.modified ?? 0
            let listed = try await store.listAll(prefix: key).first?.modified ?? 0
            try require(
                abs(described - listed) < 2,
                "a listing gives \(listed) as the time of writing, a description \(described)")
            try require(
                described >= last - 1, "what was written later is older by \(last - described) seconds")
            last = described
        }
    }

    func checkBatches(under folder: String) async throws {
        let stands = folder + "/stands"
        try await store.create([1], at: stands)
        let batch = store.makeBatch()
        let contents = (0..<12).map { content(3_000, seed: 50 + UInt64($0)) }
        for (number, content) in contents.enumerated() {
            try await batch.create(content, at: folder + "/batch-\(number)")
        }
        try await batch.create([2], at: stands)
        try await batch.commit()
        for (number, content) in contents.enumerated() {
            try require(
                try await store.get(folder + "/batch-\(number)") == content,
                "an object of a batch is not what was given")
        }
        try require(try await store.get(stands) == [1], "a batch replaced an object that stood at its key")
    }

    func checkMissingObject(under folder: String) async throws {
        let key = folder + "/none"
        try await requireFailure(.notFound, "reading what is not there") { _ = try await store.get(key) }
        try await requireFailure(.notFound, "reading a range of what is not there") {
            _ = try await store.get(key, range: 0..<1)
        }
        try require(try await store.head(key) == nil, "what is not there is described")
        try await store.delete(key)
        let page = try await store.list(prefix: key, after: nil, limit: 10)
        try require(page.objects.isEmpty && page.isLast, "what is not there is listed")
    }

    func checkDelete(under folder: String) async throws {
        let key = folder + "/a/b/delete"
        let neighbour = folder + "/a/c"
        try await store.put([1], at: key)
        try await store.put([2], at: neighbour)
        try await store.delete(key)
        try await requireFailure(.notFound, "reading what was deleted") { _ = try await store.get(key) }
        try require(try await store.head(key) == nil, "what was deleted is described")
        try require(try await store.get(neighbour) == [2], "deleting an object touched its neighbour")
        try await store.create([3], at: key)
        try require(try await store.get(key) == [3], "the key of a deleted object cannot be taken again")
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores

extension ObjectStoreConformance {
    func checkListing(under folder: String) async throws {
        // In a walk through folders 'a' comes before 'a-b'; in the order of bytes 'a-b/1' comes before 'a/1'.
        let names = [
            "a-b/1", "a/1", "a.b/1", "a=b/1", "a+b/1", "a/2", "a/10", "a/sub/1", "aB", "ab", "A/1", "B", "b",
            "a_b",
            "a@b", "0", "9", "-", "z/z/z/z",
        ]
        let keys = names.map { "\(folder)/\($0)" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        // The other order than the listing's.
        for key in keys.reversed() { try await store.put(Array(key.utf8), at: key) }
        for limit in [1, 2, 3, 7, 18, 19, 20, 1_000] {
            var found: [String] = []
            while true {
                let page = try await store.list(prefix: folder + "/", after: found.last, limit: limit)
                try require(page.objects.count <= limit, "a page holds more objects than were asked for")
                found += page.objects.map(\.key)
                try require(
                    page.isLast || !page.objects.isEmpty, "a page is empty though it is not the last one")
                if page.isLast { break }
            }
            try require(found == keys, "with \(limit) keys a page, the listing is \(found)")
        }
        try await checkPrefixes(under: folder, keys)
    }

    private func checkPrefixes(under folder: String, _ keys: [String]) async throws {
        for part in ["a", "a/", "a/1", "a-", "a/sub", "A", "none", "z/z/", "-"] {
            let prefix = "\(folder)/\(part)"
            let found = try await store.listAll(prefix: prefix).map(\.key)
            try require(found == keys.filter { $0.hasPrefix(prefix) }, "the prefix '\(part)' lists \(found)")
        }
        for part in ["a/11", "a/1", "", "zz", "a/sub", "a."] {
            let after = "\(folder)/\(part)"
            let found = try await store.list(prefix: folder + "/", after: after, limit: 1_000).objects.map(
                \.key)
            try require(
                found == keys.filter { after.utf8.lexicographicallyPrecedes($0.utf8) },
                "after '\(part)' come \(found)")
        }
    }

    func checkLongListing(under folder: String) async throws {
        let keys = (0..<longListingCount).map { number in
            let digits = String(number)
            return "\(folder)/\(String(repeating: "0", count: 6 - min(6, digits.count)))\(digits)"
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, key) in keys.enumerated() {
                if number >= 16 { try await group.next() }
                group.addTask { _ = try await store.put([UInt8(truncatingIfNeeded: number)], at: key) }
            }
            try await group.waitForAll()
        }
        let found = try await store.listAll(prefix: folder + "/").map(\.key)
        try require(found == keys, "\(found.count) of \(keys.count) objects are listed, or not in order")
        var whole: [String] = []
        while true {
            let page = try await store.list(prefix: folder + "/", after: whole.last, limit: 100_000)
            whole += page.objects.map(\.key)
            if page.isLast || page.objects.isEmpty { break }
        }
        try require(whole == keys, "with a large limit, \(whole.count) of \(keys.count) objects are listed")
    }

    func checkFreshListing(under folder: String) async throws {
        for number in 0..<10 {
            let key = "\(folder)/\(number)"
            try await store.put([1], at: key)
            try require(
                try await store.listAll(prefix: folder + "/").map(\.key) == [key],
                "a put is not listed at once")
            try await store.delete(key)
            try require(
                try await store.listAll(prefix: folder + "/").isEmpty, "a deleted object is still listed")
        }
    }

    func checkKeysAtLimits(under folder: String) async throws {
        let part = String(repeating: "p", count: 200)
        let long = folder + "/" + longTail(900 - folder.utf8.count - 1)
        let keys = [
            long, folder + "/" + part, folder + "/abcdefghijklmnopqrstuvwxyz",
            folder + "/ABCDEFGHIJKLMNOPQRSTUVWXYZ-",
            folder + "/0123456789", folder + "/-_.=+@", folder + "/...", folder + "/.hidden", folder + "/a.",
            folder + "/+", folder + "/%2B".replacing("%", with: "@"), folder + "/x.json/y", folder + "/-/=/@",
            folder + "/CON", folder + "/nul.txt",
        ]
        for key in keys { try await store.create(Array(key.utf8), at: key) }
        for key in keys {
            try require(try await store.get(key) == Array(key.utf8), "the key '\(key)' holds another content")
            try require(
                try await store.head(key)?.key == key, "the key '\(key)' is described by another name")
            let listed = try await store.list(prefix: key, after: nil, limit: 1).objects.first?.key
            try require(listed == key, "the key '\(key)' is listed as '\(listed ?? "nothing")'")
        }
        for key in keys { try await store.delete(key) }
        try require(try await store.listAll(prefix: folder).isEmpty, "a key at the limits cannot be deleted")
    }

    func checkLetterCase(under folder: String) async throws {
        try await store.put([1], at: folder + "/key")
        try await store.put([2], at: folder + "/KEY")
        let contents = [try await store.get(folder + "/key"), try await store.get(folder + "/KEY")]
        guard contents == [[1], [2]] else {
            throw Finding(
                message: "keys that differ only in the case of letters are one key", isLacking: true)
        }
    }

    func checkInvalidKeys() async throws {
        let keys = [
            "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "../a", "a/.", "./a", "a b", "a\\b", "a\nb",
            "a\u{0}", "é",
            "a:b", "a?b", "a%2fb", "a*", String(repeating: "a", count: 201),
            (0..<301).map { _ in "aa" }.joined(separator: "/"),
        ]
        for key in keys {
            try await requireFailure(.invalidKey, "put at '\(key)'") { try await store.put([1], at: key) }
            try await requireFailure(.invalidKey, "create at '\(key)'") {
                try await store.create([1], at: key)
            }
            try await requireFailure(.invalidKey, "replace at '\(key)'") {
                try await store.replace([1], at: key, ifUnchanged: ObjectTag("1"))
            }
            try await requireFailure(.invalidKey, "get of '\(key)'") { _ = try await store.get(key) }
            try await requireFailure(.invalidKey, "head of '\(key)'") { _ = try await store.head(key) }
            try await requireFailure(.invalidKey, "delete of '\(key)'") { try await store.delete(key) }
        }
    }
}

/// A path of exactly this many bytes, in parts of 150.
private func longTail(_ count: Int) -> String {
    let bytes = (1...max(count, 1)).map {
        $0 % 151 == 0 && $0 < count ? UInt8(ascii: "/") : UInt8(ascii: "k")
    }
    return String(decoding: bytes, as: UTF8.self)
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A numbered chain of immutable records in a store: the one primitive under versions, aliases and registries.
///
/// Records count from 1. The next number is taken by ``ObjectStore/create(_:at:)``, so of any number of racing
/// writers one wins and the others learn it. Nothing is ever overwritten.
public struct RecordHistory<Record: Codable & Sendable>: Sendable {
    /// A record and its place in the chain.
    public struct Entry: Sendable {
        /// The place, counted from 1.
        public let number: Int
        /// What was recorded.
        public let record: Record
    }

    private struct Envelope: Codable {
        var writeID: String
        var record: Record
    }

    let store: any ObjectStore
    let prefix: String

    /// Opens the chain whose records stand at `prefix/00000000000000000001.json` and on; it need not exist yet.
    public init(in store: any ObjectStore, at prefix: String) {
        self.store = store
        self.prefix = prefix
    }

    /// Appends a record under exactly this number.
    ///
    /// - Throws: ``StoreError`` with the code `alreadyExists` where another writer holds the number.
    public func append(_ record: Record, as number: Int) async throws {
        let envelope = Envelope(writeID: UUID().uuidString, record: record)
        do {
            try await store.create(try CanonicalJSON.encode(envelope), at: key(of: number))
        } catch let error as StoreError where error.code == .alreadyExists {
            // A retry after a lost response meets its own success.
            guard try await envelopeAt(number)?.writeID == envelope.writeID else { throw error }
        }
    }

    /// Appends a record made from the latest one, again with the new latest where another writer was faster.
    ///
    /// - Throws: What `make` throws, and ``StoreError``.
    @discardableResult
    public func append(_ make: (Entry?) async throws -> Record) async throws -> Entry {
        while true {
            let latest = try await latest()
            let entry = Entry(number: (latest?.number ?? 0) + 1, record: try await make(latest))
            do {
                try await append(entry.record, as: entry.number)
                return entry
            } catch let error as StoreError where error.code == .alreadyExists {
                continue
            }
        }
    }

    /// The record with this number, or nil where the chain is shorter.
    ///
    /// - Throws: ``StoreError``
    public func record(_ number: Int) async throws -> Record? {
        try await envelopeAt(number)?.record
    }

    /// The last record, or nil where the chain is empty.
    ///
    /// - Throws: ``StoreError``
    public func latest() async throws -> Entry? {
        // The chain has no gaps, so its end is found by doubling and halving: few requests however long it is.
        var low = 0
        var high = 1
        while try await exists(high) {
            low = high
            high *= 2
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if try await exists(middle) { low = middle } else { high = middle }
        }
        guard low > 0, let record = try await record(low) else { return nil }
        return Entry(number: low, record: record)
    }

    /// All records, the oldest first.
    ///
    /// - Throws: ``StoreError``
    public func entries() async throws -> [Entry] {
        var entries: [Entry] = []
        while let record = try await record(entries.count + 1) {
            entries.append(Entry(number: entries.count + 1, record: record))
        }
        return entries
    }

    private func exists(_ number: Int) async throws -> Bool {
        try await store.head(key(of: number)) != nil
    }

    private func envelopeAt(_ number: Int) async throws -> Envelope? {
        let content: [UInt8]
        do {
            content = try await store.get(key(of: number))
        } catch let error as StoreError where error.code == .notFound {
            return nil
        }
        do {
            return try CanonicalJSON.decode(Envelope.self, from: content)
        } catch {
            // Records that name their format are all of the first one so far.
            if let value = try? JSONValue(parsing: content), let format = value["record"]?["format"]?.integer,
                format > 1
            {
                throw StoreError(
                    .unsupportedFormat,
                    "the record has format \(format), this program reads format 1; update swift-mlops",
                    key: key(of: number), location: store.location, cause: error)
            }
            throw StoreError(
                .corrupted, "the record cannot be read; 'mlops store check' tells what else is damaged",
                key: key(of: number), location: store.location, cause: error)
        }
    }

    func key(of number: Int) -> String {
        let digits = String(number)
        return prefix + "/" + String(repeating: "0", count: max(0, 20 - digits.count)) + digits + ".json"
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What stands in the store for a record whose contents need not be kept any more.
///
/// The record itself stays, for the history; the mark stands at ``Retirement/key(of:)``.
struct Retirement: Codable, Sendable {
    var retired: Date

    static let prefix = "retired/"

    /// Where the mark of a record stands.
    static func key(of record: String) -> String { prefix + record }
}

extension RecordHistory {
    /// Lets the contents that a record names go with the next collection of garbage; the record stays.
    ///
    /// - Parameters:
    ///   - number: The record.
    ///   - isNamed: Whether a name leads to the record. It is asked after the mark is set, and whoever moves a name looks for
    ///     marks after moving it: one of the two sees the other.
    /// - Returns: Whether the record is retired now.
    /// - Throws: ``StoreError``
    package func retire(_ number: Int, unless isNamed: () async throws -> Bool) async throws -> Bool {
        let mark = Retirement.key(of: key(of: number))
        try await store.put(try CanonicalJSON.encode(Retirement(retired: Date())), at: mark)
        guard try await isNamed() else { return true }
        try await store.delete(mark)
        return false
    }

    /// Whether a record was retired.
    ///
    /// - Throws: ``StoreError``
    package func isRetired(_ number: Int) async throws -> Bool {
        try await store.head(Retirement.key(of: key(of: number))) != nil
    }

    /// The numbers of the records that were retired.
    ///
    /// - Throws: ``StoreError``
    package func retiredNumbers() async throws -> Set<Int> {
        let prefix = Retirement.key(of: self.prefix + "/")
        return Set(
            try await store.listAll(prefix: prefix).compactMap {
                Int($0.key.dropFirst(prefix.count).dropLast(".json".count))
            })
    }
}

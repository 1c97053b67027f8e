// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

@testable import RunLineage

/// What must hold of every record of lineage; fuzzers and unit tests share it.
enum LineageReaders {
    static let names = ["lineage"]

    /// What is wrong with the library's answer to a record; nil where nothing is.
    static func fault(in bytes: [UInt8]) -> String? {
        guard let record = try? LineageRecord(canonicalJSON: bytes) else { return nil }
        return (try? LineageRecord(canonicalJSON: record.canonicalJSON)) == record
            ? nil : "the record does not read back"
    }
}

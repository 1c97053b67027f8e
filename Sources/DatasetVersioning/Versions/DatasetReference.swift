// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A name for a version as people write it: `flights@12`, `flights@gold`, or `flights` for the latest.
public struct DatasetReference: Hashable, Sendable, CustomStringConvertible {
    /// Which version is meant.
    public enum Selector: Hashable, Sendable {
        /// The latest one.
        case latest
        /// The one with this number.
        case number(Int)
        /// The one that the tag points to.
        case tag(String)
    }

    /// The dataset.
    public let dataset: String
    /// The version.
    public let selector: Selector

    /// Reads a reference.
    ///
    /// - Throws: ``DatasetError`` with the code `invalidName`.
    public init(_ text: String) throws(DatasetError) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        dataset = String(parts[0])
        try DatasetReference.check(dataset, "a dataset's name")
        guard parts.count == 2 else {
            selector = .latest
            return
        }
        if let number = Int(parts[1]) {
            guard number > 0 else {
                throw DatasetError(.invalidName, "versions count from 1", subject: text)
            }
            selector = .number(number)
        } else {
            let tag = String(parts[1])
            try DatasetReference.check(tag, "a tag")
            selector = tag == "latest" ? .latest : .tag(tag)
        }
    }

    /// Checks that a name can be part of a key in every store.
    static func check(_ name: String, _ what: String) throws(DatasetError) {
        let isSound =
            (1...100).contains(name.utf8.count) && !name.hasPrefix(".") && !name.hasPrefix("-")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_.".utf8.contains(byte)
                }
            }
        guard isSound else {
            throw DatasetError(
                .invalidName,
                "\(what) is 1 to 100 ASCII letters, digits, '-', '_' or '.', and begins with none of '-' and '.'",
                subject: name)
        }
    }

    /// The text that reads back to this.
    public var description: String {
        switch selector {
        case .latest: dataset
        case .number(let number): "\(dataset)@\(number)"
        case .tag(let tag): "\(dataset)@\(tag)"
        }
    }
}

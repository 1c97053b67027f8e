// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

@testable import S3Storage

/// What must hold of every document of a bucket; fuzzers and unit tests share it.
enum BucketReaders {
    static let names = ["s3-xml"]

    /// What is wrong with the library's answer to a document; nil where nothing is.
    static func fault(in bytes: [UInt8]) -> String? {
        guard let root = try? XMLReader.read(bytes) else { return nil }
        return depth(of: root) <= XMLReader.maximumDepth ? nil : "elements nest deeper than the limit"
    }

    private static func depth(of element: XMLElement) -> Int {
        if let time = element.children.first?.text { _ = AmazonDate.read(time) }
        return 1 + (element.children.map(depth).max() ?? 0)
    }
}

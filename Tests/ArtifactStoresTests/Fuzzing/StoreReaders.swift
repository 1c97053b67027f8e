// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

@testable import ArtifactStores

/// What must hold of every object that a reader of a store is given; fuzzers and unit tests share it.
enum StoreReaders {
    static let names = ["chunk-pack", "chunk-index", "part-list", "artifact-manifest", "stored-content"]

    /// What is wrong with the library's answer to an object; nil where nothing is.
    static func fault(in bytes: [UInt8], of reader: String) -> String? {
        switch reader {
        case "chunk-pack": return faultInPack(bytes)
        case "chunk-index": return faultInIndex(bytes)
        case "part-list":
            // The size that the list should cover stands in front of it.
            let size = bytes.prefix(8).reduce(0) { ($0 & 0xff_ffff) << 8 | Int($1) }
            let rest = Array(bytes.dropFirst(8))
            guard let parts = PartList.decode(rest, size: size) else { return nil }
            return PartList.encode(parts[...]) == rest ? nil : "the list does not read back"
        case "artifact-manifest":
            guard let manifest = try? ArtifactManifest(bytes, of: "v", location: "memory") else { return nil }
            _ = manifest.digest()
            guard let written = try? manifest.encode(),
                (try? ArtifactManifest(written, of: "v", location: "memory")) == manifest
            else { return "the manifest does not read back" }
            return nil
        default:
            guard let value = try? JSONValue(parsing: bytes), let content = StoredContent(json: value) else {
                return nil
            }
            return StoredContent(json: content.json) == content ? nil : "the reference does not read back"
        }
    }

    private static func faultInPack(_ bytes: [UInt8]) -> String? {
        let contents = PackContents(bytes)
        for record in contents.sound {
            guard record.range.upperBound <= bytes.count,
                ChunkPack.content(of: record, in: bytes, at: record.range.lowerBound)?.count
                    == Int(record.size)
            else { return "a sound chunk is not in the pack" }
        }
        return nil
    }

    private static func faultInIndex(_ bytes: [UInt8]) -> String? {
        guard let index = ChunkIndex(bytes) else { return nil }
        var table = ChunkTable()
        table.add([("index", index)])
        for pack in index.packs {
            for record in pack.records where table.locations(of: record.digest).isEmpty {
                return "a chunk of the index is not found"
            }
        }
        let written = index.encode()
        return ChunkIndex(written)?.encode() == written ? nil : "the index does not read back"
    }
}

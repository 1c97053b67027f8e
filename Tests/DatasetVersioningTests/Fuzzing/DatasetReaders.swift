// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

@testable import DatasetVersioning

/// What must hold of every file that a reader of datasets is given; fuzzers and unit tests share it.
enum DatasetReaders {
    static let names = ["dvc", "dataset-manifest", "dataset-version"]

    /// What is wrong with the library's answer to a file; nil where nothing is.
    static func fault(in bytes: [UInt8], of reader: String) -> String? {
        switch reader {
        case "dvc":
            guard let file = try? DVCFile(parsing: String(decoding: bytes, as: UTF8.self), name: "x.dvc")
            else { return nil }
            return file.md5.isEmpty || file.path.isEmpty ? "a file without a digest or a path" : nil
        case "dataset-manifest":
            guard let files = try? Manifest.decode(bytes, of: "d@1") else { return nil }
            _ = Manifest.identity(files)
            guard let written = try? Manifest.encode(files),
                let again = try? Manifest.decode(written, of: "d@1"),
                Manifest.identity(again) == Manifest.identity(files)
            else { return "the list of files does not read back" }
            return nil
        default:
            guard let record = try? CanonicalJSON.decode(VersionRecord.self, from: bytes) else { return nil }
            _ = try? record.version("d", 1)
            return nil
        }
    }
}

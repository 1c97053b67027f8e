// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores

extension DatasetStore {
    /// Reads a file of a version, or a range of it; only the chunks in the range are fetched, and each is hashed again.
    ///
    /// - Parameters:
    ///   - path: The file's path in the dataset; may be left out for a version that is one file.
    ///   - reference: The version.
    ///   - range: The offsets in bytes; cut off at the file's end.
    /// - Throws: ``DatasetError`` with the code `notFound` where the version has no such file; `StoreError`.
    public func read(
        _ path: String? = nil, of reference: String, range: Range<Int>? = nil
    ) async throws -> [UInt8] {
        let version = try await version(reference)
        let files = try await files(of: version)
        let file = path.map { path in files.first { $0.path == path } } ?? (files.count == 1 ? files[0] : nil)
        guard let file else {
            throw DatasetError(
                .notFound,
                path.map { "the version has no file '\($0)'" } ?? "the version has several files; name one",
                subject: version.reference)
        }
        return try await chunks.read(file.content, range: range)
    }
}

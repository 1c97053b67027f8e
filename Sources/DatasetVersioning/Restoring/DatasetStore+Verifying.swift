// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing

/// What is wrong with one file of a version.
public struct DamagedFile: Hashable, Sendable, CustomStringConvertible {
    /// The path in the dataset.
    public let path: String
    /// What is wrong.
    public let message: String

    /// The path and the message.
    public var description: String { "\(path): \(message)" }
}

/// What a verification found.
public struct VerificationReport: Hashable, Sendable {
    /// The version.
    public let version: DatasetVersion
    /// The files that cannot be restored.
    public let damaged: [DamagedFile]
    /// How many bytes were read and hashed.
    public let bytes: Int

    /// Whether every file can be restored.
    public var isSound: Bool { damaged.isEmpty }
}

extension DatasetStore {
    /// Reads everything a version holds and hashes it again.
    ///
    /// - Throws: ``DatasetError`` and `StoreError` where the version's record cannot be read; what is wrong with its files is in
    ///   the report.
    public func verify(_ reference: String) async throws -> VerificationReport {
        let version = try await version(reference)
        var damaged: [DamagedFile] = []
        var bytes = 0
        var files: [DatasetFile] = []
        do {
            files = try await self.files(of: version)
        } catch let error as StoreError where error.code == .corrupted || error.code == .notFound {
            damaged.append(DamagedFile(path: "(the list of files)", message: error.message))
        } catch let error as DatasetError where error.code == .corrupted {
            damaged.append(DamagedFile(path: "(the list of files)", message: error.message))
        }
        for file in files {
            for (content, what) in [(file.content, ""), (file.table?.profile, " (profile)")] {
                guard let content else { continue }
                do {
                    var hasher = SHA256()
                    try await chunks.read(content) { hasher.update($0) }
                    bytes += content.size
                    if hasher.finalize() != content.digest {
                        damaged.append(
                            DamagedFile(path: file.path + what, message: "the chunks do not make up the file")
                        )
                    }
                } catch let error as StoreError where error.code == .corrupted || error.code == .notFound {
                    damaged.append(DamagedFile(path: file.path + what, message: error.message))
                }
            }
        }
        return VerificationReport(version: version, damaged: damaged, bytes: bytes)
    }
}

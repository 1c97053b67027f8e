// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// What an archive says about the version that it holds, beside its files.
struct ExportedNote: Codable, Hashable, Sendable {
    static let format = "swift-mlops artifact/1"

    var format = ExportedNote.format
    var kind: ArtifactVersion.Kind
    var metadata: [String: String]

    init(_ version: ArtifactVersion) {
        kind = version.kind
        metadata = version.metadata
    }

    /// Reads a note; nil for a comment of other programs.
    init?(_ bytes: [UInt8]?) {
        guard let bytes, bytes.starts(with: Array("{".utf8)),
            let note = try? CanonicalJSON.decode(ExportedNote.self, from: bytes),
            note.format == ExportedNote.format
        else { return nil }
        self = note
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Copies a file and hashes what was copied, in one pass and in constant memory.
enum ArtifactCopy {
    static func copy(_ source: String, to target: String) throws(RunError) -> (digest: Digest, size: Int) {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
            throw RunError(.notFound, "there is no such file", path: source)
        }
        guard !isFolder, let input = FileHandleReader(source) else {
            throw RunError(
                isFolder ? .invalidName : .permissionDenied,
                isFolder ? "it is a folder; log its files one by one" : "the file cannot be read",
                path: source)
        }
        var output = try AppendFile(creating: target)
        var hasher = SHA256()
        while true {
            let piece = try input.next(upTo: 1 << 20)
            if piece.isEmpty { break }
            hasher.update(piece)
            try output.append(piece)
        }
        try output.synchronize()
        return (hasher.finalize(), output.size)
    }
}

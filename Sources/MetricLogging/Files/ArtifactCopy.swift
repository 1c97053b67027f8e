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
        let input: FileReader
        do {
            input = try FileReader(source)
        } catch {
            let code: RunError.Code =
                switch error.code {
                case .notFound: .notFound
                case .permissionDenied: .permissionDenied
                case .notAFile: .invalidName
                default: .system
                }
            throw RunError(code, error.message, path: source, cause: error)
        }
        var output = try AppendFile(creating: target)
        var hasher = SHA256()
        do {
            while true {
                let piece = try next(of: input)
                if piece.isEmpty { break }
                hasher.update(piece)
                try output.append(piece)
            }
            try input.checkUnchanged()
        } catch let error as FileReadError {
            throw RunError(.system, error.message, path: source, cause: error)
        } catch let error as RunError {
            throw error
        } catch {
            throw RunError(.system, "copying failed", path: source, cause: error)
        }
        try output.synchronize()
        return (hasher.finalize(), output.size)
    }

    private static func next(of file: borrowing FileReader) throws -> [UInt8] {
        let size = 1 << 20
        // The call writes at most as many bytes as the buffer holds, and says how many.
        return try unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            filled = try unsafe file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing
internal import Synchronization

extension ChunkStore {
    /// Writes a content to a file, which appears whole or not at all and is hashed on its way.
    ///
    /// A file that stands at the path is replaced; a symbolic link there is replaced, not followed.
    ///
    /// - Parameters:
    ///   - content: What to write.
    ///   - path: Where the file will be; its folder must exist.
    ///   - isExecutable: Whether everyone who may read the file may execute it.
    ///   - isDurable: Whether the file must have reached the disk when the call returns.
    /// - Throws: ``StoreError``; then what stood at the path still stands there.
    public func restore(
        _ content: StoredContent, to path: String, isExecutable: Bool = false, isDurable: Bool = false
    ) async throws {
        let file = try await Blocking.run { try RestoringFile(path, isExecutable: isExecutable) }
        var writing: Task<Void, any Error>?
        do {
            try await read(content) { piece in
                try await writing?.value
                writing = Task { try await Blocking.run { try file.write(piece) } }
            }
            try await writing?.value
            let digest = try await Blocking.run { try file.finish(isDurable: isDurable) }
            try check(digest, of: content)
        } catch {
            _ = await writing?.result
            file.abandon()
            throw error
        }
        try await Blocking.run { try file.publish(isDurable: isDurable) }
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

package import ContentHashing
internal import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

private let processors = ProcessInfo.processInfo.activeProcessorCount

extension ChunkWriter {
    /// Adds a content in memory.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - holdsReferences: Whether it is JSON lines in which contents are named that must be kept with it.
    /// - Throws: ``StoreError``
    public func add(_ bytes: [UInt8], holdsReferences: Bool = false) async throws -> StoredContent {
        if bytes.count > StretchBuffer.size {
            // In stretches, so that packs leave the memory while others are made.
            var start = 0
            return try await add(holdsReferences: holdsReferences) {
                defer { start += StretchBuffer.size }
                let end = min(bytes.count, start + StretchBuffer.size)
                return start < end ? Array(bytes[start..<end]) : nil
            }
        }
        let content = try await Blocking.run { [self] in
            let parts = try unsafe bytes.withUnsafeBytes { try unsafe sink.take(whole: $0) }
            let digest = parts.count == 1 ? parts[0].digest : Digest(of: bytes)
            return try sink.describe(
                digest, size: bytes.count, chunks: parts, holdsReferences: holdsReferences)
        }
        try await flush()
        return content
    }

    /// Adds a content that comes piece by piece, in constant memory.
    ///
    /// - Parameters:
    ///   - holdsReferences: Whether it is JSON lines in which contents are named that must be kept with it.
    ///   - next: Gives the next bytes, nil at the end.
    /// - Throws: What `next` throws, and ``StoreError``.
    public func add(
        holdsReferences: Bool = false, _ next: () async throws -> [UInt8]?
    ) async throws -> StoredContent {
        let stream = ChunkStream(sink)
        while let piece = try await next() {
            try await Blocking.run { try stream.take(piece) }
            try await flush()
        }
        let (digest, size, parts) = try await Blocking.run { try stream.finish() }
        let content = try sink.describe(
            digest, size: size, chunks: parts, holdsReferences: holdsReferences)
        try await flush()
        return content
    }

    /// Adds a file, in constant memory.
    ///
    /// - Throws: `FileReadError`, with the code `changed` where the file was written meanwhile; ``StoreError``.
    public func add(contentsOf path: String) async throws -> StoredContent {
        try await addFile(path).content
    }

    /// Adds files, as many at a time as there are processors; the answers are in the order of the paths.
    ///
    /// - Throws: `FileReadError`, with the code `changed` where a file was written meanwhile; ``StoreError``.
    public func add(contentsOf paths: [String]) async throws -> [StoredContent] {
        try await addFiles(paths).map(\.content)
    }

    /// A file that was added, and what the file system said about it when it was opened.
    package struct AddedFile: Sendable {
        /// What was stored.
        package var content: StoredContent
        /// What the file system said.
        package var stamp: FileStamp
    }

    /// Adds a file and tells its stamp, so that a later look at the stamp can tell whether it changed.
    package func addFile(_ path: String) async throws -> AddedFile {
        let ingest = try await Blocking.run { [sink] in try FileIngest(path, sink) }
        files.add(1, ordering: .relaxed)
        defer { files.subtract(1, ordering: .relaxed) }
        // Where other files are added at the same time, no processor waits for work.
        var sharesWork: Bool { processors > 1 && files.load(ordering: .relaxed) == 1 }
        // The digest of the whole is the longest row of work that must be done one after the other, so it waits for
        // nothing: the next stretch is read, and those before are cut, hashed and packed, while it goes on.
        func read() -> Task<StretchBuffer?, any Error> {
            Task { try await Blocking.run { try ingest.readNext() } }
        }
        var reading = read()
        var storing: [Task<Void, any Error>] = []
        do {
            while let buffer = try await reading.value {
                reading = read()
                let sharesWork = sharesWork
                try await Blocking.run { ingest.hash(buffer, sharesWork: sharesWork) }
                // A few may wait, so that neither side stands still where the other is held up for a moment; none where
                // many files have filled the memory.
                while storing.count > (sink.isScarce ? 0 : 3) { try await storing.removeFirst().value }
                let before = storing.last
                storing.append(
                    Task {
                        try await before?.value
                        try await Blocking.run { try ingest.store(buffer) }
                    })
                try await flush()
            }
            for task in storing { try await task.value }
        } catch {
            _ = await reading.result
            for task in storing { _ = await task.result }
            throw error
        }
        let (digest, size, parts) = try await Blocking.run { try ingest.finish() }
        let content = try sink.describe(digest, size: size, chunks: parts, holdsReferences: false)
        try await flush()
        return AddedFile(content: content, stamp: ingest.stamp)
    }

    /// Adds files and tells their stamps.
    package func addFiles(_ paths: [String]) async throws -> [AddedFile] {
        let workers = min(paths.count, max(2, processors), 8)
        let next = NextIndex(count: paths.count)
        return try await withThrowingTaskGroup(of: [(Int, AddedFile)].self) { group in
            for _ in 0..<workers {
                group.addTask { [self] in
                    var added: [(Int, AddedFile)] = []
                    let ingest = SmallFileIngest(sink)
                    while let range = next.take(64) {
                        // Small files are done many at a time: a change of thread costs as much as a small file.
                        let small = try await Blocking.run { try ingest.add(paths[range]) }
                        try await flush()
                        for (index, file) in zip(range, small) {
                            added.append((index, try await finish(file, paths[index])))
                        }
                    }
                    return added
                }
            }
            var answers = [AddedFile?](repeating: nil, count: paths.count)
            for try await added in group {
                for (index, file) in added { answers[index] = file }
            }
            return answers.compactMap { $0 }
        }
    }

    private func finish(_ file: AddedFile?, _ path: String) async throws -> AddedFile {
        if let file { return file }
        return try await addFile(path)
    }
}

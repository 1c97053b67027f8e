// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// Writes files into a tar archive that is the same byte for byte for the same files.
struct TarWriter {
    private let file: RestoringFile
    private var pending: [UInt8] = []
    /// How many bytes the archive has so far.
    private(set) var size = 0

    init(to file: RestoringFile) { self.file = file }

    /// Writes the files in their order, the empty folders, and the end.
    ///
    /// - Parameter comment: What the archive says about itself.
    mutating func write(
        _ files: [StoredFile], emptyFolders: [String], comment: [UInt8]? = nil, from chunks: ChunkStore
    ) async throws {
        if let comment { try await put(TarHeader.comment(comment)) }
        for folder in emptyFolders { try await put(TarHeader.encode(folder, isFolder: true)) }
        var unfinished = 0
        for group in TarWriter.groups(of: files) {
            if group.count == 1 {
                let file = group[group.startIndex]
                try await begin(file, after: unfinished)
                var hasher = SHA256()
                try await chunks.read(file.content) { piece in
                    hasher.update(piece)
                    try await put(piece)
                }
                try chunks.check(hasher.finalize(), of: file.content)
                unfinished = file.content.size
                continue
            }
            // Small files lie side by side in the packs: one request brings many.
            let bytes = try await chunks.readTogether(group.map(\.content))
            var start = 0
            for file in group {
                let content = Array(bytes[start..<start + file.content.size])
                start += content.count
                try chunks.check(Digest(of: content), of: file.content)
                try await begin(file, after: unfinished)
                try await put(content)
                unfinished = content.count
            }
        }
        try await put(TarHeader.padding(after: unfinished))
        try await put(TarHeader.end(after: size))
        try await flush()
    }

    private mutating func begin(_ file: StoredFile, after unfinished: Int) async throws {
        try await put(
            TarHeader.padding(after: unfinished)
                + TarHeader.encode(file.path, size: file.content.size, isExecutable: file.isExecutable))
    }

    private mutating func put(_ bytes: [UInt8]) async throws {
        pending += bytes
        size += bytes.count
        if pending.count >= 1 << 20 { try await flush() }
    }

    private mutating func flush() async throws {
        let bytes = pending
        pending.removeAll(keepingCapacity: true)
        try await Blocking.run { [file] in try file.write(bytes) }
    }

    /// Neighbours that are read in one go: small files up to 4 MiB, a large one alone.
    private static func groups(of files: [StoredFile]) -> [ArraySlice<StoredFile>] {
        var groups: [ArraySlice<StoredFile>] = []
        var start = 0
        var size = 0
        for (index, file) in files.enumerated() {
            let isLarge = file.content.size > 1 << 20 || file.content.depth > 0
            if index > start, isLarge || size + file.content.size > 4 << 20 || index - start == 512 {
                groups.append(files[start..<index])
                (start, size) = (index, 0)
            }
            size += file.content.size
            if isLarge {
                groups.append(files[start...index])
                (start, size) = (index + 1, 0)
            }
        }
        if start < files.count { groups.append(files[start...]) }
        return groups
    }
}

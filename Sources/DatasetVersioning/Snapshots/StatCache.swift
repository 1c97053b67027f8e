// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the file system said about each file when its content was last read, so that it need not be read again.
///
/// A stamp (device, inode, size, modification and change time in nanoseconds) counts as proof only where both times are
/// well before the moment of the look: a file written in the same tick of a coarse clock could change without its stamp.
/// That is git's "racy clean" rule; such files are left out and read again the next time. The cache is a help, never
/// the truth: where it is lost or damaged, everything is read.
struct StatCache {
    /// One file's entry.
    struct Entry: Equatable {
        var stamp: FileStamp
        var digest: Digest
    }

    /// A file that was read.
    struct File: Sendable {
        var path: String
        var stamp: FileStamp
        var digest: Digest
    }

    /// File systems exist that keep times to two seconds.
    static let coarsestClock: Int64 = 2_000_000_000
    private static let magic = Array("mlops-stat-1\n".utf8)

    /// The digest of the version that the entries describe.
    var version: Digest
    var entries: [String: Entry]

    /// Reads a cache; nil where it is damaged.
    init?(_ bytes: [UInt8]) {
        let magic = StatCache.magic
        guard bytes.count >= magic.count + 64, bytes.starts(with: magic) else { return nil }
        let body = Array(bytes.dropLast(32))
        guard Digest(of: body).bytes.elementsEqual(bytes.suffix(32)) else { return nil }
        var at = magic.count
        func word() -> UInt64? {
            guard body.count - at >= 8 else { return nil }
            defer { at += 8 }
            var value: UInt64 = 0
            for index in at..<at + 8 { value = value << 8 | UInt64(body[index]) }
            return value
        }
        func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count >= 0, body.count - at >= count else { return nil }
            defer { at += count }
            return body[at..<at + count]
        }
        guard let version = take(32).flatMap({ Digest(bytes: Array($0)) }), let count = word(),
            count <= 1 << 32
        else { return nil }
        self.version = version
        entries = [:]
        entries.reserveCapacity(min(Int(count), body.count / 82))
        for _ in 0..<count {
            guard let device = word(), let inode = word(), let size = word(), let modified = word(),
                let changed = word(), let length = word(),
                let digest = take(32).flatMap({ Digest(bytes: Array($0)) }),
                let path = take(Int(truncatingIfNeeded: length >> 1)), size <= UInt64(Int.max)
            else { return nil }
            let stamp = FileStamp(
                device: device, inode: inode, size: Int(size), modified: Int64(bitPattern: modified),
                changed: Int64(bitPattern: changed), isExecutable: length & 1 == 1)
            entries[String(decoding: path, as: UTF8.self)] = Entry(stamp: stamp, digest: digest)
        }
        guard at == body.count else { return nil }
    }

    /// The bytes of a cache of the files whose stamps are proof when looked at then, in nanoseconds since 1970.
    static func encode(
        version: Digest, _ files: [File], lookedAt: Int64, granularity: Int64
    ) -> [UInt8] {
        let proven = files.filter { max($0.stamp.modified, $0.stamp.changed) < lookedAt - granularity }
        var bytes = StatCache.magic
        bytes.reserveCapacity(proven.count * 140 + 128)
        func append(_ word: UInt64) {
            unsafe withUnsafeBytes(of: word.bigEndian) { unsafe bytes.append(contentsOf: $0) }
        }
        version.append(to: &bytes)
        append(UInt64(proven.count))
        for file in proven {
            append(file.stamp.device)
            append(file.stamp.inode)
            append(UInt64(file.stamp.size))
            append(UInt64(bitPattern: file.stamp.modified))
            append(UInt64(bitPattern: file.stamp.changed))
            append(UInt64(file.path.utf8.count) << 1 | (file.stamp.isExecutable ? 1 : 0))
            file.digest.append(to: &bytes)
            bytes.append(contentsOf: file.path.utf8)
        }
        Digest(of: bytes).append(to: &bytes)
        return bytes
    }
}

/// Where the stat caches of this machine stand: one file for each store, dataset and source.
struct StatCacheFolder {
    let path: String

    private func file(_ store: String, _ dataset: String, _ source: String) -> String {
        path + "/" + Digest(of: "\(store)\0\(dataset)\0\(source)").hexadecimal + ".stat"
    }

    /// The cache of a source; nil where there is none or it cannot be read.
    func load(store: String, dataset: String, source: String) -> StatCache? {
        guard let data = FileManager.default.contents(atPath: file(store, dataset, source)) else {
            return nil
        }
        return StatCache(Array(data))
    }

    /// Keeps the bytes of a cache; where that fails, files are read again, which is no harm.
    func save(_ cache: [UInt8], store: String, dataset: String, source: String) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            let target = URL(filePath: file(store, dataset, source))
            try Data(cache).write(to: target, options: .atomic)
        } catch {}
    }
}

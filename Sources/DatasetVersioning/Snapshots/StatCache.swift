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

    /// File systems exist that keep times to two seconds.
    static let coarsestClock: Int64 = 2_000_000_000
    private static let magic = Array("mlops-stat-1\n".utf8)

    /// The digest of the version that the entries describe.
    var version: Digest
    var entries: [String: Entry]

    /// Takes the files whose stamps are proof when looked at then, in nanoseconds since 1970.
    init(
        version: Digest, files: [(path: String, stamp: FileStamp, digest: Digest)], lookedAt: Int64,
        granularity: Int64 = StatCache.coarsestClock
    ) {
        self.version = version
        entries = [:]
        entries.reserveCapacity(files.count)
        for file in files
        where max(file.stamp.modified, file.stamp.changed) < lookedAt - granularity {
            entries[file.path] = Entry(stamp: file.stamp, digest: file.digest)
        }
    }

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

    /// The bytes that read back to this.
    func encoded() -> [UInt8] {
        var bytes = StatCache.magic
        bytes.reserveCapacity(entries.count * 140 + 128)
        func append(_ word: UInt64) {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        bytes += version.bytes
        append(UInt64(entries.count))
        for (path, entry) in entries {
            append(entry.stamp.device)
            append(entry.stamp.inode)
            append(UInt64(entry.stamp.size))
            append(UInt64(bitPattern: entry.stamp.modified))
            append(UInt64(bitPattern: entry.stamp.changed))
            append(UInt64(path.utf8.count) << 1 | (entry.stamp.isExecutable ? 1 : 0))
            bytes += entry.digest.bytes
            bytes += path.utf8
        }
        return bytes + Digest(of: bytes).bytes
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

    /// Keeps a cache; where that fails, files are read again, which is no harm.
    func save(_ cache: StatCache, store: String, dataset: String, source: String) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            let target = URL(filePath: file(store, dataset, source))
            try Data(cache.encoded()).write(to: target, options: .atomic)
        } catch {}
    }
}

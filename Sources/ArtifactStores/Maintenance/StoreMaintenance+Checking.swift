// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// What a check found.
public struct CheckReport: Hashable, Sendable {
    /// A content of which chunks are gone.
    public struct Loss: Hashable, Sendable {
        /// The key of the record that names it.
        public let record: String
        /// The file's path, or where in the record the content is named.
        public let path: String
        /// How many of its chunks are gone.
        public let chunks: Int
    }

    /// Everything that is wrong.
    public internal(set) var problems: [StoreProblem] = []
    /// The contents that cannot be read in full.
    public internal(set) var losses: [Loss] = []
    /// How many records and contents were looked at.
    public internal(set) var records = 0, contents = 0
    /// How many packs there are, and how many of them were read.
    public internal(set) var packs = 0, packsRead = 0

    /// Whether nothing is wrong that endangers data.
    public var isSound: Bool { losses.isEmpty && !problems.contains { $0.isSerious } }

    var damagedPacks: Set<Digest> = []
    var missingPacks: Set<Digest> = []
    var damagedIndexes: [String] = []
    var unindexedPacks: Set<Digest> = []
}

extension StoreMaintenance {
    /// Checks the store; it changes nothing.
    ///
    /// Always checked: the store's description, every index against its name, indexes against packs, every record and list,
    /// and that each chunk that is named is in an index. The share of the packs says how much data is read and hashed too.
    ///
    /// - Parameters:
    ///   - dataShare: Which share of the packs to read, from 0 to 1; a part is chosen at random, so that repeated checks
    ///     come to all.
    /// - Throws: ``StoreError`` where the store itself does not answer.
    public func check(dataShare: Double = 0) async throws -> CheckReport {
        var report = CheckReport()
        guard try await checkFormat(&report) else { return report }
        // Indexes before packs: a writer at work adds the pack first, so none is missed.
        var table = try await checkIndexes(&report)
        let packs = try await store.listAll(prefix: ChunkKeys.packs)
        checkPacks(packs, against: table, &report)
        try await checkData(packs, table, share: dataShare, &report)
        table = table.without(report.missingPacks.union(report.damagedPacks))
        let sound = table
        var scan = ReferenceScan(chunks)
        var losses: [CheckReport.Loss] = []
        try await scan.run { reference, needed in
            let lost = try await needed.count { digest in
                guard sound.locations(of: digest).isEmpty else { return false }
                return try await !hasSoundCopy(of: digest)
            }
            if lost > 0 {
                losses.append(
                    CheckReport.Loss(record: reference.record, path: reference.path, chunks: lost))
            }
        }
        report.losses = losses
        report.problems += scan.problems
        report.problems += losses.map { loss in
            StoreProblem(
                .lostContent, key: loss.record,
                "'\(loss.path)' lacks \(loss.chunks) chunks; publish the same content again to bring them back"
            )
        }
        report.problems += try await unfinishedWrites(startedBefore: .infinity, removing: false).map { key in
            StoreProblem(
                .unfinishedWrite, key: key,
                "its parts take space; a writer is at work, or 'mlops store gc' removes them when they are old"
            )
        }
        report.records = scan.records
        report.contents = scan.references
        return report
    }

    private func checkFormat(_ report: inout CheckReport) async throws -> Bool {
        do {
            guard let format = try await ChunkStoreFormat.load(store) else {
                if try await store.list(prefix: ChunkKeys.packs, after: nil, limit: 1).objects.isEmpty {
                    return true
                }
                throw StoreError(.corrupted, "the store's description is missing, though there are packs")
            }
            _ = try format.check(store.location)
            return true
        } catch let error as StoreError where [.corrupted, .unsupportedFormat].contains(error.code) {
            report.problems.append(StoreProblem(.format, key: ChunkKeys.format, error.message))
            return false
        }
    }

    private func checkIndexes(_ report: inout CheckReport) async throws -> ChunkTable {
        var table = ChunkTable()
        var indexes: [(String, ChunkIndex)] = []
        for object in try await store.listAll(prefix: ChunkKeys.indexes) {
            do {
                indexes.append((object.key, try await chunks.index(at: object.key)))
            } catch let error as StoreError where error.code == .notFound {
                continue
            } catch let error as StoreError where error.code == .corrupted {
                report.damagedIndexes.append(object.key)
                report.problems.append(StoreProblem(.damagedIndex, key: object.key, error.message))
            }
        }
        table.add(indexes)
        return table
    }

    private func checkPacks(
        _ packs: [ObjectInfo], against table: ChunkTable, _ report: inout CheckReport
    ) {
        report.packs = packs.count
        let sizes = packs.reduce(into: [String: Int]()) { $0[$1.key] = $1.size }
        for (pack, size) in table.packSizes.sorted(by: { $0.key < $1.key }) {
            let key = ChunkPack.key(of: pack)
            guard let found = sizes[key] else {
                report.missingPacks.insert(pack)
                report.problems.append(StoreProblem(.missingPack, key: key, "an index names it"))
                continue
            }
            if found != size {
                report.damagedPacks.insert(pack)
                report.problems.append(
                    StoreProblem(.damagedPack, key: key, "it has \(found) bytes instead of \(size)"))
            }
        }
        for object in packs {
            guard let name = StoreObjectKind.digest(of: object.key, ChunkKeys.packs, ".pack"),
                table.packSizes[name] == nil
            else { continue }
            report.unindexedPacks.insert(name)
            report.problems.append(
                StoreProblem(
                    .unindexedPack, key: object.key,
                    "no index names it; a writer is at work or was killed, or an index is damaged"))
        }
    }

    private func checkData(
        _ packs: [ObjectInfo], _ table: ChunkTable, share: Double, _ report: inout CheckReport
    ) async throws {
        guard share > 0 else { return }
        let count = min(packs.count, Int((Double(packs.count) * share).rounded(.up)))
        for object in packs.shuffled().prefix(count).sorted(by: { $0.key < $1.key }) {
            guard let name = StoreObjectKind.digest(of: object.key, ChunkKeys.packs, ".pack"),
                !report.damagedPacks.contains(name)
            else { continue }
            let bytes: [UInt8]
            do {
                bytes = try await store.get(object.key)
            } catch let error as StoreError where error.code == .notFound {
                continue
            }
            report.packsRead += 1
            let contents = try await Blocking.run { PackContents(bytes) }
            if contents.name != name || !contents.damaged.isEmpty {
                report.damagedPacks.insert(name)
                report.problems.append(
                    StoreProblem(
                        .damagedPack, key: object.key,
                        "\(contents.damaged.count) of its chunks are not what was stored; 'mlops store repair' saves "
                            + "the other \(contents.sound.count)"))
            }
        }
    }

    /// Whether a chunk can be read from any place, the trash and damaged packs included.
    private func hasSoundCopy(of digest: Digest) async throws -> Bool {
        do {
            _ = try await chunks.chunk(digest)
            return true
        } catch let error as StoreError where error.code == .corrupted {
            return false
        }
    }
}

/// What is found in the bytes of a pack.
struct PackContents: Sendable {
    /// The name that the bytes ought to have; nil where they are no sequence of records.
    private(set) var name: Digest?
    private(set) var sound: [ChunkPack.Record] = []
    private(set) var damaged: [ChunkPack.Record] = []

    /// Walks through a pack; behind a damaged header it looks for the next sound record.
    init(_ bytes: [UInt8]) {
        var hasher = SHA256()
        var isWhole = bytes.count >= ChunkPack.headerSize && bytes.starts(with: ChunkPack.magic)
        hasher.update(bytes.prefix(ChunkPack.headerSize))
        var position = min(ChunkPack.headerSize, bytes.count)
        while position < bytes.count {
            guard let record = ChunkPack.record(in: bytes, at: position),
                record.range.upperBound <= bytes.count
            else {
                isWhole = false
                guard let next = PackContents.nextRecord(in: bytes, after: position) else { break }
                position = next
                continue
            }
            if ChunkPack.content(of: record, in: bytes, at: position) != nil {
                sound.append(record)
                position = record.range.upperBound
            } else {
                damaged.append(record)
                // Its sizes may be what is damaged.
                position =
                    ChunkPack.record(in: bytes, at: record.range.upperBound) != nil
                        || record.range.upperBound == bytes.count
                    ? record.range.upperBound
                    : PackContents.nextRecord(in: bytes, after: position) ?? bytes.count
            }
            hasher.update(ChunkPack.header(of: record))
        }
        name = isWhole ? hasher.finalize() : nil
    }

    private static func nextRecord(in bytes: [UInt8], after position: Int) -> Int? {
        var position = position + 1
        while position + ChunkPack.recordHeaderSize <= bytes.count {
            if bytes[position] == ChunkPack.recordMagic[0],
                bytes[position..<position + 4].elementsEqual(ChunkPack.recordMagic)
            {
                return position
            }
            position += 1
        }
        return nil
    }
}

extension ChunkTable {
    /// The table without some packs.
    func without(_ packs: Set<Digest>) -> ChunkTable {
        guard !packs.isEmpty else { return self }
        var kept: [Digest: [ChunkPack.Record]] = [:]
        forEach { if !packs.contains($0.pack) { kept[$0.pack, default: []].append($0.record) } }
        var table = ChunkTable()
        table.add([
            (
                "",
                ChunkIndex(
                    packs: kept.map { ChunkIndex.Pack(name: $0, size: packSizes[$0] ?? 0, records: $1) })
            )
        ])
        return table
    }
}

extension Sequence {
    /// How many elements satisfy an asynchronous test.
    fileprivate func count(where test: (Element) async throws -> Bool) async rethrows -> Int {
        var count = 0
        for element in self where try await test(element) { count += 1 }
        return count
    }
}

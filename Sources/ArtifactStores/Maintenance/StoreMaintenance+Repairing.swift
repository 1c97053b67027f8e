// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// What a repair did.
public struct RepairReport: Hashable, Sendable {
    /// What was found before.
    public internal(set) var before = CheckReport()
    /// What is still wrong: the contents that are lost, above all.
    public internal(set) var after = CheckReport()
    /// The objects that were put into quarantine.
    public internal(set) var quarantined: [String] = []
    /// Packs that were brought back from the trash.
    public internal(set) var recovered: [String] = []
    /// How many chunks were saved from damaged packs and packs without an index.
    public internal(set) var savedChunks = 0
}

extension StoreMaintenance {
    /// Mends what can be mended and deletes nothing: what is damaged goes into quarantine.
    ///
    /// Indexes are rebuilt from the packs, sound chunks are copied out of damaged packs, and packs that are missing are
    /// brought back from the trash. Contents that still lack chunks are named in the report; publishing the
    /// same content again brings them back.
    ///
    /// - Parameters:
    ///   - dataShare: Which share of the packs to read and hash, from 0 to 1; a repair should read all.
    /// - Throws: ``StoreError``, with the code `unavailable` while writers are at work.
    public func repair(dataShare: Double = 1) async throws -> RepairReport {
        // Nothing is written into a store that is not understood, not even a look at its clock.
        _ = try await ChunkStoreFormat.load(store)?.check(store.location)
        let now = try await StoreClock(store).now
        let writers = try await store.listAll(prefix: ChunkKeys.leases).filter {
            now - $0.modified < 2 * ChunkLease.duration
        }
        guard writers.isEmpty else {
            throw StoreError(
                .unavailable,
                "\(writers.count) writers are at work, or were killed less than two hours ago; wait for them",
                key: writers[0].key, location: store.location)
        }
        var report = RepairReport()
        report.before = try await check(dataShare: dataShare)
        if let problem = report.before.problems.first(where: { $0.kind == .format }) {
            throw StoreError(
                .corrupted,
                "\(problem.message); bring it back from another store with the same parameters before anything is repaired",
                key: ChunkKeys.format, location: store.location)
        }
        // Writers that start from now on do not build on what is damaged.
        let damaged = report.before.damagedPacks
        if !damaged.isEmpty {
            try await collections.append { _ in
                CollectionRecord(packs: damaged.map(\.hexadecimal).sorted(), by: "repair")
            }
        }
        for pack in report.before.missingPacks.sorted() {
            let key = ChunkPack.key(of: pack)
            if try await copyBack(key) { report.recovered.append(key) }
        }
        for key in report.before.damagedIndexes {
            try await move(key, to: ChunkKeys.quarantine + key)
            report.quarantined.append(key)
        }
        report.savedChunks = try await save(report.before.unindexedPacks.union(damaged))
        let gone = try await missing(report.before.missingPacks)
        try await rewriteIndexes(of: try await chunks.refreshed(), without: damaged.union(gone))
        for pack in damaged.sorted() {
            let key = ChunkPack.key(of: pack)
            try await move(key, to: ChunkKeys.quarantine + key)
            report.quarantined.append(key)
        }
        if !damaged.isEmpty {
            try await collections.append { _ in CollectionRecord(packs: [], by: "repair") }
        }
        var scan = ReferenceScan(chunks)
        try await scan.run()
        report.recovered += try await bringBack(scan.live).recovered
        report.after = try await StoreMaintenance(store).check()
        return report
    }

    /// Takes the sound chunks of packs that cannot be used as they are: from a sound pack by an index, from a damaged one by
    /// a copy.
    private func save(_ packs: Set<Digest>) async throws -> Int {
        guard !packs.isEmpty else { return 0 }
        var indexed: [ChunkIndex.Pack] = []
        var saved = 0
        saved += try await ChunkStore(store).write { writer in
            for pack in packs.sorted() {
                let bytes = try await store.get(ChunkPack.key(of: pack))
                let contents = try await Blocking.run { PackContents(bytes) }
                if contents.name == pack, contents.damaged.isEmpty {
                    indexed.append(
                        ChunkIndex.Pack(name: pack, size: bytes.count, records: contents.sound))
                    continue
                }
                for record in contents.sound {
                    guard
                        let content = ChunkPack.content(of: record, in: bytes, at: Int(record.offset))
                    else { continue }
                    try await writer.addChunk(content)
                }
            }
            try await writer.commit()
            return writer.receipt.newChunks
        }
        if !indexed.isEmpty {
            _ = try await write(ChunkIndex(packs: indexed))
            saved += indexed.reduce(0) { $0 + $1.records.count }
        }
        return saved
    }

    private func missing(_ packs: Set<Digest>) async throws -> Set<Digest> {
        var missing: Set<Digest> = []
        for pack in packs where try await store.head(ChunkPack.key(of: pack)) == nil { missing.insert(pack) }
        return missing
    }
}

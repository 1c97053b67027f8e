// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

extension StoreMaintenance {
    /// Reads every record, and sees to it that what they name is there: what lies in the trash is brought back.
    ///
    /// - Parameters:
    ///   - scan: Where the answer goes; one that was used before reads only the records that are new.
    ///   - mends: Whether anything may be brought back.
    /// - Returns: All indexes, read behind the records, so that they hold whatever those name; and the packs that were
    ///   brought back.
    /// - Throws: ``StoreError``, where the answer may be incomplete: nothing may be removed then.
    func look(
        _ scan: inout ReferenceScan, mends: Bool
    ) async throws -> (table: ChunkTable, recovered: [String]) {
        try await scan.run()
        if let problem = scan.problems.first {
            throw StoreError(
                problem.kind == .unknownObject ? .unsupportedFormat : .corrupted,
                "garbage is not collected while this is in the store: \(problem.message)", key: problem.key,
                location: store.location)
        }
        let found = try await bringBack(scan.live, mends: mends)
        if let digest = found.missing.first {
            throw StoreError(
                .corrupted,
                "garbage is not collected while chunks are missing; 'mlops store check' names them, "
                    + "'mlops store repair' brings back what it can", key: digest.description,
                location: store.location)
        }
        return (found.table, found.recovered)
    }

    /// Brings packs back from the trash: those that an index names, because writers may build on them, and those that
    /// hold what is needed and is nowhere else.
    func bringBack(
        _ live: Set<Digest>, mends: Bool = true
    ) async throws -> (table: ChunkTable, missing: [Digest], recovered: [String]) {
        var (table, present) = try await presence()
        var lost = missing(live, table, present)
        var absent = Set(table.packs).subtracting(present)
        guard mends, !lost.isEmpty || !absent.isEmpty else { return (table, lost, []) }
        // Another collection may have been at it: what its indexes say now is what counts.
        (table, present) = try await presence()
        let trash = try await chunks.trashTable()
        lost = missing(live, table, present)
        absent = Set(table.packs).subtracting(present)
        // A pack that no index names any more may still stand where it was, with a collection about to move it.
        let unnamed = Set(lost.flatMap { trash.locations(of: $0).map(\.pack) }).subtracting(table.packs)
        var recovered: [String] = []
        for pack in absent.union(unnamed).subtracting(present).sorted() {
            let key = ChunkPack.key(of: pack)
            if try await copyBack(key) { recovered.append(key) }
        }
        let there = unnamed.filter { present.contains($0) || recovered.contains(ChunkPack.key(of: $0)) }
        if !there.isEmpty { _ = try await write(trash.index(of: there)) }
        (table, present) = try await presence()
        return (table, missing(live, table, present), recovered)
    }

    /// Copies an object back from the trash; false where it is not there.
    ///
    /// What lies in the trash stays there: a collection that is on its way from copying to deleting may delete what is brought
    /// back here, and looks for it in the trash then.
    func copyBack(_ key: String) async throws -> Bool {
        do {
            try await store.create(try await store.get(ChunkKeys.trash + key), at: key)
            return true
        } catch let error as StoreError where error.code == .notFound {
            return false
        } catch let error as StoreError where error.code == .alreadyExists {
            return true
        }
    }

    /// Leaves in the trash an index of the packs that go there, so that they are found in it.
    func leaveIndex(of packs: Set<Digest>, _ table: ChunkTable) async throws {
        var index = table.index(of: packs)
        for pack in packs.subtracting(table.packs) {
            do {
                let bytes = try await store.get(ChunkPack.key(of: pack))
                let contents = try await Blocking.run { PackContents(bytes) }
                index.packs.append(ChunkIndex.Pack(name: pack, size: bytes.count, records: contents.sound))
            } catch let error as StoreError where error.code == .notFound {
                // It went to the trash before.
                continue
            }
        }
        guard !index.packs.isEmpty else { return }
        _ = try await write(index, under: ChunkKeys.trash)
    }

    /// All indexes, and the packs that are there.
    private func presence() async throws -> (table: ChunkTable, packs: Set<Digest>) {
        let table = try await chunks.refreshed()
        let packs = try await store.listAll(prefix: ChunkKeys.packs).compactMap {
            StoreObjectKind.digest(of: $0.key, ChunkKeys.packs, ".pack")
        }
        return (table, Set(packs))
    }

    /// The chunks that no pack holds which is there.
    private func missing(_ live: Set<Digest>, _ table: ChunkTable, _ packs: Set<Digest>) -> [Digest] {
        live.filter { digest in !table.locations(of: digest).contains { packs.contains($0.pack) } }
    }
}

extension ChunkTable {
    /// An index of some of the packs.
    func index(of packs: Set<Digest>) -> ChunkIndex {
        var records: [Digest: [ChunkPack.Record]] = [:]
        forEach { location in
            if packs.contains(location.pack) { records[location.pack, default: []].append(location.record) }
        }
        return ChunkIndex(
            packs: records.sorted { $0.key < $1.key }.map { pack, records in
                ChunkIndex.Pack(name: pack, size: packSizes[pack] ?? 0, records: records)
            })
    }
}

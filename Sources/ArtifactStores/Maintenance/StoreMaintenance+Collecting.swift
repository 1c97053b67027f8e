// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// When garbage is removed.
public struct CollectionPolicy: Hashable, Sendable {
    /// Packs younger than this stay, in seconds; a day by default.
    ///
    /// It should be longer than any writer takes.
    public var age = 86_400.0
    /// So long after the verdict the packs stay where they are, in seconds; an hour by default.
    public var delay = 3_600.0
    /// So long things stay in the trash, in seconds; a week by default.
    public var trashAge = 604_800.0
    /// A pack of which a smaller share is needed is written anew with what is needed.
    public var sparseShare = 0.5

    /// More packs than these that are far too small are put together into larger ones.
    public var smallPacks = 16

    /// Takes the defaults.
    public init() {}
}

/// What a collection of garbage did, or would do.
public struct CollectionReport: Hashable, Sendable {
    /// What the collection came to.
    public enum Outcome: Hashable, Sendable {
        /// Nothing is garbage.
        case nothingToDo
        /// Packs were condemned; a later collection removes them.
        case condemned
        /// Packs were moved to the trash.
        case removed
        /// Packs are condemned, but not for long enough; the number is the seconds left.
        case tooEarly(Double)
        /// Packs are condemned, but so many writers that may build on them are still at work.
        case waitingForWriters(Int)
    }

    /// What the collection came to.
    public internal(set) var outcome = Outcome.nothingToDo
    /// The packs that were condemned or removed.
    public internal(set) var packs: [String] = []
    /// How many bytes those packs have.
    public internal(set) var bytes = 0
    /// Packs that had been condemned and are needed after all.
    public internal(set) var acquitted: [String] = []
    /// Packs that were brought back from the trash: a writer that had been halted for hours has named them.
    public internal(set) var recovered: [String] = []
    /// How many chunks are needed.
    public internal(set) var liveChunks = 0
    /// How many chunks were copied out of packs of which little was needed.
    public internal(set) var copiedChunks = 0
    /// The keys of writes that never became objects, such as uploads in parts, and were removed.
    public internal(set) var unfinished: [String] = []
    /// How many objects were removed from the trash.
    public internal(set) var emptied = 0
}

extension StoreMaintenance {
    /// Collects garbage, in two steps of which each is a call of its own.
    ///
    /// The first call finds packs that nothing names and condemns them: writers that start from then on do not build on
    /// them. A later call, when every writer that started before is done, looks again, acquits what is named
    /// after all, and moves the rest to the trash; from there readers still find it until the trash is emptied.
    ///
    /// - Parameters:
    ///   - policy: How long things stay.
    ///   - isDryRun: Whether to only tell what would be done.
    /// - Throws: ``StoreError``; with the code `unsupportedFormat` or `corrupted` where the store holds anything that is not
    ///   understood or cannot be read: then nothing was removed.
    public func collectGarbage(
        _ policy: CollectionPolicy = CollectionPolicy(), isDryRun: Bool = false
    ) async throws -> CollectionReport {
        guard let format = try await ChunkStoreFormat.load(store) else { return CollectionReport() }
        _ = try format.check(store.location)
        let now = try await StoreClock(store).now
        var report: CollectionReport
        let latest = try await collections.latest()
        if let latest, !latest.record.packs.isEmpty {
            report = try await sweep(latest, policy, now: now, isDryRun: isDryRun)
        } else {
            report = try await condemn(after: latest?.number ?? 0, policy, now: now, isDryRun: isDryRun)
        }
        report.emptied = try await emptyTrash(policy, now: now, isDryRun: isDryRun)
        report.unfinished = try await unfinishedWrites(startedBefore: now - policy.age, removing: !isDryRun)
        return report
    }

    // MARK: First step

    private func condemn(
        after number: Int, _ policy: CollectionPolicy, now: Double, isDryRun: Bool
    ) async throws -> CollectionReport {
        // Packs are listed before the records are read: what is written meanwhile is too young to be condemned.
        let packs = try await store.listAll(prefix: ChunkKeys.packs)
        var scan = ReferenceScan(chunks)
        let (table, recovered) = try await look(&scan, mends: !isDryRun)
        let live = scan.live
        var needed: [Digest: Int] = [:]
        table.forEach { location in
            if live.contains(location.record.digest) {
                needed[location.pack, default: 0] += location.record.range.count
            }
        }
        var report = CollectionReport()
        report.recovered = recovered
        report.liveChunks = live.count
        var sparse: Set<Digest> = []
        let old = packs.filter { now - $0.modified >= policy.age }
        let smallSize = (try await ChunkStoreFormat.load(store)?.packSize ?? 0) / 4
        let hasManySmall = old.count { $0.size < smallSize } > policy.smallPacks
        for pack in old {
            guard let name = StoreObjectKind.digest(of: pack.key, ChunkKeys.packs, ".pack") else { continue }
            let share = Double(needed[name] ?? 0) / Double(max(pack.size, 1))
            guard share < policy.sparseShare || hasManySmall && pack.size < smallSize else { continue }
            if share > 0 { sparse.insert(name) }
            report.packs.append(name.hexadecimal)
            report.bytes += pack.size
        }
        guard !report.packs.isEmpty else { return report }
        report.outcome = .condemned
        guard !isDryRun else { return report }
        let record = CollectionRecord(packs: report.packs, by: "collection")
        try await collections.append(record, as: number + 1)
        report.copiedChunks = try await copy(live, outOf: sparse, table)
        return report
    }

    /// Writes the chunks anew that are needed and lie in condemned packs only.
    private func copy(_ live: Set<Digest>, outOf packs: Set<Digest>, _ table: ChunkTable) async throws -> Int
    {
        guard !packs.isEmpty else { return 0 }
        return try await ChunkStore(store).write { writer in
            var wanted: [Digest] = []
            table.forEach { location in
                if packs.contains(location.pack), live.contains(location.record.digest) {
                    wanted.append(location.record.digest)
                }
            }
            for digest in wanted {
                try await writer.addChunk(try await chunks.chunk(digest))
            }
            try await writer.commit()
            return writer.receipt.newChunks
        }
    }

    // MARK: Second step

    private func sweep(
        _ verdict: RecordHistory<CollectionRecord>.Entry, _ policy: CollectionPolicy, now: Double,
        isDryRun: Bool
    ) async throws -> CollectionReport {
        var report = CollectionReport()
        let key = collections.key(of: verdict.number)
        guard let published = try await store.head(key)?.modified else {
            throw StoreError(.unavailable, "the verdict came and went; try again", key: key)
        }
        guard now - published >= policy.delay else {
            report.outcome = .tooEarly(policy.delay - (now - published))
            return report
        }
        let waiting = try await writers(before: verdict.number, now: now)
        guard waiting == 0 else {
            report.outcome = .waitingForWriters(waiting)
            return report
        }
        // Only now are the records read: every writer that may have built on a condemned pack has published.
        var scan = ReferenceScan(chunks)
        let (table, recovered) = try await look(&scan, mends: !isDryRun)
        let live = scan.live
        report.recovered = recovered
        report.liveChunks = live.count
        var removed = verdict.record.condemned
        for digest in live {
            let places = table.locations(of: digest).map(\.pack)
            if places.allSatisfy({ removed.contains($0) }) { removed.subtract(places) }
        }
        report.acquitted = verdict.record.condemned.subtracting(removed).map(\.hexadecimal).sorted()
        let sizes = try await store.listAll(prefix: ChunkKeys.packs)
            .reduce(into: [String: Int]()) { $0[$1.key] = $1.size }
        report.packs = removed.map(\.hexadecimal).sorted()
        report.bytes = removed.reduce(0) { $0 + (sizes[ChunkPack.key(of: $1)] ?? 0) }
        report.outcome = removed.isEmpty ? .nothingToDo : .removed
        guard !isDryRun else { return report }
        if !removed.isEmpty {
            try await stopIfSuperseded(verdict.number)
            try await leaveIndex(of: removed, table)
            try await rewriteIndexes(of: table, without: removed)
            for pack in removed.sorted() {
                try await stopIfSuperseded(verdict.number)
                let key = ChunkPack.key(of: pack)
                try await move(key, to: ChunkKeys.trash + key)
            }
            // A writer that was halted until its lease lapsed may have published meanwhile; see `ChunkWriter.confirm`.
            report.recovered += try await look(&scan, mends: true).recovered
        }
        do {
            try await collections.append(
                CollectionRecord(packs: [], by: "collection"), as: verdict.number + 1)
        } catch let error as StoreError where error.code == .alreadyExists {
            // Another collector finished the same verdict.
        }
        return report
    }

    /// A verdict that another collector has finished no longer binds writers: nothing may be removed by it.
    private func stopIfSuperseded(_ number: Int) async throws {
        guard try await store.head(collections.key(of: number + 1)) == nil else {
            throw StoreError(
                .changed, "another collection went on meanwhile; nothing more was removed",
                key: ChunkKeys.collections,
                location: store.location)
        }
    }

    /// How many writers may still build on what was condemned.
    private func writers(before number: Int, now: Double) async throws -> Int {
        var count = 0
        for lease in try await store.listAll(prefix: ChunkKeys.leases)
        where now - lease.modified < 2 * ChunkLease.duration {
            do {
                let record = try CanonicalJSON.decode(LeaseRecord.self, from: try await store.get(lease.key))
                if record.collection < number { count += 1 }
            } catch let error as StoreError where error.code == .notFound {
                continue
            } catch let error as StoreError {
                throw error
            } catch {
                // A lease that is not understood counts.
                count += 1
            }
        }
        return count
    }

    private func emptyTrash(_ policy: CollectionPolicy, now: Double, isDryRun: Bool) async throws -> Int {
        // What stands in both places was brought back, or a collection that moves it is halted in between: it stays longer.
        let standing = Set(try await store.listAll(prefix: ChunkKeys.packs).map { ChunkKeys.trash + $0.key })
        var old = try await store.listAll(prefix: ChunkKeys.trash).filter {
            now - $0.modified >= policy.trashAge * (standing.contains($0.key) ? 4 : 1)
        }
        if !isDryRun, !old.isEmpty {
            // Nothing leaves the trash for good before the records were looked at once more.
            var scan = ReferenceScan(chunks)
            let recovered = Set(try await look(&scan, mends: true).recovered.map { ChunkKeys.trash + $0 })
            old.removeAll { recovered.contains($0.key) }
            for object in old { try await store.delete(object.key) }
        }
        let leases = try await store.listAll(prefix: ChunkKeys.leases).filter {
            now - $0.modified >= max(policy.age, 4 * ChunkLease.duration)
        }
        if !isDryRun { for lease in leases { try await store.delete(lease.key) } }
        return old.count
    }
}

extension ChunkWriter {
    /// Adds one chunk as it is.
    func addChunk(_ bytes: [UInt8]) async throws {
        try await Blocking.run { [sink] in
            _ = try unsafe bytes.withUnsafeBytes { try unsafe sink.take([0..<bytes.count], of: $0) }
        }
        try await flush()
    }
}

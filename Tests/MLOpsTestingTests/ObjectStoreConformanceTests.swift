// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import MLOpsTesting
import Synchronization
import Testing

/// The suite passes a sound store and finds what is wrong with each unsound one.
@Suite struct ObjectStoreConformanceTests {
    private func conformance(of store: any ObjectStore) -> ObjectStoreConformance {
        ObjectStoreConformance(of: store, largeObjectSize: 200_000, longListingCount: 120)
    }

    @Test func passesTheStoreInMemory() async throws {
        let store = InMemoryObjectStore()
        try await store.put([1], at: "other")
        let report = await conformance(of: store).run()
        #expect(report.outcomes.allSatisfy { $0.verdict == .passed }, "\(report)")
        #expect(report.outcomes.map(\.check) == ObjectStoreConformance.Check.allCases)
        #expect(
            try await store.listAll(prefix: "").map(\.key) == ["other"], "the suite leaves nothing behind")
    }

    @Test(arguments: UnsoundStore.Flaw.allCases)
    func findsEachFlaw(_ flaw: UnsoundStore.Flaw) async throws {
        let report = await conformance(of: UnsoundStore(flaw)).run()
        let found = report.failures.map(\.check)
        #expect(found.contains(flaw.check), "'\(flaw)' was not found:\n\(report)")
        #expect(!report.isConforming)
    }

    @Test func aStoreWithoutReplaceIsLackingNotBroken() async throws {
        let store = FaultInjectingObjectStore(InMemoryObjectStore()) {
            $0.operation == .replace ? .fail(.unsupported) : nil
        }
        let report = await conformance(of: store).run([.replaceIfUnchanged, .racingReplacements])
        #expect(report.isConforming)
        #expect(
            report.outcomes.allSatisfy { if case .lacking = $0.verdict { true } else { false } }, "\(report)")
    }
}

/// A store that breaks one promise.
struct UnsoundStore: ObjectStore {
    enum Flaw: CaseIterable {
        case createOverwrites, createChecksThenPuts, replaceIgnoresTheTag, listsInFolderOrder,
            listsOnePageOnly
        case rangesPassTheEnd, textMode, deleteKeepsIt, missingIsEmpty, tagStaysTheSame, staleListing
        case takesAnyKey, cutsLargeObjects, tearsWrites, wrongSize
        case clockRunsBackwards, batchReplaces, batchForgets

        var check: ObjectStoreConformance.Check {
            switch self {
            case .createOverwrites: .createIfAbsent
            case .createChecksThenPuts: .racingCreators
            case .replaceIgnoresTheTag: .replaceIfUnchanged
            case .listsInFolderOrder: .listing
            case .listsOnePageOnly: .longListing
            case .rangesPassTheEnd: .ranges
            case .textMode: .contents
            case .deleteKeepsIt: .delete
            case .missingIsEmpty: .missingObject
            case .tagStaysTheSame: .overwrite
            case .staleListing: .freshListing
            case .takesAnyKey: .invalidKeys
            case .cutsLargeObjects: .largeObject
            case .tearsWrites: .wholeContents
            case .wrongSize: .information
            case .clockRunsBackwards: .clock
            case .batchReplaces, .batchForgets: .batches
            }
        }
    }

    private let base = InMemoryObjectStore()
    private let flaw: Flaw
    private let deleted = Shared([String]())
    var location: String { "unsound:" }

    init(_ flaw: Flaw) { self.flaw = flaw }

    func put(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        var content = content
        if flaw == .textMode { content = content.filter { $0 != 13 } }
        if flaw == .cutsLargeObjects { content = Array(content.prefix(150_000)) }
        if flaw == .tearsWrites, content.count > 100_000 {
            try await base.put(Array(content.prefix(100_000)), at: key)
            try await Task.sleep(for: .milliseconds(20))
        }
        let key = flaw == .takesAnyKey && (try? ObjectKey.check(key)) == nil ? "any" : key
        let tag = try await base.put(content, at: key)
        return flaw == .tagStaysTheSame ? ObjectTag("1") : tag
    }

    func create(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        switch flaw {
        case .createOverwrites, .takesAnyKey: return try await put(content, at: key)
        case .createChecksThenPuts:
            guard try await base.head(key) == nil else { throw StoreError(.alreadyExists, "taken", key: key) }
            try await Task.sleep(for: .milliseconds(2))
            return try await base.put(content, at: key)
        default: return try await base.create(content, at: key)
        }
    }

    func replace(_ content: [UInt8], at key: String, ifUnchanged tag: ObjectTag) async throws -> ObjectTag {
        flaw == .replaceIgnoresTheTag
            ? try await base.put(content, at: key)
            : try await base.replace(content, at: key, ifUnchanged: tag)
    }

    func get(_ key: String, range: Range<Int>?) async throws -> [UInt8] {
        if flaw == .missingIsEmpty, try await base.head(key) == nil { return [] }
        var content = try await base.get(key, range: range)
        if flaw == .rangesPassTheEnd, let range {
            content += [UInt8](repeating: 0, count: max(0, min(range.count, 2_000) - content.count))
        }
        return content
    }

    func head(_ key: String) async throws -> ObjectInfo? {
        guard let info = try await base.head(key) else { return nil }
        let tag = flaw == .tagStaysTheSame ? ObjectTag("1") : info.tag
        return ObjectInfo(
            key: key, size: info.size + (flaw == .wrongSize ? 1 : 0),
            modified: flaw == .clockRunsBackwards ? 4_000_000_000 - info.modified : info.modified, tag: tag)
    }

    func list(prefix: String, after: String?, limit: Int) async throws -> ObjectPage {
        if flaw == .listsOnePageOnly {
            return ObjectPage(
                objects: try await base.list(prefix: prefix, after: after, limit: min(limit, 100)).objects,
                isLast: true)
        }
        var page = try await base.list(prefix: prefix, after: after, limit: limit)
        if flaw == .listsInFolderOrder {
            let parts = { (info: ObjectInfo) in info.key.split(separator: "/").map(String.init) }
            page = ObjectPage(
                objects: page.objects.sorted { parts($0).lexicographicallyPrecedes(parts($1)) },
                isLast: page.isLast)
        }
        if flaw == .staleListing {
            let ghosts = deleted.value.filter { $0.hasPrefix(prefix) }
            page = ObjectPage(
                objects: page.objects + ghosts.map { ObjectInfo(key: $0, size: 1, modified: 0, tag: nil) },
                isLast: true)
        }
        return page
    }

    func makeBatch() -> any ObjectBatch {
        flaw == .batchReplaces || flaw == .batchForgets
            ? UnsoundBatch(store: base, forgets: flaw == .batchForgets) : base.makeBatch()
    }

    func delete(_ key: String) async throws {
        if flaw == .staleListing { deleted.append(key) }
        if flaw != .deleteKeepsIt { try await base.delete(key) }
    }
}

/// A batch that replaces what stands, or leaves objects out.
private struct UnsoundBatch: ObjectBatch {
    let store: InMemoryObjectStore
    let forgets: Bool

    func create(_ content: [UInt8], at key: String) async throws {
        if !forgets { try await store.put(content, at: key) }
    }

    func commit() async throws {}
}

/// A value that tasks share.
private final class Shared: Sendable {
    private let state: Mutex<[String]>
    init(_ value: [String]) { state = Mutex(value) }
    var value: [String] { state.withLock { $0 } }
    func append(_ text: String) { state.withLock { $0.append(text) } }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A batch on a disk: files go to the device while the next are made; at the end large ones are waited for one by one
/// and small ones in one call.
final class LocalObjectBatch: GatheringBatch {
    private struct Member {
        var file: String
        var key: String
        var isLarge: Bool
    }

    /// From this size in bytes a file is waited for by itself.
    private static let large = 1 << 20

    private let store: LocalObjectStore
    private let members = Mutex<[Member]>([])

    init(store: LocalObjectStore) { self.store = store }

    deinit {
        for member in members.withLock({ $0 }) { store.discard(member.file) }
    }

    func create(_ content: [UInt8], at key: String) async throws {
        try await create(GatheredBytes(content), at: key)
    }

    func create(_ content: GatheredBytes, at key: String) async throws {
        let isLarge = content.count >= LocalObjectBatch.large
        let file = try await store.run(key, isLarge: isLarge) { store throws(FileOperationError) in
            try store.write(content, isDurable: false)
        }
        members.withLock { $0.append(Member(file: file, key: key, isLarge: isLarge)) }
    }

    func commit() async throws {
        let members = members.withLock { members in
            defer { members = [] }
            return members
        }
        try await store.run(nil) { store throws(FileOperationError) in
            defer { for member in members { store.discard(member.file) } }
            for member in members where member.isLarge { try store.files.sync(member.file) }
            try LocalObjectBatch.bringToDevice(members.filter { !$0.isLarge }.map(\.file), store.files)
            var folders: Set<String> = []
            for member in members {
                do throws(FileOperationError) {
                    try store.publish(member.file, as: member.key)
                } catch  where error.isTaken {}
                folders.insert(parent(of: member.key))
            }
            if folders.count > 16, try store.files.syncAll() { return }
            for folder in folders.sorted() { try store.files.syncFolder(folder) }
        }
    }

    /// A few files one by one, many in one call for the whole file system where there is one.
    private static func bringToDevice(
        _ paths: [String], _ files: any FileOperations
    ) throws(FileOperationError) {
        if paths.count > 8, try files.syncAll() { return }
        for path in paths { try files.sync(path) }
    }
}

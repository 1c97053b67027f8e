// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A store in a folder: an object is a file whose path is its key.
///
/// Every object is written to a file of its own beside the keys, brought to the device, and only then given its
/// name, by `link` where the key must be free and by `rename` where it may be taken; then the folder is brought to
/// the device too. So a crash at any instant leaves an object whole or absent. What a killed writer leaves lies
/// under `~writers`, where no key leads, and the next writer removes it. Any number of processes may share the folder,
/// also over a network file system that has hard links and `flock`.
///
/// The file system must tell upper case from lower case where keys do.
public final class LocalObjectStore: ObjectStore {
    /// The folder's path, as it was given.
    public let location: String

    let files: any FileOperations
    /// What this store has made so far: folders known to be durable, and the folder of its unfinished files.
    private let state = Mutex(State())

    private struct State {
        var folders: Set<String> = []
        var session: WriterSession?
        var files = 0
    }

    /// Opens the store in a folder, which is made where it is missing.
    ///
    /// - Throws: ``StoreError``
    public convenience init(at path: String) throws {
        do throws(FileOperationError) {
            try SystemFiles.makeRoot(path)
            self.init(files: try SystemFiles(root: path))
        } catch {
            throw StoreError(error, key: path, location: path)
        }
    }

    /// Builds the store on other files than the system's.
    package init(files: any FileOperations) {
        self.files = files
        location = files.root
    }

    /// Writes an object, replacing what stands at the key.
    @discardableResult
    public func put(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        try await run(key) { store throws(FileOperationError) in
            try store.move(content, to: key, isLocked: false)
        }
    }

    /// Writes an object unless the key is taken.
    @discardableResult
    public func create(_ content: [UInt8], at key: String) async throws -> ObjectTag {
        try await run(key) { store throws(FileOperationError) in
            let file = try store.write(content, isDurable: true)
            defer { store.discard(file) }
            let tag = try store.tag(of: file)
            try store.publish(file, as: key)
            try store.files.syncFolder(parent(of: key))
            return tag
        }
    }

    /// Replaces an object that has not changed since its tag was read.
    @discardableResult
    public func replace(
        _ content: [UInt8], at key: String, ifUnchanged tag: ObjectTag
    ) async throws -> ObjectTag {
        let new: ObjectTag? = try await run(key) { store throws(FileOperationError) in
            let lock = try store.lock()
            defer { withExtendedLifetime(lock) {} }
            guard let status = try store.files.status(key), ObjectTag(status) == tag else { return nil }
            return try store.move(content, to: key, isLocked: true)
        }
        guard let new else {
            throw StoreError(.changed, "the object changed since it was read", key: key, location: location)
        }
        return new
    }

    /// Reads an object, or a range of it.
    public func get(_ key: String, range: Range<Int>?) async throws -> [UInt8] {
        try await run(key, isLarge: range.map { $0.count >= 1 << 20 } ?? false) {
            store throws(FileOperationError) in
            try store.files.read(key, range: range)
        }
    }

    /// The size and tag of an object, or nil where nothing stands at the key.
    public func head(_ key: String) async throws -> ObjectInfo? {
        try await run(key) { store throws(FileOperationError) in
            try store.files.status(key).map { ObjectInfo(key: key, status: $0) }
        }
    }

    /// Removes an object.
    public func delete(_ key: String) async throws {
        try await run(key) { store throws(FileOperationError) in
            guard try store.files.status(key) != nil else { return }
            let lock = try store.lock()
            defer { withExtendedLifetime(lock) {} }
            do throws(FileOperationError) {
                try store.files.remove(key)
            } catch  where error.isNotFound {}
            try store.files.syncFolder(parent(of: key))
        }
    }

    /// Starts a batch: large objects go to the device as they come, small ones in one go at the commit.
    public func makeBatch() -> any ObjectBatch { LocalObjectBatch(store: self) }

    /// Brings the names in the folder of the prefix to the device.
    public func settle(_ prefix: String) async throws {
        let folder = parent(of: prefix)
        try await run(nil) { store throws(FileOperationError) in
            do throws(FileOperationError) {
                try store.files.syncFolder(folder)
            } catch  where error.isNotFound {}
        }
    }

    /// Checks the key and does the work beside the threads of tasks.
    ///
    /// - Parameter isLarge: Whether most of the time goes by waiting for the device.
    func run<Answer: Sendable>(
        _ key: String?, isLarge: Bool = false,
        _ body: @escaping @Sendable (LocalObjectStore) throws(FileOperationError) -> Answer
    ) async throws -> Answer {
        if let key { try ObjectKey.check(key) }
        let work: @Sendable () throws -> Answer = { [self] in
            do throws(FileOperationError) {
                return try body(self)
            } catch {
                throw StoreError(error, key: key, location: location)
            }
        }
        return try await isLarge ? Blocking.runBesideWork(work) : Blocking.run(work)
    }
}

// MARK: Writing

extension LocalObjectStore {
    /// Writes a file that has no key yet; gives its path.
    func write(_ content: [UInt8], isDurable: Bool) throws(FileOperationError) -> String {
        try write(GatheredBytes(content), isDurable: isDurable)
    }

    /// Writes a file that has no key yet; gives its path.
    func write(_ content: GatheredBytes, isDurable: Bool) throws(FileOperationError) -> String {
        let path = try unfinishedPath()
        do {
            try files.create(path, content, isDurable: isDurable)
        } catch {
            discard(path)
            throw error
        }
        return path
    }

    /// Removes a file that got its key, or never will.
    func discard(_ path: String) {
        // What cannot be removed now is a leftover, and those are removed by later writers.
        do throws(FileOperationError) { try files.remove(path) } catch {}
    }

    /// Gives a finished file its key.
    func publish(_ file: String, as key: String) throws(FileOperationError) {
        try makeFolders(for: key)
        do {
            try files.link(file, as: key)
        } catch  where error.isTaken {
            // Whoever learns that the key is taken will build on it: so make sure that it lasts.
            try files.syncFolder(parent(of: key))
            throw error
        }
    }

    private func move(
        _ content: [UInt8], to key: String, isLocked: Bool
    ) throws(FileOperationError) -> ObjectTag {
        let file = try write(content, isDurable: true)
        do {
            let tag = try tag(of: file)
            try makeFolders(for: key)
            let lock = isLocked ? nil : try self.lock()
            defer { withExtendedLifetime(lock) {} }
            try files.rename(file, to: key)
            try files.syncFolder(parent(of: key))
            return tag
        } catch {
            discard(file)
            throw error
        }
    }

    /// The lock that replacing and deleting take: they look before they act.
    private func lock() throws(FileOperationError) -> FileLock? {
        _ = try unfinishedPath()
        return try files.lock(WriterSession.folder + "/lock", waits: true)
    }

    private func tag(of file: String) throws(FileOperationError) -> ObjectTag {
        guard let status = try files.status(file) else { throw FileOperationError("stat", file, 2) }
        return ObjectTag(status)
    }

    /// A path for a file that has no key yet.
    private func unfinishedPath() throws(FileOperationError) -> String {
        try state.withLock { (state) throws(FileOperationError) -> String in
            if state.session == nil { state.session = try WriterSession(files) }
            state.files += 1
            return (state.session?.path ?? "") + "/\(state.files)"
        }
    }

    /// Makes the folders above a key, each durable before anything is put into it.
    private func makeFolders(for key: String) throws(FileOperationError) {
        let folder = parent(of: key)
        guard !folder.isEmpty, !state.withLock({ $0.folders.contains(folder) }) else { return }
        var path = ""
        for name in folder.split(separator: "/") {
            let above = path
            path += (path.isEmpty ? "" : "/") + name
            try files.makeFolder(path)
            // Also where another process made it: that one may not have come to this yet.
            try files.syncFolder(above)
        }
        state.withLock { _ = $0.folders.insert(folder) }
    }
}

/// The path of the folder in which a file lies.
func parent(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
}

extension ObjectTag {
    init(_ status: FileStatus) { self.init("\(status.inode)-\(status.size)-\(status.modified)") }
}

extension ObjectInfo {
    init(key: String, status: FileStatus) {
        self.init(
            key: key, size: status.size, modified: Double(status.modified) / 1e9, tag: ObjectTag(status))
    }
}

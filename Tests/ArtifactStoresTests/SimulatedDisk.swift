// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Synchronization
import TestSupport

/// A disk in memory that forgets, when the power goes, whatever was not brought to the device, in any way that POSIX
/// allows: each name that was not synchronised is there or not, each content whole, torn, empty or garbage.
final class SimulatedDisk: FileOperations {
    private enum Node: Hashable {
        case file(Int)
        case folder
    }

    private struct File {
        var content: [UInt8]
        var durable: [UInt8]?
        var modified: Int64

        mutating func sync() { durable = content }
    }

    /// A change of a name that is not on the device yet; nil takes the name away.
    private struct Change {
        var name: String
        var node: Node?
    }

    private struct Folder {
        var names: [String: Node] = [:]
        var durable: [String: Node] = [:]
        var pending: [Change] = []

        mutating func set(_ name: String, _ node: Node?) {
            names[name] = node
            pending.append(Change(name: name, node: node))
        }

        mutating func sync() {
            durable = names
            pending = []
        }
    }

    /// What happens to a call.
    enum Fault: Hashable {
        /// This call and all later ones fail: the power is gone.
        case powerLoss
        /// This call fails with the number of an error.
        case once(Int32)
        /// This call and all later ones that write fail with the number of an error.
        case always(Int32)
    }

    private struct State {
        var files: [Int: File] = [:]
        var folders: [String: Folder] = ["": Folder()]
        var calls = 0
        var fault: (at: Int, Fault)?
        var clock: Int64 = 1_700_000_000_000_000_000
    }

    private let state: Mutex<State>
    let root = "disk"

    init() { state = Mutex(State()) }

    private init(_ folders: [String: Folder], _ files: [Int: File]) {
        state = Mutex(State(files: files, folders: folders))
    }

    /// How many calls there were.
    var calls: Int { state.withLock { $0.calls } }

    /// Lets a call fail, counted from the next one on as 1; nil ends all failing.
    func fail(at number: Int?, _ fault: Fault = .powerLoss) {
        state.withLock { state in state.fault = number.map { (state.calls + $0, fault) } }
    }

    /// The disk as it may be found after the power was lost.
    ///
    /// - Parameter survival: How likely something that was not synchronised survived; 0 and 1 are the extremes.
    func afterPowerLoss(survival: Double, seed: UInt64) -> SimulatedDisk {
        state.withLock { state in
            var generator = SeededGenerator(seed: seed)
            var folders: [String: Folder] = [:]
            // From the root down: what lies in a folder whose name is lost is lost with it.
            for path in state.folders.keys.sorted() {
                guard let folder = state.folders[path],
                    path.isEmpty || folders[parent(path)]?.names[name(path)] == .folder
                else { continue }
                var names = folder.durable
                var isStopped: Set<String> = []
                for change in folder.pending where !isStopped.contains(change.name) {
                    if Double.random(in: 0..<1, using: &generator) < survival {
                        names[change.name] = change.node
                    } else {
                        // Later changes of the same name cannot overtake this one.
                        isStopped.insert(change.name)
                    }
                }
                folders[path] = Folder(names: names, durable: names)
            }
            for (path, folder) in folders {
                for (name, node) in folder.names where node == .folder {
                    let inner = path.isEmpty ? name : path + "/" + name
                    if folders[inner] == nil { folders[inner] = Folder() }
                }
            }
            let files = state.files.mapValues { file in
                guard file.durable != file.content else { return file }
                var found = file
                switch Double.random(in: 0..<1, using: &generator) {
                case ..<survival: break
                case ..<(survival + (1 - survival) / 3): found.content = file.durable ?? []
                case ..<(survival + (1 - survival) / 3 * 2):
                    let count = Int.random(in: 0...file.content.count, using: &generator)
                    found.content = Array(file.content.prefix(count))
                default: found.content = [UInt8](repeating: 0, count: file.content.count)
                }
                found.durable = found.content
                return found
            }
            return SimulatedDisk(folders, files)
        }
    }

    private func call<Answer>(
        _ operation: String, _ path: String, isWrite: Bool = true,
        _ body: (inout sending State) throws(FileOperationError) -> sending Answer
    ) throws(FileOperationError) -> sending Answer {
        try state.withLock { (state) throws(FileOperationError) -> sending Answer in
            state.calls += 1
            if let (number, fault) = state.fault, state.calls >= number {
                switch fault {
                case .powerLoss: throw FileOperationError(operation, path, 5)
                case .once(let error) where state.calls == number:
                    throw FileOperationError(operation, path, error)
                case .always(let error) where isWrite: throw FileOperationError(operation, path, error)
                default: break
                }
            }
            return try body(&state)
        }
    }

    private func parent(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    private func name(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    private func file(_ path: String, _ state: State) throws(FileOperationError) -> Int {
        guard case .file(let number) = state.folders[parent(path)]?.names[name(path)] else {
            throw FileOperationError("open", path, 2)
        }
        return number
    }

    private func checkFolder(_ path: String, _ state: State) throws(FileOperationError) {
        guard state.folders[path] != nil else { throw FileOperationError("open", path, 2) }
    }
}

extension SimulatedDisk {
    func makeFolder(_ path: String) throws(FileOperationError) {
        try call("mkdir", path) { (state) throws(FileOperationError) in
            try checkFolder(parent(path), state)
            guard state.folders[path] == nil else { return }
            state.folders[parent(path)]?.set(name(path), .folder)
            state.folders[path] = Folder()
        }
    }

    func create(_ path: String, _ content: [UInt8], isDurable: Bool) throws(FileOperationError) {
        try call("write", path) { (state) throws(FileOperationError) in
            try checkFolder(parent(path), state)
            guard state.folders[parent(path)]?.names[name(path)] == nil else {
                throw FileOperationError("open", path, 17)
            }
            state.clock += 1_000
            let number = state.files.count
            state.files[number] = File(
                content: content, durable: isDurable ? content : nil, modified: state.clock)
            state.folders[parent(path)]?.set(name(path), .file(number))
        }
    }

    func sync(_ path: String) throws(FileOperationError) {
        try call("fsync", path) { (state) throws(FileOperationError) in
            let number = try file(path, state)
            state.files[number]?.sync()
        }
    }

    func syncFolder(_ path: String) throws(FileOperationError) {
        try call("fsync", path) { (state) throws(FileOperationError) in
            try checkFolder(path, state)
            state.folders[path]?.sync()
        }
    }

    func syncAll() throws(FileOperationError) -> Bool {
        try call("syncfs", "") { (state) throws(FileOperationError) in
            for number in Array(state.files.keys) { state.files[number]?.sync() }
            for path in Array(state.folders.keys) { state.folders[path]?.sync() }
            return true
        }
    }

    func link(_ path: String, as other: String) throws(FileOperationError) {
        try call("link", other) { (state) throws(FileOperationError) in
            let number = try file(path, state)
            try checkFolder(parent(other), state)
            guard state.folders[parent(other)]?.names[name(other)] == nil else {
                throw FileOperationError("link", other, 17)
            }
            state.folders[parent(other)]?.set(name(other), .file(number))
        }
    }

    func rename(_ path: String, to other: String) throws(FileOperationError) {
        try call("rename", other) { (state) throws(FileOperationError) in
            let number = try file(path, state)
            try checkFolder(parent(other), state)
            state.folders[parent(other)]?.set(name(other), .file(number))
            state.folders[parent(path)]?.set(name(path), nil)
        }
    }

    func remove(_ path: String) throws(FileOperationError) {
        try call("unlink", path) { (state) throws(FileOperationError) in
            _ = try file(path, state)
            state.folders[parent(path)]?.set(name(path), nil)
        }
    }

    func removeFolder(_ path: String) throws(FileOperationError) {
        try call("rmdir", path) { (state) throws(FileOperationError) in
            try checkFolder(path, state)
            guard state.folders[path]?.names.isEmpty == true else {
                throw FileOperationError("rmdir", path, 39)
            }
            state.folders[path] = nil
            state.folders[parent(path)]?.set(name(path), nil)
        }
    }

    func read(_ path: String, range: Range<Int>?) throws(FileOperationError) -> [UInt8] {
        try call("read", path, isWrite: false) { (state) throws(FileOperationError) in
            let content = state.files[try file(path, state)]?.content ?? []
            return Array(content[(range ?? 0..<content.count).clamped(to: 0..<content.count)])
        }
    }

    func status(_ path: String) throws(FileOperationError) -> FileStatus? {
        try call("stat", path, isWrite: false) { (state) throws(FileOperationError) in
            guard case .file(let number) = state.folders[parent(path)]?.names[name(path)],
                let file = state.files[number]
            else { return nil }
            return FileStatus(size: file.content.count, modified: file.modified, inode: UInt64(number))
        }
    }

    func entries(in path: String) throws(FileOperationError) -> [FileEntry] {
        try call("readdir", path, isWrite: false) { (state) throws(FileOperationError) in
            (state.folders[path]?.names ?? [:]).map {
                FileEntry(name: $0, kind: $1 == .folder ? .folder : .file)
            }
        }
    }

    func lock(_ path: String, waits: Bool) throws(FileOperationError) -> FileLock? {
        try call("flock", path) { (state) throws(FileOperationError) in
            try checkFolder(parent(path), state)
            if state.folders[parent(path)]?.names[name(path)] == nil {
                let number = state.files.count
                state.files[number] = File(content: [], durable: [], modified: state.clock)
                state.folders[parent(path)]?.set(name(path), .file(number))
            }
            return FileLock {}
        }
    }
}

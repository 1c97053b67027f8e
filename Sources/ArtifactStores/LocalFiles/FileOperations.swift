// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The few operations on files from which a store on a disk is built, under one root.
///
/// They stand behind a protocol so that the tests can put a disk in their place that loses power, runs full or
/// fails at any call. Paths are relative to the root; no operation follows a symbolic link below it.
package protocol FileOperations: Sendable {
    /// The root, for messages.
    var root: String { get }

    /// Makes a folder; one that exists is no error.
    func makeFolder(_ path: String) throws(FileOperationError)

    /// Writes a new file; fails where anything stands at the path.
    ///
    /// - Parameter isDurable: Whether the content must be on the device when the call returns; else the system is
    ///   only asked to begin with that.
    func create(_ path: String, _ content: [UInt8], isDurable: Bool) throws(FileOperationError)

    /// Writes a new file from pieces; else as from one.
    func create(_ path: String, _ content: GatheredBytes, isDurable: Bool) throws(FileOperationError)

    /// Brings a file's content to the device.
    func sync(_ path: String) throws(FileOperationError)

    /// Brings the names in a folder to the device.
    func syncFolder(_ path: String) throws(FileOperationError)

    /// Brings everything to the device; false where the system cannot do that in one call.
    func syncAll() throws(FileOperationError) -> Bool

    /// Gives a file a second name; fails where anything stands there.
    func link(_ path: String, as other: String) throws(FileOperationError)

    /// Moves a file over whatever stands at the other path.
    func rename(_ path: String, to other: String) throws(FileOperationError)

    /// Removes a file.
    func remove(_ path: String) throws(FileOperationError)

    /// Removes an empty folder.
    func removeFolder(_ path: String) throws(FileOperationError)

    /// Reads a file, or a range of it that is cut off at its end.
    func read(_ path: String, range: Range<Int>?) throws(FileOperationError) -> [UInt8]

    /// What the file system says about a file; nil where no file stands at the path.
    func status(_ path: String) throws(FileOperationError) -> FileStatus?

    /// The entries of a folder in no particular order; none where there is no such folder.
    func entries(in path: String) throws(FileOperationError) -> [FileEntry]

    /// Takes the lock of a file, which is made where it is missing; nil where another holds it.
    ///
    /// - Parameter waits: Whether to wait for the holder. A killed process holds no lock.
    func lock(_ path: String, waits: Bool) throws(FileOperationError) -> FileLock?
}

extension FileOperations {
    package func create(
        _ path: String, _ content: GatheredBytes, isDurable: Bool
    ) throws(FileOperationError) {
        try create(path, content.joined(), isDurable: isDurable)
    }
}

/// What the file system says about a file.
package struct FileStatus: Hashable, Sendable {
    /// The size in bytes.
    package var size: Int
    /// When the content was written, in nanoseconds since 1970.
    package var modified: Int64
    /// The number that no other file has at the same time.
    package var inode: UInt64

    package init(size: Int, modified: Int64, inode: UInt64) {
        self.size = size
        self.modified = modified
        self.inode = inode
    }
}

/// A name in a folder.
package struct FileEntry: Hashable, Sendable {
    /// What a name stands for.
    package enum Kind: Sendable {
        case file, folder, other
    }

    /// The name.
    package var name: String
    /// What it stands for.
    package var kind: Kind

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// A lock that is held until this value goes.
package final class FileLock: Sendable {
    private let release: @Sendable () -> Void

    /// Takes what gives the lock back.
    package init(release: @escaping @Sendable () -> Void) { self.release = release }

    deinit { release() }
}

/// A system call that failed.
package struct FileOperationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, such as `write`.
    package var operation: String
    /// The path below the root.
    package var path: String
    /// The number of the error, as in `errno`.
    package var number: Int32

    package init(_ operation: String, _ path: String, _ number: Int32) {
        self.operation = operation
        self.path = path
        self.number = number
    }

    /// The operation, the path and the system's text.
    package var description: String { "\(operation) \(path): \(systemMessage(number))" }
}

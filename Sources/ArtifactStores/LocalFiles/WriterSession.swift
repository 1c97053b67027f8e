// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The folder of one writer's unfinished files, locked as long as the writer lives.
final class WriterSession: Sendable {
    /// Where the folders of all writers stand: a name that no key can have.
    static let folder = "~writers"
    /// A folder so young may belong to a writer that has not locked it yet; in nanoseconds.
    private static let youth: Int64 = 60_000_000_000

    let path: String
    private let files: any FileOperations
    private let lock: FileLock?

    /// Makes the folder, and removes those of writers that were killed.
    init(_ files: any FileOperations) throws(FileOperationError) {
        self.files = files
        try files.makeFolder(WriterSession.folder)
        path = WriterSession.folder + "/" + UUID().uuidString.lowercased()
        try files.makeFolder(path)
        lock = try files.lock(path + "/lock", waits: false)
        WriterSession.removeLeftovers(files, but: path)
    }

    deinit {
        WriterSession.remove(path, files)
    }

    /// Removes the folders whose writers are dead; what cannot be removed is left to the next writer.
    private static func removeLeftovers(_ files: any FileOperations, but own: String) {
        let now = Int64(Date().timeIntervalSince1970 * 1e9)
        do throws(FileOperationError) {
            for entry in try files.entries(in: folder) where entry.kind == .folder {
                let path = folder + "/" + entry.name
                let status = try files.status(path + "/lock")
                // A folder without a lock file belongs to a writer that starts, or that is being removed.
                guard path != own, let status, now - status.modified > youth,
                    let lock = try files.lock(path + "/lock", waits: false)
                else { continue }
                remove(path, files)
                withExtendedLifetime(lock) {}
            }
        } catch {}
    }

    private static func remove(_ path: String, _ files: any FileOperations) {
        do throws(FileOperationError) {
            for entry in try files.entries(in: path) where entry.name != "lock" {
                try files.remove(path + "/" + entry.name)
            }
            try files.remove(path + "/lock")
            try files.removeFolder(path)
        } catch {}
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import CSystemCalls

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A folder beside the place of an export, in which the export is made before it is moved there.
struct ExportStaging: Sendable {
    /// The folder in which the export is made.
    let folder: String
    private let target: String

    /// Makes the folder; what stands at the target must be nothing, or an empty folder.
    init(for target: String) throws(StoreError) {
        self.target = target.count > 1 && target.hasSuffix("/") ? String(target.dropLast()) : target
        try ExportStaging.check(self.target)
        let name = ".exporting-" + UUID().uuidString.lowercased()
        let above = parent(of: self.target)
        folder = above.isEmpty ? (self.target.hasPrefix("/") ? "/" : "") + name : above + "/" + name
        do throws(FileOperationError) {
            try SystemFiles.makeRoot(folder)
        } catch {
            throw naming(StoreError(error, key: error.path, location: nil))
        }
    }

    /// The same error about the place that the caller named, which knows nothing of the folder beside it.
    func naming(_ error: StoreError) -> StoreError {
        func named(_ text: String?) -> String? { text?.replacing(folder, with: target) }
        var cause = error.cause
        if var failure = cause as? FileOperationError {
            failure.path = failure.path.replacing(folder, with: target)
            cause = failure
        }
        return StoreError(
            error.code, error.message.replacing(folder, with: target), key: named(error.key),
            location: named(error.location), cause: cause)
    }

    /// Refuses a place that is taken.
    static func check(_ target: String) throws(StoreError) {
        var status = stat()
        guard unsafe lstat(target, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR,
            (try? FileManager.default.contentsOfDirectory(atPath: target)) == []
        {
            return
        }
        throw StoreError(
            .alreadyExists, "something stands there; remove it, or export to another place", key: target)
    }

    /// Makes the folders above a place.
    static func makeFolder(above target: String) throws(StoreError) {
        let above = parent(of: target)
        guard !above.isEmpty else { return }
        do throws(FileOperationError) {
            try SystemFiles.makeRoot(above)
        } catch {
            throw StoreError(error, key: error.path, location: nil)
        }
    }

    /// Writes a small file of the export.
    func write(_ bytes: [UInt8], to path: String, isDurable: Bool) throws {
        let file = try RestoringFile(folder + "/" + path, isExecutable: false)
        do {
            try file.write(bytes)
            _ = try file.finish(isDurable: isDurable)
        } catch {
            file.abandon()
            throw error
        }
        try file.publish(isDurable: isDurable)
    }

    /// Moves the export to its place.
    func publish(isDurable: Bool) throws(StoreError) {
        guard unsafe rename(folder, target) == 0 else {
            throw StoreError(FileOperationError("rename", target, errno), key: target, location: nil)
        }
        guard isDurable else { return }
        let above = parent(of: target)
        do throws(FileOperationError) {
            try SystemFiles(root: above.isEmpty ? (target.hasPrefix("/") ? "/" : ".") : above).syncFolder("")
        } catch {
            throw StoreError(error, key: target, location: nil)
        }
    }

    /// Removes what was made.
    func abandon() {
        // What cannot be removed now stays under a name that says what it is.
        try? FileManager.default.removeItem(atPath: folder)
    }
}

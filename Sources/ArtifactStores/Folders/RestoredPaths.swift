// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The rules for paths that come out of a store: they were written by others.
package enum RestoredPaths {
    /// Checks that a path stays inside its folder.
    ///
    /// - Throws: ``StoreError`` with the code `invalidKey`.
    package static func check(_ path: String) throws(StoreError) {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isSound =
            path.utf8.count <= 4_096 && !path.utf8.contains(0)
            && parts.allSatisfy { part in
                (1...255).contains(part.count) && !part.elementsEqual(".".utf8)
                    && !part.elementsEqual("..".utf8)
            }
        guard isSound else {
            throw StoreError(
                .invalidKey, "the path leads out of its folder or is no relative path; nothing was written",
                key: path)
        }
    }

    /// Checks every path, and that no two of them need the same place.
    static func check(_ files: [String], _ folders: [String]) throws(StoreError) {
        // Swift compares characters, a file system bytes: so bytes are compared here.
        var seen: Set<[UInt8]> = []
        for path in files + folders {
            try check(path)
            guard seen.insert(Array(path.utf8)).inserted else {
                throw StoreError(.invalidKey, "the path occurs twice; nothing was written", key: path)
            }
        }
        let leaves = Set(files.map { Array($0.utf8) })
        for path in files + folders {
            var above = parent(of: path)
            while !above.isEmpty {
                guard !leaves.contains(Array(above.utf8)) else {
                    throw StoreError(
                        .invalidKey, "the path leads through a file; nothing was written", key: path)
                }
                above = parent(of: above)
            }
        }
    }

    /// Refuses paths that the folder's file system would take for one, as most do on Apple's systems.
    static func checkLetterCase(
        _ files: [String], _ folders: [String], in root: SystemFiles
    ) throws(StoreError) {
        guard let (one, other) = clash(files + folders), ignoresLetterCase(root) else { return }
        throw StoreError(
            .invalidKey, "the file system takes it for '\(one)'; restore to one that tells letter case apart",
            key: other, location: root.root)
    }

    /// Refuses paths that some file system would take for one.
    static func checkSpellings(_ files: [String], _ folders: [String]) throws(StoreError) {
        guard let (one, other) = clash(files + folders) else { return }
        throw StoreError(
            .invalidKey,
            "many file systems take it for '\(one)'; rename one, or ask for names that differ in letter case to be taken",
            key: other)
    }

    /// Two paths, or folders above paths, that differ only in letter case or in how an accent is encoded.
    private static func clash(_ paths: [String]) -> (String, String)? {
        var spellings: [String: String] = [:]
        for path in paths {
            var path = path
            while !path.isEmpty {
                // Equality of Swift's strings does not look at how an accent is encoded; neither do those systems.
                if let other = spellings.updateValue(path, forKey: path.lowercased()),
                    !other.utf8.elementsEqual(path.utf8)
                {
                    return (other, path)
                }
                path = parent(of: path)
            }
        }
        return nil
    }

    private static func ignoresLetterCase(_ root: SystemFiles) -> Bool {
        let name = ".restoring-" + UUID().uuidString.lowercased()
        do throws(FileOperationError) {
            try root.create(name, [], isDurable: false)
            defer { do throws(FileOperationError) { try root.remove(name) } catch {} }
            return try root.status(name.uppercased()) != nil
        } catch {
            return false
        }
    }

    /// Makes the folders above files and the empty ones; a symbolic link in their place is refused.
    static func makeFolders(
        _ files: [String], _ folders: [String], in root: SystemFiles
    ) throws(FileOperationError) {
        var made: Set<String> = [""]
        for path in files.map({ parent(of: $0) }) + folders where !made.contains(path) {
            var folder = ""
            for name in path.split(separator: "/") {
                folder += (folder.isEmpty ? "" : "/") + name
                if made.insert(folder).inserted { try root.makeFolder(folder) }
            }
        }
    }
}

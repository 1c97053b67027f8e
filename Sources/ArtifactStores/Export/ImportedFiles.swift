// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The files of an archive on their way into a store; paths were written by others.
struct ImportedFiles {
    private(set) var files: [StoredFile] = []
    /// Where each path's file stands among them.
    private var places: [[UInt8]: Int] = [:]
    private var folders: [String] = []
    private var links: [(path: String, target: String)] = []
    private static let most = 1 << 20

    /// Takes a file.
    mutating func add(_ path: String, _ content: StoredContent, isExecutable: Bool) throws(StoreError) {
        try check(path)
        places[Array(path.utf8)] = files.count
        files.append(StoredFile(path: path, content: content, isExecutable: isExecutable))
    }

    /// Takes a folder; the empty path is the archive's own.
    mutating func addFolder(_ path: String) throws(StoreError) {
        guard !path.isEmpty else { return }
        try check(path)
        folders.append(path)
    }

    /// Takes a symbolic link, whose target is looked up when everything is there.
    mutating func addLink(_ path: String, to target: String, _ links: SymbolicLinks) throws(StoreError) {
        try check(path)
        guard links == .follow else {
            throw StoreError(
                .invalidArgument,
                "it is a symbolic link to '\(target)'; ask for links to be followed, or pack the archive without "
                    + "('tar --dereference')", key: path)
        }
        self.links.append((path, try ImportedFiles.resolve(target, from: path)))
    }

    /// Takes a second name of a file that came before.
    mutating func addHardLink(_ path: String, to target: String) throws(StoreError) {
        try check(path)
        try RestoredPaths.check(target)
        guard let place = places[Array(target.utf8)] else {
            throw StoreError(
                .invalidArgument,
                "it is a hard link to '\(target)', which does not come before it in the archive",
                key: path)
        }
        try add(path, files[place].content, isExecutable: files[place].isExecutable)
    }

    /// Checks the whole, and puts it into the order of a manifest.
    func manifest(_ options: ImportOptions) throws -> ArtifactManifest {
        var files = files
        if !links.isEmpty {
            let chain = Dictionary(links.map { (Array($0.path.utf8), $0.target) }) { first, _ in first }
            for link in links {
                var target = link.target
                var steps = 0
                while let next = chain[Array(target.utf8)], steps < 40 { (target, steps) = (next, steps + 1) }
                guard let place = places[Array(target.utf8)] else {
                    throw StoreError(
                        .invalidArgument,
                        "it is a symbolic link to '\(link.target)', which is no file of the archive",
                        key: link.path)
                }
                let file = files[place]
                files.append(
                    StoredFile(path: link.path, content: file.content, isExecutable: file.isExecutable))
            }
        }
        var seen: Set<[UInt8]> = []
        let folders = folders.filter { seen.insert(Array($0.utf8)).inserted }
        let paths = files.map(\.path)
        try RestoredPaths.check(paths, folders)
        if !options.takesNamesThatDifferInCase { try RestoredPaths.checkSpellings(paths, folders) }
        var filled: Set<[UInt8]> = []
        for path in paths + folders {
            var above = parent(of: path)
            while !above.isEmpty, filled.insert(Array(above.utf8)).inserted { above = parent(of: above) }
        }
        files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        let empty = folders.filter { !filled.contains(Array($0.utf8)) }
        return ArtifactManifest(
            files: files, emptyFolders: empty.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    private func check(_ path: String) throws(StoreError) {
        try RestoredPaths.check(path)
        guard files.count + folders.count + links.count < ImportedFiles.most else {
            throw StoreError(
                .invalidArgument, "the archive has more than \(ImportedFiles.most) files; split it", key: path
            )
        }
    }

    /// The path that a link in a folder means; one that leads out is refused.
    private static func resolve(_ target: String, from path: String) throws(StoreError) -> String {
        var parts = parent(of: path).utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        let isAbsolute = target.utf8.first == UInt8(ascii: "/")
        var leadsOut = isAbsolute || target.isEmpty
        for part in target.utf8.split(separator: UInt8(ascii: "/")).map({ String(Substring($0)) }) {
            if part == ".." {
                if parts.popLast() == nil { leadsOut = true }
            } else if part != "." {
                parts.append(part)
            }
        }
        guard !leadsOut else {
            throw StoreError(
                .invalidKey,
                "it is a symbolic link to '\(target)', which leads out of the archive; nothing was published",
                key: path)
        }
        return parts.joined(separator: "/")
    }
}

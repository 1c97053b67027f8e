// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A folder with `.dvc` in it, and where its cache is.
struct DVCRepository {
    /// The repository's folder.
    let root: String
    /// The cache's folder.
    let cache: String

    /// Uses the repository with this root; the cache is the one it configures, unless another is given.
    init(root: String, cache: String? = nil) {
        self.root = root
        self.cache = cache ?? DVCRepository.configuredCache(root) ?? root + "/.dvc/cache"
    }

    /// Finds the repository a path is in.
    init(containing path: String, cache: String? = nil) throws(DatasetError) {
        var folder = URL(filePath: path).absoluteURL.standardizedFileURL.deletingLastPathComponent()
        while true {
            if FileTree.look(folder.path + "/.dvc", followsLinks: true)?.0 == .folder {
                self.init(root: folder.path, cache: cache)
                return
            }
            let parent = folder.deletingLastPathComponent()
            guard parent.path != folder.path, parent.path != "" else { break }
            folder = parent
        }
        guard let cache else {
            throw DatasetError(
                .badDVC,
                "no folder above it is a DVC repository; name the cache, or import from inside a repository",
                subject: path)
        }
        self.init(root: URL(filePath: path).deletingLastPathComponent().path, cache: cache)
    }

    /// `dir` in the section `cache` of the configuration, from the folder `.dvc`; the local one wins.
    private static func configuredCache(_ root: String) -> String? {
        for name in ["config.local", "config"] {
            guard let data = FileManager.default.contents(atPath: root + "/.dvc/" + name),
                let text = String(validating: data, as: UTF8.self)
            else { continue }
            var isInCache = false
            for raw in text.split(whereSeparator: \.isNewline) {
                let line = raw.filter { $0 != " " || isInCache }
                let bare = line.drop { $0 == " " || $0 == "\t" }
                if bare.hasPrefix("[") {
                    isInCache = bare.hasPrefix("[cache]")
                } else if isInCache, let equals = bare.firstIndex(of: "="),
                    trimmed(bare[..<equals]) == "dir"
                {
                    let folder = trimmed(bare[bare.index(after: equals)...])
                    return folder.hasPrefix("/") ? folder : root + "/.dvc/" + folder
                }
            }
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    /// Where the cache keeps what has this digest: DVC 3, or DVC 2 before it.
    func object(_ md5: String, isPlain: Bool = true) -> String {
        cache + (isPlain ? "/files/md5/" : "/") + md5.prefix(2) + "/" + md5.dropFirst(2)
    }
}

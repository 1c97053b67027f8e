// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A Git repository read through its files: see gitrepository-layout(5).
struct GitRepository {
    /// The top of the working tree.
    let workingTree: String
    /// The folder of this working tree: `.git`, or one under `.git/worktrees`.
    let folder: String
    /// The folder that all working trees share.
    let commonFolder: String

    /// Finds the repository that a folder lies in.
    init?(around start: String) {
        var url = URL(filePath: start, directoryHint: .isDirectory).standardizedFileURL
        while true {
            let candidate = url.appending(path: ".git").path()
            if let folder = GitRepository.gitFolder(at: candidate, in: url.path()) {
                workingTree = url.path()
                self.folder = folder
                let common = GitRepository.line(of: folder + "/commondir")
                commonFolder = common.map { GitRepository.resolve($0, in: folder) } ?? folder
                return
            }
            let parent = url.deletingLastPathComponent().standardizedFileURL
            guard parent.path().utf8.count < url.path().utf8.count else { return nil }
            url = parent
        }
    }

    /// The commit that is checked out, and the branch unless the head is detached.
    func head() -> (commit: String, branch: String?)? {
        guard let head = GitRepository.line(of: folder + "/HEAD") else { return nil }
        guard head.hasPrefix("ref: ") else { return GitRepository.commit(head).map { ($0, nil) } }
        let name = String(head.dropFirst(5))
        guard let commit = commit(of: name) else { return nil }
        return (commit, name.hasPrefix("refs/heads/") ? String(name.dropFirst(11)) : nil)
    }

    /// The address of the remote `origin`, without a user or a password.
    func origin() -> String? {
        guard let text = GitRepository.text(of: commonFolder + "/config") else { return nil }
        var isInOrigin = false
        for line in text.split(whereSeparator: \.isNewline) {
            let line = GitRepository.trimmed(line)
            if line.hasPrefix("[") {
                isInOrigin = line == "[remote \"origin\"]"
            } else if isInOrigin, line.hasPrefix("url"), let sign = line.firstIndex(of: "=") {
                return GitRepository.withoutCredentials(
                    GitRepository.trimmed(line[line.index(after: sign)...]))
            }
        }
        return nil
    }

    private func commit(of name: String, depth: Int = 0) -> String? {
        // Symbolic references may point at each other; Git itself follows five.
        guard depth < 5, !name.contains("..") else { return nil }
        for folder in [folder, commonFolder] {
            guard let line = GitRepository.line(of: folder + "/" + name) else { continue }
            if line.hasPrefix("ref: ") { return commit(of: String(line.dropFirst(5)), depth: depth + 1) }
            return GitRepository.commit(line)
        }
        guard let packed = GitRepository.text(of: commonFolder + "/packed-refs") else { return nil }
        for line in packed.split(separator: "\n") where !line.hasPrefix("#") && !line.hasPrefix("^") {
            let parts = line.split(separator: " ", maxSplits: 1)
            if parts.count == 2, parts[1] == name { return GitRepository.commit(String(parts[0])) }
        }
        return nil
    }

    private static func gitFolder(at path: String, in folder: String) -> String? {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
        if isFolder { return FileManager.default.fileExists(atPath: path + "/HEAD") ? path : nil }
        guard let line = line(of: path), line.hasPrefix("gitdir: ") else { return nil }
        return resolve(String(line.dropFirst(8)), in: folder)
    }

    private static func commit(_ text: String) -> String? {
        let isName =
            [40, 64].contains(text.utf8.count)
            && text.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        return isName ? text : nil
    }

    private static func resolve(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : folder + "/" + path
    }

    private static func line(of path: String) -> String? {
        text(of: path)?.split(whereSeparator: \.isNewline).first.map { trimmed($0) }
    }

    private static func text(of path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path), data.count < 64 << 20 else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop(while: \.isWhitespace)
        let end = start.lastIndex { !$0.isWhitespace }
        return end.map { String(start[...$0]) } ?? ""
    }

    static func withoutCredentials(_ address: String) -> String {
        guard let scheme = address.firstRange(of: "://") else { return address }
        let rest = address[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let sign = authority.lastIndex(of: "@") else { return address }
        return String(address[..<scheme.upperBound] + rest[rest.index(after: sign)...])
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension GitRepository {
    /// How many bytes of untracked files are hashed before the state counts as not recorded.
    private static let untrackedLimit = 256 << 20

    /// What the working tree holds beyond the commit, asked from `git`; nil where it gave no answer.
    func changes() -> CodeState.Changes? {
        let git = ["git", "-C", workingTree, "--no-optional-locks"]
        let difference = git + ["diff", "HEAD", "--binary", "--no-ext-diff", "--no-textconv", "--no-color"]
        let others = git + ["ls-files", "--others", "--exclude-standard", "-z", "--full-name", ":/"]
        guard let patch = Subprocess.output(of: difference), let list = Subprocess.output(of: others)
        else { return nil }
        let untracked = list.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.sorted()
        if patch.isEmpty, untracked.isEmpty { return .clean }
        var hasher = SHA256()
        hasher.update(patch)
        var remaining = GitRepository.untrackedLimit
        for path in untracked {
            let file = workingTree + "/" + path
            let type = try? FileManager.default.attributesOfItem(atPath: file)[.type] as? FileAttributeType
            hasher.update(Array("\0\(path)\0".utf8))
            if type == .typeSymbolicLink {
                let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: file)) ?? ""
                hasher.update(Array(target.utf8))
            } else {
                guard let content = FileDigest.of(file, limit: remaining) else { return nil }
                remaining -= content.size
                hasher.update(content.digest.bytes)
            }
        }
        return .patch(hasher.finalize())
    }
}

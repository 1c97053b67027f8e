// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import TestSupport
import Testing

@testable import RunLineage

@Suite struct CaptureTests {
    @discardableResult
    private func git(_ arguments: String..., in folder: URL) throws -> String {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        let output = try #require(Subprocess.output(of: ["git", "-C", folder.path()] + identity + arguments))
        return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func write(_ text: String, to name: String, in folder: URL) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    @Test func theCommitIsReadFromLoosePackedAndDetachedHeads() async throws {
        try await withTemporaryFolder { folder in
            try git("init", "-q", "-b", "trunk/main", in: folder)
            #expect(CodeState(capturedIn: folder.path()) == nil)
            try write("a", to: "a.txt", in: folder)
            try git("add", ".", in: folder)
            try git("commit", "-q", "-m", "a", in: folder)
            try git("remote", "add", "origin", "https://user:secret@example.org/x.git", in: folder)
            let commit = try git("rev-parse", "HEAD", in: folder)
            let expected = CodeState(
                commit: commit, branch: "trunk/main", repository: "https://example.org/x.git",
                changes: .clean, packages: [:])
            #expect(CodeState(capturedIn: folder.path()) == expected)
            try git("pack-refs", "--all", in: folder)
            try FileManager.default.createDirectory(
                at: folder.appending(path: "deep/er"), withIntermediateDirectories: true)
            #expect(CodeState(capturedIn: folder.appending(path: "deep/er").path())?.commit == commit)
            try git("worktree", "add", "-q", "-b", "side", "tree", in: folder)
            let side = CodeState(capturedIn: folder.appending(path: "tree").path())
            #expect(side?.commit == commit)
            #expect(side?.branch == "side")
            #expect(side?.changes == .clean)
            try git("checkout", "-q", "--detach", in: folder)
            let detached = CodeState(capturedIn: folder.path())
            #expect(detached?.commit == commit)
            #expect(detached?.branch == nil)
        }
    }

    @Test func localChangesArePinnedByTheirContent() async throws {
        try await withTemporaryFolder { folder in
            try git("init", "-q", in: folder)
            try write("a", to: "a.txt", in: folder)
            try write("ignored*", to: ".gitignore", in: folder)
            try git("add", ".", in: folder)
            try git("commit", "-q", "-m", "a", in: folder)
            func changes() throws -> CodeState.Changes? { CodeState(capturedIn: folder.path())?.changes }
            try write("secret", to: "ignored.txt", in: folder)
            #expect(try changes() == .clean)
            try write("b", to: "a.txt", in: folder)
            let first = try #require(try changes())
            try write("c", to: "a.txt", in: folder)
            let second = try changes()
            try write("b", to: "a.txt", in: folder)
            #expect(try changes() == first)
            #expect(second != first)
            try write("a", to: "a.txt", in: folder)
            #expect(try changes() == .clean)
            try write("new", to: "új file.txt", in: folder)
            let third = try #require(try changes())
            #expect(third != .clean)
            try write("newer", to: "új file.txt", in: folder)
            #expect(try changes() != third)
        }
    }

    @Test func brokenRepositoriesAreNotRecorded() async throws {
        try await withTemporaryFolder { folder in
            #expect(CodeState(capturedIn: folder.path()) == nil)
            let git = folder.appending(path: ".git")
            try FileManager.default.createDirectory(at: git, withIntermediateDirectories: true)
            for head in ["", "ref: refs/heads/none", "ref: ../../etc/passwd", "nonsense", "ref: HEAD"] {
                try write(head, to: "HEAD", in: git)
                #expect(CodeState(capturedIn: folder.path()) == nil, "\(head)")
            }
        }
    }

    @Test func packageVersionsComeFromEachFormat() async throws {
        try await withTemporaryFolder { folder in
            #expect(ResolvedPackages.versions(in: folder.path()) == [:])
            try write(
                #"{"pins":[{"identity":"nio","state":{"revision":"abc","version":"2.1.0"}},{"identity":"x","state":{"branch":"main","revision":"def"}}],"version":3}"#,
                to: "Package.resolved", in: folder)
            #expect(ResolvedPackages.versions(in: folder.path()) == ["nio": "2.1.0", "x": "def"])
            try write(
                #"{"object":{"pins":[{"package":"nio","state":{"branch":null,"revision":"abc","version":null}}]},"version":1}"#,
                to: "Package.resolved", in: folder)
            #expect(ResolvedPackages.versions(in: folder.path()) == ["nio": "abc"])
            try write("{", to: "Package.resolved", in: folder)
            #expect(ResolvedPackages.versions(in: folder.path()) == nil)
        }
    }

    @Test func captureTellsTheEnvironmentAndNoOtherVariable() async throws {
        let options = LineageCaptureOptions(variables: ["PATH"], threads: 7, hashesExecutable: false)
        let record = LineageRecord.capture(
            parameters: Digest(of: "p"), data: [DataReference(name: "d", digest: Digest(of: "d"))],
            seeds: ["s": 1], options: options)
        let environment = try #require(record.environment)
        #expect(environment.variables?.keys.sorted() == ["PATH"])
        #expect(environment.threads == 7)
        #expect(environment.architecture?.isEmpty == false)
        #expect(environment.swift?.hasPrefix("6.") == true)
        #expect(environment.system?.isEmpty == false)
        #expect(environment.kernel?.contains(" ") == true)
        #expect(environment.executable == nil)
        #expect(record.compute?.processors ?? 0 > 0)
        #expect(record.compute?.memory ?? 0 > 0)
        let again = LineageRecord.capture(
            parameters: Digest(of: "p"), data: [DataReference(name: "d", digest: Digest(of: "d"))],
            seeds: ["s": 1], options: options)
        #expect(again == record)
    }

    @Test func aFileDigestIsThatOfItsContent() async throws {
        try await withTemporaryFolder { folder in
            let content = [UInt8](repeating: 7, count: 70_000)
            let file = folder.appending(path: "f")
            try Data(content).write(to: file)
            #expect(FileDigest.of(file.path())?.digest == Digest(of: content))
            #expect(FileDigest.of(file.path(), limit: 10) == nil)
            #expect(FileDigest.of(file.path() + "x") == nil)
        }
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import TestSupport
import Testing

struct FileReuseTests {
    @Test(arguments: FileReuse.Method.allCases) func whatIsEqualIsTakenAndTheRestIsFetched(
        method: FileReuse.Method
    ) async throws {
        try await withTemporaryFolder { folder in
            let (artifacts, old, new) = try await versions(in: folder)
            let (before, after) = (folder.path + "/before", folder.path + "/after")
            try await artifacts.restore(old, to: before)
            // Equal in size and time, but not in content: no proof but the bytes counts.
            try overwrite(before + "/tricky", with: "ffff")
            let counts = try await artifacts.restore(
                new, to: after, isDurable: true, reusing: FileReuse(before, by: method))
            #expect(counts.fetched == 3)
            #expect(counts.copied + counts.cloned + counts.linked == 3)
            #expect(method == .hardLink ? counts.linked == 3 : counts.linked == 0)
            #expect(method == .clone || counts.cloned == 0)
            let isOneFile = try inode(before + "/big") == inode(after + "/big")
            #expect(isOneFile == (method == .hardLink))
            for file in try await artifacts.files(of: new) {
                #expect(try Digest(ofFileAt: after + "/" + file.path) == file.content.digest)
                #expect(
                    FileManager.default.isExecutableFile(atPath: after + "/" + file.path) == file.isExecutable
                )
            }
            #expect(try leftovers(folder).isEmpty)
        }
    }

    @Test func aFileThatMayBeExecutedIsNotLinkedToOneThatMayNot() async throws {
        try await withTemporaryFolder { folder in
            let (artifacts, _, new) = try await versions(in: folder)
            let (before, after) = (folder.path + "/before", folder.path + "/after")
            try await artifacts.restore(new, to: before)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644], ofItemAtPath: before + "/run")
            let counts = try await artifacts.restore(
                new, to: after, reusing: FileReuse(before, by: .hardLink))
            #expect(counts.fetched == 0 && counts.copied == 1 && counts.cloned == 0 && counts.linked == 5)
            #expect(FileManager.default.isExecutableFile(atPath: after + "/run"))
            #expect(!FileManager.default.isExecutableFile(atPath: before + "/run"))
        }
    }

    @Test func aSymbolicLinkIsNotTaken() async throws {
        try await withTemporaryFolder { folder in
            let (artifacts, _, new) = try await versions(in: folder)
            let (before, after) = (folder.path + "/before", folder.path + "/after")
            try FileManager.default.createDirectory(atPath: before, withIntermediateDirectories: true)
            try Data(randomBytes(seed: 1, count: 2_000_000)).write(
                to: URL(filePath: folder.path + "/elsewhere"))
            try FileManager.default.createSymbolicLink(
                atPath: before + "/big", withDestinationPath: folder.path + "/elsewhere")
            for method in FileReuse.Method.allCases {
                let counts = try await artifacts.restore(
                    new, to: after, reusing: FileReuse(before, by: method))
                #expect(counts.fetched == 6)
            }
        }
    }

    @Test(arguments: FileReuse.Method.allCases) func aFolderMayBeRestoredOntoItself(
        method: FileReuse.Method
    ) async throws {
        try await withTemporaryFolder { folder in
            let (artifacts, old, new) = try await versions(in: folder)
            let path = folder.path + "/restored"
            try await artifacts.restore(old, to: path)
            let counts = try await artifacts.restore(new, to: path, reusing: FileReuse(path, by: method))
            #expect(counts.fetched == 2)
            for file in try await artifacts.files(of: new) {
                #expect(try Digest(ofFileAt: path + "/" + file.path) == file.content.digest)
            }
            #expect(try leftovers(folder).isEmpty)
        }
    }

    @Test func oneFileIsTakenFromAFile() async throws {
        try await withTemporaryFolder { folder in
            let source = folder.path + "/source"
            try Data("model".utf8).write(to: URL(filePath: source))
            let artifacts = ArtifactStore(InMemoryObjectStore())
            let version = try await artifacts.publish("m", contentsOf: source)
            let counts = try await artifacts.restore(
                version, to: folder.path + "/target", reusing: FileReuse(source, by: .hardLink))
            #expect(counts.linked == 1)
            let isOneFile = try inode(source) == inode(folder.path + "/target")
            #expect(isOneFile)
            let none = FileReuse(folder.path + "/nothing")
            #expect(
                try await artifacts.restore(version, to: folder.path + "/third", reusing: none).fetched == 1)
        }
    }

    /// Two versions of six files, four of which are the same in both.
    private func versions(in folder: URL) async throws -> (ArtifactStore, ArtifactVersion, ArtifactVersion) {
        let source = folder.path + "/source"
        try FileManager.default.createDirectory(atPath: source + "/sub", withIntermediateDirectories: true)
        func write(_ name: String, _ content: [UInt8]) throws {
            try Data(content).write(to: URL(filePath: source + "/" + name))
        }
        try write("big", randomBytes(seed: 1, count: 2_000_000))
        try write("sub/small", Array("small".utf8))
        try write("run", Array("#!/bin/sh".utf8))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: source + "/run")
        try write("tricky", Array("true".utf8))
        try write("changed", Array("before".utf8))
        let artifacts = ArtifactStore(InMemoryObjectStore())
        let old = try await artifacts.publish("m", contentsOf: source)
        try write("changed", Array("behind".utf8))
        try write("new", Array("new".utf8))
        return (artifacts, old, try await artifacts.publish("m", contentsOf: source))
    }

    private func overwrite(_ path: String, with text: String) throws {
        let times = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate]
        try Data(text.utf8).write(to: URL(filePath: path))
        if let times { try FileManager.default.setAttributes([.modificationDate: times], ofItemAtPath: path) }
    }

    private func inode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
    }
}

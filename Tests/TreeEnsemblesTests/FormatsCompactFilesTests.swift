// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import TreeEnsembles

/// Files in the compact form: mapped, shared, and readable for ever.
@Suite struct FormatsCompactFilesTests {
    static let golden = GoldenCase.folder.appending(path: "compact/version-2")
    static let goldenNames =
        ((try? FileManager.default.contentsOfDirectory(atPath: golden.path)) ?? []).sorted()

    @Test func thereAreFilesOfThisVersion() {
        #expect(CompactForm.version == 2)
        #expect(Self.goldenNames.count >= 4)
    }

    /// A file that was written once gives the answers of the model's source, mapped and from memory.
    @Test(arguments: goldenNames)
    func oldFilesAnswerAsTheirSource(_ name: String) throws {
        let path = Self.golden.appending(path: name).path
        let golden = GoldenCase(
            name: name.replacing(".model", with: "").replacing("catboost-", with: "catboost/"))
        let answers = try golden.answers()
        let matrix = try answers.matrix()
        let source = try TreeEnsemble(contentsOf: golden.modelPath)
        for model in [try TreeEnsemble(contentsOf: path), try TreeEnsemble(bytes: FileBytes.read(path))] {
            #expect(differences(try model.rawScores(for: matrix).elements, answers.raw) == [])
            #expect(
                differences(
                    try model.values(for: matrix).elements, try source.values(for: matrix).elements) == [])
            if model.treeCount > 0 { #expect(try model.leaves(for: matrix).elements == answers.leaves) }
            // What is written now need not be what was written then, but it must answer the same.
            let again = try TreeEnsemble(bytes: model.compactForm())
            #expect(differences(try again.rawScores(for: matrix).elements, answers.raw) == [])
        }
    }

    /// Wherever a file is cut, it is refused.
    @Test func everyTruncationIsRefused() throws {
        let bytes = try TreeEnsemble(contentsOf: GoldenCase(name: "xgb-one-stump").modelPath).compactForm()
        #expect(HostileFiles.truncations(of: bytes, atMost: .max).answered == 0)
    }

    /// A model goes on with the file that it was read from when another one takes its place.
    @Test func aFileCanBeReplacedWhileItIsUsed() async throws {
        let sources = ["xgb-exact", "lgb-binary"].map { GoldenCase(name: $0) }
        let models = try sources.map { try TreeEnsemble(contentsOf: $0.modelPath) }
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "model.trees").path
            try models[0].write(to: path)
            let old = try TreeEnsemble(contentsOf: path)
            try models[1].write(to: path)
            let new = try TreeEnsemble(contentsOf: path)
            for (model, source) in zip([old, new], sources) {
                let answers = try source.answers()
                #expect(differences(try model.rawScores(for: answers.matrix()).elements, answers.raw) == [])
            }
        }
    }

    #if os(Linux)
        /// Two models of one file hold the same pages of memory, and none of their own.
        @Test func modelsOfOneFileShareItsPages() async throws {
            let source = try TreeEnsemble(contentsOf: GoldenCase(name: "xgb-exact").modelPath)
            try await withTemporaryFolder { folder in
                let path = folder.appending(path: "model.trees").path
                try source.write(to: path)
                let models = [try TreeEnsemble(contentsOf: path), try TreeEnsemble(contentsOf: path)]
                let mappings = try Self.mappings(of: "model.trees")
                withExtendedLifetime(models) {}
                #expect(mappings.count == 2)
                for mapping in mappings {
                    #expect(mapping["Private_Clean"] == 0 && mapping["Private_Dirty"] == 0)
                    let shared = (mapping["Shared_Clean"] ?? 0) + (mapping["Shared_Dirty"] ?? 0)
                    #expect(shared > 0 && shared == mapping["Rss"])
                }
            }
            #expect(try Self.mappings(of: "model.trees").isEmpty)
        }

        /// What the kernel says of this process's mappings of a file, in KiB.
        private static func mappings(of name: String) throws -> [[String: Int]] {
            var found: [[String: Int]] = []
            var isInside = false
            let facts = try #require(try FileHandle(forReadingAtPath: "/proc/self/smaps")?.readToEnd())
            for line in String(decoding: facts, as: UTF8.self).split(separator: "\n") {
                let words = line.split(separator: " ")
                if words.count >= 5, words[0].contains("-") {
                    isInside = line.hasSuffix("/" + name)
                    if isInside { found.append([:]) }
                } else if isInside, words.count == 3, words[2] == "kB" {
                    found[found.count - 1][String(words[0].dropLast())] = Int(words[1])
                }
            }
            return found
        }
    #endif
}

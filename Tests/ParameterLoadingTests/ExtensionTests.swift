// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import ParameterLoading

/// `glob(…)` and `extend_list(…)` of Hydra's grammar, and frozen files as sources.
struct ExtensionTests {
    private func problems(_ sources: ParameterSource...) -> [String] {
        do {
            _ = try Parameters.load(ParameterValue.self, from: sources)
            return []
        } catch let error as ParameterError {
            return error.problems.map(\.summary)
        } catch { return ["\(error)"] }
    }

    // MARK: extend_list

    @Test func `a list is extended, again by a later argument, and by a sweep`() throws {
        let file = ParameterSource.text("a: {layers: [64, 32]}\nb: 1\n", format: .yaml)
        func json(_ arguments: String...) throws -> String {
            try Parameters.load(from: file, .commandLine(arguments)).frozen.canonicalJSON
        }
        #expect(
            try json("a.layers=extend_list(16, 'x')") == #"{"a":{"layers":[64,32,16,"x"]},"b":1}"#)
        #expect(
            try json("a.layers=extend_list(16)", "a.layers=extend_list(8,4)")
                == #"{"a":{"layers":[64,32,16,8,4]},"b":1}"#)
        #expect(
            try json("a.layers=[1]", "a.layers=extend_list(2)") == #"{"a":{"layers":[1,2]},"b":1}"#)
        let points = try Sweep("a.layers=extend_list(16,[a,b])", "b=1,2").grid()
        #expect(points.map(\.overrides)[0] == ["a.layers=extend_list(16,[a,b])", "b=1"])
        let loaded = try Parameters.load(from: file, .commandLine(points[1].overrides))
        #expect(loaded.frozen.canonicalJSON == #"{"a":{"layers":[64,32,16,["a","b"]]},"b":2}"#)
        #expect(try Sweep("a=extend_list(1)").grid()[0].id != Sweep("a=[1]").grid()[0].id)
    }

    @Test(arguments: [
        ("b=extend_list(1)", "needs a list below it, but 'b' is an integer"),
        ("+c=extend_list(1)", "'c' is missing"), ("a=extend_list(x=1)", "values without names"),
        ("a=extend_list(1", "expected ',' or ')'"),
    ])
    func `only a list can be extended`(_ argument: String, _ words: String) {
        let found = problems(.text("a: [1]\nb: 2", format: .yaml), .commandLine([argument]))
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }

    // MARK: glob

    @Test func `a sweep takes the options of a group`() async throws {
        try await withTemporaryFolder { folder in
            let group = folder.appending(path: "model")
            try FileManager.default.createDirectory(at: group, withIntermediateDirectories: true)
            for name in ["tree_deep.yaml", "tree_wide.toml", "linear.yaml", "notes.txt"] {
                try Data().write(to: group.appending(path: name))
            }
            func options(_ text: String) throws -> [String] {
                try Sweep(text, groups: folder.path).grid().flatMap(\.overrides)
            }
            #expect(try options("model=glob(*)") == ["model=linear", "model=tree_deep", "model=tree_wide"])
            #expect(try options("model=glob(tree_*,exclude=*wide)") == ["model=tree_deep"])
            #expect(try options("model=glob([lin*,*deep])") == ["model=linear", "model=tree_deep"])
            #expect(
                try options("model=sort(glob(include=*,exclude=[x*,l*]),reverse=true)")
                    == ["model=tree_wide", "model=tree_deep"])
            for faulty in ["model=glob(z*)", "data=glob(*)", "model=glob()", "model=glob(a,b,c)"] {
                #expect(throws: ParameterError.self) { try options(faulty) }
            }
        }
    }

    @Test(arguments: [
        ("*", "", true), ("*", "abc", true), ("a*c", "abbc", true), ("a*c", "abcd", false),
        ("a?c", "abc", true), ("a?c", "ac", false), ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false),
        ("[!a-c]x", "dx", true), ("[]]", "]", true), ("[ab", "[ab", true), ("*a*b*", "xxaxxbxx", true),
        ("*a*b*", "xxbxxa", false), ("", "", true), ("", "a", false), ("[a-]", "-", true),
    ])
    func `patterns of names`(_ pattern: String, _ name: String, _ fits: Bool) {
        #expect(NamePattern.matches(pattern, name) == fits)
    }

    // MARK: Frozen files

    @Test func `a frozen file is a source like others`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path + "/frozen.json"
            let text = #"""
                rate: 0.5
                whole: 1.0
                limit: .inf
                nothing: .nan
                text: '\${kept}'
                $$odd: [1, {b: []}]
                api_token: hidden-token
                big: 18446744073709551615
                """#
            let first = try Parameters.load(from: .text(text, format: .yaml))
            try first.frozen.write(to: path)
            let secret = ParameterSource.text("api_token: hidden-token", format: .yaml)
            let again = try Parameters.load(from: .file(path), secret)
            #expect(again.digest == first.digest)
            #expect(again.frozen.differences(from: first.frozen).isEmpty)
            #expect(again.origin(of: "rate")?.place.hasPrefix(path + ":") == true)
            #expect(try Parameters.load(from: .file(path)).api_token == .null)
            let changed = try Parameters.load(from: .file(path), secret, .commandLine(["rate=0.25"]))
            let differences = changed.frozen.differences(from: try FrozenParameters(contentsOf: path))
            #expect(differences.map(\.keyPath) == ["rate"])
            #expect(differences[0].originAfter == "command line rate")
            let damaged = try String(contentsOfFile: path, encoding: .utf8).replacing("0.5", with: "0.6")
            try Data(damaged.utf8).write(to: URL(filePath: path))
            #expect(problems(.file(path)).contains { $0.contains("the values were changed") })
        }
    }
}

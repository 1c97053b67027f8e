// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import ParameterLoading
import TestSupport
import Testing

/// How sources are put together.
struct MergingTests {
    private func json(_ sources: ParameterSource..., variables: [String: String] = [:]) throws -> String {
        try Parameters.load(ParameterValue.self, from: sources, options: .init(variables: variables)).frozen
            .canonicalJSON
    }

    private func yaml(_ text: String) -> ParameterSource { .text(text, format: .yaml, name: "p.yaml") }

    private func problems(_ sources: ParameterSource..., variables: [String: String] = [:]) -> [String] {
        do {
            _ = try Parameters.load(ParameterValue.self, from: sources, options: .init(variables: variables))
            return []
        } catch let error as ParameterError {
            return error.problems.map(\.summary)
        } catch { return ["\(error)"] }
    }

    @Test func `mappings merge deeply and lists are replaced`() throws {
        #expect(
            try json(yaml("a: {b: 1, c: [1, 2]}\nd: 1"), yaml("a: {c: [3], e: 2}"))
                == #"{"a":{"b":1,"c":[3],"e":2},"d":1}"#)
    }

    @Test func `tags and dollar keys replace, delete and append`() throws {
        let base = yaml("a: {b: 1}\nl: [1]\nx: 1\ny: {z: 1, w: 2}")
        let expected = #"{"a":{"c":2},"l":[0,1,2],"y":{"w":2}}"#
        #expect(
            try json(
                base, yaml("a: !replace {c: 2}\nl: !append [2]\nx: !delete\ny: {z: !delete }"),
                yaml("l: !prepend [0]"))
                == expected)
        let dollars = """
            {"a": {"$replace": {"c": 2}}, "l": {"$append": [2]}, "$delete": ["x"], "y": {"z": {"$delete": true}}}
            """
        #expect(
            try json(base, .text(dollars, format: .json), .text("[l]\n\"$prepend\" = [0]", format: .toml))
                == expected)
        #expect(try json(yaml("$$price: 1")) == #"{"$$price":1}"#)
        #expect(
            problems(yaml("a: {$apend: [1]}")) == [
                "p.yaml:1:5: unknown directive '$apend'; did you mean '$append'?"
            ])
    }

    @Test func `merge keys work as in YAML 1.1`() throws {
        #expect(
            try json(yaml("base: &b {x: 1, y: 2}\nrun: {<<: *b, y: 3}"))
                == #"{"base":{"x":1,"y":2},"run":{"x":1,"y":3}}"#)
    }

    @Test func `interpolations refer to values and variables`() throws {
        let text = """
            root: /data
            depth: 6
            nested: {name: m, path: "${root}/${.name}-${..depth}", same: "${depth}", list: ["${nested.name}"]}
            user: ${env:WHO}
            host: ${env:HOST,localhost}
            port: ${env:PORT,8080}
            literal: \\${root}
            which: name
            indirect: ${nested.${which}}
            all: ${nested.list}
            """
        #expect(
            try json(yaml(text), variables: ["WHO": "me"])
                == #"{"all":["m"],"depth":6,"host":"localhost","indirect":"m","literal":"${root}","#
                + #""nested":{"list":["m"],"name":"m","path":"/data/m-6","same":6},"port":8080,"#
                + #""root":"/data","user":"me","which":"name"}"#)
    }

    @Test(arguments: [
        ("a: ${a}", "p.yaml:1:4: the interpolation refers to itself: a -> a"),
        ("a: ${b}\nb: [\"${a}\"]", "the interpolation refers to itself"),
        (
            "dept: 1\na: ${depth}",
            "p.yaml:2:4: '${depth}' refers to a key that does not exist; did you mean 'dept'?"
        ),
        ("a: ${env:NOPE}", "the environment has no variable 'NOPE'"),
        ("a: \"${b\"", "never closed"),
        ("a: x${b}\nb: {c: 1}", "a mapping cannot be put into a text"),
    ])
    func `faulty interpolations have a place`(_ text: String, _ words: String) {
        let found = problems(yaml(text))
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }

    @Test func `variables nest with two underscores and keep the spelling of the files`() throws {
        let names = ["T_MODEL__MAX_DEPTH": "7", "T_LAYERS": "[64, 32]", "T_NAME": "05"]
        #expect(
            try json(yaml("model: {maxDepth: 6}\nname: x"), .environment(prefix: "T_", variables: names))
                == #"{"layers":[64,32],"model":{"maxDepth":7},"name":5}"#)
    }

    @Test func `a shared dotenv file is not strict and ours are`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: ".env")
            try Data(
                "# shared\nexport ROUNDS=5\nOTHER=\"a\\nb\" # c\nLEARNING_RATE = '0.5'\nSEED=9 # s\n".utf8
            ).write(to: file)
            let parameters = try Parameters.load(Training.self, from: .dotEnv(file.path))
            #expect(parameters.value == Training(learningRate: 0.5, rounds: 5, seed: 9))
            #expect(parameters.origin(of: "rounds")?.line == 2)
            #expect(throws: ParameterError.self) {
                try Parameters.load(
                    Training.self, from: .defaults(Training()), .dotEnv(folder.path + "/missing"))
            }
            _ = try Parameters.load(
                Training.self, from: .defaults(Training()),
                .dotEnv(folder.path + "/missing", isOptional: true))
        }
    }

    @Test(arguments: [
        (["a.b=2"], #"{"a":{"b":2,"l":[1,2]},"n":null}"#),
        (["+c=x"], #"{"a":{"b":1,"l":[1,2]},"c":"x","n":null}"#),
        (["~a.b"], #"{"a":{"l":[1,2]},"n":null}"#), (["~n=null"], #"{"a":{"b":1,"l":[1,2]}}"#),
        (["a.l.1=9"], #"{"a":{"b":1,"l":[1,9]},"n":null}"#),
        (["a.l[0]=9"], #"{"a":{"b":1,"l":[9,2]},"n":null}"#),
        (["a={c: 3}"], #"{"a":{"b":1,"c":3,"l":[1,2]},"n":null}"#),
        (["n='1'"], #"{"a":{"b":1,"l":[1,2]},"n":"1"}"#),
        (["n=1_000"], #"{"a":{"b":1,"l":[1,2]},"n":1000}"#),
        (["n=TRUE"], #"{"a":{"b":1,"l":[1,2]},"n":true}"#),
        (["n=int(3.7)"], #"{"a":{"b":1,"l":[1,2]},"n":3}"#),
        (["n=str(3)"], #"{"a":{"b":1,"l":[1,2]},"n":"3"}"#),
        (["n=a\\,b"], #"{"a":{"b":1,"l":[1,2]},"n":"a,b"}"#), (["n="], #"{"a":{"b":1,"l":[1,2]},"n":""}"#),
        (["n=[1, x, [y]]"], #"{"a":{"b":1,"l":[1,2]},"n":[1,"x",["y"]]}"#),
        (["n=${a.b}"], #"{"a":{"b":1,"l":[1,2]},"n":1}"#),
    ])
    func `overrides follow Hydra's grammar`(_ arguments: [String], _ expected: String) throws {
        #expect(try json(yaml("a: {b: 1, l: [1, 2]}\nn: null"), .commandLine(arguments)) == expected)
    }

    @Test(arguments: [
        ("~zz", "command line ~zz: there is no key 'zz' to delete"),
        ("n=1,2", "several values are for a sweep"),
        ("+a=1", "exists already"), ("n=[1", "expected ',' or ']'"), ("n", "expected '=' and a value"),
        ("n='x", "never closed"), ("n=a)b", "must be escaped"),
    ])
    func `faulty overrides are refused`(_ argument: String, _ words: String) {
        let found = problems(yaml("a: 1\nn: null"), .commandLine([argument]))
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }

    @Test func `files include files and report cycles`() async throws {
        try await withTemporaryFolder { folder in
            func write(_ name: String, _ text: String) throws {
                let file = folder.appending(path: name)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            try write(
                "main.yaml",
                "$include: [parts/a.toml, parts/b.json]\nx: 1\nsub: {$include: parts/c.yaml, y: 2}\n")
            try write("parts/a.toml", "x = 5\na = 1\n")
            try write("parts/b.json", #"{"a": 2}"#)
            try write("parts/c.yaml", "y: 3\nz: 4\n")
            let path = folder.path + "/main.yaml"
            #expect(try json(.file(path)) == #"{"a":2,"sub":{"y":2,"z":4},"x":1}"#)
            try write("parts/c.yaml", "$include: ../main.yaml\n")
            #expect(!problems(.file(path)).isEmpty)
            try write("parts/c.yaml", "$include: gone.yaml\n")
            #expect(problems(.file(path)).contains { $0.contains("there is no such file") })
        }
    }

    @Test func `groups choose options as in Hydra`() async throws {
        try await withTemporaryFolder { folder in
            let files = [
                "config.yaml":
                    "defaults:\n  - model: tree\n  - optional extra: none\n  - _self_\nseed: 1\nmodel: {rounds: 9}\n",
                "model/tree.yaml": "defaults:\n  - base\ndepth: 6\nrounds: 5\n",
                "model/base.yaml": "name: base\n",
                "model/linear.toml": "alpha = 0.5\n", "data/july.yaml": "path: july.csv\n",
            ]
            for (name, text) in files {
                let file = folder.appending(path: name)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            let groups = ParameterSource.groups(in: folder.path)
            #expect(try json(groups) == #"{"model":{"depth":6,"name":"base","rounds":9},"seed":1}"#)
            #expect(
                try json(groups, .commandLine(["model=linear", "model.alpha=2", "+data=july"]))
                    == #"{"data":{"path":"july.csv"},"model":{"alpha":2,"rounds":9},"seed":1}"#)
            #expect(
                problems(groups, .commandLine(["model=linaer"])).contains {
                    $0.contains("did you mean 'linear'?")
                })
            #expect(try json(groups, .commandLine(["~model"])) == #"{"model":{"rounds":9},"seed":1}"#)
        }
    }
}

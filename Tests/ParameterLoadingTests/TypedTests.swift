// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import ParameterLoading
import TestSupport
import Testing

enum Objective: String, Codable, CaseIterable, Sendable { case binary, regression, ranking }

struct Service: Codable, Sendable {
    struct Model: Codable, Sendable {
        var objective = Objective.binary
        var layers = [64, 32]
        var dropout: Double?
    }

    var name = "flight-delay"
    var timeout = Duration.seconds(30)
    var cache: ByteCount = 1024
    var token = Secret("none")
    var model = Model()
    var weights: [String: Double] = [:]
    var warmup = 1
    var rounds = 10
}

extension Service: ParameterRules {
    static var rules: [ParameterRule<Service>] {
        [
            .pattern("name", "[a-z][a-z0-9-]*"), .range("timeout", 1...7200), .range("cache", 0..<1e12),
            .require("must leave rounds for training", of: "warmup", "rounds") { $0.warmup < $0.rounds },
        ]
    }
}

extension Service.Model: ParameterRules {
    static var rules: [ParameterRule<Service.Model>] {
        [.range("layers", 1...4096), .range("dropout", 0...1), .length("name", 1...3)]
    }
}

/// What types make of values.
struct TypedTests {
    private func load(_ yaml: String) throws -> Parameters<Service> {
        try Parameters.load(
            Service.self, from: .defaults(Service()), .text(yaml, format: .yaml, name: "p.yaml"))
    }

    private func problems(_ yaml: String) -> [String] {
        do {
            _ = try load(yaml)
            return []
        } catch let error as ParameterError {
            return error.problems.map(\.summary)
        } catch { return ["\(error)"] }
    }

    @Test func `units, nested types, optionals and dictionaries decode`() throws {
        let parameters = try load(
            "timeout: 1h 30m\ncache: 1.5 GiB\nmodel: {objective: ranking, layers: [8], dropout: 0.5}\nweights: {UA: 1, ua: 2}"
        )
        #expect(parameters.timeout == .seconds(5400))
        #expect(parameters.cache.bytes == 1_610_612_736)
        #expect(parameters.model.objective == .ranking)
        #expect(parameters.model.dropout == 0.5)
        #expect(parameters.weights == ["UA": 1, "ua": 2])
        #expect(parameters.model.layers == [8])
    }

    @Test(arguments: [
        ("1 KiB", 1024), ("4096", 4096), ("2kB", 2000), ("1_000 MB", 1_000_000_000), ("0.5 KiB", 512),
        ("7EiB", 7 << 60),
    ])
    func `byte counts are read`(_ text: String, _ bytes: Int64) { #expect(ByteCount(text)?.bytes == bytes) }

    @Test(arguments: ["", "KiB", "-1 B", "1 XB", "9 EiB", "1e3 B", "1..2 B"])
    func `other byte counts are refused`(
        _ text: String
    ) { #expect(ByteCount(text) == nil) }

    @Test(arguments: [
        ("90s", 90), ("1m30s", 90), ("PT1M30S", 90), ("1.5 min", 90), ("P1DT1S", 86_401), ("0", 0),
        ("-2s", -2),
        ("1w", 604_800), ("1500ms", 1.5),
    ])
    func `durations are read`(_ text: String, _ seconds: Double) throws {
        #expect(try load("timeout: 1s").timeout == .seconds(1))
        struct Holder: Decodable { var wait: Duration }
        let holder = try Parameters.load(Holder.self, from: .text("wait: \(text)", format: .yaml))
        #expect(holder.wait == .seconds(seconds))
    }

    @Test func `every fault is reported with what was expected`() {
        #expect(
            problems(
                "timeout: 90\ncache: big\nmodel: {objective: ranknig, layers: [1, x], depth: 3}\nwarmup: true\ntoken: 5"
            ) == [
                "p.yaml:1:10: 'timeout' must be a duration with its unit, such as '90s' or '1h 30m', but here is the number 90",
                "p.yaml:2:8: 'cache' must be an amount of bytes, such as 4096 or '512 MiB', but here is the string 'big'",
                "p.yaml:5:8: 'token' must be a string (put it in quotes), but here is an integer",
                "p.yaml:3:20: 'model.objective' must be one of 'binary', 'regression', 'ranking', but here is \"ranknig\"; did you mean 'ranking'?",
                "p.yaml:3:41: 'model.layers[1]' must be an integer, but here is the string 'x'",
                "p.yaml:4:9: 'warmup' must be an integer, but here is the boolean true",
                "p.yaml:3:45: unknown key 'model.depth'; known here: objective, layers, dropout",
            ])
    }

    @Test func `every broken rule is reported`() {
        let found = problems("name: Flight\ntimeout: 3h\nwarmup: 20\nmodel: {layers: [0, 5], dropout: 2}")
        #expect(
            found.sorted() == [
                "p.yaml:1:7: 'name' must be a text that matches '[a-z][a-z0-9-]*', but here is \"Flight\"",
                "p.yaml:2:10: 'timeout' must be from 1.0 to 7200.0, but here is \"3h\"",
                "p.yaml:3:9: 'warmup' and 'rounds' must leave rounds for training",
                "p.yaml:4:18: 'model.layers' must be from 1.0 to 4096.0, but here is 0",
                "p.yaml:4:34: 'model.dropout' must be from 0.0 to 1.0, but here is 2",
            ])
    }

    @Test func `secrets are masked everywhere and enter the digest keyed`() throws {
        let text =
            "token: hunter2!\nname: a\ndb: {password: pa55word, url: \"x://${db.password}@h\", max_tokens: 5}"
        let untyped = try Parameters.load(from: .text(text, format: .yaml))
        for shown in [
            untyped.explanation(), untyped.json(), untyped.frozen.canonicalJSON,
            String(decoding: untyped.frozen.fileContent, as: UTF8.self), "\(untyped.frozen.leaves)",
        ] {
            #expect(!shown.contains("hunter2"))
            #expect(!shown.contains("pa55word"))
            #expect(shown.contains("5"))
        }
        let typed = try load("token: hunter2!")
        #expect("\(typed.token) \(typed.explanation())".contains("hunter2") == false)
        #expect(typed.token.reveal() == "hunter2!")
        #expect(typed.origin(of: "token")?.value == "***")
        // Without a key the value does not enter; with one it does.
        #expect(try load("token: other").digest == typed.digest)
        func keyed(_ token: String, _ key: [UInt8]) throws -> String {
            try Parameters.load(
                Service.self, from: .defaults(Service()), .commandLine(["token=\(token)"]),
                options: .init(secretDigestKey: key)
            ).digest.description
        }
        #expect(try keyed("a", [1]) != keyed("b", [1]))
        #expect(try keyed("a", [1]) != keyed("a", [2]))
        #expect(try keyed("a", [1]) == keyed("a", [1]))
        let message = problems("token: [hunter2, hunter3]").joined()
        #expect(!message.contains("hunter"))
    }

    @Test func `an error never shows the line of a secret`() {
        let error = #expect(throws: ParameterError.self) {
            try Parameters.load(from: .text("password: \"hunter2\nx: y", format: .yaml))
        }
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func `frozen parameters are written, read back and compared`() async throws {
        let first = try load("rounds: 20").frozen
        let second = try load("rounds: 21\nmodel: {dropout: 0.25}").frozen
        #expect(first.differences(from: first) == [])
        #expect(
            second.differences(from: first).map(\.description) == [
                "added model.dropout: 0.25 (p.yaml:2:18)",
                "changed rounds: 20 (p.yaml:1:9) -> 21 (p.yaml:1:9)",
            ])
        try await withTemporaryFolder { folder in
            let path = folder.path + "/frozen.json"
            try second.write(to: path)
            let read = try FrozenParameters(contentsOf: path)
            #expect(read == second)
            #expect(read.digest == second.digest)
            let changed = try String(contentsOfFile: path, encoding: .utf8).replacing(
                "\"rounds\": 21", with: "\"rounds\": 22")
            #expect(throws: ParameterError.self) { try FrozenParameters(parsing: Array(changed.utf8)) }
        }
    }

    @Test func `the schema says what a load accepts`() throws {
        let schema = try ParameterSchema.json(for: Service.self, defaults: Service())
        let object = try #require(JSONSerialization.jsonObject(with: Data(schema.utf8)) as? [String: Any])
        let properties = try #require(object["properties"] as? [String: [String: Any]])
        #expect(object["additionalProperties"] as? Bool == false)
        #expect(properties["name"]?["pattern"] as? String == "^(?:[a-z][a-z0-9-]*)$")
        let model = try #require(properties["model"]?["properties"] as? [String: [String: Any]])
        #expect(model["objective"]?["enum"] as? [String] == ["binary", "regression", "ranking"])
        #expect((model["layers"]?["items"] as? [String: Any])?["maximum"] as? Int == 4096)
        #expect(
            (properties["weights"]?["additionalProperties"] as? [String: Any])?["type"] as? String == "number"
        )
        #expect(properties["rounds"]?["default"] as? Int == 10)
        #expect(object["required"] == nil)
        #expect(properties["model"]?["required"] == nil)
        #expect(try ParameterSchema.json(for: Service.self).contains(#""required": ["name", "timeout""#))
        // The same in a file, which the interoperability tests give to a validator; SWIFT_MLOPS_RECORD renews it.
        let file = fixtures.appending(path: "ParameterLoading/service.schema.json")
        if ProcessInfo.processInfo.environment["SWIFT_MLOPS_RECORD"] != nil {
            try Data(schema.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == schema)
    }

    @Test func `the schema tells no secrets`() throws {
        struct Hidden: Codable, Sendable {
            var token = Secret("default-one")
            var dbPassword = "default-two"
            var port = 80
        }
        let schema = try ParameterSchema.json(for: Hidden.self, defaults: Hidden())
        #expect(!schema.contains("default-"))
        #expect(schema.contains(#""default": 80"#))
    }

    @Test func `an editor's schema is no parameter`() throws {
        let text = ##"{"$schema": "service.schema.json", "rounds": 20}"##
        let parameters = try Parameters.load(
            Service.self, from: .defaults(Service()), .text(text, format: .json))
        #expect(parameters.rounds == 20)
    }

    @Test func `other decoders read values without a type, too`() throws {
        let text = #"{"a": [1, 2.5, null, "x", true], "b": {}}"#
        let value = try JSONDecoder().decode(ParameterValue.self, from: Data(text.utf8))
        #expect(value.a[1] == .number(2.5))
        #expect(value.a.list?.map(\.integer) == [1, nil, nil, nil, nil])
        #expect(value.b == .mapping([:]))
    }
}

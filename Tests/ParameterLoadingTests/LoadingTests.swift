// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import ParameterLoading
import TestSupport
import Testing

struct Training: Codable, Equatable {
    var learningRate = 0.1
    var rounds = 100
    var seed: UInt64 = 1
}

/// Where a value comes from decides neither the value nor the digest.
struct LoadingTests {
    private let yaml = "learning_rate: 0.05\nrounds: 300\nseed: 18446744073709551615\n"

    @Test func `every format and source gives the same value and digest`() throws {
        let sources: [[ParameterSource]] = [
            [.text(yaml, format: .yaml)],
            [
                .text("seed = 7\nrounds = 300\nlearning_rate = 0.05\n", format: .toml),
                .commandLine(["seed=18446744073709551615"]),
            ],
            [.text(#"{"rounds": 300, "learningRate": 5e-2, "seed": 18446744073709551615}"#, format: .json)],
            [
                .environment(
                    prefix: "FLIGHT_",
                    variables: [
                        "FLIGHT_LEARNING_RATE": "0.05", "FLIGHT_ROUNDS": "300",
                        "FLIGHT_SEED": "18446744073709551615",
                        "PATH": "/bin",
                    ])
            ],
            [
                .defaults(Training()),
                .commandLine(["--learning-rate=0.05", "--rounds", "300", "seed=18446744073709551615"]),
            ],
        ]
        let loaded = try sources.map { try Parameters.load(Training.self, from: $0) }
        for parameters in loaded {
            #expect(parameters.learningRate == 0.05)
            #expect(parameters.rounds == 300)
            #expect(parameters.seed == .max)
            #expect(parameters.digest == loaded[0].digest)
        }
        #expect(
            loaded[0].frozen.canonicalJSON
                == #"{"learning_rate":0.05,"rounds":300,"seed":18446744073709551615}"#)
    }

    @Test func `the digest tells types apart where no type is declared`() throws {
        let digests = try ["1", "1.0", "\"1\""].map {
            try Parameters.load(from: .text("a: \($0)", format: .yaml)).digest
        }
        #expect(Set(digests).count == 3)
    }

    @Test func `origins name the place and what is shadowed`() throws {
        let parameters = try Parameters.load(
            Training.self, from: .defaults(Training()),
            .text("\nrounds: 7\nlearning_rate:  0.05\n", format: .yaml, name: "params.yaml"),
            .environment(prefix: "FLIGHT_", variables: ["FLIGHT_ROUNDS": "9"]))
        #expect(
            parameters.origin(of: "learningRate")?.description == "params.yaml:3:17, shadows the default 0.1")
        #expect(
            parameters.origin(of: "rounds")?.description
                == "environment FLIGHT_ROUNDS, shadows params.yaml:2:9 7, the default 100")
        #expect(parameters.origin(of: "nothing") == nil)
    }

    @Test func `all problems are reported at once with places and suggestions`() throws {
        let text = "learing_rate: 0.05\nrounds: many\nseed: -1\ndepth: 3\n"
        let error = #expect(throws: ParameterError.self) {
            try Parameters.load(
                Training.self, from: .text(text, format: .yaml, name: "params.yaml"),
                .environment(prefix: "FLIGHT_", variables: ["FLIGHT_ROUNDZ": "3", "OTHER": "1"]))
        }
        let problems = try #require(error).problems
        #expect(
            problems.map(\.summary).sorted() == [
                "environment FLIGHT_ROUNDZ: unknown key 'roundz'; did you mean 'rounds'?",
                "params.yaml:1:1: unknown key 'learing_rate'; did you mean 'learning_rate'?",
                "params.yaml:2:9: 'rounds' must be an integer, but here is the string 'many'",
                "params.yaml:3:7: 'seed' must be an integer from 0 to 18446744073709551615, but here is the number -1",
                "params.yaml:4:1: unknown key 'depth'; known here: learning_rate, rounds, seed",
            ])
        #expect(problems.first { $0.code == .wrongType }?.excerpt == "    rounds: many\n            ^")
    }

    @Test func `a missing key is reported with the type it has`() {
        let error = #expect(throws: ParameterError.self) {
            try Parameters.load(Training.self, from: .text("rounds: 1\nseed: 2", format: .yaml))
        }
        #expect(error?.description == "missing key 'learning_rate'; expected a number")
    }
}

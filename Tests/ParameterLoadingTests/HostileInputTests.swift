// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import ParameterLoading

/// Input that was made to exhaust the machine, or to slip through.
struct HostileInputTests {
    private func refuses(_ text: String, _ format: ParameterFormat, because words: String) {
        let error = #expect(throws: ParameterError.self) {
            try ParameterText.jsonLines(Array(text.utf8), format: format, name: "hostile")
        }
        let message = error?.problems.first?.message ?? ""
        #expect(message.contains(words), "\(message)")
    }

    /// Shapes of deep nesting; the texts themselves are too long to be printed as arguments.
    enum Shape: String, CaseIterable {
        case sequences, mappings, dashes, questions, indented, mixed

        var text: String {
            switch self {
            case .sequences: String(repeating: "[", count: 200_000)
            case .mappings: String(repeating: "{a: ", count: 200_000)
            case .dashes: String(repeating: "- ", count: 200_000)
            case .questions: String(repeating: "? ", count: 200_000)
            case .indented: (0..<2000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
            case .mixed: String(repeating: "[{\"a\":", count: 100_000)
            }
        }
    }

    @Test(arguments: Shape.allCases) func `deep YAML is refused`(_ shape: Shape) {
        refuses(shape.text, .yaml, because: "deeper")
    }

    @Test func `deep JSON is refused`() {
        refuses(String(repeating: "[", count: 200_000), .json, because: "deeper")
        refuses(String(repeating: "{\"a\":", count: 200_000), .json, because: "deeper")
    }

    @Test func `deep TOML is refused`() {
        refuses("a = " + String(repeating: "[", count: 200_000), .toml, because: "deeper")
        refuses("a = " + String(repeating: "{b = ", count: 200_000), .toml, because: "deeper")
        refuses(String(repeating: "a.", count: 200_000) + "b = 1", .toml, because: "deeper")
        refuses("[" + String(repeating: "a.", count: 200_000) + "b]", .toml, because: "deeper")
    }

    @Test func `a hundred levels are no problem`() throws {
        let brackets = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        for (text, format) in [
            (brackets, ParameterFormat.json), (brackets, .yaml), ("a = " + brackets, .toml),
            (String(repeating: "- ", count: 100), .yaml),
        ] {
            #expect(try ParameterText.jsonLines(Array(text.utf8), format: format, name: "deep").count == 1)
        }
    }

    @Test func `a billion laughs are cut short`() {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1...30 {
            text +=
                "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ","))]\n"
        }
        refuses(text, .yaml, because: "aliases expand")
    }

    @Test func `interpolations cannot explode either`() {
        var text = "a0: xxxxxxxxxx\n"
        for level in 1...40 { text += "a\(level): ${a\(level - 1)}${a\(level - 1)}\n" }
        let error = #expect(throws: ParameterError.self) {
            try Parameters.load(from: .text(text, format: .yaml))
        }
        #expect(error?.description.contains("16 MiB") == true)
        var lists = "b0: [x, x]\n"
        for level in 1...60 { lists += "b\(level): [\"${b\(level - 1)}\", \"${b\(level - 1)}\"]\n" }
        #expect(throws: ParameterError.self) { try Parameters.load(from: .text(lists, format: .yaml)) }
    }

    @Test func `invalid UTF-8 has a place`() {
        for format in ParameterFormat.allCases {
            let error = #expect(throws: ParameterError.self) {
                try ParameterText.jsonLines([0x61, 0x0a, 0x22, 0xff, 0x22], format: format, name: "bytes")
            }
            #expect(error?.problems.first?.place?.place == "bytes:2:2")
        }
    }

    @Test func `a file of more than a gibibyte is refused without reading it`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path + "/huge.yaml"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            // A hole: the file takes no space.
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            try file.truncate(atOffset: 1 << 40)
            try file.close()
            let error = #expect(throws: ParameterError.self) { try Parameters.load(from: .file(path)) }
            #expect(error?.description.contains("larger than 1024 MiB") == true)
        }
    }

    @Test func `zero bytes are refused`() {
        refuses("a: b\0c", .yaml, because: "control character")
        refuses("a = \"b\0c\"", .toml, because: "control character")
    }

    @Test func `many anchors and long lines take linear time`() throws {
        let clock = ContinuousClock()
        let long =
            "a: \"" + String(repeating: "x", count: 4 << 20) + "\"\nb: "
            + String(repeating: "y ", count: 1 << 20)
        let many = (0..<20_000).map { "k\($0): &a\($0) v\n" }.joined()
        let commas = "[" + String(repeating: "a,", count: 100_000) + "]"
        let taken = try clock.measure {
            for text in [long, many, commas] {
                _ = try ParameterText.jsonLines(Array(text.utf8), format: .yaml, name: "long")
            }
        }
        // Far above what linear time takes, far below what quadratic time would.
        #expect(taken < .seconds(20))
    }
}

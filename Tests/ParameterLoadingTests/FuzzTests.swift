// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import ParameterLoading

/// Damaged texts crash nothing, and what is accepted reads back.
struct FuzzTests {
    private static let pieces: [[UInt8]] =
        [
            "\n", " ", "  ", "\t", "-", "- ", ": ", ":", "? ", "#", " #", "[", "]", "{", "}", ",", "\"", "'",
            "|", ">", "|+\n",
            ">2-\n", "&a ", "*a", "!!str ", "!x", "---\n", "...\n", "%YAML 1.2\n", "\\", "\\x41", "\u{feff}",
            "é", "=", "[[", "]]",
            "\"\"\"", "'''", "1e", "0x", "${", "}", "$include", "<<: ", "\r", "\0", "\u{85}",
        ].map { Array($0.utf8) } + [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]]

    private func check(_ bytes: [UInt8]) throws {
        for format in ParameterFormat.allCases {
            guard let lines = try? ParameterText.jsonLines(bytes, format: format, name: "fuzz") else {
                continue
            }
            for line in lines {
                #expect(try ParameterText.jsonLines(line, format: .json, name: "again") == [line])
                // JSON is a subset of YAML, but for keys that are longer than 1024 characters.
                if format == .json,
                    let again = try? ParameterText.jsonLines(line, format: .yaml, name: "again")
                {
                    #expect(again == [line])
                }
            }
            let options = ParameterOptions(variables: [:])
            if let parameters = try? Parameters.load(from: .text(bytes, format: format), options: options) {
                let record = parameters.frozen
                #expect(try FrozenParameters(parsing: record.fileContent).digest == record.digest)
                _ = parameters.explanation()
            }
        }
    }

    @Test(arguments: 0..<4) func `damaged cases`(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let texts = ["yaml-specification.txt", "yaml-hard-cases.txt", "toml-cases.txt"].flatMap(
            SyntaxCase.all
        )
        .map { Array($0.text.utf8) }
        for _ in 0..<400 {
            var bytes = texts.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0...bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0:
                    bytes.insert(
                        contentsOf: FuzzTests.pieces.randomElement(using: &generator) ?? [], at: place)
                case 1:
                    bytes.removeSubrange(
                        place..<min(bytes.count, place + Int.random(in: 1...4, using: &generator)))
                case 2:
                    bytes =
                        Array(bytes.prefix(place)) + (texts.randomElement(using: &generator) ?? []).suffix(40)
                default:
                    if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &generator) }
                }
            }
            try check(bytes)
        }
    }
}

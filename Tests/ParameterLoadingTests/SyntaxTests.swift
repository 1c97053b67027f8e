// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Foundation
import TestSupport
import Testing

@testable import ParameterLoading

/// A text with the JSON it stands for, from a file in Tests/Fixtures/ParameterLoading.
struct SyntaxCase: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    /// The JSON of each document; nil where the text must be refused.
    let expected: [String]?

    var testDescription: String { name }

    static func all(_ file: String) -> [SyntaxCase] {
        let path = fixtures.appending(path: "ParameterLoading/" + file)
        guard let content = try? String(contentsOf: path, encoding: .utf8) else { return [] }
        return content.components(separatedBy: "\n=== ").dropFirst().map { block in
            var lines = block.components(separatedBy: "\n")
            let name = lines.removeFirst()
            let bar = lines.firstIndex { $0.hasPrefix(">>>") } ?? lines.count
            var text = lines[..<bar].joined(separator: "\n") + "\n"
            for (mark, meaning) in [
                ("␣", " "), ("»", "\t"), ("⇔", "\u{feff}"), ("←", "\r"), ("␤", "\u{85}"), ("␀", "\0"),
                ("∎\n", ""),
            ] {
                text = text.replacingOccurrences(of: mark, with: meaning, options: .literal)
            }
            let isRefused = bar < lines.count && lines[bar].contains("fails")
            return SyntaxCase(
                name: name, text: text,
                expected: isRefused ? nil : lines[min(bar + 1, lines.count)...].filter { !$0.isEmpty })
        }
    }
}

/// The parsers against the text of the specifications.
struct SyntaxTests {
    @Test(arguments: SyntaxCase.all("yaml-specification.txt") + SyntaxCase.all("yaml-hard-cases.txt"))
    func yaml(_ example: SyntaxCase) throws {
        try check(example) { try ParameterText.jsonLines($0, format: .yaml, name: "example.yaml") }
    }

    @Test(arguments: SyntaxCase.all("toml-cases.txt"))
    func toml(_ example: SyntaxCase) throws {
        try check(example) { [try ParameterText.taggedJSON(ofTOML: $0, name: "example.toml")] }
    }

    private func check(_ example: SyntaxCase, _ parse: ([UInt8]) throws -> [[UInt8]]) throws {
        let bytes = Array(example.text.utf8)
        guard let expected = example.expected else {
            let error = #expect(throws: ParameterError.self) { try parse(bytes) }
            #expect(error?.problems.first?.place?.line != nil)
            return
        }
        // As numbers 450 and 450.0 are the same to JSON.
        let values = try parse(bytes).map { try JSONValue(parsing: $0).withoutIntegers }
        #expect(values == (try expected.map { try JSONValue(parsing: Array($0.utf8)).withoutIntegers }))
    }

    @Test func `the files of cases are there`() {
        #expect(SyntaxCase.all("yaml-specification.txt").count > 120)
        #expect(SyntaxCase.all("yaml-hard-cases.txt").count > 250)
        #expect(SyntaxCase.all("toml-cases.txt").count > 120)
    }
}

extension JSONValue {
    /// With each integer as a number, for which 1 and 1.0 are the same.
    var withoutIntegers: JSONValue {
        switch self {
        case .integer(let value): .number(Double(value))
        case .array(let elements): .array(elements.map(\.withoutIntegers))
        case .object(let members): .object(members.mapValues(\.withoutIntegers))
        default: self
        }
    }
}

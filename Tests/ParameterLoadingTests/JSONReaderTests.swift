// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing
import Testing

@testable import ParameterLoading

/// RFC 8259 to the letter.
struct JSONReaderTests {
    static let valid = [
        "[]", "[ ]", " [] \n", "{}", "\"\"", "0", "-0", "-1", "true", "false", "null", "[1,2]", "[[[]]]",
        "\t[1 ,\r\n2]",
        "1e5", "1E+2", "1e-2", "0e+1", "0e1", "1.5e3", "123.456", "20e1", "-0.0",
        "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]",
        "123123123123123123123123123123", "\"\\u0061\\u30af\\u0000\"", "\"\\ud801\\udc37\"",
        "\"\\uDBFF\\uDFFF\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\u{7f}\"", "\"\u{2028}\u{2029}\u{85}\"",
        "\"€𝄞\u{10ffff}\u{fffe}\"",
        "{\"a\":1,\"a\":2}", "{\"a\":\"b\",\"a\":\"b\"}", "{\"\":0}", "{\"\\u0000\":42}", "\u{feff}[]",
        "{\"min\": -1.0e+28, \"max\": 1.0e+28}", "[null, 1, \"1\", {}]",
    ]
    static let invalid = [
        "", " ", "\u{feff}", "[", "]", "{", "}", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1", "[1}", "{\"a\"}",
        "{\"a\":}",
        "{a:1}", "{'a':1}", "{\"a\":1,}", "{\"a\" 1}", "{1:1}", "{\"a\":1,,\"b\":2}", "{\"a\":1 \"b\":2}",
        "{,}", "[\"a\"",
        "\"a", "\"", "\"\\", "\"\\x41\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\\u\"", "\"\\a\"", "\"\t\"",
        "\"\n\"",
        "\"\0\"", "'a'", "a", "True", "tru", "truefalse", "nul", "NaN", "Infinity", "-Infinity", "+1", "01",
        "-01",
        "1.", ".5", "-.5", "1.e1", "1e", "1e+", "1eE2", "0x1", "1_000", "- 1", "--1", "-", "1a", "[1]a",
        "[1][2]", "1 2",
        "[1]\u{0c}", "[\u{a0}]", "[\u{2060}]", "// c\n1", "/* c */ 1", "[1] // c", "[1]#", "0.1.2", "1+2",
        "0e", "0e+",
        "-1x", "\u{ff11}", "<null>", "*", "[*]", "{\"a\":\"b\"}/**/", "{\"a\":1}}", "[\"\",", "{[",
        "{\"a\":[", "123\0",
    ]

    @Test(arguments: valid) func accepts(_ text: String) throws {
        let lines = try ParameterText.jsonLines(Array(text.utf8), format: .json, name: "a.json")
        // The other parser of this package refuses repeated names and byte order marks.
        guard !text.contains("\"a\":"), !text.hasPrefix("\u{feff}") else { return }
        #expect(
            try JSONValue(parsing: lines[0]).withoutIntegers
                == JSONValue(parsing: Array(text.utf8)).withoutIntegers)
    }

    @Test(arguments: invalid) func refuses(_ text: String) {
        #expect(throws: ParameterError.self) {
            try ParameterText.jsonLines(Array(text.utf8), format: .json, name: "a.json")
        }
    }

    @Test(arguments: [
        [0x22, 0xe5, 0x22], [0x22, 0xc0, 0xaf, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
        [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22],
        [0x22, 0x81, 0x22], [0xff, 0xfe, 0x5b, 0, 0x5d, 0], [0xef, 0xbb],
    ])
    func `refuses invalid UTF-8`(_ bytes: [UInt8]) {
        #expect(throws: ParameterError.self) {
            try ParameterText.jsonLines(bytes, format: .json, name: "a.json")
        }
    }

    @Test func `a repeated name is an error in parameters`() {
        let error = #expect(throws: ParameterError.self) {
            try Parameters.load(from: .text("{\"a\": 1,\n \"a\": 2}", format: .json, name: "p.json"))
        }
        #expect(error?.problems.map(\.summary) == ["p.json:2:2: the name 'a' appears twice in one object"])
    }
}

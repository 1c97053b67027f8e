// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CommandLineBase
import Testing

@Suite struct ArgumentsTests {
    private let command = Command(
        "data snapshot", "keeps a file", operands: "NAME PATH",
        options: [
            Option("--store", "S", "the store"), Option("--set", "K=V", "sets a value", isRepeatable: true),
            Option("--json", nil, "prints JSON"), Option("--threads", "N", "how many"),
        ]
    ) { arguments in
        arguments.has("--json") ? .negative : .success
    }

    @Test func sortsOperandsAndOptions() throws {
        let words = ["a", "--store", "s", "--set=x=1", "--set", "y=2", "--json", "--", "--b"]
        let arguments = try Arguments(words, for: command)
        #expect(arguments.operands == ["a", "--b"])
        #expect(arguments["--store"] == "s")
        #expect(arguments.all("--set") == ["x=1", "y=2"])
        #expect(arguments.has("--json"))
        #expect(try arguments.integer("--threads", default: 3) == 3)
    }

    @Test(arguments: [
        (["a"], "expected NAME PATH, got 1 of 2 arguments"),
        (["a", "b", "c"], "unexpected argument 'c'"),
        (["a", "b", "--stor", "x"], "unknown option '--stor'; known: --store, --set, --json, --threads"),
        (["a", "b", "--store"], "the option '--store S' lacks its value"),
        (["a", "b", "--json=1"], "the option '--json' takes no value"),
        (["a", "b", "--store", "1", "--store", "2"], "the option '--store' appears twice"),
    ])
    func refuses(words: [String], message: String) {
        let error = #expect(throws: UsageError.self) { try Arguments(words, for: command) }
        #expect(error?.description == message)
    }

    @Test(arguments: ["0", "x", "-1", "1.5"])
    func refusesACountThatIsNone(text: String) throws {
        let arguments = try Arguments(["a", "b", "--threads", text], for: command)
        #expect(throws: UsageError.self) { try arguments.integer("--threads", default: 1) }
    }

    @Test(arguments: [
        ("data snapshot a b", 0), ("data snapshot a b --json", 1), ("data snapshot", 2), ("data shapshot", 2),
        ("", 2),
        ("--help", 0), ("data snapshot --help", 0),
    ])
    func exitsWith(words: String, code: Int32) async {
        let program = CommandLineProgram("mlops", "does things", commands: [command])
        #expect(await program.run(words.split(separator: " ").map(String.init)) == code)
    }

    @Test func alignsNumbersToTheRight() {
        var table = TextTable(["name", "rows"])
        table.add(["a", "5"])
        table.add(["long", "120"])
        #expect(table.text == "name  rows\na        5\nlong   120")
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation

/// A program made of commands: finds the one that is meant, runs it, and turns errors into one message and code 2.
public struct CommandLineProgram: Sendable {
    private let name: String
    private let summary: String
    private let commands: [Command]

    /// Describes a program.
    public init(_ name: String, _ summary: String, commands: [Command]) {
        self.name = name
        self.summary = summary
        self.commands = commands
    }

    /// Runs the program with the words of the process and ends the process.
    public func main() async -> Never {
        exit(await run(Array(CommandLine.arguments.dropFirst())))
    }

    /// Runs the command that the words choose and gives the exit code: 0, 1 for a negative answer, 2 for an error.
    public func run(_ words: [String]) async -> Int32 {
        guard let (command, rest) = find(words) else {
            if words.isEmpty || words.first == "--help" || words.first == "-h" || words.first == "help" {
                print(overview)
                return words.isEmpty ? 2 : 0
            }
            report(
                "unknown command '\(words.prefix(2).joined(separator: " "))'; '\(name) --help' lists the commands"
            )
            return 2
        }
        if rest.contains("--help") || rest.contains("-h") {
            print(command.help(program: name))
            return 0
        }
        do {
            return try await command.run(Arguments(rest, for: command)).rawValue
        } catch let error as UsageError {
            report(
                "\(error); see '\([name, command.name].filter { !$0.isEmpty }.joined(separator: " ")) --help'"
            )
        } catch {
            report("\(error)")
        }
        return 2
    }

    private func find(_ words: [String]) -> (Command, [String])? {
        for command in commands.sorted(by: { $0.name.count > $1.name.count }) {
            let path = command.name.split(separator: " ").map(String.init)
            if words.starts(with: path) { return (command, Array(words.dropFirst(path.count))) }
        }
        return nil
    }

    private var overview: String {
        let width = commands.map(\.name.count).max() ?? 0
        let lines = commands.map { command in
            "  " + command.name + String(repeating: " ", count: width - command.name.count + 2)
                + command.summary
        }
        return ([name + ": " + summary, ""] + lines + ["", "'\(name) COMMAND --help' tells more."])
            .joined(separator: "\n")
    }

    private func report(_ message: String) {
        FileHandle.standardError.write(Data((name + ": " + message + "\n").utf8))
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What a command was called with, checked against the options it declares.
public struct Arguments: Sendable {
    private let operandNames: [String]
    /// The positional arguments.
    public let operands: [String]
    private let values: [String: [String]]

    /// Sorts words into operands and options; `--` ends the options, `-` alone is an operand.
    ///
    /// - Throws: ``UsageError`` for an unknown option or a missing value.
    public init(_ words: [String], for command: Command) throws {
        var operands: [String] = []
        var values: [String: [String]] = [:]
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                operands += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            let halves = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            guard let option = command.options.first(where: { $0.name == halves[0] }) else {
                let known = command.options.map(\.name).joined(separator: ", ")
                throw UsageError(
                    "unknown option '\(halves[0])'; " + (known.isEmpty ? "there are none" : "known: " + known)
                )
            }
            if option.value == nil {
                guard halves.count == 1 else {
                    throw UsageError("the option '\(option.name)' takes no value")
                }
                values[option.name, default: []].append("")
            } else if halves.count == 2 {
                values[option.name, default: []].append(halves[1])
            } else if let value = rest.popFirst() {
                values[option.name, default: []].append(value)
            } else {
                throw UsageError("the option '\(option.spelling)' lacks its value")
            }
            if values[option.name, default: []].count > 1, !option.isRepeatable {
                throw UsageError("the option '\(option.name)' appears twice")
            }
        }
        self.operands = operands
        self.values = values
        operandNames = command.operands.split(separator: " ").map(String.init)
        let required = operandNames.count { !$0.hasPrefix("[") && !$0.hasSuffix("...") }
        let isOpen = operandNames.contains { $0.contains("...") }
        guard operands.count >= required else {
            throw UsageError("expected \(command.operands), got \(operands.count) of \(required) arguments")
        }
        guard isOpen || operands.count <= operandNames.count else {
            throw UsageError("unexpected argument '\(operands[operandNames.count])'")
        }
    }

    /// The operand at a place, counted from 0.
    ///
    /// - Throws: ``UsageError`` where it is missing.
    public func operand(_ index: Int) throws -> String {
        guard index < operands.count else {
            throw UsageError(
                "missing argument \(index < operandNames.count ? operandNames[index] : String(index + 1))")
        }
        return operands[index]
    }

    /// Whether a flag or option is given.
    public func has(_ name: String) -> Bool { values[name] != nil }

    /// The value of an option, or nil.
    public subscript(name: String) -> String? { values[name]?.last }

    /// All values of a repeatable option, in order.
    public func all(_ name: String) -> [String] { values[name] ?? [] }

    /// The value of an option that must be there.
    ///
    /// - Throws: ``UsageError`` where it is missing.
    public func required(_ name: String) throws -> String {
        guard let value = self[name] else { throw UsageError("the option '\(name)' is missing") }
        return value
    }

    /// The whole number an option holds, or the default.
    ///
    /// - Throws: ``UsageError`` where it is no whole number or below the least.
    public func integer(_ name: String, default value: Int, atLeast least: Int = 1) throws -> Int {
        guard let text = self[name] else { return value }
        guard let number = Int(text), number >= least else {
            throw UsageError(
                "the option '\(name)' expects a whole number of at least \(least), not '\(text)'")
        }
        return number
    }

    /// The number an option holds, or nil.
    ///
    /// - Throws: ``UsageError`` where it is no number.
    public func number(_ name: String) throws -> Double? {
        guard let text = self[name] else { return nil }
        guard let number = Double(text), number.isFinite else {
            throw UsageError("the option '\(name)' expects a number, not '\(text)'")
        }
        return number
    }

    /// The value of an option that is one of a few words, or the default.
    ///
    /// - Throws: ``UsageError`` that lists the words.
    public func choice(_ name: String, of words: [String], default value: String) throws -> String {
        guard let text = self[name] else { return value }
        guard words.contains(text) else {
            throw UsageError(
                "the option '\(name)' expects one of \(words.joined(separator: ", ")), not '\(text)'")
        }
        return text
    }
}

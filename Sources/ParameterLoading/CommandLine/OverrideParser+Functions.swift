// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The values a sweep takes for one key.
struct SweepChoices: Sendable {
    indirect enum Kind: Sendable {
        /// Each of several values.
        case choice([Node])
        /// `start + step * i` below the stop.
        case range(start: Double, stop: Double, step: Double, isInteger: Bool)
        /// Any number from the first to the last; only random sweeps can take it.
        case interval(Double, Double, isInteger: Bool)
        /// The options of the group that the key names, of which some pattern of the first fits and none of the second.
        case glob(include: [String], exclude: [String])
        /// Values of another kind in sorted order.
        case sorted(SweepChoices, reversed: Bool)
        /// Values of another kind in an order that the sweep's seed decides.
        case shuffled(SweepChoices)
    }

    var kind: Kind
    var origin: Origin
    var tags: [String] = []

    init(_ kind: Kind, at origin: Origin) {
        self.kind = kind
        self.origin = origin
    }
}

extension OverrideParser {
    private static let casts = ["int", "float", "str", "bool", "json_str"]
    private static let sweeps = ["choice", "range", "interval", "tag", "sort", "shuffle", "glob"]

    /// The name of the function whose call begins at the position.
    private func functionName(among names: [String]) -> String? {
        names.first { name in
            var rest = bytes[position...]
            guard rest.starts(with: name.utf8) else { return false }
            rest = rest.dropFirst(name.utf8.count).drop { $0.isBlank }
            return rest.first == UInt8(ascii: "(")
        }
    }

    private mutating func enter(_ name: String) {
        position += name.utf8.count
        skipBlanks()
        position += 1
    }

    private mutating func leave() throws(SyntaxError) {
        skipBlanks()
        guard take(UInt8(ascii: ")")) else { throw fault("expected ',' or ')'") }
    }

    // MARK: Casts

    /// Parses `int(…)`, `float(…)`, `str(…)`, `bool(…)` or `json_str(…)`; nil where none begins.
    mutating func parseCast(stop: [UInt8]) throws(SyntaxError) -> Node? {
        guard let name = functionName(among: OverrideParser.casts) else { return nil }
        let start = position
        enter(name)
        let inner = try parseElement(stop: [UInt8(ascii: ")")])
        try leave()
        return try cast(inner, name, at: start)
    }

    private func cast(_ value: Node, _ name: String, at start: Int) throws(SyntaxError) -> Node {
        if case .list(let elements) = value.content, name != "json_str" {
            var results: [Node] = []
            for element in elements { results.append(try cast(element, name, at: start)) }
            return node(.list(results), at: start)
        }
        let resolved = UntypedText.resolved(value)
        let text = if case .string(let text) = resolved.content { text } else { JSONText.text(of: resolved) }
        func refuse() -> SyntaxError { fault("\(name)() cannot take \(text)", at: start) }
        switch name {
        case "str":
            return node(.string(value.isString { _ in true } ? UntypedText.raw(value) : text), at: start)
        case "json_str": return node(.string(JSONText.text(of: resolved)), at: start)
        case "bool":
            switch resolved.content {
            case .bool: return resolved
            case .integer(let number): return node(.bool(number != 0), at: start)
            case .number(let number): return node(.bool(number != 0), at: start)
            default:
                guard let number = ["true": true, "false": false][text.lowercased()] else { throw refuse() }
                return node(.bool(number), at: start)
            }
        default:
            var content = resolved.content
            if case .string = content { content = CoreSchema.resolve(text) }
            let number: Double
            switch content {
            case .integer(let integer):
                return node(name == "int" ? content : .number(Double(integer)), at: start)
            case .natural(let integer):
                return node(name == "int" ? content : .number(Double(integer)), at: start)
            case .bool(let value): number = value ? 1 : 0
            case .number(let value): number = value
            default: throw refuse()
            }
            if name == "float" { return node(.number(number), at: start) }
            guard let integer = Int64(exactly: number.rounded(.towardZero)) else { throw refuse() }
            return node(.integer(integer), at: start)
        }
    }

    // MARK: Sweeps

    /// Parses `choice(…)`, `range(…)`, `interval(…)`, `tag(…)`, `sort(…)`, `shuffle(…)`; nil where none begins.
    mutating func parseSweepFunction() throws(SyntaxError) -> SweepChoices? {
        let start = position
        if let name = functionName(among: ["int", "float"]) {
            // A cast around a sweep casts each of its values.
            var inside = self
            inside.enter(name)
            inside.skipBlanks()
            guard var choices = try inside.parseSweepFunction() else { return nil }
            try inside.leave()
            self = inside
            choices.kind = try castSweep(choices.kind, name, at: start)
            return choices
        }
        guard let name = functionName(among: OverrideParser.sweeps) else { return nil }
        enter(name)
        let origin = Origin(source, base + start)
        switch name {
        case "choice":
            let values = try parseArguments()
            guard !values.isEmpty, values.allSatisfy({ $0.name == nil }) else {
                throw fault("choice() takes one value or more", at: start)
            }
            return SweepChoices(.choice(values.map(\.value)), at: origin)
        case "range": return try parseRange(from: start)
        case "interval":
            let values = try numbers(parseArguments(), names: ["start", "end"], from: start)
            guard let low = values["start"], let high = values["end"] else {
                throw fault("interval() takes a start and an end", at: start)
            }
            guard low.value <= high.value else {
                throw fault("the interval ends before it starts", at: start)
            }
            return SweepChoices(.interval(low.value, high.value, isInteger: false), at: origin)
        case "tag": return try parseTag(from: start)
        case "sort", "shuffle": return try parseOrdered(name, from: start)
        default: return SweepChoices(try parseGlob(from: start), at: origin)
        }
    }

    private mutating func parseGlob(from start: Int) throws(SyntaxError) -> SweepChoices.Kind {
        var patterns: [String: [String]] = [:]
        for (index, argument) in try parseArguments().enumerated() {
            let name = argument.name ?? (index == 0 ? "include" : "exclude")
            guard ["include", "exclude"].contains(name), patterns[name] == nil else {
                throw fault("glob() takes patterns and exclude=patterns", at: start)
            }
            if case .list(let elements) = argument.value.content {
                patterns[name] = elements.map(UntypedText.raw)
            } else {
                patterns[name] = [UntypedText.raw(argument.value)]
            }
        }
        guard let include = patterns["include"] else {
            throw fault("glob() takes a pattern such as '*' or a list of them", at: start)
        }
        return .glob(include: include, exclude: patterns["exclude"] ?? [])
    }

    // MARK: Lists

    /// Parses `extend_list(…)`, which puts values behind those of the list below; nil where none begins.
    mutating func parseExtension() throws(SyntaxError) -> Node? {
        let start = position
        guard let name = functionName(among: ["extend_list"]) else { return nil }
        enter(name)
        let values = try parseArguments()
        guard values.allSatisfy({ $0.name == nil }) else {
            throw fault("extend_list() takes values without names", at: start)
        }
        return node(.directive(.append, node(.list(values.map(\.value)), at: start)), at: start)
    }

    private func castSweep(_ kind: SweepChoices.Kind, _ name: String, at start: Int) throws(SyntaxError)
        -> SweepChoices.Kind
    {
        let isInteger = name == "int"
        switch kind {
        case .choice(let values):
            var results: [Node] = []
            for value in values { results.append(try cast(value, name, at: start)) }
            return .choice(results)
        case .range(let first, let stop, let step, _):
            return .range(start: first, stop: stop, step: step, isInteger: isInteger)
        case .interval(let low, let high, _): return .interval(low, high, isInteger: isInteger)
        case .glob: throw fault("\(name)() cannot take the options of a group", at: start)
        case .sorted(var inner, let reversed):
            inner.kind = try castSweep(inner.kind, name, at: start)
            return .sorted(inner, reversed: reversed)
        case .shuffled(var inner):
            inner.kind = try castSweep(inner.kind, name, at: start)
            return .shuffled(inner)
        }
    }

    private mutating func parseRange(from start: Int) throws(SyntaxError) -> SweepChoices {
        let values = try numbers(parseArguments(), names: ["start", "stop", "step"], from: start)
        var low = values["start"] ?? (0, true)
        var high = values["stop"]
        if high == nil, let only = values["start"] { (low, high) = ((0, true), only) }
        let step = values["step"] ?? (1, true)
        guard let high, step.value != 0, low.value.isFinite, high.value.isFinite, step.value.isFinite else {
            throw fault("range() takes a stop, or a start, a stop and a step other than 0", at: start)
        }
        let count = ((high.value - low.value) / step.value).rounded(.up)
        guard count <= 1_000_000 else { throw fault("the range has more than a million values", at: start) }
        return SweepChoices(
            .range(
                start: low.value, stop: high.value, step: step.value,
                isInteger: low.isInteger && high.isInteger && step.isInteger),
            at: Origin(source, base + start))
    }

    private mutating func parseTag(from start: Int) throws(SyntaxError) -> SweepChoices {
        var tags: [String] = []
        while true {
            skipBlanks()
            if var sweep = try parseSweepFunction() {
                try leave()
                sweep.tags += tags
                return sweep
            }
            let value = try parseElement(stop: [UInt8(ascii: ")"), UInt8(ascii: ",")])
            tags.append(UntypedText.raw(value))
            skipBlanks()
            guard take(UInt8(ascii: ",")) else {
                throw fault("tag() takes its tags and then a sweep", at: start)
            }
        }
    }

    private mutating func parseOrdered(_ name: String, from start: Int) throws(SyntaxError) -> SweepChoices {
        let origin = Origin(source, base + start)
        skipBlanks()
        var isReversed = false
        let inner: SweepChoices
        if let sweep = try parseSweepFunction() {
            inner = sweep
            skipBlanks()
            if take(UInt8(ascii: ",")) {
                for argument in try parseArguments() { isReversed = try reverse(argument, from: start) }
            } else {
                try leave()
            }
        } else {
            var values: [Node] = []
            for argument in try parseArguments() {
                if argument.name == nil {
                    values.append(argument.value)
                } else {
                    isReversed = try reverse(argument, from: start)
                }
            }
            if values.count == 1, case .list(let elements) = values[0].content { values = elements }
            inner = SweepChoices(.choice(values), at: origin)
        }
        return SweepChoices(
            name == "sort" ? .sorted(inner, reversed: isReversed) : .shuffled(inner), at: origin)
    }

    private func reverse(_ argument: (name: String?, value: Node), from start: Int) throws(SyntaxError)
        -> Bool
    {
        guard argument.name == "reverse", case .bool(let value) = UntypedText.resolved(argument.value).content
        else {
            throw fault("expected reverse=true or reverse=false", at: start)
        }
        return value
    }

    /// Parses arguments, which may have names, up to the closing parenthesis.
    private mutating func parseArguments() throws(SyntaxError) -> [(name: String?, value: Node)] {
        var arguments: [(name: String?, value: Node)] = []
        skipBlanks()
        if take(UInt8(ascii: ")")) { return arguments }
        repeat {
            skipBlanks()
            var name: String?
            var end = position
            while end < bytes.count, bytes[end].isLetter { end += 1 }
            if end > position, end < bytes.count, bytes[end] == UInt8(ascii: "=") {
                name = String(decoding: bytes[position..<end], as: UTF8.self)
                position = end + 1
            }
            arguments.append((name, try parseElement(stop: [UInt8(ascii: ")")])))
            skipBlanks()
        } while take(UInt8(ascii: ","))
        try leave()
        return arguments
    }

    /// Arguments that must be numbers, by their names; those without one take the names in order.
    private func numbers(
        _ arguments: [(name: String?, value: Node)], names: [String], from start: Int
    ) throws(SyntaxError) -> [String: (value: Double, isInteger: Bool)] {
        var result: [String: (value: Double, isInteger: Bool)] = [:]
        for (index, argument) in arguments.enumerated() {
            guard let name = argument.name ?? (index < names.count ? names[index] : nil),
                names.contains(name),
                result[name] == nil
            else { throw fault("expected the arguments \(names.joined(separator: ", "))", at: start) }
            switch UntypedText.resolved(argument.value).content {
            case .integer(let value): result[name] = (Double(value), true)
            case .number(let value): result[name] = (value, false)
            default: throw fault("'\(name)' must be a number", at: start)
            }
        }
        return result
    }
}

extension UntypedText {
    /// The text of a string as it was written.
    static func raw(_ node: Node) -> String {
        switch node.content {
        case .string(let text), .text(let text): text
        default: JSONText.text(of: node)
        }
    }
}

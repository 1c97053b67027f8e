// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Checks a decoded value against the rules of its type.
enum Rules {
    /// Reports every rule of the value's type, if it has rules, that the value breaks.
    static func check<Value>(_ value: Value, node: Node, path: KeyPathText, state: DecodingState) {
        guard let ruled = Value.self as? any ParameterRules.Type else { return }
        check(ruled, value, node: node, path: path, state: state)
    }

    private static func check<Ruled: ParameterRules>(
        _ type: Ruled.Type, _ value: Any, node: Node, path: KeyPathText, state: DecodingState
    ) {
        guard let value = value as? Ruled else { return }
        for rule in Ruled.rules {
            let check = Check(root: node, path: path, state: state, keys: rule.keys)
            for problem in check.problems(rule.kind, value) { state.report(problem) }
        }
    }

    private struct Check {
        /// The value whose type has the rule, and its path.
        let root: Node
        let path: KeyPathText
        let state: DecodingState
        let keys: [String]

        private func full(_ key: String) -> String { path.steps.isEmpty ? key : path.text + "." + key }

        func problems<Value>(_ kind: ParameterRule<Value>.Kind, _ value: Value) -> [ParameterProblem] {
            if case .require(let message, let test) = kind {
                if test(value) { return [] }
                let names = keys.map { "'\(full($0))'" }.joined(separator: " and ")
                return [
                    problem(
                        names.isEmpty ? message : "\(names) \(message)", node: keys.first.flatMap(node),
                        expected: message)
                ]
            }
            guard let key = keys.first, let node = node(key) else { return [] }
            let elements: [Node]
            if case .list(let found) = node.content, !isLength(kind) {
                elements = found
            } else {
                elements = [node]
            }
            return elements.compactMap { element in
                guard let expected = violation(kind, UntypedText.resolved(element), raw: element) else {
                    return nil
                }
                let nearest = suggestion(kind, element)
                return problem(
                    "'\(full(key))' must be \(expected), but here is \(JSONText.text(of: element))"
                        + (nearest.map { "; did you mean '\($0)'?" } ?? ""), node: element,
                    expected: expected,
                    suggestion: nearest)
            }
        }

        private func isLength<Value>(_ kind: ParameterRule<Value>.Kind) -> Bool {
            if case .length = kind { true } else { false }
        }

        private func suggestion<Value>(_ kind: ParameterRule<Value>.Kind, _ node: Node) -> String? {
            guard case .oneOf(let values) = kind, case .string(let text) = node.content else { return nil }
            return KeyNames.nearest(to: text, among: values)
        }

        private func node(_ key: String) -> Node? {
            KeyPathText(parsing: key).flatMap { root.value(at: $0.steps) }
        }

        private func problem(_ message: String, node: Node?, expected: String, suggestion: String? = nil)
            -> ParameterProblem
        {
            state.sources.problem(
                .invalidValue, message, at: node?.origin, keyPath: keys.first.map(full), expected: expected,
                suggestion: suggestion,
                mask: state.mask)
        }

        /// What the rule demands, where the value breaks it; nil where it does not.
        private func violation<Value>(
            _ kind: ParameterRule<Value>.Kind, _ node: Node, raw: Node
        ) -> String? {
            switch kind {
            case .range(let lower, let upper, let isUpperOpen):
                guard let number = number(node, raw) else { return nil }
                let isBelow = lower.map { number < $0 } ?? false
                let isAbove = upper.map { isUpperOpen ? number >= $0 : number > $0 } ?? false
                // NaN compares with nothing and lies in no range.
                guard isBelow || isAbove || number.isNaN else { return nil }
                switch (lower, upper) {
                case (let lower?, let upper?):
                    return "from \(text(lower)) \(isUpperOpen ? "to below" : "to") \(text(upper))"
                case (let lower?, nil): return "at least \(text(lower))"
                case (nil, let upper?): return "at most \(text(upper))"
                default: return nil
                }
            case .length(let range):
                let count: Int
                switch node.content {
                case .string(let text), .text(let text): count = text.count
                case .list(let elements): count = elements.count
                default: return nil
                }
                return range.contains(count)
                    ? nil : "of a length from \(range.lowerBound) to \(range.upperBound)"
            case .oneOf(let values):
                return values.contains(UntypedText.raw(raw))
                    ? nil : "one of " + values.map { "'\($0)'" }.joined(separator: ", ")
            case .pattern(let pattern):
                guard let expression = try? Regex(pattern) else {
                    return "checked with a valid regular expression, unlike '\(pattern)'"
                }
                return (try? expression.wholeMatch(in: UntypedText.raw(raw))) != nil
                    ? nil : "a text that matches '\(pattern)'"
            case .require: return nil
            }
        }

        private func number(_ node: Node, _ raw: Node) -> Double? {
            switch node.content {
            case .integer(let value): return Double(value)
            case .natural(let value): return Double(value)
            case .number(let value): return value
            default: break
            }
            // Amounts with units are compared in bytes and in seconds.
            let text = UntypedText.raw(raw)
            if let duration = DurationText.parse(text) {
                return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
            }
            return ByteCount(text).map { Double($0.bytes) }
        }

        private func text(_ number: Double) -> String {
            JSONText.text(of: Node(.number(number), at: Origin(0, 0)))
        }
    }
}

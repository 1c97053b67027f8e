// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The texts of one load, which turn places into words.
struct SourceList: Sendable {
    private(set) var texts: [SourceText] = []

    /// Adds a text; gives the number that its nodes carry.
    mutating func add(_ text: SourceText) -> Int32 {
        texts.append(text)
        return Int32(texts.count - 1)
    }

    /// The origin of a value with everything it shadows.
    func origin(of node: Node, mask: SecretMask, isSecret: Bool) -> ParameterOrigin {
        let text = texts[Int(node.origin.source)]
        var value = isSecret ? secretMask : JSONText.text(of: UntypedText.resolved(node))
        if !isSecret, mask.isSecret(value) || node.isString(where: mask.isSecret) { value = secretMask }
        if value.utf8.count > 200 { value = String(value.prefix(100)) + "…" }
        return origin(
            node.origin, in: text, value: value,
            shadowed: (node.shadowed ?? []).map { origin(of: $0, mask: mask, isSecret: isSecret) })
    }

    /// A place without a value.
    func place(_ place: Origin) -> ParameterOrigin {
        origin(place, in: texts[Int(place.source)], value: "", shadowed: [])
    }

    private func origin(
        _ place: Origin, in text: SourceText, value: String, shadowed: [ParameterOrigin]
    ) -> ParameterOrigin {
        let offset = Int(place.offset)
        switch text.kind {
        case .file, .dotEnv:
            let (line, column) = text.position(of: offset)
            return ParameterOrigin(
                kind: text.kind, source: text.name, line: line, column: column, value: value,
                shadowed: shadowed)
        case .environment, .commandLine:
            let name = text.excerpt(at: offset).line.prefix { $0 != "=" }
            return ParameterOrigin(
                kind: text.kind, source: String(name), line: nil, column: nil, value: value,
                shadowed: shadowed)
        case .defaults:
            return ParameterOrigin(
                kind: text.kind, source: text.name, line: nil, column: nil, value: value, shadowed: shadowed)
        }
    }

    /// A problem at a place, with the line and a caret.
    func problem(
        _ code: ParameterProblem.Code, _ message: String, at place: Origin?, keyPath: String? = nil,
        expected: String? = nil, suggestion: String? = nil, mask: SecretMask = SecretMask(),
        isSecret: Bool = false
    ) -> ParameterProblem {
        ParameterProblem(
            code, mask.masked(message), place: place.map(self.place), keyPath: keyPath, expected: expected,
            suggestion: suggestion, excerpt: isSecret ? nil : place.flatMap { excerpt(at: $0, mask: mask) })
    }

    private func excerpt(at place: Origin, mask: SecretMask) -> String? {
        let text = texts[Int(place.source)]
        if text.kind == .defaults { return nil }
        let (line, caret) = text.excerpt(at: Int(place.offset))
        // A line of a secret key is not shown, whatever is wrong with it.
        let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
        if line.isEmpty || mask.isSecret(line)
            || words.contains(where: { SecretNames.isSecret(key: String($0)) })
        {
            return nil
        }
        return "    \(line)\n    \(String(repeating: " ", count: caret))^"
    }
}

extension Node {
    /// Whether the value is a string for which the test holds.
    func isString(where test: (String) -> Bool) -> Bool {
        switch content {
        case .string(let text), .text(let text): test(text)
        default: false
        }
    }
}

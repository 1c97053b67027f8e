// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// `${a.b}`, `${.sibling}`, `${env:NAME}` and `${env:NAME,default}` in strings.
///
/// A string that is nothing but one interpolation becomes the value it refers to, of any kind; inside a longer text
/// the value's text is put in. `\${` is a literal `${`.
struct Interpolation {
    struct Fault {
        let message: String
        let place: Origin
        let path: String
    }

    private let root: Node
    private let variables: [String: String]
    private(set) var faults: [Fault] = []
    /// The paths being resolved, outermost first.
    private var pending: [KeyPathText] = []
    private var results: [KeyPathText: Node] = [:]
    /// What the expansions may still add, so that a small text cannot become a huge one.
    private var budget = 16 << 20

    init(root: Node, variables: [String: String]) {
        self.root = root
        self.variables = variables
    }

    /// The root with every interpolation resolved; the root itself where it has none.
    mutating func resolve() -> Node {
        guard Interpolation.isNeeded(in: root) else { return root }
        return resolve(root, KeyPathText())
    }

    private static func isNeeded(in node: Node) -> Bool {
        switch node.content {
        case .string(let text), .text(let text): text.utf8.contains(UInt8(ascii: "$")) && text.contains("${")
        case .list(let elements): elements.contains(where: isNeeded)
        case .mapping(let members): members.entries.contains { isNeeded(in: $0.value) }
        case .directive(_, let inner): isNeeded(in: inner)
        default: false
        }
    }

    private mutating func resolve(_ node: Node, _ path: KeyPathText) -> Node {
        switch node.content {
        case .string(let text):
            return text.contains("${") ? expand(text, node, path, isTyped: true) : node
        case .text(let text):
            return text.contains("${") ? expand(text, node, path, isTyped: false) : node
        case .list(let elements) where Interpolation.isNeeded(in: node):
            var result = node
            result.content = .list(
                elements.enumerated().map { index, element in resolve(element, path.appending(index)) })
            return result
        case .mapping(let members) where Interpolation.isNeeded(in: node):
            var resolved = Members()
            resolved.reserveCapacity(members.count)
            for var member in members.entries {
                member.value = resolve(member.value, path.appending(member.key))
                _ = resolved.append(member)
            }
            var result = node
            result.content = .mapping(resolved)
            return result
        default: return node
        }
    }

    /// The text up to the place where a fault stopped it is thrown away; the node stays what it was.
    private mutating func expand(_ text: String, _ node: Node, _ path: KeyPathText, isTyped: Bool) -> Node {
        if let known = results[path] { return known }
        guard pending.count < 100 else {
            fail("interpolations nest deeper than 100 levels", node, path)
            return node
        }
        guard !pending.contains(path) else {
            let cycle = (pending.drop { $0 != path } + [path]).map(\.text).joined(separator: " -> ")
            fail("the interpolation refers to itself: \(cycle)", node, path)
            return node
        }
        pending.append(path)
        defer { pending.removeLast() }
        var result = node
        do throws(Stop) {
            let bytes = Array(text.utf8)
            var index = 0
            let parts = try parse(bytes, &index, isInside: false, node, path)
            if parts.count == 1, case .value(let value) = parts[0] {
                result.content = value.content
            } else {
                let joined = try join(parts, node, path)
                result.content = isTyped ? .string(joined) : .text(joined)
            }
            results[path] = result
        } catch {
            results[path] = node
        }
        return result
    }

    /// Thrown when a fault was noted.
    private struct Stop: Error {}

    private enum Part {
        case text([UInt8])
        case value(Node)
    }

    private mutating func fail(_ message: String, _ node: Node, _ path: KeyPathText) {
        faults.append(Fault(message: message, place: node.origin, path: path.text))
    }

    private mutating func stop(_ message: String, _ node: Node, _ path: KeyPathText) -> Stop {
        fail(message, node, path)
        return Stop()
    }

    /// Parses text and interpolations up to the end, or inside an interpolation up to its brace.
    private mutating func parse(
        _ bytes: [UInt8], _ index: inout Int, isInside: Bool, _ node: Node, _ path: KeyPathText
    ) throws(Stop) -> [Part] {
        var parts: [Part] = []
        var literal: [UInt8] = []
        while index < bytes.count {
            let rest = bytes[index...]
            if rest.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "$"), UInt8(ascii: "{")]) {
                literal.append(contentsOf: [UInt8(ascii: "$"), UInt8(ascii: "{")])
                index += 3
            } else if rest.starts(with: [UInt8(ascii: "$"), UInt8(ascii: "{")]) {
                if !literal.isEmpty { parts.append(.text(literal)) }
                literal = []
                index += 2
                guard pending.count < 100 else {
                    throw stop("interpolations nest deeper than 100 levels", node, path)
                }
                pending.append(KeyPathText([.key("\u{0}\(pending.count)")]))
                let inner = try parse(bytes, &index, isInside: true, node, path)
                pending.removeLast()
                guard index < bytes.count else { throw stop("'${' is never closed with '}'", node, path) }
                index += 1
                parts.append(.value(try evaluate(try join(inner, node, path), node, path)))
            } else if isInside, bytes[index] == UInt8(ascii: "}") {
                break
            } else {
                literal.append(bytes[index])
                index += 1
            }
        }
        if !literal.isEmpty { parts.append(.text(literal)) }
        return parts
    }

    private mutating func join(_ parts: [Part], _ node: Node, _ path: KeyPathText) throws(Stop) -> String {
        var bytes: [UInt8] = []
        for part in parts {
            switch part {
            case .text(let text): bytes.append(contentsOf: text)
            case .value(let value):
                switch value.content {
                case .string(let text), .text(let text): bytes.append(contentsOf: text.utf8)
                case .list, .mapping:
                    throw stop("\(value.content.kind) cannot be put into a text", node, path)
                default: JSONText.write(value, to: &bytes)
                }
            }
            if bytes.count > budget { throw stop("interpolations expand to more than 16 MiB", node, path) }
        }
        budget -= bytes.count
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The value of what stands between the braces.
    private mutating func evaluate(_ expression: String, _ node: Node, _ path: KeyPathText) throws(Stop)
        -> Node
    {
        let trimmed = expression.trimmed
        for prefix in ["env:", "oc.env:"] where trimmed.hasPrefix(prefix) {
            let parts = trimmed.dropFirst(prefix.count).split(
                separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0]).trimmed
            if let value = variables[name] { return Node(.text(value), at: node.origin) }
            guard parts.count == 2 else {
                throw stop(
                    "the environment has no variable '\(name)'; set it, or write a default: ${env:\(name),…}",
                    node, path)
            }
            return Node(.text(String(parts[1]).trimmed), at: node.origin)
        }
        // Leading dots are relative: one for the mapping the value is in, each further one for the one around.
        let dots = trimmed.prefix { $0 == "." }.count
        let base = dots > 0 ? Array(path.steps.dropLast(dots)) : []
        guard dots <= path.steps.count, let target = KeyPathText(parsing: String(trimmed.dropFirst(dots)))
        else {
            throw stop("'${\(trimmed)}' is no path", node, path)
        }
        let steps = base + target.steps
        guard let found = try find(steps, node, path) else {
            let near = nearest(steps)
            throw stop(
                "'${\(trimmed)}' refers to a key that does not exist"
                    + (near.map { "; did you mean '\($0)'?" } ?? ""),
                node, path)
        }
        budget -= 64 * Interpolation.count(found, limit: budget / 64 + 1)
        guard budget > 0 else { throw stop("interpolations expand to more than 16 MiB", node, path) }
        return found
    }

    /// The value at a path; where the path goes through another interpolation, through what that one gives.
    private mutating func find(
        _ steps: [KeyPathText.Step], _ node: Node, _ path: KeyPathText
    ) throws(Stop) -> Node? {
        var current = root
        var walked = KeyPathText()
        for step in steps {
            if current.isString(where: { $0.contains("${") }) { current = try resolved(current, walked) }
            guard let next = current.value(at: [step]) else { return nil }
            current = next
            walked = walked.appending(step, in: current)
        }
        return try resolved(current, walked)
    }

    /// The nodes of a tree, up to a limit.
    private static func count(_ node: Node, limit: Int) -> Int {
        var total = 1
        switch node.content {
        case .list(let elements):
            for element in elements where total < limit { total += count(element, limit: limit - total) }
        case .mapping(let members):
            for member in members.entries where total < limit {
                total += count(member.value, limit: limit - total)
            }
        default: break
        }
        return total
    }

    private mutating func resolved(_ node: Node, _ path: KeyPathText) throws(Stop) -> Node {
        let before = faults.count
        let result = resolve(node, path)
        if faults.count > before { throw Stop() }
        return result
    }

    private func nearest(_ steps: [KeyPathText.Step]) -> String? {
        guard case .key(let last) = steps.last,
            case .mapping(let members) = root.value(at: steps.dropLast())?.content
        else { return nil }
        return KeyNames.nearest(to: last, among: members.entries.map(\.key))
            .map { KeyPathText(Array(steps.dropLast()) + [.key($0)]).text }
    }
}

extension KeyPathText {
    fileprivate func appending(_ step: Step, in node: Node) -> KeyPathText { KeyPathText(steps + [step]) }
}

extension String {
    /// Without blanks at both ends.
    var trimmed: String {
        let bytes = Array(utf8)
        guard let first = bytes.firstIndex(where: { !$0.isBlank }),
            let last = bytes.lastIndex(where: { !$0.isBlank })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}

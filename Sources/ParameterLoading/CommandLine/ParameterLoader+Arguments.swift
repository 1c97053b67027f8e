// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Overrides from arguments.
extension ParameterLoader {
    /// Puts overrides over what was loaded so far; gives the layer that the loader merges.
    mutating func readArguments(_ arguments: [String]) -> Node? {
        let (texts, number) = overrideTexts(arguments)
        var layer = Node(.mapping(Members()), at: Origin(number, 0))
        for (text, place) in texts {
            do {
                var parser = OverrideParser(text, source: number, base: place)
                try apply(try parser.parse(), to: &layer, source: number)
            } catch {
                problems.append(sources.problem(.syntax, error.message, at: Origin(number, error.offset)))
            }
        }
        return layer
    }

    /// Turns arguments into override texts, `--key value` included, and keeps them as a source, one a line.
    private mutating func overrideTexts(_ arguments: [String]) -> (texts: [(String, Int)], source: Int32) {
        var texts: [(String, Int)] = []
        var bytes: [UInt8] = []
        var index = 0
        while index < arguments.count {
            var text = arguments[index]
            index += 1
            if text == "--" { continue }
            if text.hasPrefix("--") {
                text.removeFirst(2)
                if !text.contains("=") {
                    // An option without a value is a switch that is on; what has a '=' is an override of its own.
                    if index < arguments.count, !arguments[index].hasPrefix("--"),
                        !arguments[index].contains("=")
                    {
                        text += "=" + arguments[index]
                        index += 1
                    } else {
                        text += "=true"
                    }
                }
            }
            // What chose an option of a group was heeded when the groups were read.
            if groupRoots.contains(where: { ParameterLoader.group(of: text, in: $0) != nil }) { continue }
            texts.append((text, bytes.count))
            bytes += text.replacing("\n", with: " ").utf8
            bytes.append(0x0a)
        }
        let number = sources.add(SourceText(name: "command line", kind: .commandLine, bytes: bytes))
        return (texts, number)
    }

    private mutating func apply(_ override: Override, to layer: inout Node, source: Int32) throws(SyntaxError)
    {
        var below: Node? = root
        var steps: [String] = []
        for step in override.key.steps {
            var name: String
            switch step {
            case .key(let key): name = key
            case .index(let index): name = String(index)
            }
            if case .mapping(let members) = below?.content, let place = members.placeSpelled(name) {
                name = members.entries[place].key
            }
            below = below?.value(at: [.key(name)])
            steps.append(name)
        }
        let keyOrigin = Origin(source, override.keyOffset)
        var value: Node
        switch override.value {
        case .sweep:
            throw SyntaxError(
                "several values are for a sweep; put a list in brackets", at: override.valueOffset)
        case .single(let node): value = node
        case nil: value = Node(.null, at: keyOrigin)
        }
        switch override.kind {
        case .delete:
            guard let found = below else {
                throw SyntaxError("there is no key '\(override.key.text)' to delete", at: override.keyOffset)
            }
            if override.value != nil,
                JSONText.text(of: UntypedText.resolved(value))
                    != JSONText.text(of: UntypedText.resolved(found))
            {
                throw SyntaxError(
                    "'\(override.key.text)' is not deleted, because it is \(JSONText.text(of: found))",
                    at: override.valueOffset)
            }
            value = Node(.directive(.delete, value), at: keyOrigin)
        case .add:
            if below != nil, !isMapping(below) || !isMapping(value) {
                throw SyntaxError(
                    "'\(override.key.text)' exists already; write '\(override.key.text)=' or '++'",
                    at: override.keyOffset)
            }
        case .change:
            if isUntyped, below == nil, layer.value(at: steps.map { .key($0) }) == nil {
                try refuseUnknown(steps, override)
            }
            // A list or a mapping on the command line is meant as the whole value.
            if !isMapping(value), isMapping(below) {
                value = Node(.directive(.replace, value), at: value.origin)
            }
        case .force: break
        }
        if case .directive(.append, let added) = value.content, case .list(let elements) = added.content {
            value = try extended(steps, by: elements, value, below: below, layer: layer, override)
        } else if let list = listOverride(steps, value) {
            (steps, value) = list
        }
        ParameterLoader.insert(value, at: steps[...], into: &layer)
    }

    /// Refuses to change a key that does not exist, where keys of other sources are all that is known.
    private func refuseUnknown(_ steps: [String], _ override: Override) throws(SyntaxError) {
        guard case .mapping(let known) = root.content, !known.isEmpty else { return }
        var near: String?
        if case .mapping(let members) = root.value(at: steps.dropLast().map { .key($0) })?.content {
            near = steps.last.flatMap { KeyNames.nearest(to: $0, among: members.entries.map(\.key)) }
        }
        let path = near.map { KeyPathText(steps.dropLast().map { .key($0) } + [.key($0)]).text }
        throw SyntaxError(
            "there is no key '\(override.key.text)' to change; "
                + (path.map { "did you mean '\($0)'?" } ?? "write '+\(override.key.text)=' to add it"),
            at: override.keyOffset)
    }

    /// What `extend_list(…)` puts into the layer, behind what earlier arguments put there.
    private func extended(
        _ steps: [String], by elements: [Node], _ value: Node, below: Node?, layer: Node, _ override: Override
    ) throws(SyntaxError) -> Node {
        switch layer.value(at: steps.map { .key($0) })?.content {
        case .list(let earlier): return Node(.list(earlier + elements), at: value.origin)
        case .directive(.append, let inner):
            guard case .list(let earlier) = inner.content else { break }
            let list = Node(.list(earlier + elements), at: value.origin)
            return Node(.directive(.append, list), at: value.origin)
        default: break
        }
        guard case .list = below?.content, listOverride(steps, value) == nil else {
            throw SyntaxError(
                "extend_list() needs a list below it, but '\(override.key.text)' is "
                    + (below?.content.kind ?? "missing"), at: override.valueOffset)
        }
        return value
    }

    private func isMapping(_ node: Node?) -> Bool { if case .mapping = node?.content { true } else { false } }

    /// An override of an element (`layers.0=64`) as an override of its list, because lists merge as wholes.
    private func listOverride(_ steps: [String], _ value: Node) -> (steps: [String], value: Node)? {
        for length in 1..<max(steps.count, 1) {
            let head = steps.prefix(length)
            guard var list = root.value(at: head.map { .key($0) }), case .list = list.content else {
                continue
            }
            ParameterLoader.setElement(value, at: steps.dropFirst(length)[...], in: &list)
            return (Array(head), list)
        }
        return nil
    }

    private static func setElement(_ value: Node, at steps: ArraySlice<String>, in node: inout Node) {
        guard let step = steps.first else {
            node = value
            return
        }
        switch node.content {
        case .list(var elements):
            guard let index = Int(step), elements.indices ~= index else { return }
            setElement(value, at: steps.dropFirst(), in: &elements[index])
            node.content = .list(elements)
        case .mapping(var members):
            guard let place = members.placeSpelled(step) else { return }
            members.update(at: place) { setElement(value, at: steps.dropFirst(), in: &$0) }
            node.content = .mapping(members)
        default: node = value
        }
    }
}

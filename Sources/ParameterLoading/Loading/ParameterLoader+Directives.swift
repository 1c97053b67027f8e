// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Keys of a file that say how its values are put together, in every format alike: `$include`, `$replace`,
/// `$delete`, `$append`, `$prepend`, and YAML's merge key `<<`. A key that really begins with `$` is written `$$`.
extension ParameterLoader {
    private static let names = ["$include", "$replace", "$delete", "$append", "$prepend"]

    /// Turns directive keys into what the merge understands, and reads the files they include.
    ///
    /// - Parameter path: The file the value is from, which included paths are relative to; nil for other sources.
    mutating func expandDirectives(_ node: Node, path: String?, stack: [String]) -> Node {
        guard ParameterLoader.hasDirectives(node) else { return node }
        var result = node
        switch node.content {
        case .list(let elements):
            result.content = .list(elements.map { expandDirectives($0, path: path, stack: stack) })
        case .directive(let kind, let inner):
            result.content = .directive(kind, expandDirectives(inner, path: path, stack: stack))
        case .mapping(let members):
            return expandMapping(members, node.origin, path: path, stack: stack)
        default: break
        }
        return result
    }

    private static func hasDirectives(_ node: Node) -> Bool {
        switch node.content {
        case .mapping(let members):
            members.entries.contains { isDirective($0.key) || hasDirectives($0.value) }
        case .list(let elements): elements.contains(where: hasDirectives)
        case .directive(_, let inner): hasDirectives(inner)
        default: false
        }
    }

    private static func isDirective(_ key: String) -> Bool {
        key.utf8.first == UInt8(ascii: "$") || key == "<<"
    }

    private mutating func expandMapping(
        _ members: Members, _ origin: Origin, path: String?, stack: [String]
    ) -> Node {
        // What stands below this mapping's own members: included files and merged mappings.
        var base = Node(.mapping(Members()), at: origin)
        var own = Members()
        for var member in members.entries {
            guard ParameterLoader.isDirective(member.key) else {
                member.value = expandDirectives(member.value, path: path, stack: stack)
                own.set(member)
                continue
            }
            switch member.key {
            case "$schema": continue  // For editors, and not for us.
            case "$include":
                for included in include(member.value, path: path, stack: stack) {
                    _ = Merging.merge(included, over: &base)
                }
            case "<<":
                for merged in mergeKey(member.value, path, stack) { _ = Merging.merge(merged, over: &base) }
            case "$delete":
                if case .list(let names) = member.value.content {
                    for name in names { deleteNamed(name, in: &own) }
                } else if let only = single(member, of: members) {
                    return Node(.directive(.delete, Node(.null, at: only.origin)), at: origin)
                }
            case "$replace", "$append", "$prepend":
                guard let value = single(member, of: members) else { continue }
                let inner = expandDirectives(value, path: path, stack: stack)
                let kind = MergeDirective(rawValue: String(member.key.dropFirst())) ?? .replace
                if kind != .replace {
                    guard case .list = inner.content else {
                        report(.wrongType, "'\(member.key)' takes a list", at: value.origin)
                        continue
                    }
                }
                return Node(.directive(kind, inner), at: origin)
            default:
                if member.key.hasPrefix("$$") {
                    member.key.removeFirst()
                    member.value = expandDirectives(member.value, path: path, stack: stack)
                    own.set(member)
                    continue
                }
                let near = KeyNames.nearest(to: member.key, among: ParameterLoader.names)
                report(
                    .unknownKey,
                    "unknown directive '\(member.key)'"
                        + (near.map { "; did you mean '\($0)'?" }
                            ?? "; a key that begins with '$' is written '$$'"),
                    at: member.keyOrigin)
            }
        }
        let upper = Node(.mapping(own), at: origin)
        if case .mapping(let below) = base.content, below.isEmpty { return upper }
        _ = Merging.merge(upper, over: &base)
        return base
    }

    /// The value of a directive that must stand alone in its mapping.
    private mutating func single(_ member: Member, of members: Members) -> Node? {
        if members.count == 1 { return member.value }
        report(.invalidRequest, "'\(member.key)' must be the only key of its mapping", at: member.keyOrigin)
        return nil
    }

    private mutating func deleteNamed(_ name: Node, in members: inout Members) {
        guard case .string(let key) = name.content else {
            report(.wrongType, "'$delete' takes true or a list of keys", at: name.origin)
            return
        }
        let deletion = Node(.directive(.delete, Node(.null, at: name.origin)), at: name.origin)
        members.set(Member(key: key, keyOrigin: name.origin, value: deletion))
    }

    private mutating func mergeKey(_ value: Node, _ path: String?, _ stack: [String]) -> [Node] {
        let values: [Node]
        // Of several mappings the first wins, so it is merged last.
        if case .list(let elements) = value.content { values = elements.reversed() } else { values = [value] }
        return values.compactMap { node in
            guard case .mapping = node.content else {
                report(.wrongType, "'<<' takes a mapping or a list of mappings", at: node.origin)
                return nil
            }
            return expandDirectives(node, path: path, stack: stack)
        }
    }

    // MARK: Including

    private mutating func include(_ value: Node, path: String?, stack: [String]) -> [Node] {
        let values: [Node]
        if case .list(let elements) = value.content { values = elements } else { values = [value] }
        return values.compactMap { node in
            guard case .string(let name) = node.content, let path else {
                report(.wrongType, "'$include' takes a path or a list of paths, in a file", at: node.origin)
                return nil
            }
            let target = name.hasPrefix("/") ? name : ParameterLoader.folder(of: path) + name
            return readIncluded(target, from: node.origin, stack: stack)
        }
    }

    /// Reads a file that another one refers to.
    mutating func readIncluded(_ target: String, from origin: Origin, stack: [String]) -> Node? {
        guard !stack.contains(target) else {
            report(
                .invalidRequest, "files include each other: \((stack + [target]).joined(separator: " -> "))",
                at: origin)
            return nil
        }
        guard stack.count < 32, sources.texts.count < 4096 else {
            report(.invalidRequest, "too many files are included, or too deep", at: origin)
            return nil
        }
        let before = problems.count
        let node = readFile(target, isOptional: false, stack: stack)
        if node == nil, problems.count == before + 1, problems[before].code == .unreadable {
            let message = problems.removeLast().message
            report(.unreadable, message, at: origin)
        }
        guard let node else { return nil }
        if case .null = node.content { return nil }
        guard case .mapping = node.content else {
            report(.wrongType, "an included file must hold a mapping", at: origin)
            return nil
        }
        return node
    }

    mutating func report(_ code: ParameterProblem.Code, _ message: String, at place: Origin?) {
        problems.append(sources.problem(code, message, at: place))
    }

    /// The folder of a path, with the slash at its end; empty for a path without folders.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return String(path[...slash])
    }
}

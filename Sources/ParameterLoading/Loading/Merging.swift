// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Putting one source over another.
enum Merging {
    /// Merges a value over the one below it: mappings key by key, everything else replaces.
    ///
    /// - Returns: False where the value asks that the key go away.
    static func merge(_ upper: Node, over lower: inout Node) -> Bool {
        switch (upper.content, lower.content) {
        case (.directive(.delete, _), _): return false
        case (.directive(.replace, let inner), _):
            replace(&lower, with: plain(inner))
        case (.directive(.append, let inner), _):
            guard case .list(let added) = inner.content, case .list(let below) = lower.content else { break }
            replace(&lower, with: Node(.list(below + added), at: inner.origin))
        case (.directive(.prepend, let inner), _):
            guard case .list(let added) = inner.content, case .list(let below) = lower.content else { break }
            replace(&lower, with: Node(.list(added + below), at: inner.origin))
        case (.mapping(let above), .mapping(var below)):
            lower.content = .null  // Give up the reference, so that the members are changed in place.
            merge(above, over: &below)
            lower.content = .mapping(below)
            lower.origin = upper.origin
        default:
            replace(&lower, with: plain(upper))
        }
        return true
    }

    private static func merge(_ above: Members, over below: inout Members) {
        // Looking for another spelling is slow, so the spellings are indexed at the first need.
        var spellings: [String: Int]?
        for member in above.entries {
            var place = below.place(of: member.key)
            if place == nil {
                if spellings == nil { spellings = index(below) }
                place = spellings?[KeyNames.canonical(member.key)]
            }
            if let place {
                let name = below.entries[place].key
                var isKept = true
                below.update(at: place) { isKept = merge(member.value, over: &$0) }
                if !isKept {
                    _ = below.remove(name)
                    spellings = nil
                }
            } else if !isDeletion(member.value) {
                var added = member
                added.value = plain(member.value)
                spellings?[KeyNames.canonical(member.key)] = below.count
                below.set(added)
            }
        }
    }

    private static func index(_ members: Members) -> [String: Int] {
        var spellings: [String: Int] = [:]
        for (place, entry) in members.entries.enumerated() {
            spellings[KeyNames.canonical(entry.key)] = place
        }
        return spellings
    }

    private static func isDeletion(_ node: Node) -> Bool {
        if case .directive(.delete, _) = node.content { true } else { false }
    }

    private static func replace(_ lower: inout Node, with upper: Node) {
        var node = upper
        var below = lower
        let older = below.shadowed ?? []
        below.shadowed = nil
        node.shadowed = [below] + older
        lower = node
    }

    /// The value without directives, for a place where nothing is below it.
    static func plain(_ node: Node) -> Node {
        switch node.content {
        case .directive(_, let inner):
            return plain(inner)
        case .mapping(let members) where members.entries.contains(where: { hasDirective($0.value) }):
            var kept = Members()
            for var member in members.entries where !isDeletion(member.value) {
                member.value = plain(member.value)
                _ = kept.append(member)
            }
            var result = node
            result.content = .mapping(kept)
            return result
        default: return node
        }
    }

    private static func hasDirective(_ node: Node) -> Bool {
        switch node.content {
        case .directive: true
        case .mapping(let members): members.entries.contains { hasDirective($0.value) }
        default: false
        }
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What the type made of the values: one kind for each number, canonical names; the frozen form is written from it.
final class TypedValue {
    enum Content {
        /// Nothing asked for it.
        case unknown
        case scalar(Node.Content)
        case list([TypedValue])
        case mapping([String: TypedValue])
    }

    var content: Content = .unknown
    var isSecret = false
    /// The value it was read from; nil where no source has it.
    var node: Node?

    init(_ node: Node?) { self.node = node }

    func member(_ key: String, _ node: Node?) -> TypedValue {
        guard case .mapping(var members) = content else {
            let child = TypedValue(node)
            content = .mapping([key: child])
            return child
        }
        if let child = members[key] { return child }
        let child = TypedValue(node)
        content = .unknown
        members[key] = child
        content = .mapping(members)
        return child
    }

    func appendElement(_ node: Node?) -> TypedValue {
        let child = TypedValue(node)
        guard case .list(var elements) = content else {
            content = .list([child])
            return child
        }
        content = .unknown
        elements.append(child)
        content = .list(elements)
        return child
    }
}

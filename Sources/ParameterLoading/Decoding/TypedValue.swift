// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What the type made of the values: one kind for each number, canonical names; the frozen form is written from it.
final class TypedValue {
    enum Content {
        /// Nothing asked for it.
        case unknown
        /// Taken as it is, without a type.
        case untyped(Node)
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

    // MARK: Secrets

    /// The paths of the values that must not be shown.
    var secretPaths: Set<String> {
        var paths: Set<String> = []
        var path = KeyPathText()
        collectSecrets(&path, &paths)
        return paths
    }

    private func collectSecrets(_ path: inout KeyPathText, _ paths: inout Set<String>) {
        if isSecret { paths.insert(path.text) }
        switch content {
        case .mapping(let members):
            for (key, member) in members {
                path.steps.append(.key(key))
                member.collectSecrets(&path, &paths)
                path.steps.removeLast()
            }
        case .list(let elements):
            for (index, element) in elements.enumerated() {
                path.steps.append(.index(index))
                element.collectSecrets(&path, &paths)
                path.steps.removeLast()
            }
        case .untyped(let node): TypedValue.collectSecrets(in: node, &path, &paths)
        case .unknown, .scalar: break
        }
    }

    private static func collectSecrets(
        in node: Node, _ path: inout KeyPathText, _ paths: inout Set<String>
    ) {
        switch UntypedText.resolved(node).content {
        case .mapping(let members):
            for member in members.entries {
                path.steps.append(.key(member.key))
                if member.value.isString(where: { _ in SecretNames.isSecret(key: member.key) }) {
                    paths.insert(path.text)
                } else {
                    collectSecrets(in: member.value, &path, &paths)
                }
                path.steps.removeLast()
            }
        case .list(let elements):
            for (index, element) in elements.enumerated() {
                path.steps.append(.index(index))
                collectSecrets(in: element, &path, &paths)
                path.steps.removeLast()
            }
        default: break
        }
    }
}

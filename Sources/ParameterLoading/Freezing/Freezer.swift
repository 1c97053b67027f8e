// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

/// Makes the frozen form of decoded parameters.
struct Freezer {
    private let mask: SecretMask
    private let key: [UInt8]?
    /// The place of each leaf that was frozen so far.
    private var places: [Origin?] = []

    /// - Parameter key: The key with which secrets are digested; nil leaves their values out.
    init(mask: SecretMask, key: [UInt8]?) {
        self.mask = mask
        self.key = key
    }

    mutating func freeze(_ typed: TypedValue, sources: SourceList) -> FrozenParameters {
        places = []
        let root = freeze(typed) ?? leaf(.mapping([]), nil)
        return FrozenParameters(root: root, origins: FrozenOrigins(places: places, in: sources))
    }

    private mutating func leaf(_ value: FrozenValue, _ node: Node?) -> FrozenValue {
        places.append(node?.origin)
        return value
    }

    private mutating func freeze(_ typed: TypedValue) -> FrozenValue? {
        if typed.isSecret, let node = typed.node { return leaf(secret(JSONText.text(of: node)), node) }
        switch typed.content {
        case .unknown: return nil
        case .untyped(let node): return freeze(node)
        case .scalar(let content): return scalar(content, typed.node)
        case .list(let elements):
            if elements.isEmpty { return leaf(.list([]), typed.node) }
            return .list(elements.map { freeze($0) ?? leaf(.null, nil) })
        case .mapping(let members):
            var result: [FrozenValue.Member] = []
            for (name, member) in members.sorted(by: { FrozenValue.precedes($0.key, $1.key) }) {
                if let value = freeze(member) { result.append(FrozenValue.Member(key: name, value: value)) }
            }
            return result.isEmpty ? leaf(.mapping([]), members.isEmpty ? typed.node : nil) : .mapping(result)
        }
    }

    /// Freezes a value that no type asked for, with the names it has.
    private mutating func freeze(_ node: Node) -> FrozenValue {
        switch UntypedText.resolved(node).content {
        case .list(let elements):
            if elements.isEmpty { return leaf(.list([]), node) }
            return .list(elements.map { freeze($0) })
        case .mapping(let members):
            if members.isEmpty { return leaf(.mapping([]), node) }
            let sorted = members.entries.sorted { FrozenValue.precedes($0.key, $1.key) }
            return .mapping(
                sorted.map { member in
                    let isSecret = member.value.isString { _ in SecretNames.isSecret(key: member.key) }
                    let value =
                        isSecret
                        ? leaf(secret(JSONText.text(of: member.value)), member.value) : freeze(member.value)
                    return FrozenValue.Member(key: member.key, value: value)
                })
        case let content: return scalar(content, node)
        }
    }

    private mutating func scalar(_ content: Node.Content, _ node: Node?) -> FrozenValue {
        if case .string(let text) = content, mask.isSecret(text) {
            return leaf(secret(JSONText.text(of: Node(content, at: Origin(0, 0)))), node)
        }
        return leaf(FrozenValue(Node(content, at: Origin(0, 0))) ?? .null, node)
    }

    private func secret(_ text: String) -> FrozenValue {
        guard let key else { return .secret("unkeyed") }
        return .secret("hmac-\(Digest(unchecked: HMACSHA256.code(for: Array(text.utf8), key: key)))")
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

/// The merged values with their places, kept for whoever asks where a value came from.
struct Resolution: Sendable {
    let root: Node
    let sources: SourceList
    let mask: SecretMask
    /// Paths of secrets that a type declares.
    let secretPaths: Set<String>

    init(root: Node, sources: SourceList, mask: SecretMask, typed: TypedValue) {
        self.root = root
        self.sources = sources
        self.mask = mask
        var paths: Set<String> = []
        Resolution.collectSecrets(typed, KeyPathText(), &paths)
        secretPaths = paths
    }

    private static func collectSecrets(_ typed: TypedValue, _ path: KeyPathText, _ paths: inout Set<String>) {
        if typed.isSecret { paths.insert(path.text) }
        switch typed.content {
        case .mapping(let members):
            for (key, member) in members { collectSecrets(member, path.appending(key), &paths) }
        case .list(let elements):
            for (index, element) in elements.enumerated() {
                collectSecrets(element, path.appending(index), &paths)
            }
        default: break
        }
    }

    func origin(of keyPath: String) -> ParameterOrigin? {
        guard let path = KeyPathText(parsing: keyPath), let node = root.value(at: path.steps) else {
            return nil
        }
        return sources.origin(of: node, mask: mask, isSecret: isSecret(path))
    }

    private func isSecret(_ path: KeyPathText) -> Bool {
        let canonical = path.steps.map { step in
            if case .key(let key) = step { KeyPathText.Step.key(KeyNames.canonical(key)) } else { step }
        }
        let isNamed = path.steps.contains {
            if case .key(let key) = $0 { SecretNames.isSecret(key: key) } else { false }
        }
        return isNamed || secretPaths.contains(path.text) || secretPaths.contains(KeyPathText(canonical).text)
    }

    func explanation() -> String {
        var lines: [(String, String, String)] = []
        visit(root, KeyPathText()) { path, node in
            let origin = sources.origin(of: node, mask: mask, isSecret: isSecret(path) && isText(node))
            lines.append((path.text, origin.value, origin.description))
        }
        let widths = (min(lines.map(\.0.count).max() ?? 0, 48), min(lines.map(\.1.count).max() ?? 0, 32))
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        return lines.map { "\(padded($0.0, widths.0)) = \(padded($0.1, widths.1))  \($0.2)\n" }.joined()
    }

    private func isText(_ node: Node) -> Bool {
        node.isString { _ in true } || (node.shadowed ?? []).contains { $0.isString { _ in true } }
            || !secretPaths.isEmpty
    }

    private func visit(_ node: Node, _ path: KeyPathText, _ body: (KeyPathText, Node) -> Void) {
        switch node.content {
        case .mapping(let members) where !members.isEmpty:
            for member in members.entries { visit(member.value, path.appending(member.key), body) }
        case .list, .mapping: body(path, node)
        default: body(path, node)
        }
    }

    // MARK: Printing

    func json() -> String {
        var bytes: [UInt8] = []
        writeJSON(root, KeyPathText(), "\n", &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func writeJSON(_ node: Node, _ path: KeyPathText, _ newLine: String, _ bytes: inout [UInt8]) {
        let inner = newLine + "  "
        switch UntypedText.resolved(node).content {
        case .mapping(let members) where !members.isEmpty:
            for (index, member) in members.entries.enumerated() {
                bytes += ((index == 0 ? "{" : ",") + inner).utf8
                JSONText.write(member.key, to: &bytes)
                bytes += ": ".utf8
                writeJSON(member.value, path.appending(member.key), inner, &bytes)
            }
            bytes += (newLine + "}").utf8
        case .list(let elements) where !elements.isEmpty:
            for (index, element) in elements.enumerated() {
                bytes += ((index == 0 ? "[" : ",") + inner).utf8
                writeJSON(element, path.appending(index), inner, &bytes)
            }
            bytes += (newLine + "]").utf8
        case let content:
            let resolved = Node(content, at: node.origin)
            let isHidden = secretPaths.contains(path.text) || resolved.isString(where: mask.isSecret)
            if isHidden {
                JSONText.write(secretMask, to: &bytes)
            } else {
                JSONText.write(resolved, to: &bytes)
            }
        }
    }

    // MARK: Freezing

    func frozen(_ typed: TypedValue, key: [UInt8]?) -> FrozenParameters {
        var origins: [String: String] = [:]
        let root = freeze(typed, KeyPathText(), key, &origins) ?? .mapping([:])
        return FrozenParameters(root: root, origins: origins)
    }

    private func freeze(
        _ typed: TypedValue, _ path: KeyPathText, _ key: [UInt8]?, _ origins: inout [String: String]
    ) -> FrozenValue? {
        func note() { if let node = typed.node { origins[path.text] = sources.place(node.origin).place } }
        if typed.isSecret, let node = typed.node {
            note()
            return secret(JSONText.text(of: node), key)
        }
        switch typed.content {
        case .unknown: return nil
        case .scalar(let content):
            note()
            if case .string(let text) = content, mask.isSecret(text) {
                return secret(JSONText.text(of: Node(content, at: Origin(0, 0))), key)
            }
            return FrozenValue(Node(content, at: Origin(0, 0)))
        case .list(let elements):
            if elements.isEmpty { note() }
            return .list(elements.enumerated().map { freeze($1, path.appending($0), key, &origins) ?? .null })
        case .mapping(let members):
            if members.isEmpty { note() }
            var result: [String: FrozenValue] = [:]
            for (name, member) in members {
                result[name] = freeze(member, path.appending(name), key, &origins)
            }
            return .mapping(result)
        }
    }

    private func secret(_ text: String, _ key: [UInt8]?) -> FrozenValue {
        guard let key else { return .secret("unkeyed") }
        return .secret("hmac-" + KeyedDigest.of(Array(text.utf8), key: key).description)
    }
}

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
        secretPaths = typed.secretPaths
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

    func frozen(_ typed: TypedValue, key: [UInt8]?) -> FrozenParameters {
        var freezer = Freezer(mask: mask, key: key)
        return freezer.freeze(typed, sources: sources)
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

/// One run of a sweep: overrides for ``ParameterSource/commandLine(_:)``, and an id.
public struct SweepPoint: Hashable, Sendable {
    /// Sixteen hexadecimal digits that depend on the keys and values alone: the same point has the same id in a
    /// larger sweep, in another order and on another machine.
    public let id: String
    /// The overrides of this point, in the order of the sweep.
    public let overrides: [String]

    /// A key and the one value it has in a point.
    struct Assignment {
        let text: String
        let canonical: String

        init(_ override: Override, _ value: Node?) {
            let sign =
                switch override.kind {
                case .change: ""
                case .add: "+"
                case .force: "++"
                case .delete: "~"
                }
            let key = override.key.text
            let names = override.key.steps.map { step in
                if case .key(let key) = step { KeyPathText.Step.key(KeyNames.canonical(key)) } else { step }
            }
            text = sign + key + (value.map { "=" + Assignment.text(of: $0) } ?? "")
            // Whether a value is added or changed is no matter for what the point is.
            let isDeletion = if case .delete = override.kind { true } else { false }
            canonical =
                (isDeletion ? "~" : "") + KeyPathText(names).text + "="
                + (value.map { Assignment.canonical($0) } ?? "")
        }

        /// The value in the grammar of overrides.
        static func text(of node: Node) -> String {
            switch node.content {
            case .text(let text):
                return text.reduce(into: "") { result, character in
                    if "\\()[]{}:=,".contains(character), !text.contains("${") { result.append("\\") }
                    result.append(character)
                }
            case .string(let text): return quoted(text)
            case .list(let elements): return "[" + elements.map(self.text).joined(separator: ",") + "]"
            case .mapping(let members):
                let texts = members.entries.map { quoted($0.key) + ":" + self.text(of: $0.value) }
                return "{" + texts.joined(separator: ",") + "}"
            case .directive(.append, let inner):
                guard case .list(let elements) = inner.content else { return text(of: inner) }
                return "extend_list(" + elements.map(self.text).joined(separator: ",") + ")"
            default: return JSONText.text(of: node)
            }
        }

        private static func canonical(_ value: Node) -> String {
            if case .directive(.append, let inner) = value.content { return "extend_list" + canonical(inner) }
            return JSONText.text(of: resolved(value))
        }

        private static func quoted(_ text: String) -> String {
            "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
        }

        private static func resolved(_ node: Node) -> Node {
            switch node.content {
            case .list(let elements): Node(.list(elements.map(resolved)), at: node.origin)
            default: UntypedText.resolved(node)
            }
        }
    }

    init(_ assignments: [Assignment]) {
        overrides = assignments.map(\.text)
        let digest = Digest(of: assignments.map(\.canonical).sorted().joined(separator: "\n"))
        id = String(digest.hexadecimal.prefix(16))
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Which values are secret although no type says so, and how to keep them out of what is shown.
struct SecretNames: Sendable {
    private static let words: Set<String> = [
        "password", "passwd", "passphrase", "secret", "token", "apikey", "credential", "credentials",
    ]
    private static let pairs: Set<String> = [
        "api_key", "access_key", "secret_key", "private_key", "signing_key", "encryption_key", "auth_key",
    ]

    /// Whether a key's last words name a secret: `db_password`, `aws_secret_access_key`, but not `max_tokens`.
    static func isSecret(key: String) -> Bool {
        guard mayBeSecret(key) else { return false }
        let words = KeyNames.canonical(key).lowercased().split(separator: "_")
        guard let last = words.last else { return false }
        if SecretNames.words.contains(String(last)) { return true }
        return words.count > 1 && pairs.contains(words.suffix(2).joined(separator: "_"))
    }

    /// Whether the last letters are those of a secret's name; nearly all keys are told apart here, without a copy.
    private static func mayBeSecret(_ key: String) -> Bool {
        guard let last = key.utf8.last(where: { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }),
            !last.isDigit
        else { return false }
        let letters = key.utf8.reversed().lazy.drop { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
            .map { $0 | 0x20 }
        return endings.contains { $0.first == last | 0x20 && letters.starts(with: $0) }
    }

    /// The last letters, backwards, of all words and pairs.
    private static let endings = Set(words.union(pairs).map { $0.utf8.suffix(3).reversed() as [UInt8] })
}

/// The texts of the secrets of one load; whatever is shown goes through it.
struct SecretMask: Sendable {
    private(set) var texts: Set<String> = []

    /// Notes the texts of a value that must not be shown.
    mutating func insert(_ node: Node) {
        switch node.content {
        case .string(let text), .text(let text): if !text.isEmpty { texts.insert(text) }
        case .list(let elements): for element in elements { insert(element) }
        case .mapping(let members): for member in members.entries { insert(member.value) }
        case .directive(_, let inner): insert(inner)
        case .integer, .natural, .number: texts.insert(JSONText.text(of: node))
        case .null, .bool: break
        }
        for shadowed in node.shadowed ?? [] { insert(shadowed) }
    }

    /// Notes strings below keys whose names say that they are secret.
    mutating func insertNamed(in node: Node) {
        switch node.content {
        case .mapping(let members):
            for member in members.entries {
                if SecretNames.isSecret(key: member.key) {
                    insertStrings(member.value)
                } else {
                    insertNamed(in: member.value)
                }
            }
        case .list(let elements): for element in elements { insertNamed(in: element) }
        default: break
        }
    }

    private mutating func insertStrings(_ node: Node) {
        switch node.content {
        case .string, .text: insert(node)
        case .list(let elements): for element in elements { insertStrings(element) }
        case .mapping(let members): for member in members.entries { insertStrings(member.value) }
        default: break
        }
    }

    /// Whether a text holds a secret; very short secrets count only as the whole text, else they would be everywhere.
    func isSecret(_ text: String) -> Bool {
        texts.contains(text) || texts.contains { $0.utf8.count > 3 && text.contains($0) }
    }

    /// The text with every secret in it replaced by `***`.
    func masked(_ text: String) -> String {
        var result = text
        for secret in texts.sorted(by: { $0.utf8.count > $1.utf8.count }) {
            guard result.contains(secret) else { continue }
            let quoted = result.contains("'\(secret)'") || result == secret
            if secret.utf8.count > 3 || quoted { result = result.replacing(secret, with: secretMask) }
        }
        return result
    }
}

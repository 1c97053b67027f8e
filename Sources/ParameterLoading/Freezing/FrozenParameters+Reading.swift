// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

extension FrozenParameters {
    /// Reads the content of a frozen file and checks that its digest is that of its values.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - name: What to call it in messages.
    /// - Throws: ``ParameterError`` where it is no frozen file, or was changed.
    public init(parsing bytes: [UInt8], name: String = "frozen parameters") throws(ParameterError) {
        var sources = SourceList()
        let source = sources.add(SourceText(name: name, kind: .file, bytes: bytes))
        let node: Node
        do {
            node = try JSONReader.parse(bytes, source: source)
        } catch {
            throw ParameterError([sources.problem(.syntax, error.message, at: Origin(source, error.offset))])
        }
        func refuse(_ message: String) -> ParameterError {
            ParameterError([sources.problem(.invalidValue, message, at: node.origin)])
        }
        guard case .mapping(let members) = node.content, FrozenParameters.isFrozen(node) else {
            throw refuse("this is no frozen file: its format should be '\(FrozenParameters.format)'")
        }
        guard let values = members["values"], let root = FrozenValue(values) else {
            throw refuse("the frozen file has no readable values")
        }
        var origins: [String: String] = [:]
        if case .mapping(let places) = members["origins"]?.content {
            for place in places.entries {
                if case .string(let text) = place.value.content { origins[place.key] = text }
            }
        }
        self.init(root: root, origins: FrozenOrigins(origins))
        let recorded = members["digest"].flatMap {
            if case .string(let text) = $0.content { Digest(text) } else { nil }
        }
        guard recorded == digest else {
            throw refuse("the values were changed: their digest is \(digest), not the one in the file")
        }
    }

    // MARK: As a source

    /// Whether a file says of itself that it is a frozen one.
    static func isFrozen(_ node: Node) -> Bool {
        guard case .mapping(let members) = node.content else { return false }
        return members["format"]?.isString { $0 == FrozenParameters.format } == true
    }

    /// The values of a frozen file as a layer of parameters; secrets, of which it knows but digests, are left out.
    static func layer(of file: Node) -> Node? {
        guard case .mapping(let members) = file.content else { return nil }
        return members["values"].flatMap(thawed)
    }

    private static func thawed(_ node: Node) -> Node? {
        var result = node
        switch node.content {
        // What was resolved once is not resolved again.
        case .string(let text): result.content = .string(text.replacing("${", with: "\\${"))
        case .list(let elements):
            result.content = .list(elements.map { thawed($0) ?? Node(.null, at: $0.origin) })
        case .mapping(let members):
            // Secrets and numbers that JSON lacks are mappings of one key.
            switch members.count == 1 ? FrozenValue(node) : nil {
            case .secret: return nil
            case .number(let value):
                result.content = .number(value)
                return result
            default: break
            }
            var kept = Members()
            for var member in members.entries {
                if member.key.hasPrefix("$") { member.key.removeFirst() }
                guard let value = thawed(member.value) else { continue }
                member.value = value
                _ = kept.append(member)
            }
            result.content = .mapping(kept)
        default: break
        }
        return result
    }
}

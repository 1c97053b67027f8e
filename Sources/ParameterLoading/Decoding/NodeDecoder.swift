// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Decodes a `Decodable` type from a node and reports every problem instead of the first one.
struct NodeDecoder: Decoder {
    /// The value; nil where there is none, and stand-ins are given for everything.
    let node: Node?
    let state: DecodingState
    let path: KeyPathText
    let typed: TypedValue
    var codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Decodes the root.
    static func decode<Value: Decodable>(
        _ type: Value.Type, from root: Node, state: DecodingState
    ) -> (value: Value?, typed: TypedValue) {
        let typed = TypedValue(root)
        let decoder = NodeDecoder(node: root, state: state, path: KeyPathText(), typed: typed)
        let value = try? decoder.decode(type, expected: "a mapping")
        state.finish(root)
        return (value, typed)
    }

    /// A decoder for a value below this one.
    func child(_ step: KeyPathText.Step, _ node: Node?, _ typed: TypedValue, key: any CodingKey)
        -> NodeDecoder
    {
        NodeDecoder(
            node: node, state: state, path: KeyPathText(path.steps + [step]), typed: typed,
            codingPath: codingPath + [key])
    }

    // MARK: Containers

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let members: Members?
        switch node.map(structured)?.content {
        case nil, .null: members = nil
        case .mapping(let found): members = found
        case .some(let content):
            throw mismatch("a mapping", found: content)
        }
        if case .mapping = typed.content {} else { typed.content = .mapping([:]) }
        // A dictionary's keys take any name and are not the names of a type's properties.
        let takesAnyName = Key(stringValue: "any name, even this one") != nil
        let requests = state.requests(at: path)
        requests.isKnown = { Key(stringValue: $0) != nil || KeyedNodeDecoder<Key>.camelCase($0) != nil }
        return KeyedDecodingContainer(
            KeyedNodeDecoder<Key>(
                decoder: self, members: members, takesAnyName: takesAnyName, requests: requests))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        var elements: [Node] = []
        switch node.map(structured)?.content {
        case nil: break
        case .list(let found): elements = found
        case .some(let content):
            // A text of an untyped source may be a list with commas.
            guard case .text(let text) = content, let node else { throw mismatch("a list", found: content) }
            elements =
                text.isEmpty
                ? []
                : text.split(separator: ",", omittingEmptySubsequences: false).map {
                    Node(.text(String($0.drop { $0 == " " })), at: node.origin)
                }
        }
        typed.content = .list([])
        return UnkeyedNodeDecoder(decoder: self, elements: elements)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleNodeDecoder(decoder: self)
    }

    /// A text from an untyped source that is written like a collection, as that collection.
    private func structured(_ node: Node) -> Node {
        guard case .text(let text) = node.content, let parsed = UntypedText.collection(text, at: node.origin)
        else {
            return node
        }
        return parsed
    }

    // MARK: Values

    /// Decodes any type; on failure reports the problem and gives a stand-in if one can be made.
    func decode<Value: Decodable>(_ type: Value.Type, expected: String? = nil) throws -> Value {
        if type is any AnySecret.Type {
            typed.isSecret = true
            if let node { state.mask.insert(node) }
        }
        do {
            if let special = try SpecialTypes.decode(type, from: self) { return special }
            let before = state.standIns
            let value = try Value(from: self)
            // A value with stand-ins in it says nothing about the rules.
            if let node, state.standIns == before { Rules.check(value, node: node, path: path, state: state) }
            return value
        } catch is DecodingAbandoned {
            state.giveUp(path)
        } catch let withheld as DecodingState.Withheld {
            state.report(withheld)
        } catch let problem as Mismatch {
            report(problem)
        } catch {
            report(invalid(error, type))
        }
        return try standIn(for: type)
    }

    /// A value to go on with after a problem.
    private func standIn<Value: Decodable>(for type: Value.Type) throws -> Value {
        state.standIns += 1
        if let cases = type as? any CaseIterable.Type, let first = cases.firstCase as? Value { return first }
        // Without a node the containers give stand-ins all the way down; what is reported then is no news.
        if node != nil {
            let quiet = DecodingState(sources: state.sources, mask: SecretMask())
            let decoder = NodeDecoder(
                node: nil, state: quiet, path: path, typed: TypedValue(nil), codingPath: codingPath)
            if let value = try? (SpecialTypes.decode(type, from: decoder) ?? Value(from: decoder)) {
                return value
            }
        }
        throw DecodingAbandoned()
    }

    /// Thrown to report a value of the wrong type.
    struct Mismatch: Error {
        let code: ParameterProblem.Code
        let message: String
        var expected: String?
        var suggestion: String?
    }

    func mismatch(_ expected: String, found content: Node.Content) -> Mismatch {
        let isSecret = typed.isSecret
        let found: String
        switch content {
        case .string(let text), .text(let text):
            found = isSecret ? "a string" : "the string '\(text.prefix(60))'"
        case .integer, .natural, .number:
            found = isSecret ? content.kind : "the number \(node.map(JSONText.text(of:)) ?? "")"
        case .bool(let value): found = "the boolean \(value)"
        default: found = content.kind
        }
        return Mismatch(
            code: .wrongType, message: "'\(path.text)' must be \(expected), but here is \(found)",
            expected: expected)
    }

    private func report(_ problem: Mismatch) {
        state.report(
            problem.code, problem.message, at: node?.origin, path: path, expected: problem.expected,
            suggestion: problem.suggestion, isSecret: typed.isSecret)
    }

    /// What a type's own initialiser said.
    private func invalid(_ error: any Error, _ type: any Any.Type) -> Mismatch {
        let found = node.map { JSONText.text(of: $0) } ?? "nothing"
        let shown = typed.isSecret ? secretMask : found
        if let names = SpecialTypes.caseNames(of: type), !names.isEmpty {
            let list = names.map { "'\($0)'" }.joined(separator: ", ")
            let text = node.flatMap {
                if case .string(let text) = $0.content {
                    text
                } else if case .text(let text) = $0.content {
                    text
                } else {
                    nil
                }
            }
            let nearest = text.flatMap { KeyNames.nearest(to: $0, among: names) }
            return Mismatch(
                code: .invalidValue,
                message: "'\(path.text)' must be one of \(list), but here is \(shown)"
                    + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
                expected: "one of \(list)", suggestion: nearest)
        }
        var detail = "\(error)"
        switch error {
        case DecodingError.dataCorrupted(let context): detail = context.debugDescription
        case DecodingError.typeMismatch(_, let context): detail = context.debugDescription
        case DecodingError.valueNotFound(_, let context): detail = context.debugDescription
        case DecodingError.keyNotFound(let key, _): detail = "missing key '\(key.stringValue)'"
        default: break
        }
        return Mismatch(code: .invalidValue, message: "'\(path.text)' cannot be \(shown): \(detail)")
    }
}

extension CaseIterable {
    /// The first case, to go on with after a problem.
    static var firstCase: Any? { allCases.first }

    static var allNames: [String]? {
        let values = allCases.map { ($0 as? any RawRepresentable)?.rawText }
        return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
    }
}

extension RawRepresentable {
    fileprivate var rawText: String? { rawValue as? String }
}

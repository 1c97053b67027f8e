// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// JSON Schema (draft 2020-12) of parameter types, with which editors complete and check YAML, TOML and JSON.
///
/// The schema is found by decoding the type from nothing and noting what it asks for, so it always agrees with what a
/// load accepts; the rules of types that adopt ``ParameterRules`` are part of it.
public enum ParameterSchema {
    /// The schema of a type as JSON text.
    ///
    /// - Parameters:
    ///   - type: The type.
    ///   - defaults: The values of keys that may be missing; with it no key is required.
    /// - Throws: ``ParameterError`` where the defaults cannot be encoded.
    public static func json<Value: Decodable>(
        for type: Value.Type, defaults: (any Encodable & Sendable)? = nil
    ) throws -> String {
        let scout = SchemaScout()
        var root = scout.schema(of: type)
        if let defaults {
            do {
                let node = try NodeEncoder.encode(defaults, source: 0)
                root.apply(defaults: node)
            } catch {
                throw ParameterError([
                    ParameterProblem(.invalidRequest, "the defaults cannot be encoded: \(error)")
                ])
            }
        }
        var members: [(String, SchemaJSON)] = [
            ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            ("title", .string("\(type)")),
        ]
        members += root.members
        if !scout.definitions.isEmpty {
            members.append(
                (
                    "$defs",
                    .object(scout.definitions.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })
                ))
        }
        return SchemaJSON.object(members).text(indent: 0) + "\n"
    }
}

/// The schema of one value while it is put together.
struct SchemaNode {
    /// Keywords such as `type` and `minimum`, in order.
    var keywords: [(String, SchemaJSON)] = []
    var properties: [(key: String, schema: SchemaNode)] = []
    var required: [String] = []
    var isObject = false
    var items: [SchemaNode] = []
    var additional: [SchemaNode] = []

    static func type(_ name: String, _ more: [(String, SchemaJSON)] = []) -> SchemaNode {
        SchemaNode(keywords: [("type", .string(name))] + more)
    }

    var json: SchemaJSON { .object(members) }

    var members: [(String, SchemaJSON)] {
        var members = keywords
        if isObject {
            members.insert(("type", .string("object")), at: 0)
            if let additional = additional.first {
                members.append(("additionalProperties", additional.json))
            } else {
                members.append(("properties", .object(properties.map { ($0.key, $0.schema.json) })))
                if !required.isEmpty { members.append(("required", .array(required.map(SchemaJSON.string)))) }
                // Keys such as `$include` and `<<` say how files are put together.
                members.append(("patternProperties", .object([("^([$]|<<$)", .object([]))])))
                members.append(("additionalProperties", .raw("false")))
            }
        }
        if let item = items.first { members.append(("items", item.json)) }
        return members
    }

    mutating func set(_ key: String, _ value: SchemaJSON) {
        keywords.removeAll { $0.0 == key }
        keywords.append((key, value))
    }

    /// Adds defaults, after which nothing that has one is required.
    mutating func apply(defaults node: Node) {
        guard case .mapping(let members) = node.content, isObject, additional.isEmpty else {
            // Who may read the schema may not read the secrets.
            let isSecret = keywords.contains { $0.0 == "writeOnly" }
            if !isSecret { set("default", .raw(JSONText.text(of: node))) }
            return
        }
        for index in properties.indices {
            guard let place = members.placeSpelled(properties[index].key) else { continue }
            let value = members.entries[place].value
            let isSecret = value.isString { _ in SecretNames.isSecret(key: properties[index].key) }
            if !isSecret { properties[index].schema.apply(defaults: value) }
            required.removeAll { $0 == properties[index].key }
        }
    }

    /// Adds what a rule demands to the schema of the value at a path.
    mutating func apply(_ keywords: [(String, SchemaJSON)], at steps: ArraySlice<KeyPathText.Step>) {
        guard let step = steps.first else {
            // Rules for elements go to the elements; a length belongs to the list.
            let isLength = keywords.contains { $0.0 == "minItems" || $0.0 == "minLength" }
            if let first = items.first, !isLength {
                var element = first
                element.apply(keywords, at: [])
                items = [element]
            } else {
                let isList = !items.isEmpty
                for (key, value) in keywords {
                    set(isLength && isList ? key.replacing("Length", with: "Items") : key, value)
                }
            }
            return
        }
        guard case .key(let key) = step else { return }
        let name = KeyNames.canonical(key)
        for index in properties.indices where properties[index].key == name {
            properties[index].schema.apply(keywords, at: steps.dropFirst())
        }
    }
}

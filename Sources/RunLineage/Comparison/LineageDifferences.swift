// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ContentHashing

/// Gathers what two records tell differently, part by part in the fixed order.
struct LineageDifferences {
    private(set) var differences: [LineageDifference] = []

    init(_ left: LineageRecord, _ right: LineageRecord) {
        compareCode(left.code, right.code)
        compareData(left.data, right.data)
        compareParameters(left, right)
        compareEnvironment(left.environment, right.environment)
        compareCompute(left.compute, right.compute)
    }

    private mutating func compareCode(_ left: CodeState?, _ right: CodeState?) {
        compare(.code, "commit", left?.commit, right?.commit)
        compare(.code, "local changes", left?.changes?.description, right?.changes?.description)
        compare(.code, "packages", left?.packages, right?.packages)
    }

    private mutating func compareData(_ left: [DataReference]?, _ right: [DataReference]?) {
        guard let left, let right else {
            add(.data, "versions", side(left?.description), side(right?.description))
            add(.schema, "versions", side(left?.description), side(right?.description))
            return
        }
        let leftByName = Dictionary(left.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let rightByName = Dictionary(right.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let names = Set(leftByName.keys).union(rightByName.keys).sorted()
        for name in names {
            let (one, other) = (leftByName[name], rightByName[name])
            // Versions are numbers of one store; only the content tells whether the data is the same.
            if one?.digest != other?.digest {
                let areTold = one?.description != other?.description
                add(
                    .data, name, one.map { .recorded(areTold ? $0.description : $0.digest.short) } ?? .absent,
                    other.map { .recorded(areTold ? $0.description : $0.digest.short) } ?? .absent)
            }
        }
        for name in names {
            guard let one = leftByName[name], let other = rightByName[name] else { continue }
            // The same content has the same schema, whether it was written down or not.
            if one.digest == other.digest, one.schema == nil || other.schema == nil { continue }
            compare(.schema, name, one.schema?.short, other.schema?.short)
        }
    }

    private mutating func compareParameters(_ left: LineageRecord, _ right: LineageRecord) {
        let (one, other) = (left.parameters, right.parameters)
        if one == nil || other == nil || one?.digest != other?.digest {
            let before = differences.count
            if let one = flattened(one?.frozen), let other = flattened(other?.frozen) {
                compare(.parameters, "", one, other)
            }
            if differences.count == before {
                compare(.parameters, "digest", one?.digest.short, other?.digest.short)
            }
        }
        // Few programs draw random numbers, so seeds that neither run names are not a gap.
        if left.seeds != nil || right.seeds != nil {
            compare(
                .parameters, "seeds", left.seeds?.mapValues(String.init),
                right.seeds?.mapValues(String.init))
        }
    }

    private mutating func compareEnvironment(_ left: EnvironmentState?, _ right: EnvironmentState?) {
        compare(.environment, "system", left?.system, right?.system)
        compare(.environment, "kernel", left?.kernel, right?.kernel)
        compare(.environment, "architecture", left?.architecture, right?.architecture)
        compare(.environment, "swift", left?.swift, right?.swift)
        compare(.environment, "configuration", left?.configuration, right?.configuration)
        compare(
            .environment, "processor features", left?.processorFeatures?.joined(separator: " "),
            right?.processorFeatures?.joined(separator: " "))
        compare(.environment, "variables", left?.variables, right?.variables)
        compare(.environment, "locale", left?.locale, right?.locale)
        compare(.environment, "time zone", left?.timeZone, right?.timeZone)
        compare(.environment, "threads", left?.threads.map(String.init), right?.threads.map(String.init))
        compare(.environment, "executable", left?.executable?.short, right?.executable?.short)
    }

    private mutating func compareCompute(_ left: ComputeState?, _ right: ComputeState?) {
        compare(.compute, "host", left?.host, right?.host)
        compare(.compute, "processor", left?.processor, right?.processor)
        compare(
            .compute, "processors", left?.processors.map(String.init), right?.processors.map(String.init))
        compare(.compute, "memory", left?.memory.map(String.init), right?.memory.map(String.init))
        if left?.accelerators != nil || right?.accelerators != nil {
            compare(
                .compute, "accelerators", left?.accelerators?.joined(separator: ", "),
                right?.accelerators?.joined(separator: ", "))
        }
    }

    private mutating func compare(_ facet: LineageFacet, _ path: String, _ left: String?, _ right: String?) {
        if left == nil || left != right { add(facet, path, side(left), side(right)) }
    }

    private mutating func compare(
        _ facet: LineageFacet, _ path: String, _ left: [String: String]?, _ right: [String: String]?
    ) {
        guard let left, let right else {
            add(
                facet, path, side(left.map { "\($0.count) entries" }),
                side(right.map { "\($0.count) entries" }))
            return
        }
        for name in Set(left.keys).union(right.keys).sorted() where left[name] != right[name] {
            add(
                facet, path.isEmpty ? name : path + "." + name, left[name].map { .recorded($0) } ?? .absent,
                right[name].map { .recorded($0) } ?? .absent)
        }
    }

    private mutating func add(
        _ facet: LineageFacet, _ path: String, _ left: LineageDifference.Side, _ right: LineageDifference.Side
    ) {
        differences.append(LineageDifference(facet: facet, path: path, left: left, right: right))
    }

    private func side(_ value: String?) -> LineageDifference.Side {
        value.map { .recorded($0) } ?? .notRecorded
    }

    /// The leaves of a frozen parameter object by dotted key; nil where the text is no JSON object.
    private func flattened(_ text: String?) -> [String: String]? {
        guard let text, let value = try? JSONValue(parsing: Array(text.utf8)), case .object = value
        else { return nil }
        var leaves: [String: String] = [:]
        flatten(value, at: "", into: &leaves)
        return leaves
    }

    private func flatten(_ value: JSONValue, at path: String, into leaves: inout [String: String]) {
        switch value {
        case .object(let members) where !members.isEmpty || path.isEmpty:
            for (name, member) in members {
                flatten(member, at: path.isEmpty ? name : path + "." + name, into: &leaves)
            }
        case .array(let elements) where !elements.isEmpty:
            for (index, element) in elements.enumerated() {
                flatten(element, at: "\(path)[\(index)]", into: &leaves)
            }
        default: leaves[path] = String(decoding: CanonicalJSON.encode(value), as: UTF8.self)
        }
    }
}

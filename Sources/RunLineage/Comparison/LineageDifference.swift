// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// One thing that two records tell differently, or that at least one of them does not tell.
public struct LineageDifference: Hashable, Sendable, Codable {
    /// What a record tells about one thing.
    public enum Side: Hashable, Sendable {
        /// This value.
        case recorded(String)
        /// That the thing is not there, such as a package that the other one has.
        case absent
        /// Nothing.
        case notRecorded
    }

    /// The part of the record.
    public let facet: LineageFacet
    /// The thing within the part, such as `commit`, `flights` or `packages.swift-nio`.
    public let path: String
    /// What the left record tells.
    public let left: Side
    /// What the right record tells.
    public let right: Side

    /// Whether both records tell it, so that they really differ.
    public var isKnown: Bool { left != .notRecorded && right != .notRecorded }
}

extension LineageDifference.Side: Codable, CustomStringConvertible {
    /// The value, or the words `absent` or `not recorded`.
    public var description: String {
        switch self {
        case .recorded(let value): value
        case .absent: "absent"
        case .notRecorded: "not recorded"
        }
    }

    private enum CodingKeys: String, CodingKey { case state, value }
    private enum State: String, Codable { case recorded, absent, notRecorded }

    /// Reads an object with the member `state` and, where something was recorded, `value`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(State.self, forKey: .state) {
        case .recorded: self = .recorded(try container.decode(String.self, forKey: .value))
        case .absent: self = .absent
        case .notRecorded: self = .notRecorded
        }
    }

    /// Writes an object with the member `state` and, where something was recorded, `value`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .recorded(let value):
            try container.encode(State.recorded, forKey: .state)
            try container.encode(value, forKey: .value)
        case .absent: try container.encode(State.absent, forKey: .state)
        case .notRecorded: try container.encode(State.notRecorded, forKey: .state)
        }
    }
}

extension LineageDifference: CustomStringConvertible {
    /// The part, the thing and both values, as `parameters: learning_rate 0.05 != 0.1`.
    public var description: String {
        guard isKnown else { return "\(facet): \(path) not recorded \(silentSides)" }
        // Data names itself, as in 'flights@12'.
        let isNamed = facet == .data && left.description.hasPrefix(path + "@")
        return "\(facet): \(isNamed ? "" : path + " ")\(left) != \(right)"
    }

    private var silentSides: String {
        switch (left, right) {
        case (.notRecorded, .notRecorded): "in either run"
        case (.notRecorded, _): "in the left run"
        default: "in the right run"
        }
    }
}

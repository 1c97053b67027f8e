// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import TableReading

/// What a contract asks of one column.
public struct ColumnRule: Hashable, Sendable, Codable {
    /// The column's name.
    public var name: String
    /// The type of its values; integers pass where doubles are asked for.
    public var type: ColumnType
    /// Whether a table without the column breaks the contract.
    public var isRequired = true
    /// The largest share of rows, 0 to 1, whose value may be missing.
    public var maximumMissingRate = 1.0
    /// The share that was missing where the rule was inferred; it only explains.
    public var inferredMissingRate: Double?
    /// The smallest value; nil for no bound.
    public var minimum: Double?
    /// The largest value; nil for no bound.
    public var maximum: Double?
    /// Whether NaN and the infinities pass.
    public var allowsNonFinite = true
    /// The values a text may have; nil for any.
    public var values: [String]?
    /// The largest share of rows, 0 to 1, whose text may be another than ``values``.
    public var maximumUnknownRate = 0.0
    /// Whether no value may stand in two rows.
    public var isUnique = false

    /// Makes a rule that asks for the type only.
    public init(_ name: String, _ type: ColumnType) {
        self.name = name
        self.type = type
    }

    /// Reads a rule; what it does not say is not asked for.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        type = try container.decode(ColumnType.self, forKey: .type)
        isRequired = try container.decodeIfPresent(Bool.self, forKey: .isRequired) ?? true
        maximumMissingRate = try container.decodeIfPresent(Double.self, forKey: .maximumMissingRate) ?? 1
        inferredMissingRate = try container.decodeIfPresent(Double.self, forKey: .inferredMissingRate)
        minimum = try container.decodeIfPresent(Double.self, forKey: .minimum)
        maximum = try container.decodeIfPresent(Double.self, forKey: .maximum)
        allowsNonFinite = try container.decodeIfPresent(Bool.self, forKey: .allowsNonFinite) ?? true
        values = try container.decodeIfPresent([String].self, forKey: .values)
        maximumUnknownRate = try container.decodeIfPresent(Double.self, forKey: .maximumUnknownRate) ?? 0
        isUnique = try container.decodeIfPresent(Bool.self, forKey: .isUnique) ?? false
    }
}

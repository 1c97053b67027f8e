// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// One input of a model: its name, its kind, and what its categories are called.
public struct Feature: Sendable, Hashable, Codable {
    /// What the values of a feature mean.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// A number.
        case numeric
        /// A category, given by its code or, where ``Feature/categories`` are known, by its name.
        case categorical
    }

    /// The name that the model file records, or nil where it records none.
    public let name: String?
    /// Whether the feature is a number or a category.
    public let kind: Kind
    /// The names of the categories in the order of their codes; empty where the file does not record them.
    public let categories: [String]

    /// Makes a feature.
    public init(name: String? = nil, kind: Kind = .numeric, categories: [String] = []) {
        self.name = name
        self.kind = kind
        self.categories = categories
    }
}

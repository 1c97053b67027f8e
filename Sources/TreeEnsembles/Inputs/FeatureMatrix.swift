// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Rows to score: dense or sparse, in Float or Double, by row or by column, with or without names.
///
/// NaN is missing. Where columns have names and the model has names too, columns are matched by name, in any order;
/// columns that the model does not know are ignored. Without names, columns are matched by position, and there must
/// be as many as the model has features.
///
/// An array is held, not copied.
public struct FeatureMatrix: Sendable {
    /// The number of rows.
    public let rowCount: Int
    /// The number of columns.
    public let columnCount: Int
    /// The names of the columns, or nil.
    public let names: [String]?
    /// A number that stands for missing beside NaN, or nil.
    public let missing: Double?
    let storage: Storage

    enum Storage: Sendable {
        case floats([Float])
        case doubles([Double])
        case columns([FeatureColumn])
        /// Compressed rows: where each row starts, columns, values.
        case sparse(starts: [Int], columns: [Int], values: [Double])
    }

    /// Rows one after another in single precision.
    ///
    /// - Parameters:
    ///   - values: The entries, row by row.
    ///   - columns: How many entries a row has.
    ///   - names: The names of the columns.
    ///   - missing: A number that stands for missing beside NaN.
    /// - Throws: ``TreeEnsembleError`` if the values do not make whole rows or the names do not fit.
    public init(
        _ values: [Float], columns: Int, names: [String]? = nil, missing: Float? = nil
    ) throws(TreeEnsembleError) {
        try self.init(
            .floats(values), rows: Self.rows(values.count, columns), columns: columns, names: names,
            missing: missing.map(Double.init))
    }

    /// Rows one after another in double precision.
    ///
    /// - Parameters:
    ///   - values: The entries, row by row.
    ///   - columns: How many entries a row has.
    ///   - names: The names of the columns.
    ///   - missing: A number that stands for missing beside NaN.
    /// - Throws: ``TreeEnsembleError`` if the values do not make whole rows or the names do not fit.
    public init(
        _ values: [Double], columns: Int, names: [String]? = nil, missing: Double? = nil
    ) throws(TreeEnsembleError) {
        try self.init(
            .doubles(values), rows: Self.rows(values.count, columns), columns: columns, names: names,
            missing: missing)
    }

    /// Columns of equal length, each of its own type.
    ///
    /// - Parameters:
    ///   - columns: The columns.
    ///   - names: Their names.
    ///   - missing: A number that stands for missing beside NaN.
    /// - Throws: ``TreeEnsembleError`` if the columns differ in length or the names do not fit.
    public init(
        columns: [FeatureColumn], names: [String]? = nil, missing: Double? = nil
    ) throws(TreeEnsembleError) {
        let rows = columns.first?.count ?? 0
        guard columns.allSatisfy({ $0.count == rows }) else {
            throw TreeEnsembleError(.invalidInput, "the columns differ in length")
        }
        try self.init(.columns(columns), rows: rows, columns: columns.count, names: names, missing: missing)
    }

    /// Compressed sparse rows.
    ///
    /// What an entry that is not there means is up to the model's library: missing for XGBoost, 0 for all
    /// others.
    ///
    /// - Parameters:
    ///   - values: The entries that are there, row by row.
    ///   - indices: The column of each entry.
    ///   - rowStarts: Where each row starts in `values`, then the number of values.
    ///   - columns: How many columns there are.
    ///   - names: The names of the columns.
    ///   - missing: A number that stands for missing beside NaN.
    /// - Throws: ``TreeEnsembleError`` if the arrays do not fit together.
    public init(
        sparse values: [Double], indices: [Int], rowStarts: [Int], columns: Int, names: [String]? = nil,
        missing: Double? = nil
    ) throws(TreeEnsembleError) {
        guard values.count == indices.count, rowStarts.first == 0, rowStarts.last == values.count,
            zip(rowStarts, rowStarts.dropFirst()).allSatisfy({ $0 <= $1 }),
            indices.allSatisfy({ $0 >= 0 && $0 < columns })
        else { throw TreeEnsembleError(.invalidInput, "the arrays of the sparse rows do not fit together") }
        try self.init(
            .sparse(starts: rowStarts, columns: indices, values: values), rows: rowStarts.count - 1,
            columns: columns, names: names, missing: missing)
    }

    private init(
        _ storage: Storage, rows: Int, columns: Int, names: [String]?, missing: Double?
    ) throws(TreeEnsembleError) {
        if let names, names.count != columns {
            throw TreeEnsembleError(.invalidInput, "\(names.count) names for \(columns) columns")
        }
        self.storage = storage
        rowCount = rows
        columnCount = columns
        self.names = names
        self.missing = missing
    }

    private static func rows(_ count: Int, _ columns: Int) throws(TreeEnsembleError) -> Int {
        guard columns > 0, count % columns == 0 else {
            throw TreeEnsembleError(
                .invalidInput, "\(count) values do not make whole rows of \(columns) columns")
        }
        return count / columns
    }
}

/// The values of one feature for many rows.
public enum FeatureColumn: Sendable, Hashable {
    /// Numbers in single precision.
    case floats([Float])
    /// Numbers in double precision.
    case doubles([Double])
    /// Names of categories; nil is missing. The model file must record the names.
    case categories([String?])

    /// The number of rows.
    public var count: Int {
        switch self {
        case .floats(let values): values.count
        case .doubles(let values): values.count
        case .categories(let values): values.count
        }
    }
}

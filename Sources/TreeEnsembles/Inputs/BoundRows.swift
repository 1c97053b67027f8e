// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A matrix whose columns have been found in a model: it hands out rows in the model's order.
struct BoundRows: Sendable {
    let rowCount: Int
    /// For each feature of the model its column in the matrix.
    let order: [Int]
    /// Whether `order` counts up from 0 and covers every column.
    let isPlain: Bool
    let storage: FeatureMatrix.Storage
    let columnCount: Int
    let missing: Double?
    private let absent: Double
    /// For sparse rows: the feature of each column, or -1.
    private let featureOfColumn: [Int]

    /// Finds the model's features among the columns.
    init(_ matrix: FeatureMatrix, for ensemble: Ensemble) throws(TreeEnsembleError) {
        rowCount = matrix.rowCount
        columnCount = matrix.columnCount
        missing = matrix.missing
        absent = ensemble.absentIsMissing ? .nan : 0
        order = try Self.order(of: matrix, for: ensemble)
        isPlain =
            order.count == matrix.columnCount && order.enumerated().allSatisfy { $0.offset == $0.element }
        if case .columns(let columns) = matrix.storage {
            storage = .columns(try Self.coded(columns, order: order, ensemble: ensemble))
        } else {
            storage = matrix.storage
        }
        var inverse: [Int] = []
        if case .sparse = matrix.storage {
            inverse = [Int](repeating: -1, count: matrix.columnCount)
            for (feature, column) in order.enumerated() { inverse[column] = feature }
        }
        featureOfColumn = inverse
    }

    /// Writes a row in double precision; the entries are not yet rounded to the model's precision.
    func load(row: Int, into target: inout MutableSpan<Double>) {
        switch storage {
        case .floats(let values):
            let start = row * columnCount
            for (feature, column) in order.enumerated() { target[feature] = Double(values[start + column]) }
        case .doubles(let values):
            let start = row * columnCount
            for (feature, column) in order.enumerated() { target[feature] = values[start + column] }
        case .columns(let columns):
            for (feature, column) in order.enumerated() {
                switch columns[column] {
                case .floats(let values): target[feature] = Double(values[row])
                case .doubles(let values): target[feature] = values[row]
                case .categories: target[feature] = .nan  // coded as numbers by init
                }
            }
        case .sparse(let starts, let columns, let values):
            for feature in order.indices { target[feature] = absent }
            for entry in starts[row]..<starts[row + 1] {
                let feature = featureOfColumn[columns[entry]]
                if feature >= 0 { target[feature] = values[entry] }
            }
        }
        if let missing {
            for feature in order.indices where target[feature] == missing { target[feature] = .nan }
        }
    }

    private static func order(
        of matrix: FeatureMatrix, for ensemble: Ensemble
    ) throws(TreeEnsembleError) -> [Int] {
        let features = ensemble.features
        guard let names = matrix.names, !features.isEmpty, features.allSatisfy({ $0.name != nil }) else {
            guard matrix.columnCount == features.count else {
                throw TreeEnsembleError(
                    .invalidInput,
                    "the rows have \(matrix.columnCount) columns, and the model takes \(features.count) features"
                )
            }
            return Array(features.indices)
        }
        var places: [String: Int] = [:]
        for (place, name) in names.enumerated() where places.updateValue(place, forKey: name) != nil {
            throw TreeEnsembleError(.invalidInput, "two columns are called '\(name)'")
        }
        var order: [Int] = []
        for feature in features {
            guard let name = feature.name, let place = places[name] else {
                throw TreeEnsembleError(
                    .invalidInput, "no column is called '\(feature.name ?? "")', which the model takes")
            }
            order.append(place)
        }
        return order
    }

    /// The columns with names of categories turned into codes.
    private static func coded(
        _ columns: [FeatureColumn], order: [Int], ensemble: Ensemble
    ) throws(TreeEnsembleError) -> [FeatureColumn] {
        var coded = columns
        for (index, column) in order.enumerated() {
            guard case .categories(let texts) = columns[column] else { continue }
            let codes = try CategoryCodes(feature: index, of: ensemble)
            var numbers: [Double] = []
            numbers.reserveCapacity(texts.count)
            for text in texts { numbers.append(try codes.code(of: text)) }
            coded[column] = .doubles(numbers)
        }
        return coded
    }
}

/// From the names of a feature's categories to their codes.
struct CategoryCodes {
    private let codes: [String: Double]
    /// Categories that are numbers, which may be spelled in several ways.
    private var numbers: [Double: Double] = [:]
    private let name: String
    private let unknownIsError: Bool
    private let derivation: (any FeatureDerivation)?

    init(feature: Int, of ensemble: Ensemble) throws(TreeEnsembleError) {
        let found = ensemble.features[feature]
        name = found.name ?? "\(feature)"
        unknownIsError = ensemble.unknownCategoryIsError
        derivation = found.kind == .categorical ? ensemble.derivation : nil
        guard !found.categories.isEmpty || derivation?.code(ofCategory: name) != nil else {
            throw TreeEnsembleError(
                .invalidInput,
                "the model file does not record the categories of feature '\(name)': give codes")
        }
        guard ensemble.categoryCodes.isEmpty, !found.categories.isEmpty else {
            codes = ensemble.categoryCodes
            return
        }
        var codes: [String: Double] = [:]
        for (code, category) in found.categories.enumerated() where codes[category] == nil {
            codes[category] = Double(code)
        }
        self.codes = codes
        for (code, category) in found.categories.enumerated() {
            if let number = Double(category), numbers[number] == nil { numbers[number] = Double(code) }
        }
    }

    /// The code of a name; NaN for nil, and for an unknown name where the source library takes it for missing.
    func code(of text: String?) throws(TreeEnsembleError) -> Double {
        guard let text else { return .nan }
        if let code = codes[text] ?? Double(text).flatMap({ numbers[$0] }) { return code }
        if let code = derivation?.code(ofCategory: text) { return code }
        if unknownIsError {
            throw TreeEnsembleError(
                .invalidInput, "feature '\(name)' has no category '\(text)' in this model")
        }
        return .nan
    }
}

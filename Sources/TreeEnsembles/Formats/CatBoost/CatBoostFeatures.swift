// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The inputs of a CatBoost model (`features_info`) and what its splits ask.
///
/// Columns that nodes look at: first the caller's features by flat index; then, where the model uses categories, for
/// each categorical feature with one-hot values the place of its value among them, and each counter.
struct CatBoostFeatures {
    /// One float feature's question marks.
    struct Number {
        /// CatBoost's number of the feature among those of its kind.
        var index: Int
        var column: Int
        var borders: [Float]
        /// Whether a missing value is above all borders.
        var missingIsHigh: Bool
    }

    /// One categorical feature.
    struct Category {
        /// CatBoost's number of the feature among those of its kind.
        var index: Int
        var column: Int
        /// The hashes of values that have a split of their own.
        var oneHotHashes: [Int32]
    }

    let features: [Feature]
    private(set) var numbers: [Number] = []
    private(set) var categories: [Category] = []
    private var counters: CatBoostCounters?
    /// The code that stands for each name of a category in rows of numbers.
    private(set) var categoryCodes: [String: Double] = [:]
    private static let mostFeatures = 1 << 22
    /// Names that are no whole numbers get codes from here on, in the order of the file.
    private static let firstTextCode = 0x1p40

    init(_ info: DocumentObject, tables: DocumentObject?) throws(TreeEnsembleError) {
        for kind in ["text_features", "embedding_features", "estimated_features"] {
            if let found = try info.optional(kind)?.array(kind), !found.isEmpty {
                throw .unsupported("the CatBoost model has \(kind), which are not supported")
            }
        }
        var found: [Int: Feature] = [:]
        let floats = try info.optional("float_features")?.array("float_features") ?? []
        for value in floats {
            let entry = try value.object("a float feature")
            let (index, column) = try Self.place(of: entry)
            numbers.append(
                Number(
                    index: index, column: column,
                    borders: try entry.optional("borders")?.numbers("borders").floats() ?? [],
                    missingIsHigh: try Self.missingIsHigh(entry)))
            guard found.updateValue(Feature(name: try Self.name(entry)), forKey: column) == nil else {
                throw .malformed("two features have flat_feature_index \(column)")
            }
        }
        let named = try info.optional("cat_features_hash")?.array("cat_features_hash") ?? []
        let (names, hashes) = try Self.names(named)
        for value in try info.optional("categorical_features")?.array("categorical_features") ?? [] {
            let entry = try value.object("a categorical feature")
            let (index, column) = try Self.place(of: entry)
            categories.append(
                Category(
                    index: index, column: column,
                    oneHotHashes: try entry.optional("values")?.numbers("values of a categorical feature")
                        .int32s() ?? []))
            let feature = Feature(name: try Self.name(entry), kind: .categorical, categories: names)
            guard found.updateValue(feature, forKey: column) == nil else {
                throw .malformed("two features have flat_feature_index \(column)")
            }
        }
        let columnCount = (found.keys.max() ?? -1) + 1
        guard columnCount <= found.count + 65_536 else {
            throw .malformed(
                "flat_feature_index goes up to \(columnCount), and there are \(found.count) features")
        }
        features = (0..<columnCount).map { found[$0] ?? Feature() }
        let counterEntries = try info.optional("ctrs")?.array("ctrs") ?? []
        guard !counterEntries.isEmpty || categories.contains(where: { !$0.oneHotHashes.isEmpty }) else {
            return
        }
        for (place, name) in names.enumerated() {
            categoryCodes[name] = CategoryHash.wholeNumber(name) ?? Self.firstTextCode + Double(place)
        }
        var hashOfCode: [Double: Int32] = [:]
        for (name, hash) in zip(names, hashes) {
            if let code = categoryCodes[name] { hashOfCode[code] = hash }
        }
        counters = try CatBoostCounters(
            entries: counterEntries, tables: tables, numbers: numbers, categories: categories,
            hashOfCode: hashOfCode, featureCount: columnCount)
    }

    /// What makes the columns beside the caller's, where nodes need any.
    var derivation: (any FeatureDerivation)? { counters }

    /// The questions in the order of `split_index`: borders of floats, one-hot values, borders of counters.
    func splits(sets: inout CategorySets) -> [CatBoostSplit] {
        var splits: [CatBoostSplit] = []
        for number in numbers {
            for border in number.borders {
                splits.append(
                    .border(column: number.column, above: border, missingIsHigh: number.missingIsHigh))
            }
        }
        var column = features.count
        var setOfPlace: [Int] = []
        for category in categories where !category.oneHotHashes.isEmpty {
            for place in category.oneHotHashes.indices {
                if place == setOfPlace.count { setOfPlace.append(sets.append(numbers: [Double(place)])) }
                splits.append(.oneHot(column: column, set: setOfPlace[place]))
            }
            column += 1
        }
        for borders in counters?.borders ?? [] {
            for border in borders {
                splits.append(.border(column: column, above: border, missingIsHigh: false))
            }
            column += 1
        }
        return splits
    }

    // MARK: Small things

    private static func place(
        of entry: DocumentObject
    ) throws(TreeEnsembleError) -> (index: Int, column: Int) {
        let column = try entry.required("flat_feature_index", in: "a feature").integer("flat_feature_index")
        guard column >= 0, column < mostFeatures else {
            throw .malformed("flat_feature_index \(column) is out of range")
        }
        return (try entry.required("feature_index", in: "a feature").integer("feature_index"), column)
    }

    private static func name(_ entry: DocumentObject) throws(TreeEnsembleError) -> String? {
        let name = try (entry.optional("feature_name") ?? entry.optional("feature_id"))?.string(
            "feature_name")
        return name == "" ? nil : name
    }

    private static func missingIsHigh(_ entry: DocumentObject) throws(TreeEnsembleError) -> Bool {
        let treatment = try entry.optional("nan_value_treatment")?.string("nan_value_treatment") ?? "AsIs"
        switch treatment {
        case "AsIs", "AsFalse": return false
        case "AsTrue": return try entry.optional("has_nans")?.integer("has_nans") ?? 0 != 0
        default: throw .unsupported("CatBoost's nan_value_treatment '\(treatment)' is not supported")
        }
    }

    private static func names(
        _ entries: [DocumentValue]
    ) throws(TreeEnsembleError) -> ([String], [Int32]) {
        var names: [String] = []
        var hashes: [Int32] = []
        for entry in entries {
            let pair = try entry.object("an entry of cat_features_hash")
            let hash = try pair.required("hash", in: "cat_features_hash").integer("hash")
            guard let bits = UInt32(exactly: hash) else { throw .malformed("a hash needs more than 32 bits") }
            names.append(try pair.required("value", in: "cat_features_hash").string("value"))
            hashes.append(Int32(bitPattern: bits))
        }
        return (names, hashes)
    }
}

/// The question of one split.
enum CatBoostSplit {
    case border(column: Int, above: Float, missingIsHigh: Bool)
    case oneHot(column: Int, set: Int)

    /// The node that asks it; what answers yes goes right.
    var draft: NodeDraft {
        var draft = NodeDraft()
        switch self {
        case .border(let column, let border, let missingIsHigh):
            draft.feature = Int32(column)
            draft.flags = missingIsHigh ? [] : .missingLeft
            // x > border is x >= the next Float; nothing is above infinity, and nothing compares with NaN.
            draft.threshold = border < .infinity ? Double(border.nextUp) : .nan
        case .oneHot(let column, let set):
            draft.feature = Int32(column)
            draft.flags = [.categorical, .missingLeft]
            draft.payload = Int32(set)
        }
        return draft
    }
}

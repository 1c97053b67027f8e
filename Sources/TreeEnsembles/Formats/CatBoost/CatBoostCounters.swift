// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Computes what CatBoost asks about categories: which one-hot value a row has, and its counters (CTR).
///
/// A counter looks up what training counted for the row's combination of categories. The combination becomes a
/// 64-bit hash over the 32-bit hashes of its categories' names and the answers of its other splits
/// (catboost/libs/model/ctr_provider.cpp, resources/ctr_calcer.py).
package struct CatBoostCounters: FeatureDerivation {
    /// The caller's columns, which come first among the derived ones.
    let featureCount: Int
    let categories: [CatBoostFeatures.Category]
    let combinations: [CatBoostCombination]
    let tables: [CatBoostTable]
    let counters: [CatBoostCounter]
    let hashOfCode: [Double: Int32]
    /// The borders of each counter.
    let borders: [[Float]]

    package var columnCount: Int {
        featureCount + categories.count { !$0.oneHotHashes.isEmpty } + counters.count
    }

    init(
        entries: [DocumentValue], tables tableObjects: DocumentObject?, numbers: [CatBoostFeatures.Number],
        categories: [CatBoostFeatures.Category], hashOfCode: [Double: Int32], featureCount: Int
    ) throws(TreeEnsembleError) {
        self.categories = categories
        self.hashOfCode = hashOfCode
        self.featureCount = featureCount
        var combinations: [CatBoostCombination] = []
        var placeOfCombination: [CatBoostCombination: Int] = [:]
        var tables: [CatBoostTable] = []
        var placeOfTable: [String: Int] = [:]
        var borders: [[Float]] = []
        var counters: [CatBoostCounter] = []
        for value in entries {
            let entry = try value.object("a counter")
            let combination = try CatBoostCombination(entry, numbers: numbers, categories: categories)
            let place = placeOfCombination[combination] ?? combinations.count
            if place == combinations.count {
                combinations.append(combination)
                placeOfCombination[combination] = place
            }
            let identifier = try entry.required("identifier", in: "a counter").string("identifier")
            let table = placeOfTable[identifier] ?? tables.count
            if table == tables.count {
                guard let found = tableObjects?[identifier] else {
                    throw .malformed("ctr_data has no table '\(identifier.prefix(200))'")
                }
                tables.append(try CatBoostTable(try found.object("a table of ctr_data")))
                placeOfTable[identifier] = table
            }
            let counter = try CatBoostCounter(entry, combination: place, table: table)
            try counter.check(tables[table])
            counters.append(counter)
            borders.append(try entry.required("borders", in: "a counter").numbers("borders").floats())
        }
        self.combinations = combinations
        self.tables = tables
        self.borders = borders
        self.counters = counters
    }

    package func sources(of column: Int) -> [Int] {
        if column < featureCount { return [column] }
        let oneHot = categories.filter { !$0.oneHotHashes.isEmpty }
        let place = column - featureCount
        return place < oneHot.count
            ? [oneHot[place].column] : combinations[counters[place - oneHot.count].combination].columns
    }

    package func code(ofCategory name: String) -> Double? { CategoryHash.code(of: name) }

    /// The hash of the name that a code stands for.
    static func hash(_ code: Double, _ listed: [Double: Int32]) -> Int32? {
        listed[code] ?? CategoryHash.hash(ofCode: code)
    }

    package func derive(from row: Span<Double>, into columns: inout MutableSpan<Double>) {
        for index in 0..<featureCount { columns[index] = row[index] }
        var column = featureCount
        for category in categories where !category.oneHotHashes.isEmpty {
            let hash = Self.hash(row[category.column], hashOfCode)
            columns[column] = hash.flatMap { category.oneHotHashes.firstIndex(of: $0) }.map(Double.init) ?? -1
            column += 1
        }
        // Counters of one combination and table stand beside each other, so the last lookup is often the next.
        var (lastCombination, lastTable) = (-1, -1)
        var hash: UInt64 = 0
        var entry: Int?
        for counter in counters {
            if counter.combination != lastCombination {
                hash = combinations[counter.combination].hash(of: row, hashOfCode)
            }
            if counter.combination != lastCombination || counter.table != lastTable {
                entry = tables[counter.table].entry(of: hash)
                (lastCombination, lastTable) = (counter.combination, counter.table)
            }
            columns[column] = Double(counter.value(at: entry, in: tables[counter.table]))
            column += 1
        }
    }
}

/// The categories and splits whose combination a counter counts.
struct CatBoostCombination: Hashable {
    /// The columns of the categories.
    var categories: [Int] = []
    var borders: [Border] = []
    var equalities: [Equality] = []

    struct Border: Hashable {
        var column: Int
        var border: Float
        var missingIsHigh: Bool
    }

    struct Equality: Hashable {
        var column: Int
        var hash: Int32
    }

    /// All columns that the combination looks at, rising.
    var columns: [Int] {
        Set(categories + borders.map(\.column) + equalities.map(\.column)).sorted()
    }

    init(
        _ entry: DocumentObject, numbers: [CatBoostFeatures.Number], categories: [CatBoostFeatures.Category]
    ) throws(TreeEnsembleError) {
        func category(_ element: DocumentObject) throws(TreeEnsembleError) -> Int {
            let index = try element.required("cat_feature_index", in: "a counter").integer(
                "cat_feature_index")
            guard let found = categories.first(where: { $0.index == index }) else {
                throw .malformed("a counter uses categorical feature \(index), which is not there")
            }
            return found.column
        }
        for value in try entry.required("elements", in: "a counter").array("elements") {
            let element = try value.object("an element of a counter")
            let kind = try element.required("combination_element", in: "a counter").string(
                "combination_element")
            switch kind {
            case "cat_feature_value": self.categories.append(try category(element))
            case "float_feature":
                let index = try element.required("float_feature_index", in: "a counter")
                    .integer("float_feature_index")
                guard let found = numbers.first(where: { $0.index == index }) else {
                    throw .malformed("a counter uses float feature \(index), which is not there")
                }
                guard case .number(let border) = element["border"], let border = try border.floats().first
                else {
                    throw .malformed("an element of a counter has no border")
                }
                borders.append(
                    Border(column: found.column, border: border, missingIsHigh: found.missingIsHigh))
            case "cat_feature_exact_value":
                let hash = try element.required("value", in: "a counter").integer("value")
                guard let hash = Int32(exactly: hash) else {
                    throw .malformed("the value of a counter's element needs more than 32 bits")
                }
                equalities.append(Equality(column: try category(element), hash: hash))
            default: throw .unsupported("CatBoost counters over '\(kind.prefix(40))' are not supported")
            }
        }
    }

    /// The hash of a row's combination.
    ///
    /// A number that stands for no category hashes as a number that no table holds.
    func hash(of row: Span<Double>, _ hashOfCode: [Double: Int32]) -> UInt64 {
        let unknown = Int32.max
        var result: UInt64 = 0
        for column in categories {
            let hash = CatBoostCounters.hash(row[column], hashOfCode) ?? unknown
            result = Self.combined(result, UInt64(bitPattern: Int64(hash)))
        }
        for border in borders {
            let x = Float(row[border.column])
            let answer = x.isNaN ? border.missingIsHigh : x > border.border
            result = Self.combined(result, answer ? 1 : 0)
        }
        for equality in equalities {
            let answer = CatBoostCounters.hash(row[equality.column], hashOfCode) == equality.hash
            result = Self.combined(result, answer ? 1 : 0)
        }
        return result
    }

    private static func combined(_ first: UInt64, _ second: UInt64) -> UInt64 {
        let multiplier: UInt64 = 0x4906_ba49_4954_cb65
        return multiplier &* (first &+ multiplier &* second)
    }
}

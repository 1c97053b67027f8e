// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension Ensemble: CompactCodable {
    private static let mostOutputs = 1 << 16
    private static let mostFeatures = 1 << 22

    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        for text in [source.library, source.format, source.version, objective] { writer.append(text) }
        writer.append(precision == .single)
        writer.append(sumPrecision == .single)
        writer.append(count: outputCount)
        writer.append(aggregation == .sum ? UInt8(0) : aggregation == .minimum ? 1 : 2)
        writer.append(averaging == .none ? UInt8(0) : averaging == .valuesOnly ? 1 : 2)
        writer.append(scale)
        writer.append(absentIsMissing)
        writer.append(unknownCategoryIsError)
        try transform.encode(to: &writer)
        writer.append(classRule != nil)
        try classRule?.encode(to: &writer)
        writer.append(array: baseScores)
        writer.append(array: bias)
        try encodeFeatures(to: &writer)
        writer.append(count: classNames.count)
        for name in classNames { writer.append(name) }
        writer.append(count: facts.count)
        for fact in facts {
            writer.append(fact.name)
            writer.append(fact.value)
        }
        writer.append(derivation != nil)
        if let derivation {
            guard let counters = derivation as? CatBoostCounters else {
                throw .unsupported("the columns that this model derives cannot be written")
            }
            try counters.encode(to: &writer)
        }
        writer.append(linearBooster != nil)
        if let linearBooster { writer.append(array: linearBooster.weights) }
        writer.append(linearLeaves != nil)
        try linearLeaves?.encode(to: &writer)
        try sets.encode(to: &writer)
        writer.append(array: knownCategories)
        try writer.append(list: trees)
        writer.append(array: iterationStarts)
        writer.append(table: leafValues)
        try nodes.encode(to: &writer)
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        let source = ModelSource(
            library: try reader.text(), format: try reader.text(), version: try reader.text())
        let objective = try reader.text()
        let precision: Precision = try reader.bool() ? .single : .double
        let sumPrecision: Precision = try reader.bool() ? .single : .double
        let outputCount = try reader.count(atMost: Self.mostOutputs)
        self.init(
            source: source, objective: objective, features: [], precision: precision,
            sumPrecision: sumPrecision,
            outputCount: outputCount, baseScores: [])
        let aggregations: [Aggregation] = [.sum, .minimum, .maximum]
        let averagings: [Averaging] = [.none, .valuesOnly, .always]
        let (first, second) = (Int(try reader.next(UInt8.self)), Int(try reader.next(UInt8.self)))
        guard outputCount > 0, first < 3, second < 3 else { throw reader.damaged("the kind of its sums") }
        (aggregation, averaging) = (aggregations[first], averagings[second])
        scale = try reader.double()
        absentIsMissing = try reader.bool()
        unknownCategoryIsError = try reader.bool()
        transform = try OutputTransform(from: &reader)
        if try reader.bool() {
            let rule = try ClassRule(from: &reader)
            if case .above(_, let output) = rule, output >= outputCount {
                throw reader.damaged("its rule for classes")
            }
            classRule = rule
        }
        baseScores = try reader.doubles()
        bias = try reader.doubles()
        guard baseScores.count == outputCount, bias.isEmpty || bias.count == outputCount else {
            throw reader.damaged("its base scores")
        }
        try decodeFeatures(from: &reader)
        for _ in 0..<(try reader.count(atMost: Self.mostOutputs)) { classNames.append(try reader.text()) }
        for _ in 0..<(try reader.count(atMost: 1 << 16)) {
            facts.append((try reader.text(), try reader.text()))
        }
        if try reader.bool() {
            let counters = try CatBoostCounters(from: &reader)
            guard counters.featureCount == features.count else { throw reader.damaged("its derived columns") }
            derivation = counters
        }
        if try reader.bool() {
            let weights = try reader.floats()
            guard weights.count == (features.count + 1) * outputCount else {
                throw reader.damaged("its linear weights")
            }
            linearBooster = LinearBooster(weights: weights)
        }
        if try reader.bool() { linearLeaves = try LinearLeaves(from: &reader) }
        sets = try CategorySets(from: &reader)
        knownCategories = try reader.int32s()
        guard knownCategories.allSatisfy({ Int($0) < sets.count }) else {
            throw reader.damaged("its known categories")
        }
        trees = try reader.list()
        iterationStarts = try reader.ints()
        guard iterationStarts.first == 0, iterationStarts.last == trees.count,
            zip(iterationStarts, iterationStarts.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw reader.damaged("its iterations") }
        leafValues = try reader.table()
        if let linearLeaves, !linearLeaves.isSound(leafCount: leafValues.count, columnCount: columnCount) {
            throw reader.damaged("its linear leaves")
        }
        nodes = try NodeTable(from: &reader)
        try checkTrees()
    }

    // MARK: Features

    private func encodeFeatures(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        writer.append(count: features.count)
        // The features of a CatBoost model share one list of categories, which is written once.
        var previous: [String] = []
        for feature in features {
            writer.append(feature.name != nil)
            writer.append(feature.name ?? "")
            writer.append(feature.kind == .categorical)
            let isSame = feature.categories == previous
            writer.append(isSame)
            guard !isSame else { continue }
            previous = feature.categories
            writer.append(count: previous.count)
            for category in previous { writer.append(category) }
        }
        writer.append(count: categoryCodes.count)
        for (name, code) in categoryCodes.sorted(by: { $0.key < $1.key }) {
            writer.append(name)
            writer.append(code)
        }
    }

    private mutating func decodeFeatures(from reader: inout CompactReader) throws(TreeEnsembleError) {
        var previous: [String] = []
        for _ in 0..<(try reader.count(atMost: Self.mostFeatures)) {
            let isNamed = try reader.bool()
            let name = try reader.text()
            let isCategorical = try reader.bool()
            if try !reader.bool() {
                previous = []
                for _ in 0..<(try reader.count()) { previous.append(try reader.text()) }
            }
            features.append(
                Feature(
                    name: isNamed ? name : nil, kind: isCategorical ? .categorical : .numeric,
                    categories: previous))
        }
        for _ in 0..<(try reader.count()) { categoryCodes[try reader.text()] = try reader.double() }
    }
}

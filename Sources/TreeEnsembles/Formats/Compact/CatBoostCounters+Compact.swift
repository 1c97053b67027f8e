// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension CatBoostCounters: CompactCodable {
    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        writer.append(count: featureCount)
        try writer.append(list: categories)
        try writer.append(list: combinations)
        try writer.append(list: tables)
        try writer.append(list: counters)
        let codes = hashOfCode.sorted { $0.key < $1.key }
        writer.append(array: codes.map(\.key))
        writer.append(array: codes.map(\.value))
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        featureCount = try reader.count()
        categories = try reader.list()
        combinations = try reader.list()
        tables = try reader.list()
        counters = try reader.list()
        let codes = try reader.doubles()
        let hashes = try reader.int32s()
        // The borders are in the trees' thresholds.
        borders = []
        let limit = featureCount
        guard codes.count == hashes.count, categories.allSatisfy({ $0.column < limit }),
            combinations.allSatisfy({ $0.largestColumn < limit })
        else { throw reader.damaged("its categories") }
        for counter in counters {
            guard counter.combination < combinations.count, counter.table < tables.count else {
                throw reader.damaged("its counters")
            }
            try counter.check(tables[counter.table])
        }
        var found: [Double: Int32] = [:]
        for (code, hash) in zip(codes, hashes) { found[code] = hash }
        hashOfCode = found
    }
}

extension CatBoostFeatures.Category: CompactCodable {
    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        writer.append(count: column)
        writer.append(array: oneHotHashes)
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        self.init(index: 0, column: try reader.count(), oneHotHashes: try reader.int32s())
    }
}

extension CatBoostCombination: CompactCodable {
    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        writer.append(array: categories)
        writer.append(count: borders.count)
        for border in borders {
            writer.append(count: border.column)
            writer.append(border.border)
            writer.append(border.missingIsHigh)
        }
        writer.append(count: equalities.count)
        for equality in equalities {
            writer.append(count: equality.column)
            writer.append(equality.hash)
        }
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        categories = try reader.ints()
        for _ in 0..<(try reader.count()) {
            borders.append(
                Border(
                    column: try reader.count(), border: try reader.float(), missingIsHigh: try reader.bool()))
        }
        for _ in 0..<(try reader.count()) {
            equalities.append(Equality(column: try reader.count(), hash: try reader.next()))
        }
        guard categories.allSatisfy({ $0 >= 0 }) else { throw reader.damaged("its counters") }
    }

    /// The largest column that a row must have.
    var largestColumn: Int {
        max(categories.max() ?? -1, borders.map(\.column).max() ?? -1, equalities.map(\.column).max() ?? -1)
    }
}

extension CatBoostTable: CompactCodable {
    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        writer.append(count: width)
        writer.append(denominator)
        writer.append(array: hashes)
        writer.append(array: numbers)
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        width = try reader.count(atMost: 1 << 20)
        denominator = try reader.double()
        hashes = try reader.uint64s()
        numbers = try reader.doubles()
        guard width > 0, numbers.count == hashes.count * width else { throw reader.damaged("its counts") }
    }
}

extension CatBoostCounter: CompactCodable {
    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        writer.append(count: combination)
        writer.append(count: table)
        let (code, place): (UInt8, Int) =
            switch kind {
            case .classesAbove(let border): (0, border)
            case .oneClass(let border): (1, border)
            case .mean: (2, 0)
            case .frequency: (3, 0)
            }
        writer.append(code)
        writer.append(count: place)
        for number in [priorNumerator, priorDenominator, shift, scale] { writer.append(number) }
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        combination = try reader.count()
        table = try reader.count()
        let code: UInt8 = try reader.next()
        let place = try reader.count()
        switch code {
        case 0: kind = .classesAbove(place)
        case 1: kind = .oneClass(place)
        case 2: kind = .mean
        case 3: kind = .frequency
        default: throw reader.damaged("its counters")
        }
        (priorNumerator, priorDenominator) = (try reader.float(), try reader.float())
        (shift, scale) = (try reader.float(), try reader.float())
    }
}

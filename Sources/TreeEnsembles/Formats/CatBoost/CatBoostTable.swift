// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// What training counted for each combination of categories (`ctr_data`): a row of numbers for each hash.
struct CatBoostTable {
    /// The hashes in rising order.
    let hashes: [UInt64]
    /// The numbers of each hash, `width` for each.
    let numbers: [Double]
    /// How many numbers a hash has: a count for each class, or one count, or a sum and a count.
    let width: Int
    /// What every count is divided by, for the types that count rows and not classes.
    let denominator: Double

    init(_ object: DocumentObject) throws(TreeEnsembleError) {
        denominator = try object.optional("counter_denominator")?.double("counter_denominator") ?? 0
        let stride = try object.required("hash_stride", in: "ctr_data").integer("hash_stride")
        let flat = try object.required("hash_map", in: "ctr_data").array("hash_map")
        guard stride >= 2, flat.count % stride == 0 else {
            throw .malformed("a hash_map of \(flat.count) entries does not make rows of \(stride)")
        }
        width = stride - 1
        var rows: [(hash: UInt64, start: Int)] = []
        for start in Swift.stride(from: 0, to: flat.count, by: stride) {
            guard let hash = UInt64(try flat[start].string("a hash of ctr_data")) else {
                throw .malformed("a hash of ctr_data is not a whole number")
            }
            // The largest number marks a bucket that is empty.
            if hash != .max { rows.append((hash, start)) }
        }
        rows.sort { $0.hash < $1.hash }
        for (row, next) in zip(rows, rows.dropFirst()) where row.hash == next.hash {
            throw .malformed("a table of ctr_data holds the hash \(row.hash) twice")
        }
        var numbers: [Double] = []
        numbers.reserveCapacity(rows.count * width)
        for row in rows {
            for place in row.start + 1..<row.start + stride {
                guard case .number(let number) = flat[place], let value = try number.doubles().first,
                    let single = try number.floats().first, single.isFinite
                else { throw .malformed("a number of ctr_data is not one") }
                // Counts are whole; sums are Float in CatBoost.
                numbers.append(value == value.rounded() ? value : Double(single))
            }
        }
        hashes = rows.map(\.hash)
        self.numbers = numbers
    }

    /// Where the numbers of a hash stand.
    func entry(of hash: UInt64) -> Int? {
        var (low, high) = (0, hashes.count)
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low < hashes.count && hashes[low] == hash ? low * width : nil
    }

    /// A number of an entry.
    func number(_ entry: Int, _ place: Int) -> Double { numbers[entry + place] }

    /// The sum of an entry's numbers from a place on.
    func sum(_ entry: Int, from place: Int) -> Double {
        numbers[entry + place..<entry + width].reduce(0, +)
    }
}

/// One counter: which numbers of an entry it divides, and how it scales the result, in single precision.
struct CatBoostCounter {
    let combination: Int
    let table: Int
    let kind: Kind
    let priorNumerator: Float
    let priorDenominator: Float
    let shift: Float
    let scale: Float

    enum Kind {
        /// The share of the classes above one.
        case classesAbove(Int)
        /// The share of one class.
        case oneClass(Int)
        case mean
        /// How often the combination came.
        case frequency
    }

    init(_ entry: DocumentObject, combination: Int, table: Int) throws(TreeEnsembleError) {
        func float(_ name: String) throws(TreeEnsembleError) -> Float {
            guard case .number(let number) = entry[name], let value = try number.floats().first else {
                throw .malformed("a counter has no '\(name)'")
            }
            return value
        }
        self.combination = combination
        self.table = table
        // The misspelling is the file's.
        (priorNumerator, priorDenominator) = (try float("prior_numerator"), try float("prior_denomerator"))
        (shift, scale) = (try float("shift"), try float("scale"))
        let border = try entry.optional("target_border_idx")?.integer("target_border_idx") ?? 0
        let type = try entry.required("ctr_type", in: "a counter").string("ctr_type")
        switch type {
        case "Borders": kind = .classesAbove(border)
        case "Buckets": kind = .oneClass(border)
        case "BinarizedTargetMeanValue", "FloatTargetMeanValue": kind = .mean
        case "Counter", "FeatureFreq": kind = .frequency
        default: throw .unsupported("CatBoost counters of type '\(type.prefix(40))' are not supported")
        }
    }

    /// Checks that the table has what the counter takes from it.
    func check(_ table: CatBoostTable) throws(TreeEnsembleError) {
        let fits =
            switch kind {
            case .classesAbove(let border), .oneClass(let border): border >= 0 && border < table.width
            case .mean: table.width == 2
            case .frequency: table.width == 1
            }
        guard fits else { throw .malformed("a table of ctr_data does not fit the type of its counter") }
    }

    /// The counter's value for an entry; for a combination that training did not see, what the prior says.
    func value(at entry: Int?, in table: CatBoostTable) -> Float {
        switch kind {
        case .frequency:
            return ratio(entry.map { table.number($0, 0) } ?? 0, table.denominator)
        case .mean:
            guard let entry else { return ratio(0, 0) }
            return ratio(table.number(entry, 0), table.number(entry, 1))
        case .oneClass(let place):
            guard let entry else { return ratio(0, 0) }
            return ratio(table.number(entry, place), table.sum(entry, from: 0))
        case .classesAbove(let border):
            guard let entry else { return ratio(0, 0) }
            return ratio(table.sum(entry, from: border + 1), table.sum(entry, from: 0))
        }
    }

    private func ratio(_ part: Double, _ whole: Double) -> Float {
        ((Float(part) + priorNumerator) / (Float(whole) + priorDenominator) + shift) * scale
    }
}

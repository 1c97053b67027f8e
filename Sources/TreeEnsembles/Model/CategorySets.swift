// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// The sets of categories that nodes ask about, as bits or as exact numbers.
package struct CategorySets: Sendable {
    /// How a feature's value is matched with the members of a set.
    package enum Rule: UInt8, Sendable {
        /// Cut off the fraction; not a member below 0 (even by a fraction) or from 2^24 on (XGBoost).
        case truncatingFrom0To2Power24
        /// Cut off the fraction toward zero, so that -0.5 is 0; not a member below 0 or from 2^31 on (LightGBM).
        case truncatingTowardZero
        /// The number must be equal to a member (ONNX, scikit-learn, CatBoost).
        case exact
    }

    struct Entry: Sendable {
        var start: Int
        var count: Int
        var rule: Rule
        var holdsNumbers: Bool
    }

    var entries: [Entry] = []
    var words: [UInt32] = []
    var numbers: [Double] = []

    package init() {}

    /// The number of sets.
    package var count: Int { entries.count }

    /// Adds a set given as bits: bit `c & 31` of word `c >> 5` says whether `c` is a member.
    package mutating func append(bits: some Collection<UInt32>, rule: Rule) -> Int {
        entries.append(Entry(start: words.count, count: bits.count, rule: rule, holdsNumbers: false))
        words.append(contentsOf: bits)
        return entries.count - 1
    }

    /// Adds a set of whole numbers.
    ///
    /// A set of few and large numbers is held as a list, so that its memory is bounded by the file's.
    package mutating func append(members: some Collection<Int32>, rule: Rule) -> Int {
        let largest = Int(members.max() ?? -1)
        if largest > 1024 + 64 * members.count {
            entries.append(Entry(start: numbers.count, count: members.count, rule: rule, holdsNumbers: true))
            numbers.append(contentsOf: members.map(Double.init).sorted())
            return entries.count - 1
        }
        var bits = [UInt32](repeating: 0, count: (largest + 32) / 32)
        for member in members where member >= 0 { bits[Int(member) >> 5] |= 1 << UInt32(member & 31) }
        return append(bits: bits, rule: rule)
    }

    /// Adds a set of any numbers; a value is a member when it is equal to one of them.
    package mutating func append(numbers members: some Collection<Double>) -> Int {
        entries.append(
            Entry(start: numbers.count, count: members.count, rule: .exact, holdsNumbers: true))
        numbers.append(contentsOf: members.sorted())
        return entries.count - 1
    }

    /// Whether the set has the value, which is not NaN.
    package func contains(_ value: Double, set: Int) -> Bool {
        let entry = entries[set]
        if entry.holdsNumbers {
            var wanted = value
            if entry.rule != .exact {
                guard let category = Self.category(of: value, rule: entry.rule) else { return false }
                wanted = Double(category)
            }
            return numbers[entry.start..<entry.start + entry.count].contains(wanted)
        }
        guard let category = Self.category(of: value, rule: entry.rule), category >> 5 < entry.count else {
            return false
        }
        return words[entry.start + category >> 5] >> UInt32(category & 31) & 1 == 1
    }

    /// The members in rising order; what `members` of a set of numbers are is the numbers themselves.
    package func members(of set: Int) -> [Double] {
        let entry = entries[set]
        if entry.holdsNumbers { return Array(numbers[entry.start..<entry.start + entry.count]) }
        return (0..<entry.count * 32).filter { words[entry.start + $0 >> 5] >> UInt32($0 & 31) & 1 == 1 }
            .map(Double.init)
    }

    /// How values are matched with the members of a set.
    package func rule(of set: Int) -> Rule { entries[set].rule }

    /// The largest member (-1 for an empty set), or nil where a member is not a whole number of a reasonable size.
    package func largestWholeMember(of set: Int) -> Int? {
        let members = members(of: set)
        let areWhole = members.allSatisfy { $0 >= 0 && $0 < 2_147_483_648 && $0 == $0.rounded(.down) }
        return areWhole ? Int(members.last ?? -1) : nil
    }

    /// The whole number that a value stands for, or nil where it stands for none.
    package static func category(of value: Double, rule: Rule) -> Int? {
        switch rule {
        case .truncatingFrom0To2Power24: value >= 0 && value < 16_777_216 ? Int(value) : nil
        case .truncatingTowardZero: value > -1 && value < 2_147_483_648 ? Int(value) : nil
        case .exact: value >= 0 && value < 2_147_483_648 && value == value.rounded(.down) ? Int(value) : nil
        }
    }
}

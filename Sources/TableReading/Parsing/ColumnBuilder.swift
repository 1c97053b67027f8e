// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Takes the fields of one column in turn, and finds out its type where none is given.
struct ColumnBuilder {
    /// What a field's text may mean.
    enum Kind {
        /// Bare text: a missing marker, a number, a boolean, an instant or a string.
        case text
        /// Text that is never a missing marker: a quoted field.
        case quoted
        /// A string of a format that has types, so never a number or a boolean.
        case string
    }

    /// Why a field could not be taken.
    struct Refusal: Error {
        var type: ColumnType
        var text: String
    }

    let name: String
    private let given: ColumnType?
    private let markers: [[UInt8]]
    private let infersTimestamps: Bool
    private var found: ColumnType?
    /// Whether the column turned out to be text after values were taken as another type: it must be read again.
    private(set) var mustBeReadAsText = false
    private var integers: [Int64] = []
    private var doubles: [Double] = []
    private var booleans: [Bool] = []
    private var codes: [Int32] = []
    private var interner = StringInterner()
    private var missing = RowMask()

    init(name: String, options: TableOptions) {
        self.name = name
        given = options.types[name]
        found = given
        markers = options.missingMarkers.map { Array($0.utf8) }
        infersTimestamps = options.infersTimestamps
    }

    var count: Int { missing.count }

    /// Takes a missing value.
    mutating func appendMissing() {
        missing.append(true)
        switch found {
        case nil: break
        case .integer, .timestamp: integers.append(0)
        case .double: doubles.append(.nan)
        case .boolean: booleans.append(false)
        case .string: codes.append(-1)
        }
    }

    /// Takes a field.
    mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>, _ kind: Kind) throws(Refusal) {
        if isMissing(bytes, range, kind) { return appendMissing() }
        guard !mustBeReadAsText else { return missing.append(false) }
        switch found {
        case .integer:
            if let value = kind == .string ? nil : NumberText.integer(bytes, range, strict: given == nil) {
                integers.append(value)
            } else if given == nil {
                try widen(bytes, range, kind)
                return
            } else {
                throw refusal(.integer, bytes, range)
            }
        case .double:
            if let value = kind == .string ? nil : NumberText.double(bytes, range, strict: given == nil) {
                doubles.append(value)
            } else {
                try turnToText(.double, bytes, range)
            }
        case .boolean:
            if let value = kind == .string ? nil : boolean(bytes, range) {
                booleans.append(value)
            } else {
                try turnToText(.boolean, bytes, range)
            }
        case .timestamp:
            if let value = Timestamp.parse(bytes, range) {
                integers.append(value)
            } else {
                try turnToText(.timestamp, bytes, range)
            }
        case .string:
            codes.append(interner.code(of: bytes, range))
        case nil:
            begin(bytes, range, kind)
            return
        }
        missing.append(false)
    }

    private func isMissing(_ bytes: Span<UInt8>, _ range: Range<Int>, _ kind: Kind) -> Bool {
        if kind != .text { return kind == .quoted && range.isEmpty }
        for marker in markers where marker.count == range.count {
            var index = 0
            while index < marker.count, bytes[range.lowerBound + index] == marker[index] { index += 1 }
            if index == marker.count { return true }
        }
        return false
    }

    /// Takes the first value of a column that had only missing ones.
    private mutating func begin(_ bytes: Span<UInt8>, _ range: Range<Int>, _ kind: Kind) {
        let before = missing.count
        if kind != .string, let value = NumberText.integer(bytes, range, strict: true) {
            found = .integer
            integers = [Int64](repeating: 0, count: before) + [value]
        } else if kind != .string, let value = NumberText.double(bytes, range, strict: true) {
            found = .double
            doubles = [Double](repeating: .nan, count: before) + [value]
        } else if kind != .string, let value = boolean(bytes, range) {
            found = .boolean
            booleans = [Bool](repeating: false, count: before) + [value]
        } else if infersTimestamps, let value = Timestamp.parse(bytes, range) {
            found = .timestamp
            integers = [Int64](repeating: 0, count: before) + [value]
        } else {
            found = .string
            codes = [Int32](repeating: -1, count: before) + [interner.code(of: bytes, range)]
        }
        missing.append(false)
    }

    /// Turns integers to doubles, which rounds as reading the texts would, or to text.
    private mutating func widen(_ bytes: Span<UInt8>, _ range: Range<Int>, _ kind: Kind) throws(Refusal) {
        if kind != .string, let value = NumberText.double(bytes, range, strict: true) {
            found = .double
            doubles = integers.map(Double.init)
            for row in missing.rows { doubles[row] = .nan }
            integers = []
            doubles.append(value)
        } else {
            try turnToText(.integer, bytes, range)
        }
        missing.append(false)
    }

    private mutating func turnToText(
        _ type: ColumnType, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(Refusal) {
        guard given == nil else { throw refusal(type, bytes, range) }
        found = nil
        mustBeReadAsText = true
    }

    private func refusal(_ type: ColumnType, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Refusal {
        var text: [UInt8] = []
        for index in range.prefix(60) { text.append(bytes[index]) }
        return Refusal(
            type: type, text: String(decoding: text, as: UTF8.self) + (range.count > 60 ? "…" : ""))
    }

    private func boolean(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool? {
        if NumberText.matches(bytes, range, "true") { return true }
        return NumberText.matches(bytes, range, "false") ? false : nil
    }

    /// The column of the values so far, after which the builder starts anew with the type it found.
    mutating func finish() throws(TableError) -> Column {
        defer { reset() }
        let storage: Column.Storage
        switch found {
        case nil: storage = .doubles([Double](repeating: .nan, count: missing.count))
        case .integer: storage = .integers(integers)
        case .double: storage = .doubles(doubles)
        case .boolean: storage = .booleans(booleans)
        case .timestamp: storage = .timestamps(integers)
        case .string:
            var categories: [String] = []
            for (code, text) in interner.strings.enumerated() {
                guard let text else {
                    let row = codes.firstIndex(of: Int32(code)).map { $0 + 1 }
                    throw TableError(.malformed, "the text is not UTF-8", row: row, column: name)
                }
                categories.append(text)
            }
            storage = .strings(codes: codes, categories: categories)
        }
        return Column(name: name, storage: storage, missing: missing)
    }

    private mutating func reset() {
        (integers, doubles, booleans, codes) = ([], [], [], [])
        interner = StringInterner()
        missing = RowMask()
    }
}

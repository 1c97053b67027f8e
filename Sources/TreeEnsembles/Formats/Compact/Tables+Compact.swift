// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

extension NodeTable: CompactCodable {
    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        writer.append(table: feature)
        writer.append(table: threshold)
        writer.append(table: left)
        writer.append(table: right)
        writer.append(table: flags)
        writer.append(table: payload)
        writer.append(table: label)
        writer.append(table: cover)
        writer.append(table: gain)
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        self.init()
        feature = try reader.table()
        threshold = try reader.table()
        left = try reader.table()
        right = try reader.table()
        flags = try reader.table()
        payload = try reader.table()
        label = try reader.table()
        cover = try reader.table()
        gain = try reader.table()
        guard
            [
                threshold.count, left.count, right.count, flags.count, payload.count, label.count,
                cover.count,
                gain.count,
            ].allSatisfy({ $0 == feature.count })
        else { throw reader.damaged("the columns of its nodes differ in length") }
    }
}

extension Tree: CompactCodable {
    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        writer.append(count: root)
        writer.append(count: nodeCount)
        writer.append(Int32(output ?? -1))
        writer.append(weight)
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        let root = try reader.count()
        let nodeCount = try reader.count()
        let output = Int(try reader.next(Int32.self))
        // Depth and leaves are counted when the nodes are checked.
        self.init(
            root: root, nodeCount: nodeCount, depth: 0, output: output < 0 ? nil : output,
            weight: try reader.double(), leafCount: 0)
    }
}

extension LinearLeaves: CompactCodable {
    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        writer.append(array: function)
        writer.append(array: constants)
        writer.append(array: termStarts)
        writer.append(array: features)
        writer.append(array: coefficients)
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        self.init()
        function = try reader.int32s()
        constants = try reader.doubles()
        termStarts = try reader.ints()
        features = try reader.int32s()
        coefficients = try reader.doubles()
    }

    /// Whether all indices lie where they must.
    func isSound(leafCount: Int, columnCount: Int) -> Bool {
        function.count <= leafCount && function.allSatisfy { Int($0) < constants.count }
            && termStarts.count == constants.count + 1 && termStarts.first == 0
            && termStarts.last == features.count && coefficients.count == features.count
            && zip(termStarts, termStarts.dropFirst()).allSatisfy { $0 <= $1 }
            && features.allSatisfy { $0 >= 0 && Int($0) < columnCount }
    }
}

extension CategorySets: CompactCodable {
    func encode(to writer: inout CompactWriter) throws(TreeEnsembleError) {
        writer.append(array: entries.map(\.start))
        writer.append(array: entries.map(\.count))
        writer.append(array: entries.map(\.rule.rawValue))
        writer.append(array: entries.map { $0.holdsNumbers ? UInt8(1) : 0 })
        writer.append(array: words)
        writer.append(array: numbers)
    }

    init(from reader: inout CompactReader) throws(TreeEnsembleError) {
        self.init()
        let starts = try reader.ints()
        let counts = try reader.ints()
        let rules = try reader.table(of: UInt8.self).map { Rule(rawValue: $0) }
        let holdsNumbers = try reader.table(of: UInt8.self).map { $0 != 0 }
        words = Array(try reader.table())
        numbers = try reader.doubles()
        guard counts.count == starts.count, rules.count == starts.count, holdsNumbers.count == starts.count
        else {
            throw reader.damaged("its sets of categories")
        }
        for index in starts.indices {
            let size = holdsNumbers[index] ? numbers.count : words.count
            guard let rule = rules[index], starts[index] >= 0, counts[index] >= 0, starts[index] <= size,
                counts[index] <= size - starts[index]
            else { throw reader.damaged("its sets of categories") }
            entries.append(
                Entry(
                    start: starts[index], count: counts[index], rule: rule, holdsNumbers: holdsNumbers[index])
            )
        }
    }
}

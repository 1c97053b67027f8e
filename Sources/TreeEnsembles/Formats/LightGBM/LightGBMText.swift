// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// A LightGBM text model cut into its header, trees and tail, values still as text.
struct LightGBMText {
    /// A stretch of `key=value` lines.
    struct Block {
        var line: Int
        fileprivate(set) var entries: [(name: String, start: Int, end: Int)] = []

        func field(_ name: String) -> (start: Int, end: Int)? {
            entries.first { $0.name == name }.map { ($0.start, $0.end) }
        }
    }

    let bytes: [UInt8]
    private(set) var header = Block(line: 1)
    private(set) var trees: [Block] = []
    /// Lines `[name: value]` after the trees.
    private(set) var parameters: [String: String] = [:]
    /// The JSON text after `pandas_categorical:`.
    private(set) var pandasCategories: (start: Int, end: Int)?
    private static let longestBlock = 64

    init(_ bytes: [UInt8]) throws(TreeEnsembleError) {
        self.bytes = bytes
        var position = 0
        var line = 0
        var ended = false
        while position < bytes.count {
            let start = position
            position = ByteSearch.first(UInt8(ascii: "\n"), in: bytes, from: position)
            var end = position
            position += 1
            line += 1
            if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            if start == end { continue }
            if ended {
                tailLine(start, end)
            } else if bytes[start] == UInt8(ascii: "T"), text(start, min(end, start + 5)) == "Tree=" {
                guard Int(text(start + 5, end)) == trees.count else {
                    throw .malformed("expected tree \(trees.count)", at: start, line: line)
                }
                trees.append(Block(line: line))
            } else if bytes[start] == UInt8(ascii: "e"), text(start, end) == "end of trees" {
                ended = true
            } else if bytes[start] == UInt8(ascii: "f"), text(start, end) == "feature importances:" {
                ended = true  // LightGBM before 2.2 has no line of its own for the end
            } else {
                try add(start, end, line: line)
            }
        }
        guard ended else {
            throw .malformed(
                "the model ends before 'end of trees': it was cut short", at: bytes.count, line: line)
        }
    }

    private mutating func add(_ start: Int, _ end: Int, line: Int) throws(TreeEnsembleError) {
        var sign = start
        while sign < end, bytes[sign] != UInt8(ascii: "=") { sign += 1 }
        let name = text(start, sign)
        let entry = (name, min(sign + 1, end), end)
        if trees.isEmpty {
            guard header.field(name) == nil else {
                throw .malformed("'\(name)' appears twice", at: start, line: line)
            }
            guard header.entries.count < Self.longestBlock else {
                throw .malformed("the header has too many lines", at: start, line: line)
            }
            header.entries.append(entry)
        } else {
            let last = trees.count - 1
            guard sign < end, trees[last].entries.count < Self.longestBlock else {
                throw .malformed("expected key=value", at: start, line: line)
            }
            guard trees[last].field(name) == nil else {
                throw .malformed("'\(name)' appears twice in tree \(last)", at: start, line: line)
            }
            trees[last].entries.append(entry)
        }
    }

    private mutating func tailLine(_ start: Int, _ end: Int) {
        if bytes[start] == UInt8(ascii: "["), bytes[end - 1] == UInt8(ascii: "]") {
            let parts = text(start + 1, end - 1).split(separator: ":", maxSplits: 1)
            if parts.count == 2 { parameters[String(parts[0])] = String(parts[1].drop { $0 == " " }) }
            return
        }
        let mark = "pandas_categorical:"
        if text(start, min(end, start + mark.utf8.count)) == mark {
            pandasCategories = (start + mark.utf8.count, end)
        }
    }

    /// The text of a stretch of bytes.
    func text(_ start: Int, _ end: Int) -> String { String(decoding: bytes[start..<end], as: UTF8.self) }

    /// The text of a field, or nil where it is absent.
    func text(_ name: String, in block: Block) -> String? {
        block.field(name).map { text($0.start, $0.end) }
    }

    /// The whole number of a field, or nil where it is absent.
    func integer(_ name: String, in block: Block) throws(TreeEnsembleError) -> Int? {
        guard let text = text(name, in: block) else { return nil }
        guard let number = Int(text) else {
            throw .malformed("\(name)=\(text.prefix(40)) is not a whole number", line: block.line)
        }
        return number
    }

    /// The numbers of a field, parted by any number of spaces; none where it is absent.
    func doubles(_ name: String, in block: Block) throws(TreeEnsembleError) -> [Double] {
        try list(name, in: block) { scanner throws(TreeEnsembleError) in try scanner.number(as: Double.self) }
    }

    /// The whole numbers of a field; none where it is absent.
    func integers(_ name: String, in block: Block) throws(TreeEnsembleError) -> [Int] {
        try list(name, in: block) { scanner throws(TreeEnsembleError) in try scanner.integer() }
    }

    @inline(__always)
    private func list<Number>(
        _ name: String, in block: Block,
        _ read: (inout NumberScanner) throws(TreeEnsembleError) -> Number
    ) throws(TreeEnsembleError) -> [Number] {
        guard let (start, end) = block.field(name) else { return [] }
        var numbers: [Number] = []
        numbers.reserveCapacity((end - start) / 4)
        var scanner = NumberScanner(bytes: bytes, position: start, end: end)
        scanner.skipSpace()
        while scanner.position < end {
            let before = scanner.position
            numbers.append(try read(&scanner))
            guard scanner.position == end || bytes[scanner.position] <= 0x20 else {
                throw .malformed("\(name) does not hold numbers parted by spaces", at: before)
            }
            scanner.skipSpace()
        }
        return numbers
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Plain scalars: YAML 1.2.2, section 7.3.3.
extension YAMLParser {
    /// Checks that a plain scalar may begin at the position.
    func checkPlainStart(isInFlow: Bool) throws(SyntaxError) {
        switch byte(position) {
        case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
            if isSeparator(position + 1) || isInFlow && isFlowIndicator(byte(position + 1)) {
                throw fault(
                    "'\(Character(Unicode.Scalar(bytes[position])))' cannot stand here; quote it if it is a text"
                )
            }
        case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"),
            UInt8(ascii: "#"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"), UInt8(ascii: "|"),
            UInt8(ascii: ">"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "%"), UInt8(ascii: "@"),
            UInt8(ascii: "`"):
            throw fault(
                "a text that begins with '\(Character(Unicode.Scalar(bytes[position])))' must be in quotes")
        default: break
        }
    }

    /// Scans the part of a plain scalar that lies on one line.
    ///
    /// The position moves to the byte that stopped it: a line break, the `#` of a comment, a colon that ends a key,
    /// a flow indicator, or the end.
    ///
    /// - Returns: The end of the text without the blanks behind it.
    mutating func scanPlainLine(isInFlow: Bool) -> Int {
        var index = position
        var end = position
        let count = bytes.count
        scan: while index < count {
            let byte = bytes[index]
            switch byte {
            case 0x0a: break scan
            case 0x20, 0x09:
                index += 1
                continue scan
            case UInt8(ascii: "#"):
                if index > position, bytes[index - 1].isBlank { break scan }
            case UInt8(ascii: ":"):
                if isSeparator(index + 1) || isInFlow && isFlowIndicator(self.byte(index + 1)) { break scan }
            case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
                UInt8(ascii: "}"):
                if isInFlow { break scan }
            default: break
            }
            index += 1
            end = index
        }
        position = index
        return end
    }

    /// Adds the lines that go on with a plain scalar, folded.
    ///
    /// - Returns: The whole text; nil where the scalar ends on its first line, and then nothing moves.
    mutating func continuePlain(_ start: Int, _ end: Int, minimumIndent: Int, isInFlow: Bool) -> String? {
        var content: [UInt8] = []
        while byte(position) == 0x0a {
            var breaks = 0
            var next = position
            var line = next
            var spaces = 0
            while byte(next) == 0x0a {
                breaks += 1
                line = next + 1
                next = line
                while byte(next) == 0x20 { next += 1 }
                spaces = next - line
                while byte(next).isBlank { next += 1 }
            }
            guard next < bytes.count, spaces >= minimumIndent, byte(next) != UInt8(ascii: "#"),
                !isMarker(at: line)
            else { break }
            let before = (position, lineStart)
            position = next
            lineStart = line
            let lineEnd = scanPlainLine(isInFlow: isInFlow)
            if lineEnd == next {
                (position, lineStart) = before
                break
            }
            if content.isEmpty { content.append(contentsOf: bytes[start..<end]) }
            if breaks == 1 { content.append(0x20) }
            for _ in 1..<breaks { content.append(0x0a) }
            content.append(contentsOf: bytes[next..<lineEnd])
        }
        return content.isEmpty ? nil : String(decoding: content, as: UTF8.self)
    }
}

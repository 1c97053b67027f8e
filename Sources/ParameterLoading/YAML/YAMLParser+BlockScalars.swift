// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Block scalars: YAML 1.2.2, section 8.1.
extension YAMLParser {
    private enum Chomping { case strip, clip, keep }

    /// Parses `|` or `>` with its header and its lines; the position moves to the start of the line after it.
    mutating func parseBlockScalar(parent: Int) throws(SyntaxError) -> String {
        let isFolded = bytes[position] == UInt8(ascii: ">")
        let (explicit, chomping) = try parseBlockHeader()
        guard position < bytes.count else { return "" }
        position += 1
        let minimum = max(parent, 0)
        let contentIndent: Int
        if let explicit {
            contentIndent = minimum + explicit
        } else {
            contentIndent = try detectIndent(minimum: parent + 1)
        }

        var content: [UInt8] = []
        var hasContent = false
        // Line breaks seen since the last content, its own included.
        var breaks = 0
        var wasSpaced = false
        while position < bytes.count {
            let line = position
            var start = line
            while start - line < contentIndent, byte(start) == 0x20 { start += 1 }
            if start >= bytes.count {
                breaks += 1
                position = start
                break
            }
            if bytes[start] == 0x0a {
                breaks += 1
                position = start + 1
                continue
            }
            if start - line < contentIndent || contentIndent == 0 && isMarker(at: line) { break }
            var end = start
            while end < bytes.count, bytes[end] != 0x0a { end += 1 }
            let isSpaced = bytes[start].isBlank
            if isFolded, hasContent, !isSpaced, !wasSpaced {
                // Folding: a single break becomes a space; of several the first goes away.
                if breaks == 1 { content.append(0x20) }
                breaks -= 1
            }
            for _ in 0..<breaks { content.append(0x0a) }
            content.append(contentsOf: bytes[start..<end])
            hasContent = true
            wasSpaced = isSpaced
            // The end of the text ends a line, too, as in the reference parser.
            breaks = 1
            position = min(end + 1, bytes.count)
        }
        switch chomping {
        case .strip: break
        case .clip: if hasContent, breaks > 0 { content.append(0x0a) }
        case .keep: for _ in 0..<breaks { content.append(0x0a) }
        }
        try measureEnd()
        return String(decoding: content, as: UTF8.self)
    }

    /// Measures the line behind the scalar, which may be a comment only if no tab indents it.
    private mutating func measureEnd() throws(SyntaxError) {
        measureLine()
        guard position < bytes.count, leading > indent, !isDocumentOver else { return }
        throw fault("tabs cannot indent the lines of a block scalar; use spaces", at: lineStart + indent)
    }

    /// Whether only comments and empty lines follow in this document; those may begin with tabs.
    private var isDocumentOver: Bool {
        var next = position
        while next < bytes.count, !isMarker(at: next) {
            while byte(next).isBlank { next += 1 }
            if byte(next) == UInt8(ascii: "#") { while next < bytes.count, bytes[next] != 0x0a { next += 1 } }
            guard next < bytes.count else { break }
            guard bytes[next] == 0x0a else { return false }
            next += 1
        }
        return true
    }

    private mutating func parseBlockHeader() throws(SyntaxError) -> (indent: Int?, Chomping) {
        position += 1
        var indent: Int?
        var chomping: Chomping?
        header: while true {
            switch byte(position) {
            case UInt8(ascii: "1")...UInt8(ascii: "9") where indent == nil:
                indent = Int(bytes[position] - 0x30)
            case UInt8(ascii: "-") where chomping == nil: chomping = .strip
            case UInt8(ascii: "+") where chomping == nil: chomping = .keep
            default: break header
            }
            position += 1
        }
        guard isSeparator(position) else {
            throw fault("only an indentation from 1 to 9, '+' or '-' may follow '|' or '>'")
        }
        let blankStart = position
        skipBlanks()
        if byte(position) == UInt8(ascii: "#"), position > blankStart {
            while position < bytes.count, bytes[position] != 0x0a { position += 1 }
        }
        guard position >= bytes.count || bytes[position] == 0x0a else {
            throw fault("the text of a block scalar begins on the next line")
        }
        return (indent, chomping ?? .clip)
    }

    /// The indentation of the first line that is not empty.
    private func detectIndent(minimum: Int) throws(SyntaxError) -> Int {
        var longest = 0
        var longestAt = 0
        var line = position
        while line < bytes.count {
            var end = line
            while byte(end) == 0x20 { end += 1 }
            let spaces = end - line
            guard byte(end) == 0x0a || end >= bytes.count else {
                if spaces < minimum { break }
                guard longest <= spaces else {
                    throw fault(
                        "an empty line before the text is indented deeper than the text", at: longestAt)
                }
                return spaces
            }
            if spaces > longest { (longest, longestAt) = (spaces, line) }
            line = end + 1
        }
        return max(longest, minimum)
    }
}

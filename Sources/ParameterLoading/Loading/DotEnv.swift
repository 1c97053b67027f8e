// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Files of environment variables: `NAME=value`, `export NAME="value"`, comments, quoted values over several lines.
extension ParameterLoader {
    mutating func readDotEnv(_ bytes: [UInt8], _ path: String, prefix: String) -> Node? {
        let number = sources.add(SourceText(name: path, kind: .dotEnv, bytes: bytes, isStrict: false))
        do {
            let variables = try DotEnv.parse(bytes)
            let chosen = variables.filter { $0.name.hasPrefix(prefix) && $0.name != prefix }
            return variablesLayer(
                chosen.map { ($0.name, $0.value, Origin(number, $0.offset)) }, prefix: prefix, source: number)
        } catch {
            problems.append(sources.problem(.syntax, error.message, at: Origin(number, error.offset)))
            return nil
        }
    }
}

/// The parser of such files.
enum DotEnv {
    struct Variable {
        var name: String
        var value: String
        /// Where the value begins.
        var offset: Int
    }

    /// Parses the whole file; of a name that appears twice, the later line counts.
    static func parse(_ bytes: [UInt8]) throws(SyntaxError) -> [Variable] {
        if let offset = UTF8.firstInvalid(in: bytes) {
            throw SyntaxError("the text is not valid UTF-8", at: offset)
        }
        var variables: [Variable] = []
        var position = 0
        func byte() -> UInt8 { position < bytes.count ? bytes[position] : 0x0a }
        func skipBlanks() { while byte().isBlank { position += 1 } }
        while position < bytes.count {
            skipBlanks()
            if byte() == 0x0a || byte() == 0x0d {
                position += 1
                continue
            }
            if byte() == UInt8(ascii: "#") {
                while byte() != 0x0a { position += 1 }
                continue
            }
            if bytes[position...].starts(with: "export ".utf8) {
                position += 7
                skipBlanks()
            }
            let nameStart = position
            while byte().isLetter || byte().isDigit || byte() == UInt8(ascii: "_")
                || byte() == UInt8(ascii: ".") || byte() == UInt8(ascii: "-")
            { position += 1 }
            let name = String(decoding: bytes[nameStart..<position], as: UTF8.self)
            skipBlanks()
            guard !name.isEmpty, byte() == UInt8(ascii: "=") else {
                throw SyntaxError("expected NAME=value", at: nameStart)
            }
            position += 1
            skipBlanks()
            let offset = position
            let value = try parseValue(bytes, &position)
            variables.removeAll { $0.name == name }
            variables.append(Variable(name: name, value: value, offset: offset))
        }
        return variables
    }

    private static func parseValue(_ bytes: [UInt8], _ position: inout Int) throws(SyntaxError) -> String {
        let start = position
        var content: [UInt8] = []
        if position < bytes.count,
            bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'")
        {
            let quote = bytes[position]
            position += 1
            while position < bytes.count, bytes[position] != quote {
                if quote == UInt8(ascii: "\""), bytes[position] == UInt8(ascii: "\\"),
                    position + 1 < bytes.count
                {
                    position += 1
                    switch bytes[position] {
                    case UInt8(ascii: "n"): content.append(0x0a)
                    case UInt8(ascii: "r"): content.append(0x0d)
                    case UInt8(ascii: "t"): content.append(0x09)
                    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"):
                        content.append(bytes[position])
                    default: content += [UInt8(ascii: "\\"), bytes[position]]
                    }
                } else {
                    content.append(bytes[position])
                }
                position += 1
            }
            guard position < bytes.count else {
                throw SyntaxError("the quotes that open here are never closed", at: start)
            }
            position += 1
            while position < bytes.count, bytes[position].isBlank || bytes[position] == 0x0d { position += 1 }
            guard position >= bytes.count || bytes[position] == 0x0a || bytes[position] == UInt8(ascii: "#")
            else {
                throw SyntaxError("only a comment may follow the closing quotes", at: position)
            }
        } else {
            while position < bytes.count, bytes[position] != 0x0a {
                if bytes[position] == UInt8(ascii: "#"), position == start || bytes[position - 1].isBlank {
                    break
                }
                content.append(bytes[position])
                position += 1
            }
            while content.last?.isBlank == true || content.last == 0x0d { content.removeLast() }
        }
        while position < bytes.count, bytes[position] != 0x0a { position += 1 }
        return String(decoding: content, as: UTF8.self)
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Directives: YAML 1.2.2, section 6.8.
extension YAMLParser {
    /// Parses the lines that begin with `%`, up to the marker `---` that must follow them.
    mutating func parseDirectives() throws(SyntaxError) {
        var hasVersion = false
        while byte(position) == UInt8(ascii: "%"), position == lineStart {
            let start = position
            position += 1
            var words: [(text: String, offset: Int)] = []
            while true {
                let blankStart = position
                skipBlanks()
                let isSeparated = position > blankStart
                if position >= bytes.count || bytes[position] == 0x0a { break }
                if bytes[position] == UInt8(ascii: "#"), isSeparated {
                    while position < bytes.count, bytes[position] != 0x0a { position += 1 }
                    break
                }
                let wordStart = position
                while !isSeparator(position) { position += 1 }
                words.append((text(wordStart, position), wordStart))
            }
            switch words.first?.text {
            case "YAML":
                if hasVersion { throw fault("a document has one %YAML directive at most", at: start) }
                hasVersion = true
                guard words.count == 2 else {
                    throw fault("%YAML is followed by a version and nothing else", at: start)
                }
                try checkVersion(words[1].text, at: words[1].offset)
            case "TAG":
                guard words.count == 3 else {
                    throw fault("%TAG is followed by a handle and a prefix", at: start)
                }
                try declareTag(words[1].text, prefix: words[2].text, at: words[1].offset)
            case nil: throw fault("a directive's name is missing", at: start)
            default: break  // A reserved directive is ignored (section 6.8).
            }
            try skipToToken()
        }
        guard isAtMarker(UInt8(ascii: "-")) else { throw fault("'---' must follow the directives") }
    }

    private func checkVersion(_ version: String, at offset: Int) throws(SyntaxError) {
        let parts = version.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isDigit) }) else {
            throw fault("expected a version such as 1.2", at: offset)
        }
        guard parts[0].elementsEqual("1".utf8) else { throw fault("this is a parser for YAML 1", at: offset) }
    }

    private mutating func declareTag(_ handle: String, prefix: String, at offset: Int) throws(SyntaxError) {
        let name = Array(handle.utf8)
        let inner = name.dropFirst().dropLast()
        guard name.first == UInt8(ascii: "!"), name.last == UInt8(ascii: "!"),
            inner.allSatisfy(isWordCharacter)
        else { throw fault("a tag's handle is '!', '!!' or a name between two '!'", at: offset) }
        guard tagHandles.updateValue(prefix, forKey: handle) == nil else {
            throw fault("the handle '\(handle)' is declared twice", at: offset)
        }
    }
}

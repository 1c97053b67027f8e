// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

/// Texts of the three formats as nodes or as JSON.
package enum ParameterText {
    /// Parses a text and adds it, as it is after decoding, to the sources, also where it is faulty.
    ///
    /// - Returns: The one document; null for an empty YAML stream.
    static func parse(
        _ text: SourceText, _ format: ParameterFormat, into sources: inout SourceList
    ) throws(SyntaxError) -> Node {
        let documents = try documents(text, format, into: &sources, allowsDuplicates: false)
        guard documents.count < 2 else {
            throw SyntaxError("a parameter file holds one document", at: Int(documents[1].origin.offset))
        }
        return documents.first ?? Node(.null, at: Origin(Int32(sources.texts.count - 1), 0))
    }

    private static func documents(
        _ text: SourceText, _ format: ParameterFormat, into sources: inout SourceList, allowsDuplicates: Bool
    ) throws(SyntaxError) -> [Node] {
        let number = Int32(sources.texts.count)
        guard text.bytes.count <= ParserLimits().bytes else {
            _ = sources.add(SourceText(name: text.name, kind: text.kind, bytes: [], isStrict: text.isStrict))
            throw SyntaxError("the text is larger than \(ParserLimits().bytes >> 20) MiB", at: 0)
        }
        var decoded = text
        var failure: SyntaxError?
        var quotedOnly: [Int] = []
        if format == .yaml {
            do {
                let result = try YAMLEncoding.decode(text.bytes)
                quotedOnly = result.quotedOnly
                decoded = SourceText(
                    name: text.name, kind: text.kind, bytes: result.bytes, isStrict: text.isStrict)
            } catch {
                failure = error
            }
        }
        _ = sources.add(decoded)
        if let failure { throw failure }
        switch format {
        case .yaml:
            return try YAMLParser.parse(.init(bytes: decoded.bytes, quotedOnly: quotedOnly), source: number)
        case .json:
            return [try JSONReader.parse(text.bytes, source: number, rejectsDuplicates: !allowsDuplicates)]
        case .toml: return [try TOMLParser.parse(text.bytes, source: number).node]
        }
    }

    /// Parses a text and gives each of its documents as a line of JSON.
    ///
    /// - Throws: ``ParameterError`` with the place of the first fault.
    package static func jsonLines(
        _ bytes: [UInt8], format: ParameterFormat, name: String
    ) throws(ParameterError) -> [[UInt8]] {
        var sources = SourceList()
        do {
            let text = SourceText(name: name, kind: .file, bytes: bytes)
            return try documents(text, format, into: &sources, allowsDuplicates: true).map {
                var line: [UInt8] = []
                JSONText.write($0, to: &line)
                return line
            }
        } catch {
            throw ParameterError([sources.problem(.syntax, error.message, at: Origin(0, error.offset))])
        }
    }

    /// Parses a TOML text and gives it as the tagged JSON of the toml-test suite.
    ///
    /// - Throws: ``ParameterError`` with the place of the first fault.
    package static func taggedJSON(ofTOML bytes: [UInt8], name: String) throws(ParameterError) -> [UInt8] {
        do {
            var line: [UInt8] = []
            try TOMLParser.parse(bytes, source: 0).root.writeTagged(to: &line)
            return line
        } catch {
            var sources = SourceList()
            _ = sources.add(SourceText(name: name, kind: .file, bytes: bytes))
            throw ParameterError([sources.problem(.syntax, error.message, at: Origin(0, error.offset))])
        }
    }
}

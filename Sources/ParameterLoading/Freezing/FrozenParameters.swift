// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ContentHashing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Resolved parameters as a record: canonical, sorted, typed, without secrets, and named by a digest.
///
/// The digest depends on keys and values alone: not on the files, their format, the order of keys, or which source
/// won. Keys are spelled with underscores.
public struct FrozenParameters: Hashable, Sendable {
    let root: FrozenValue
    /// Where each leaf came from, by its path.
    let origins: [String: String]

    /// The SHA-256 of the canonical values.
    public let digest: Digest

    init(root: FrozenValue, origins: [String: String]) {
        self.root = root
        self.origins = origins
        var bytes: [UInt8] = []
        root.write(to: &bytes)
        digest = Digest(of: bytes)
    }

    /// The values as canonical JSON on one line: what the digest is taken of.
    public var canonicalJSON: String { root.text }

    /// Every leaf as text by its path: what run trackers record as parameters.
    public var leaves: [(path: String, value: String)] {
        root.leaves().map { leaf in
            if case .string(let text) = leaf.value { return (leaf.path.text, text) }
            return (leaf.path.text, leaf.value.shown)
        }
    }

    // MARK: The file

    private static let format = "swift-mlops parameters 1"

    /// The frozen file: JSON for people and machines, with the digest and the origin of each leaf.
    public var fileContent: [UInt8] {
        var bytes: [UInt8] = []
        func line(_ name: String, _ text: String, isLast: Bool = false) {
            bytes += "  ".utf8
            JSONText.write(name, to: &bytes)
            bytes += ": \(text)\(isLast ? "" : ",")\n".utf8
        }
        func block(_ name: String, _ entries: [(String, String)], isLast: Bool = false) {
            bytes += "  ".utf8
            JSONText.write(name, to: &bytes)
            bytes += ": {".utf8
            for (index, entry) in entries.enumerated() {
                bytes += (index > 0 ? ",\n    " : "\n    ").utf8
                JSONText.write(entry.0, to: &bytes)
                bytes += ": \(entry.1)".utf8
            }
            bytes += (entries.isEmpty ? "}" : "\n  }").utf8
            bytes += (isLast ? "\n" : ",\n").utf8
        }
        bytes += "{\n".utf8
        line("format", "\"\(FrozenParameters.format)\"")
        line("digest", "\"\(digest)\"")
        var members: [(String, String)] = []
        if case .mapping(let found) = root {
            members = FrozenValue.sorted(found).map { (FrozenValue.escaped($0.key), $0.value.text) }
        }
        block("values", members)
        block(
            "origins",
            origins.sorted { $0.key < $1.key }.map { path, place in
                var text: [UInt8] = []
                JSONText.write(place, to: &text)
                return (path, String(decoding: text, as: UTF8.self))
            }, isLast: true)
        bytes += "}\n".utf8
        return bytes
    }

    /// Writes the frozen file, all of it or nothing.
    ///
    /// - Throws: ``ParameterError`` where the file cannot be written.
    public func write(to path: String) throws {
        do {
            try Data(fileContent).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw ParameterError([ParameterProblem(.unreadable, "'\(path)' cannot be written: \(error)")])
        }
    }

    /// Reads a frozen file and checks that its digest is that of its values.
    ///
    /// - Throws: ``ParameterError`` where it is missing, is no frozen file, or was changed.
    public init(contentsOf path: String) throws {
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw ParameterError([ParameterProblem(.unreadable, "'\(path)' cannot be read: \(error)")])
        }
        try self.init(parsing: bytes, name: path)
    }

    /// Reads the content of a frozen file and checks that its digest is that of its values.
    ///
    /// - Throws: ``ParameterError`` where it is no frozen file, or was changed.
    public init(parsing bytes: [UInt8], name: String = "frozen parameters") throws {
        var sources = SourceList()
        let source = sources.add(SourceText(name: name, kind: .file, bytes: bytes))
        let node: Node
        do {
            node = try JSONReader.parse(bytes, source: source)
        } catch {
            throw ParameterError([sources.problem(.syntax, error.message, at: Origin(source, error.offset))])
        }
        func refuse(_ message: String) -> ParameterError {
            ParameterError([sources.problem(.invalidValue, message, at: node.origin)])
        }
        guard case .mapping(let members) = node.content,
            members["format"]?.isString(where: { $0 == FrozenParameters.format }) == true
        else { throw refuse("this is no frozen file: its format should be '\(FrozenParameters.format)'") }
        guard let values = members["values"], let root = FrozenValue(values) else {
            throw refuse("the frozen file has no readable values")
        }
        var origins: [String: String] = [:]
        if case .mapping(let places) = members["origins"]?.content {
            for place in places.entries {
                if case .string(let text) = place.value.content { origins[place.key] = text }
            }
        }
        self.init(root: root, origins: origins)
        let recorded = members["digest"].flatMap {
            if case .string(let text) = $0.content { Digest(text) } else { nil }
        }
        guard recorded == digest else {
            throw refuse("the values were changed: their digest is \(digest), not the one in the file")
        }
    }
}

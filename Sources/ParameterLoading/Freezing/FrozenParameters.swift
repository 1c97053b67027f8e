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
    private let originList: FrozenOrigins
    /// Where each leaf came from, by its path.
    var origins: [String: String] { originList.byPath(of: root) }

    /// The SHA-256 of the canonical values.
    public let digest: Digest

    init(root: FrozenValue, origins: FrozenOrigins) {
        self.root = root
        originList = origins
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

    /// Whether both have the same values from the same places.
    public static func == (left: FrozenParameters, right: FrozenParameters) -> Bool {
        left.digest == right.digest && left.origins == right.origins
    }

    /// Feeds the digest, which stands for the values.
    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }

    // MARK: The file

    static let format = "swift-mlops parameters 1"

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
            members = found.map { (FrozenValue.escaped($0.key), $0.value.text) }
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
}

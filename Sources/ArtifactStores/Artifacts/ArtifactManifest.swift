// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// The list of a version's files, one JSON object a line, kept as a content of its own.
struct ArtifactManifest: Hashable, Sendable {
    static let format = "artifact manifest/1"

    var files: [StoredFile]
    var emptyFolders: [String]

    private struct Header: Codable {
        var format: String
        var emptyFolders: [String]?
    }

    /// The manifest's bytes: the same for the same files.
    func encode() throws -> [UInt8] {
        var bytes = try CanonicalJSON.encode(
            Header(
                format: ArtifactManifest.format, emptyFolders: emptyFolders.isEmpty ? nil : emptyFolders))
        bytes.append(UInt8(ascii: "\n"))
        for file in files {
            var members: [String: JSONValue] = ["path": .string(file.path), "file": file.content.json]
            if file.isExecutable { members["executable"] = .bool(true) }
            bytes += CanonicalJSON.encode(.object(members))
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    init(files: [StoredFile], emptyFolders: [String]) {
        self.files = files
        self.emptyFolders = emptyFolders
    }

    /// Reads a manifest.
    init(_ bytes: [UInt8], of version: String, location: String) throws(StoreError) {
        do {
            var lines = bytes.split(separator: UInt8(ascii: "\n"))[...]
            guard let first = lines.popFirst() else { throw Damage() }
            let header = try CanonicalJSON.decode(Header.self, from: Array(first))
            guard header.format == ArtifactManifest.format else {
                throw StoreError(
                    .unsupportedFormat,
                    "its list of files has the format '\(header.format)', which this program does not know; use a "
                        + "newer one", key: version, location: location)
            }
            emptyFolders = header.emptyFolders ?? []
            files = try lines.map { line in
                let line = try JSONValue(parsing: Array(line))
                guard let path = line["path"]?.string,
                    let content = line["file"].flatMap({ StoredContent(json: $0) })
                else { throw Damage() }
                return StoredFile(
                    path: path, content: content, isExecutable: line["executable"] == .bool(true))
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(
                .corrupted,
                "its list of files cannot be read; 'mlops store check' tells what else is damaged",
                key: version, location: location, cause: error)
        }
    }

    private struct Damage: Error {}

    /// The digest of paths and contents, whichever way they are cut and packed.
    func digest() -> Digest {
        let entries = files.map { file in
            JSONValue.object(
                [
                    "path": .string(file.path), "sha256": .string(file.content.digest.hexadecimal),
                    "size": .integer(Int64(file.content.size)),
                ].merging(file.isExecutable ? ["executable": .bool(true)] : [:]) { $1 })
        }
        let folders = emptyFolders.map { JSONValue.object(["folder": .string($0)]) }
        return Digest(of: CanonicalJSON.encode(.array(entries + folders)))
    }
}

// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The list of a version's files: JSON lines, a heading and then a line for each file, in the order of the paths' bytes.
enum Manifest {
    private struct Heading: Codable {
        var manifest: String
        var files: Int
    }

    private static let mark = "dataset/1"

    /// Writes the lines.
    static func encode(_ files: [DatasetFile]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var lines = Array(try encoder.encode(Heading(manifest: mark, files: files.count)))
        lines.append(UInt8(ascii: "\n"))
        for file in files {
            if file.table == nil {
                append(file, to: &lines)
            } else {
                lines += try encoder.encode(file)
            }
            lines.append(UInt8(ascii: "\n"))
        }
        return lines
    }

    /// What the encoder gives for a file that is no table, at a small part of its price: there may be millions.
    private static func append(_ file: DatasetFile, to lines: inout [UInt8]) {
        lines.append(contentsOf: #"{"content":"#.utf8)
        file.content.appendJSON(to: &lines)
        lines.append(contentsOf: (file.isExecutable ? #","executable":true,"path":"# : #","path":"#).utf8)
        CanonicalJSON.write(file.path, to: &lines)
        lines.append(UInt8(ascii: "}"))
    }

    /// Reads the lines, refusing what is not a list of distinct safe paths in order.
    static func decode(_ bytes: [UInt8], of version: String) throws(DatasetError) -> [DatasetFile] {
        let decoder = JSONDecoder()
        var files: [DatasetFile] = []
        var heading: Heading?
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            do {
                if heading == nil {
                    heading = try decoder.decode(Heading.self, from: Data(line))
                } else {
                    files.append(try decoder.decode(DatasetFile.self, from: Data(line)))
                }
            } catch {
                throw DatasetError(
                    .corrupted, "line \(files.count + 2) of the list of files cannot be read",
                    subject: version, cause: error
                )
            }
        }
        guard let heading, heading.manifest == mark else {
            throw DatasetError(
                .unsupportedFormat, "the list of files is not of the format '\(mark)'; update swift-mlops",
                subject: version)
        }
        let isOrdered = zip(files, files.dropFirst()).allSatisfy { isBefore($0.path, $1.path) }
        guard heading.files == files.count, isOrdered else {
            throw DatasetError(
                .corrupted,
                "the list of files has \(files.count) lines for \(heading.files) files, or repeats one",
                subject: version)
        }
        return files
    }

    /// The order of paths.
    static func isBefore(_ left: String, _ right: String) -> Bool {
        let order = unsafe left.utf8.withContiguousStorageIfAvailable { left in
            unsafe right.utf8.withContiguousStorageIfAvailable { right in
                guard let one = left.baseAddress, let other = right.baseAddress else {
                    return left.count < right.count
                }
                let order = unsafe memcmp(one, other, min(left.count, right.count))
                return order == 0 ? left.count < right.count : order < 0
            }
        }
        return (order ?? nil) ?? left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// What names a content: the digest of the paths, contents, sizes and modes in their order.
    static func identity(_ files: [DatasetFile]) -> Digest {
        var hasher = SHA256()
        var lines = Array("dataset/1\n".utf8)
        for file in files {
            lines.append(contentsOf: file.path.utf8)
            lines.append(0)
            file.digest.appendHexadecimal(to: &lines)
            lines.append(0)
            lines.append(contentsOf: String(file.size).utf8)
            lines.append(0)
            lines.append(UInt8(ascii: file.isExecutable ? "x" : "-"))
            lines.append(UInt8(ascii: "\n"))
            guard lines.count > 1 << 16 else { continue }
            hasher.update(lines)
            lines.removeAll(keepingCapacity: true)
        }
        hasher.update(lines)
        return hasher.finalize()
    }
}

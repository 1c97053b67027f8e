// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A `.dvc` file with one output, as DVC 2 and 3 write it: the small part of YAML that this takes.
struct DVCFile: Equatable {
    /// The digest of the file, or of the list of files with `.dir` behind it.
    var md5: String
    /// Whether the digest is of the bytes as they are (DVC 3); else of text with LF (DVC 2).
    var isPlain = true
    /// The size in bytes; nil where it is not told.
    var size: Int?
    /// How many files a folder has.
    var fileCount: Int?
    /// Whether a file may be executed.
    var isExecutable = false
    /// Where the data is, from the folder of the `.dvc` file.
    var path: String

    /// Whether it is a folder.
    var isFolder: Bool { md5.hasSuffix(".dir") }

    init(md5: String, size: Int?, fileCount: Int?, isExecutable: Bool, path: String) {
        (self.md5, self.size, self.fileCount) = (md5, size, fileCount)
        (self.isExecutable, self.path) = (isExecutable, path)
    }

    /// Reads a file.
    init(parsing text: String, name: String) throws(DatasetError) {
        var members: [String: String] = [:]
        var outputs = 0
        var isInOutputs = false
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            let content = line.drop { $0 == " " }
            if content.isEmpty || content.hasPrefix("#") { continue }
            if line.first != " ", line.first != "-" {
                isInOutputs = line == "outs:"
                continue
            }
            guard isInOutputs else { continue }
            var member = content
            if member.hasPrefix("- ") {
                outputs += 1
                member = member.dropFirst(2).drop { $0 == " " }
            }
            guard let colon = member.firstIndex(of: ":") else {
                throw DatasetError(.badDVC, "line \(index + 1) is not 'name: value'", subject: name)
            }
            let value = member[member.index(after: colon)...].drop { $0 == " " }
            members[String(member[..<colon])] = try DVCFile.plain(String(value), line: index + 1, name)
        }
        guard outputs == 1 else {
            throw DatasetError(.badDVC, "the file has \(outputs) outputs; one is expected", subject: name)
        }
        guard let md5 = members["md5"], DVCFile.isDigest(md5), let path = members["path"], !path.isEmpty
        else {
            throw DatasetError(
                .badDVC, "the output has no md5 of 32 hexadecimal digits or no path; was 'dvc add' finished?",
                subject: name)
        }
        self.md5 = md5
        self.path = path
        isPlain = members["hash"] == "md5"
        guard members["hash"] == nil || isPlain else {
            throw DatasetError(
                .badDVC, "the hash '\(members["hash"] ?? "")' is not read, only md5", subject: name)
        }
        size = members["size"].flatMap(Int.init)
        fileCount = members["nfiles"].flatMap(Int.init)
        isExecutable = members["isexec"] == "true"
    }

    private static func plain(_ value: String, line: Int, _ name: String) throws(DatasetError) -> String {
        if value.hasPrefix("'"), value.hasSuffix("'"), value.count > 1 {
            return String(value.dropFirst().dropLast()).replacing("''", with: "'")
        }
        if value.hasPrefix("\"") {
            guard let text = try? JSONDecoder().decode(String.self, from: Data(value.utf8)) else {
                throw DatasetError(.badDVC, "the text in line \(line) cannot be read", subject: name)
            }
            return text
        }
        return value
    }

    /// Whether a text is 32 lower-case hexadecimal digits, perhaps with `.dir` behind them.
    static func isDigest(_ text: String) -> Bool {
        let digits = text.hasSuffix(".dir") ? text.dropLast(4) : text[...]
        return digits.utf8.count == 32
            && digits.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }

    /// The text as DVC 3 writes it.
    func encoded() -> String {
        var text = "outs:\n- md5: \(md5)\n"
        if let size { text += "  size: \(size)\n" }
        if let fileCount { text += "  nfiles: \(fileCount)\n" }
        if isExecutable { text += "  isexec: true\n" }
        return text + "  hash: md5\n  path: \(DVCFile.scalar(path))\n"
    }

    /// A text as a YAML scalar: bare where nothing in it has a meaning, else in single quotes.
    private static func scalar(_ text: String) -> String {
        let isBare =
            text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._-/".utf8.contains(byte)
            } && text.utf8.first.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) } ?? false
            && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        return isBare ? text : "'" + text.replacing("'", with: "''") + "'"
    }
}

/// The list of a folder's files in DVC's cache.
enum DVCFolderList {
    /// A file of the list.
    struct Entry: Codable, Equatable {
        var md5: String
        var relpath: String
    }

    /// The bytes that Python's `json.dumps(list, sort_keys=True)` gives, of which the digest names the folder.
    static func encode(_ entries: [Entry]) -> [UInt8] {
        // Python orders texts by code points, as Swift orders Unicode scalars.
        let sorted = entries.sorted {
            $0.relpath.unicodeScalars.lexicographicallyPrecedes($1.relpath.unicodeScalars)
        }
        let items = sorted.map { "{\"md5\": \"\($0.md5)\", \"relpath\": \(quoted($0.relpath))}" }
        return Array(("[" + items.joined(separator: ", ") + "]").utf8)
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: quoted += "\\\""
            case 0x5c: quoted += "\\\\"
            case 0x08: quoted += "\\b"
            case 0x09: quoted += "\\t"
            case 0x0a: quoted += "\\n"
            case 0x0c: quoted += "\\f"
            case 0x0d: quoted += "\\r"
            case 0x20..<0x7f: quoted.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return quoted + "\""
    }

    /// Reads a list, refusing paths that lead out of the folder and paths that appear twice.
    static func decode(_ bytes: [UInt8], name: String) throws(DatasetError) -> [Entry] {
        let entries: [Entry]
        do {
            entries = try JSONDecoder().decode([Entry].self, from: Data(bytes))
        } catch {
            throw DatasetError(
                .badDVC, "the list of the folder's files cannot be read", subject: name, cause: error)
        }
        for entry in entries {
            guard DatasetFile.isSafe(entry.relpath) else {
                throw DatasetError(
                    .unsafePath, "the list names the path '\(entry.relpath)', which leads out of the folder",
                    subject: name)
            }
            guard DVCFile.isDigest(entry.md5) else {
                throw DatasetError(.badDVC, "the list has no digest for '\(entry.relpath)'", subject: name)
            }
        }
        guard Set(entries.map { Array($0.relpath.utf8) }).count == entries.count else {
            throw DatasetError(.badDVC, "the list names a path twice", subject: name)
        }
        return entries
    }
}

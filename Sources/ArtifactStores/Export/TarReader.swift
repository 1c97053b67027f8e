// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing
internal import Synchronization

/// Something that a tar archive holds.
struct TarEntry: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case file, folder
        case symbolicLink(to: String)
        case hardLink(to: String)
    }

    /// The path as it stands in the archive, without `./` before and `/` behind it; not checked.
    var path: String
    var kind: Kind
    /// How many bytes of content follow.
    var size: Int
    var isExecutable: Bool
}

/// Reads a tar archive from its start to its end, in constant memory.
///
/// It reads what POSIX describes and what GNU tar adds for long names and large sizes, and refuses the rest: an archive that
/// is understood in part would be imported in part.
final class TarReader: Sendable {
    fileprivate struct State: ~Copyable {
        var file: FileReader
        /// Where the next unread byte stands.
        var position = 0
        /// How many bytes of the entry's content, and of what fills its last block, are unread.
        var content = 0
        var padding = 0
        var comment: [UInt8]?
    }

    fileprivate static let longestHeader = 1 << 20
    private let state: Mutex<State>

    init(_ path: String) throws(FileReadError) {
        state = Mutex(State(file: try FileReader(path, followsLinks: true)))
    }

    /// What the archive says about itself, as far as it was read.
    var comment: [UInt8]? { state.withLock { $0.comment } }

    /// The next entry; nil behind the last.
    ///
    /// - Throws: ``StoreError`` with the code `corrupted` or `unsupportedFormat`, which names the offset.
    func next() throws -> TarEntry? { try state.withLock { try $0.next() } }

    /// The next bytes of the entry's content, at most 1 MiB; nil at its end.
    func read() throws -> [UInt8]? { try state.withLock { try $0.read() } }
}

extension TarReader.State {
    mutating func read() throws -> [UInt8]? {
        guard content > 0 else { return nil }
        let piece = try take(min(content, 1 << 20))
        content -= piece.count
        return piece
    }

    mutating func next() throws -> TarEntry? {
        while try read() != nil {}
        _ = try take(padding)
        padding = 0
        var names: [String: [UInt8]] = [:]
        while true {
            let start = position
            let block = try take(TarHeader.blockSize)
            if block.allSatisfy({ $0 == 0 }) {
                try finish()
                return nil
            }
            try check(block, at: start)
            let size = try number(block[124..<136], "size", start)
            let kind = block[156]
            switch kind {
            case UInt8(ascii: "x"), UInt8(ascii: "g"):
                let records = try paxRecords(header(size, start), start)
                guard kind == UInt8(ascii: "x") else {
                    guard records["path"] == nil, records["linkpath"] == nil, records["size"] == nil else {
                        throw damage("a header gives all files one name or size", start)
                    }
                    comment = records["comment"] ?? comment
                    continue
                }
                guard !records.keys.contains(where: { $0.hasPrefix("GNU.sparse") }) else {
                    throw unsupported(
                        "a file with holes; pack it without them ('tar' without '--sparse')", start)
                }
                names.merge(records) { $1 }
            case UInt8(ascii: "L"), UInt8(ascii: "K"):
                let name = try header(size, start).prefix { $0 != 0 }
                names[kind == UInt8(ascii: "L") ? "path" : "linkpath"] = Array(name)
            default: return try entry(block, names, size, start)
            }
        }
    }

    private mutating func entry(
        _ block: [UInt8], _ names: [String: [UInt8]], _ size: Int, _ start: Int
    ) throws -> TarEntry {
        var size = size
        if let text = names["size"] {
            guard let exact = Int(String(decoding: text, as: UTF8.self)), exact >= 0 else {
                throw damage("a size is no number", start)
            }
            size = exact
        }
        let path = try text(names["path"] ?? TarReader.State.name(in: block), start)
        let link = try text(names["linkpath"] ?? Array(block[157..<257].prefix { $0 != 0 }), start)
        let kind: TarEntry.Kind
        switch block[156] {
        // Before POSIX, a folder was a file whose name ends with a slash.
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): kind = path.hasSuffix("/") ? .folder : .file
        case UInt8(ascii: "1"): kind = .hardLink(to: TarReader.State.bare(link))
        case UInt8(ascii: "2"): kind = .symbolicLink(to: link)
        case UInt8(ascii: "5"): kind = .folder
        default:
            let letter = String(decoding: [block[156]], as: UTF8.self)
            throw unsupported(
                "'\(path)' is of the kind '\(letter)'; only files, folders and links are taken", start)
        }
        if kind == .file {
            guard size <= file.stamp.size - position else {
                throw damage(
                    "'\(path)' should have \(size) bytes, and \(max(0, file.stamp.size - position)) are left",
                    start)
            }
            content = size
            padding = TarHeader.padding(after: size).count
        }
        let mode = try number(block[100..<108], "mode", start)
        return TarEntry(
            path: TarReader.State.bare(path), kind: kind, size: kind == .file ? size : 0,
            isExecutable: mode & 0o100 != 0)
    }

    /// Checks that nothing stands behind the end.
    private mutating func finish() throws {
        while position < file.stamp.size {
            let start = position
            let piece = try take(min(file.stamp.size - position, 1 << 20))
            guard piece.allSatisfy({ $0 == 0 }) else {
                throw damage("something stands behind the archive's end; import it by itself", start)
            }
        }
        try file.checkUnchanged()
    }

    /// The content of a header that is an entry of its own.
    private mutating func header(_ size: Int, _ start: Int) throws -> [UInt8] {
        guard size <= TarReader.longestHeader else { throw damage("a header has \(size) bytes", start) }
        let content = try take(size)
        _ = try take(TarHeader.padding(after: size).count)
        return content
    }

    private mutating func take(_ count: Int) throws -> [UInt8] {
        let bytes = try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try unsafe file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        guard bytes.count == count else {
            throw damage("the archive ends too early; bring it here again", position + bytes.count)
        }
        position += count
        return bytes
    }
}

extension TarReader.State {
    private func check(_ block: [UInt8], at start: Int) throws {
        if start == 0, block.starts(with: [0x1f, 0x8b]) || block.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
            throw unsupported("the archive is compressed; expand it first with 'gunzip' or 'unzstd'", start)
        }
        guard block[257..<262].elementsEqual("ustar".utf8) else {
            throw start == 0
                ? unsupported("it is no tar archive of POSIX or GNU", start)
                : damage("no header stands where one must", start)
        }
        guard try number(block[148..<156], "checksum", start) == TarHeader.checksum(of: block) else {
            throw damage("a header's checksum is wrong", start)
        }
    }

    /// Reads an octal number, or one in base 256 as GNU tar writes it for large files.
    private func number(_ field: ArraySlice<UInt8>, _ what: String, _ start: Int) throws -> Int {
        if let first = field.first, first & 0x80 != 0 {
            var value = Int(first & 0x7f)
            for byte in field.dropFirst() {
                guard value < 1 << 54 else { throw damage("a \(what) is too large", start) }
                value = value << 8 | Int(byte)
            }
            return value
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }) else {
            throw damage("a \(what) is no octal number", start)
        }
        return digits.reduce(0) { $0 << 3 | Int($1 & 7) }
    }

    /// Reads `length keyword=value` lines.
    private func paxRecords(_ content: [UInt8], _ start: Int) throws -> [String: [UInt8]] {
        var records: [String: [UInt8]] = [:]
        var rest = content[...]
        while !rest.isEmpty {
            guard let space = rest.firstIndex(of: 0x20), space - rest.startIndex <= 8,
                let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length <= rest.count,
                length > space - rest.startIndex + 1, rest[rest.startIndex + length - 1] == 0x0a
            else { throw damage("a pax header cannot be read", start) }
            let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
                throw damage("a pax header cannot be read", start)
            }
            records[String(decoding: record[..<equals], as: UTF8.self)] = Array(record[(equals + 1)...])
            rest = rest.dropFirst(length)
        }
        return records
    }

    private static func name(in block: [UInt8]) -> [UInt8] {
        let name = Array(block[0..<100].prefix { $0 != 0 })
        // GNU tar keeps other things where POSIX has the prefix.
        guard block[262] == 0 else { return name }
        let prefix = Array(block[345..<500].prefix { $0 != 0 })
        return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
    }

    private func text(_ bytes: [UInt8], _ start: Int) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw unsupported("a name is not UTF-8; rename the file", start)
        }
        return text
    }

    /// A path without `./` before and slashes behind it.
    private static func bare(_ path: String) -> String {
        var path = path[...]
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return path == "." ? "" : String(path)
    }

    private func damage(_ message: String, _ offset: Int) -> StoreError {
        StoreError(.corrupted, "byte \(offset) of the tar archive: \(message)", key: file.path)
    }

    private func unsupported(_ message: String, _ offset: Int) -> StoreError {
        StoreError(.unsupportedFormat, "byte \(offset) of the tar archive: \(message)", key: file.path)
    }
}

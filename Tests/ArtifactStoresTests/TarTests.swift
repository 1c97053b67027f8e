// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import ContentHashing
import Foundation
import TestSupport
import Testing

struct TarTests {
    /// A case: what is wrong, the archive, and what the message must say.
    struct Bad: Sendable, CustomTestStringConvertible {
        var what: String
        var archive: [UInt8]
        var code: StoreError.Code
        var message: String

        var testDescription: String { what }
    }

    private static let end = [UInt8](repeating: 0, count: 1_024)
    private static let file = entry("a", "one")

    static let bad = [
        Bad(
            what: "absolute", archive: entry("/etc/evil", "x") + end, code: .invalidKey, message: "leads out"),
        Bad(what: "dots", archive: entry("a/../../evil", "x") + end, code: .invalidKey, message: "leads out"),
        Bad(what: "dot", archive: entry("a/./b", "x") + end, code: .invalidKey, message: "leads out"),
        Bad(
            what: "dots by pax", archive: pax("path", "../e") + entry("a", "x") + end, code: .invalidKey,
            message: "leads out"),
        Bad(
            what: "dots by GNU", archive: entry("L", "../../e\0", kind: "L") + file + end, code: .invalidKey,
            message: "leads out"),
        Bad(
            what: "a folder outside", archive: entry("../up/", kind: "5") + end, code: .invalidKey,
            message: "leads out"),
        Bad(
            what: "link", archive: file + entry("l", kind: "2", link: "a") + end, code: .invalidArgument,
            message: "symbolic link"),
        Bad(
            what: "hard link outside", archive: file + entry("l", kind: "1", link: "/etc/passwd") + end,
            code: .invalidKey,
            message: "leads out"),
        Bad(
            what: "hard link to nothing", archive: file + entry("l", kind: "1", link: "b") + end,
            code: .invalidArgument,
            message: "does not come before it"),
        Bad(what: "twice", archive: file + file + end, code: .invalidKey, message: "twice"),
        Bad(
            what: "through a file", archive: file + entry("a/b", "x") + end, code: .invalidKey,
            message: "through a file"),
        Bad(
            what: "letter case", archive: entry("dir/File", "x") + entry("Dir/file", "y") + end,
            code: .invalidKey, message: "rename one"),
        Bad(
            what: "accents", archive: entry("é", "x") + entry("e\u{301}", "y") + end, code: .invalidKey,
            message: "rename one"),
        Bad(
            what: "device", archive: entry("null", kind: "3") + end, code: .unsupportedFormat,
            message: "kind '3'"),
        Bad(
            what: "too large", archive: entry("a", "one", size: "77777777777") + end, code: .corrupted,
            message: "should have 8589934591 bytes"),
        Bad(
            what: "too large by pax", archive: pax("size", "999999") + file + end, code: .corrupted,
            message: "should have 999999 bytes"),
        Bad(
            what: "negative size", archive: pax("size", "-5") + file + end, code: .corrupted,
            message: "no number"),
        Bad(
            what: "no octal", archive: entry("a", "one", size: "0000000000x") + end, code: .corrupted,
            message: "octal"),
        Bad(
            what: "huge in base 256",
            archive: entry("a", "one", sizeBytes: [0x80] + [UInt8](repeating: 0xff, count: 11)) + end,
            code: .corrupted,
            message: "too large"),
        Bad(
            what: "one name for all", archive: pax("path", "x", kind: "g") + file + end, code: .corrupted,
            message: "all files"),
        Bad(
            what: "holes", archive: pax("GNU.sparse.size", "9") + file + end, code: .unsupportedFormat,
            message: "holes"),
        Bad(
            what: "pax length", archive: entry("x", "99 path=a\n", kind: "x") + file + end, code: .corrupted,
            message: "pax header"),
        Bad(
            what: "pax without value", archive: entry("x", "6 abc\n", kind: "x") + file + end,
            code: .corrupted, message: "pax header"),
        Bad(
            what: "cut in a header", archive: Array((file + file).prefix(1_200)), code: .corrupted,
            message: "ends too early"),
        Bad(what: "cut between files", archive: file, code: .corrupted, message: "ends too early"),
        Bad(
            what: "cut in a content", archive: Array(entry("a", "one").prefix(514)), code: .corrupted,
            message: "should have 3 bytes, and 2"),
        Bad(
            what: "more behind the end", archive: file + end + file + end, code: .corrupted,
            message: "behind the archive's end"),
        Bad(
            what: "no checksum", archive: [0x41] + file.dropFirst() + end, code: .corrupted,
            message: "checksum"),
        Bad(
            what: "gzip", archive: [0x1f, 0x8b] + file.dropFirst(2) + end, code: .unsupportedFormat,
            message: "gunzip"),
        Bad(
            what: "text", archive: Array(repeating: 0x41, count: 2_000), code: .unsupportedFormat,
            message: "no tar archive"),
        Bad(what: "empty", archive: [], code: .corrupted, message: "ends too early"),
        Bad(
            what: "no UTF-8", archive: entry("a", "one", nameBytes: [0xff, 0xfe]) + end,
            code: .unsupportedFormat, message: "UTF-8"),
    ]

    @Test(arguments: bad) func whatIsUnsafeOrDamagedIsRefused(_ bad: Bad) async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "archive.tar").path
            try Data(bad.archive).write(to: URL(filePath: path))
            let store = InMemoryObjectStore()
            let error = await #expect(throws: StoreError.self) {
                try await ArtifactStore(store).publish("m", importing: path)
            }
            #expect(error?.code == bad.code)
            #expect(error?.message.contains(bad.message) == true, "\(error?.description ?? "")")
            #expect(try await store.listAll(prefix: "artifacts/").isEmpty)
        }
    }

    @Test func whatOthersWriteIsRead() async throws {
        try await withTemporaryFolder { folder in
            let long = String(repeating: "ü/", count: 80) + "name"
            let archive =
                TarTests.entry("./", kind: "5") + TarTests.entry("./a", "one", mode: "0000755")
                + TarTests.entry("L", long + "\0", kind: "L") + TarTests.entry("short", "two")
                + TarTests.pax("path", "päx") + TarTests.entry("b", "three")
                + TarTests.entry("old/", kind: "\0") + TarTests.entry("./hard", kind: "1", link: "./a")
                + TarTests.entry("in/side", kind: "2", link: "../päx")
                + TarTests.entry("chain", kind: "2", link: "in/side")
                + TarTests.entry("size", "four", sizeBytes: [0x80] + [UInt8](repeating: 0, count: 10) + [4])
                + TarTests.entry("README", "") + TarTests.end
            let path = folder.appending(path: "archive").path
            try Data(archive).write(to: URL(filePath: path))
            let artifacts = ArtifactStore(InMemoryObjectStore())
            var options = ImportOptions()
            options.symbolicLinks = .follow
            let version = try await artifacts.publish("m", importing: path, options: options)
            var found: [String: String] = [:]
            for file in try await artifacts.files(of: version) {
                let content = try await artifacts.read(file.path, of: version)
                found[file.path] = String(decoding: content, as: UTF8.self) + (file.isExecutable ? "*" : "")
            }
            #expect(
                found == [
                    "a": "one*", long: "two", "päx": "three", "hard": "one*", "in/side": "three",
                    "chain": "three",
                    "size": "four", "README": "",
                ])
        }
    }

    @Test(arguments: ["/etc/passwd", "../out", "a/../../out", ""]) func linksThatLeadOutAreNeverFollowed(
        target: String
    ) async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "archive").path
            let link = TarTests.entry("l", kind: "2", link: target)
            try Data(TarTests.file + link + TarTests.end).write(to: URL(filePath: path))
            var options = ImportOptions()
            options.symbolicLinks = .follow
            let store = InMemoryObjectStore()
            let error = await #expect(throws: StoreError.self) {
                try await ArtifactStore(store).publish("m", importing: path, options: options)
            }
            #expect(error?.code == .invalidKey)
            #expect(error?.key == "l")
            #expect(try await store.listAll(prefix: "artifacts/").isEmpty)
        }
    }

    @Test func namesThatDifferInLetterCaseAreTakenWhereAsked() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "archive").path
            let archive = TarTests.entry("a", "x") + TarTests.entry("A", "y") + TarTests.end
            try Data(archive).write(to: URL(filePath: path))
            var options = ImportOptions()
            options.takesNamesThatDifferInCase = true
            let version = try await ArtifactStore(InMemoryObjectStore())
                .publish("m", importing: path, options: options)
            #expect(version.fileCount == 2)
        }
    }

    /// Every flipped byte is refused or gives other files than before, and never anything outside.
    @Test func anyByteMayBeFlipped() async throws {
        try await withTemporaryFolder { folder in
            let archive =
                TarTests.pax("path", "päx") + TarTests.entry("b", "three") + TarTests.entry("dir/", kind: "5")
                + TarTests.file + TarTests.end
            let path = folder.appending(path: "archive").path
            let artifacts = ArtifactStore(InMemoryObjectStore())
            var random = SeededGenerator(seed: 7)
            for index in archive.indices where index < 600 || index.isMultiple(of: 7) {
                var damaged = archive
                damaged[index] ^= 1 << UInt8(random.next() % 8)
                try Data(damaged).write(to: URL(filePath: path))
                do {
                    let version = try await artifacts.publish("m", importing: path, as: .tar)
                    for file in try await artifacts.files(of: version) {
                        #expect(!file.path.split(separator: "/").contains(".."))
                    }
                } catch is StoreError {}
            }
        }
    }

    /// An entry of an archive, written down by the table of POSIX.
    static func entry(
        _ name: String, _ content: String = "", kind: Character = "0", link: String = "", size: String? = nil,
        sizeBytes: [UInt8]? = nil, nameBytes: [UInt8]? = nil, mode: String = "0000644"
    ) -> [UInt8] {
        let count = content.utf8.count
        let octal = String(count, radix: 8)
        let size = size ?? String(repeating: "0", count: 11 - octal.count) + octal
        func field(_ bytes: [UInt8], _ width: Int) -> [UInt8] {
            bytes + [UInt8](repeating: 0, count: max(0, width - bytes.count))
        }
        let before =
            field(nameBytes ?? Array(name.utf8), 100) + field(Array(mode.utf8), 8)
            + field(Array("0000000".utf8), 8)
            + field(Array("0000000".utf8), 8) + field(sizeBytes ?? Array(size.utf8), 12)
            + field(Array("00000000000".utf8), 12)
        let behind =
            Array(String(kind).utf8) + field(Array(link.utf8), 100) + Array("ustar\0".utf8) + Array("00".utf8)
            + [UInt8](repeating: 0, count: 512 - 265)
        let sum = (before + behind).reduce(8 * 0x20) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let checksum = String(repeating: "0", count: 6 - digits.count) + digits
        let padding = [UInt8](repeating: 0, count: (512 - count % 512) % 512)
        return before + Array(checksum.utf8) + [0, 0x20] + behind + Array(content.utf8) + padding
    }

    static func pax(_ keyword: String, _ value: String, kind: Character = "x") -> [UInt8] {
        let rest = " \(keyword)=\(value)\n"
        let length = rest.utf8.count + (rest.utf8.count + 2 > 99 ? 3 : rest.utf8.count + 1 > 9 ? 2 : 1)
        return entry("pax", "\(length)\(rest)", kind: kind)
    }
}

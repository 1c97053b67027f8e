// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import Foundation

/// An input of a fuzzer, from the folder `Tests/Fuzzing/Corpus/<reader>`.
public struct CorpusFile: Sendable, CustomStringConvertible {
    /// The reader that takes it.
    public let reader: String
    private let url: URL

    /// The reader and the file's name.
    public var description: String { "\(reader)/\(url.lastPathComponent)" }

    /// The files of some readers, in the order of their names.
    public static func files(of readers: [String]) -> [CorpusFile] {
        let root = fixtures.deletingLastPathComponent().appending(path: "Fuzzing/Corpus")
        return readers.flatMap { reader in
            let folder = root.appending(path: reader)
            let files =
                (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil))
                ?? []
            return files.sorted { $0.path < $1.path }.map { CorpusFile(reader: reader, url: $0) }
        }
    }

    /// The content.
    public func bytes() throws -> [UInt8] { Array(try Data(contentsOf: url)) }
}

/// Ways to damage a file that readers stumble over.
public enum ByteDamage {
    private static let numbers = [
        "-1", "0", "1", "2147483647", "2147483648", "-2147483649", "4294967295", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "18446744073709551616", "1e999", "-1e999", "1e-999",
        "NaN", "nan", "Infinity", "0.5", "",
    ].map { Array($0.utf8) }

    /// Calls the body with the bytes and then with as many damaged copies as asked, always the same ones.
    public static func forEachCopy(of bytes: [UInt8], count: Int, _ body: ([UInt8]) throws -> Void) rethrows {
        try body(bytes)
        var generator = SeededGenerator(seed: UInt64(bytes.count))
        for _ in 0..<count {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) { apply(to: &damaged, using: &generator) }
            try body(damaged)
        }
    }

    /// Damages the bytes in one place.
    public static func apply(to bytes: inout [UInt8], using generator: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let end = min(place + Int.random(in: 1...16, using: &generator), bytes.count)
        switch Int.random(in: 0..<9, using: &generator) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes[place] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &generator) ?? 0
        case 3: bytes.removeSubrange(place..<end)
        case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 5: bytes.removeSubrange(place...)
        case 6:
            // A word of four or eight bytes, as sizes and counts are.
            let size = Bool.random(using: &generator) ? 4 : 8
            let fill = [0, 0x7f, 0x80, 0xff].randomElement(using: &generator) ?? UInt8(0)
            for index in place..<min(place + size, bytes.count) { bytes[index] = fill }
        default: replaceNumber(near: place, in: &bytes, using: &generator)
        }
    }

    /// Writes another decimal number over the one that begins at or behind a place.
    private static func replaceNumber(
        near place: Int, in bytes: inout [UInt8], using generator: inout SeededGenerator
    ) {
        func isNumber(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard let start = bytes[place...].firstIndex(where: isNumber) else { return }
        let end = bytes[start...].firstIndex { !isNumber($0) } ?? bytes.count
        bytes.replaceSubrange(start..<end, with: numbers.randomElement(using: &generator) ?? [])
    }
}

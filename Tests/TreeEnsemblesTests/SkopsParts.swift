// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import CZlib

@testable import TreeEnsembles

/// The entries of a zip file, written again with one of them damaged and all checksums right.
struct SkopsParts {
    private let parts: [(name: String, content: [UInt8])]

    init(_ bytes: [UInt8]) throws {
        let archive = try ZipArchive(bytes)
        var parts: [(String, [UInt8])] = []
        for name in archive.names.sorted() { parts.append((name, try archive.content(of: name))) }
        self.parts = parts
    }

    /// A zip file with up to three bytes of one entry changed.
    func damaged(using random: inout some RandomNumberGenerator) -> [UInt8] {
        var changed = parts
        let place = parts.indices.randomElement(using: &random) ?? 0
        for _ in 0..<Int.random(in: 1...3, using: &random) where !changed[place].content.isEmpty {
            let byte = changed[place].content.indices.randomElement(using: &random) ?? 0
            changed[place].content[byte] =
                [0, 1, 0x7f, 0xff, UInt8(ascii: "9"), .random(in: 0...255, using: &random)]
                .randomElement(using: &random) ?? 0
        }
        return Self.zip(changed)
    }

    /// Writes stored entries (APPNOTE 6.3).
    static func zip(_ parts: [(name: String, content: [UInt8])]) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        func number<Number: FixedWidthInteger>(_ value: Number, to target: inout [UInt8]) {
            for shift in 0..<MemoryLayout<Number>.size {
                target.append(UInt8(truncatingIfNeeded: value >> (8 * shift)))
            }
        }
        for (name, content) in parts {
            let start = UInt32(file.count)
            let checksum = unsafe content.withUnsafeBufferPointer {
                UInt32(unsafe crc32(0, $0.baseAddress, UInt32($0.count)))
            }
            var common: [UInt8] = []
            for field: UInt16 in [20, 0, 0, 0, 0] { number(field, to: &common) }
            for field in [checksum, UInt32(content.count), UInt32(content.count)] {
                number(field, to: &common)
            }
            for field in [UInt16(name.utf8.count), 0] { number(field, to: &common) }
            file += [0x50, 0x4b, 3, 4] + common + Array(name.utf8) + content
            directory += [0x50, 0x4b, 1, 2, 20, 0] + common + [UInt8](repeating: 0, count: 10)
            number(start, to: &directory)
            directory += Array(name.utf8)
        }
        let start = UInt32(file.count)
        file += directory + [0x50, 0x4b, 5, 6, 0, 0, 0, 0]
        for field in [UInt16(parts.count), UInt16(parts.count)] { number(field, to: &file) }
        for field in [UInt32(directory.count), start] { number(field, to: &file) }
        return file + [0, 0]
    }
}

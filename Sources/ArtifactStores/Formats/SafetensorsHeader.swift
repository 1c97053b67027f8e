// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

internal import ContentHashing

/// The head of a safetensors file: eight bytes with the header's size, little-endian, and the header, JSON that tells for each
/// tensor where it lies behind the header (https://github.com/huggingface/safetensors, "Format").
///
/// It is read for hints only. A file that breaks the format's rules is cut like any other.
enum SafetensorsHeader {
    /// A longer header is not looked at: no writer shall have to keep more of a content to find its first cut.
    private static let longest = 1 << 20

    static func boundaries(in head: UnsafeRawBufferPointer, isWhole: Bool, minimum: Int) -> [Int]? {
        guard head.count > 8 else { return isWhole ? [] : nil }
        var size: UInt64 = 0
        for index in 0..<8 { size |= unsafe UInt64(head[index]) << UInt64(8 * index) }
        guard size >= 2, size <= longest - 8, unsafe head[8] == UInt8(ascii: "{") else { return [] }
        let start = 8 + Int(size)
        guard head.count >= start else { return isWhole ? [] : nil }
        return tensors(in: unsafe Array(head[8..<start])).map { tensors in
            var boundaries: [Int] = []
            for tensor in tensors where tensor.count >= minimum {
                for offset in [start + tensor.lowerBound, start + tensor.upperBound]
                where boundaries.last.map({ $0 < offset }) ?? true {
                    boundaries.append(offset)
                }
            }
            return boundaries
        } ?? []
    }

    /// Where the tensors lie, in their order; nil where the header is not what it should be.
    private static func tensors(in header: [UInt8]) -> [Range<Int>]? {
        guard let value = try? JSONValue(parsing: header), case .object(let members) = value else {
            return nil
        }
        var tensors: [Range<Int>] = []
        for (name, member) in members where name != "__metadata__" {
            guard let offsets = member["data_offsets"]?.array, offsets.count == 2,
                let lower = offsets[0].integer,
                let upper = offsets[1].integer, 0 <= lower, lower <= upper, upper < 1 << 60
            else { return nil }
            tensors.append(Int(lower)..<Int(upper))
        }
        tensors.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        // What overlaps could ask for a cut at every byte.
        let isSound = zip(tensors, tensors.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }
        return isSound ? tensors : nil
    }
}

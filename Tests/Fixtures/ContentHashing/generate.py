#!/usr/bin/env python3
# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Writes the golden answers of ContentHashing: digests by hashlib, cut points by a plain reading of the rule."""
import hashlib
import json
import pathlib

MASK = (1 << 64) - 1


def random_bytes(seed, count):
    """SplitMix64, eight little-endian bytes a step: what TestSupport's SeededGenerator gives."""
    state, output = seed, bytearray()
    while len(output) < count:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        output += (z ^ (z >> 31)).to_bytes(8, "little")
    return bytes(output[:count])


def cuts(data, minimum, average, maximum, normalization, table):
    gear = [int.from_bytes(hashlib.sha256(table.encode() + bytes([b])).digest()[:8], "big") for b in range(256)]
    bits = average.bit_length() - 1
    strict = MASK << (64 - bits - normalization) & MASK
    lenient = MASK << (64 - bits + normalization) & MASK
    start, result = 0, []
    while start < len(data):
        end = min(len(data), start + maximum)
        cut = end
        if end - start > minimum:
            value = 0
            for byte in data[start + minimum - 64 : start + minimum]:
                value = (value << 1) + gear[byte] & MASK
            for position in range(start + minimum, end):
                value = (value << 1) + gear[data[position]] & MASK
                mask = strict if position - start < average else lenient
                if value & mask == 0:
                    cut = position + 1
                    break
        result.append(cut)
        start = cut
    return result


def main():
    folder = pathlib.Path(__file__).parent
    lengths = [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000, 4096, 100_003]
    digests = [
        {"seed": seed, "length": n, "sha256": hashlib.sha256(random_bytes(seed, n)).hexdigest()}
        for seed, n in enumerate(lengths, start=1)
    ]
    chunkings = []
    for seed, size, parameters in [
        (7, 3 << 20, (1 << 14, 1 << 16, 1 << 18, 2, "swift-mlops gear 1")),
        (8, 300_000, (64, 256, 1024, 2, "swift-mlops gear 1")),
        (9, 200_000, (2048, 8192, 65536, 0, "another table")),
    ]:
        data = random_bytes(seed, size)
        names = ("minimum", "average", "maximum", "normalization", "table")
        chunkings.append(
            {"seed": seed, "length": size, "cuts": cuts(data, *parameters)} | dict(zip(names, parameters))
        )
    # A run of one byte has no cut of its own: only the largest size ends a chunk.
    zeros = cuts(bytes(1_000_000), 1 << 14, 1 << 16, 1 << 18, 2, "swift-mlops gear 1")
    golden = {"digests": digests, "chunkings": chunkings, "zeros": zeros}
    (folder / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()

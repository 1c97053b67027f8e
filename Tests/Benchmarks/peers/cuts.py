#!/usr/bin/env python3
# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""What cuts at a format's own boundaries save: bytes that a second version adds, in percent of its size.

cuts.py [MLOPS] [MIB]: safetensors in stores with and without cuts at tensors, by `mlops data snapshot`; rows of CSV by the store's
rule for cuts, written here again, with each cut as it is or moved to the end of its row.
"""

import hashlib
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

import numpy as np

MINIMUM, AVERAGE, MAXIMUM, NORMALIZATION, TABLE = 1 << 14, 1 << 16, 1 << 18, 2, b"swift-mlops gear 1"
GEAR = np.array(
    [int.from_bytes(hashlib.sha256(TABLE + bytes([byte])).digest()[:8], "big") for byte in range(256)], dtype=np.uint64)


def candidates(content):
    """Where a strict and a lenient cut may be, behind which byte."""
    found = ([], [])
    for offset in range(0, len(content), 1 << 23):
        before = min(offset, 64)
        hashes = GEAR[np.frombuffer(content[offset - before:offset + (1 << 23)], np.uint8)]
        for width in (1, 2, 4, 8, 16, 32):
            hashes[width:] = hashes[width:] + (hashes[:-width] << np.uint64(width))
        for places, bits in zip(found, (16 + NORMALIZATION, 16 - NORMALIZATION)):
            matches = np.nonzero(hashes[before:] >> np.uint64(64 - bits) == 0)[0]
            places.append(matches + offset + 1)
    return [np.concatenate(places) for places in found]


def chunks(content, by_rows):
    strict, lenient = candidates(content)
    digests, start = {}, 0

    def first(places, low, high):
        index = np.searchsorted(places, low, "right")
        return int(places[index]) if index < len(places) and places[index] <= high else None

    while start < len(content):
        stop = min(start + MAXIMUM, len(content))
        cut = first(strict, start + MINIMUM, min(start + AVERAGE, stop)) or first(lenient, start + AVERAGE, stop) or stop
        if by_rows and cut < len(content):
            row = content.find(b"\n", cut - 1, start + MAXIMUM)
            cut = row + 1 if row >= 0 else cut
        digests[hashlib.sha256(content[start:cut]).digest()] = cut - start
        start = cut
    return digests


def rows(mebibytes):
    values, made, size = random.Random(1), [], 0
    while size < mebibytes << 20:
        made.append(b"%d,2013-%02d-%02d,%s%d,%.3f,%d\n" % (
            len(made), values.randint(1, 12), values.randint(1, 28), values.choice([b"UA", b"AA", b"DL"]),
            values.randint(1, 9999), values.gauss(0, 50), values.randint(0, 5000)))
        size += len(made[-1])
    base = b"".join(made)
    edited = list(made)
    for place in values.sample(range(len(made)), mebibytes * 100 // 120):
        edited[place] = edited[place][:-1] + b"7\n"
    third = len(made) // 3
    cases = {
        "scattered edits, 100 in 120 MiB": edited, "a third of the rows moved": made[third:] + made[:third],
        "rows inserted in the middle": made[:third] + made[:100] + made[third:],
    }
    for by_rows in (False, True):
        known = chunks(base, by_rows)
        for name, case in cases.items():
            content = b"".join(case)
            new = sum(size for digest, size in chunks(content, by_rows).items() if digest not in known)
            yield f"CSV, {name}", by_rows, new / len(content)


def safetensors(tensors, note):
    header, offset = {"__metadata__": {"format": note}}, 0
    for name, content in tensors:
        header[name] = {"dtype": "U8", "shape": [len(content)], "data_offsets": [offset, offset + len(content)]}
        offset += len(content)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(content for _, content in tensors)


def tensors(mlops, mebibytes):
    values = random.Random(2)
    sizes = []
    while sum(sizes) < mebibytes << 20:
        # As in a transformer: matrices, and norms and biases between them.
        sizes += [768 * 768 * 2, 768 * 2, 768 * 3072 * 2, 768 * 2]
    base = [(f"layers.{number}", values.randbytes(size)) for number, size in enumerate(sizes)]
    replaced = list(base)
    replaced[4] = (replaced[4][0], values.randbytes(len(replaced[4][1])))
    shuffled = list(base)
    values.shuffle(shuffled)
    cases = {
        "one matrix replaced": (replaced, "pt"), "another note in the header": (base, "a longer note"),
        "tensors in another order": (shuffled, "pt"),
        "four tensors dropped": (base[:8] + base[12:], "pt"),
    }
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        environment = {**os.environ, "XDG_CACHE_HOME": str(work / "cache")}

        def snapshot(store, name, content):
            (work / "file").write_bytes(content)
            words = ["data", "snapshot", name, work / "file", "--store", work / store, "--json", "--reread"]
            return json.loads(subprocess.run(
                [str(word) for word in [mlops, *words]], env=environment, check=True, capture_output=True).stdout)["bytesAdded"]

        for aware in (False, True):
            for number, (name, case) in enumerate(cases.items()):
                store = f"{aware}{number}"
                if not aware:
                    snapshot("new", "seed", b"1")
                    layout = json.loads((work / "new/chunks/format.json").read_text())
                    layout["chunking"].pop("boundaries", None)
                    (work / store / "chunks").mkdir(parents=True)
                    (work / store / "chunks/format.json").write_text(json.dumps(layout))
                snapshot(store, "m", safetensors(base, "pt"))
                content = safetensors(*case)
                yield f"safetensors, {name}", aware, snapshot(store, "m", content) / len(content)


def main(mlops=".build/release/mlops", mebibytes="24"):
    found = {}
    for source in (tensors(mlops, int(mebibytes)), rows(int(mebibytes))):
        for name, aware, share in source:
            found.setdefault(name, {})[aware] = share
    print("| second version | plain cuts | cuts at boundaries |\n|---|---|---|")
    for name, shares in found.items():
        print(f"| {name} | {shares[False]:.2%} | {shares[True]:.2%} |")


if __name__ == "__main__":
    main(*sys.argv[1:])

#!/usr/bin/env python3
# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Compares the rows of two large CSV files with `mlops data diff` and prints the time and the peak memory.

    Tests/Benchmarks/peers/row_differences.py --mlops .build/release/mlops --work FOLDER

The second file has the rows of the first in another order; one in a thousand has another value, one in a thousand is
gone, and as many are new. What is found is compared with that.
"""

import argparse
import json
import math
import os
import random
import shutil
import subprocess
import time
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--mlops", type=Path, required=True, help="the built command")
parser.add_argument("--work", type=Path, required=True, help="a scratch folder; its content is removed")
parser.add_argument("--mib", type=int, default=1024, help="the size of each file")
arguments = parser.parse_args()
work = arguments.work.absolute()
shutil.rmtree(work, ignore_errors=True)
(work / "tmp").mkdir(parents=True)


def run(*words):
    """The seconds of the clock and of the processor, the peak memory in MiB, and the output of a command."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(arguments.mlops), *map(str, words), "--store", str(work / "store")], stdout=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(work / "tmp"), "XDG_CACHE_HOME": str(work / "cache")})
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{words} failed")
    return f"{time.perf_counter() - started:.1f} s, {usage.ru_utime + usage.ru_stime:.1f} s of processor time", \
        usage.ru_maxrss / 1024, output


values = random.Random(1)
rows = [
    f"{number:09},{values.choice('ABCDEFGH')}{number % 977},{values.uniform(-90, 90):.6f},{values.uniform(-180, 180):.6f},"
    f"{values.randrange(1000)},2026-11-{number % 28 + 1:02} 12:{number % 60:02}:00,"
    for number in range(20_000)
]
count = (arguments.mib << 20) // (len(rows[0]) + 13)


def row(number, extra):
    return f"{number}{rows[number % len(rows)][9:]}{number * 7 % 100_003 + extra}\n"


gone = new = count // 1000
for name in ("before", "now"):
    with open(work / f"{name}.csv", "w", buffering=1 << 20) as file:
        file.write("id,station,latitude,longitude,speed,time,reading\n")
        if name == "before":
            file.writelines(row(number, 0) for number in range(count))
        else:
            # Every row in another order: a step that has no divisor in common with the count.
            step = next(step for step in range(7_919, count) if math.gcd(step, count) == 1)
            order = (place * step % count for place in range(count))
            file.writelines(row(number, number % 1000 == 1) for number in order if number % 1000 or number // 1000 >= gone)
            file.writelines(row(count + number, 0) for number in range(new))
    seconds, peak, _ = run("data", "snapshot", "t", work / f"{name}.csv")
    print(f"snapshot of {name}: {seconds}, {peak:.0f} MiB", flush=True)

expected = {"added": new, "removed": gone}
for words in (["--key", "id"], []):
    seconds, peak, output = run("data", "diff", "t@1", "t@2", "--json", *words)
    found = json.loads(output)["rows"]
    changed = found["changed"] if words else found["removed"] - gone
    print(f"diff {' '.join(words) or 'as a multiset'}: {seconds}, {peak:.0f} MiB; {found['added']} added, "
          f"{found['removed']} removed, {found['changed']} changed, {found['equal']} equal", flush=True)
    assert changed == sum(1 for number in range(1, count, 1000)), changed
    if words:
        assert all(found[name] == value for name, value in expected.items()), found
        assert found["columnChanges"] == {"reading": changed}
    assert list((work / "tmp").iterdir()) == []
shutil.rmtree(work)

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Reads a YAML file of 10,000 keys (and longer ones, to see that the time is linear) with `benchmarks params` and with the peers, in turn.

    python parameters.py --benchmarks .build/release/benchmarks
"""

import argparse
import json
import random
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import ruamel.yaml
import yaml
from omegaconf import OmegaConf


def write(path, keys):
    """A file as people write them: sections, comments, every kind of scalar, short flow collections."""
    source = random.Random(1)
    lines = []
    for number in range(keys):
        if number % 20 == 0:
            lines.append(f"section_{number // 20}:")
        if number % 5 == 0:
            lines.append(f"  group_{number % 20 // 5}:")
        values = [source.randint(0, 10**6), f"{source.random():.6f}", "true", f"some text number {number}"]
        values += [f'"quoted \\"text\\" {number}"', "[1, 2.5, three]", "null", f"{{a: {number}, b: x}}"]
        lines.append(f"    key_{number % 5}: {values[number % 8]}" + ("  # a comment" if number % 10 == 0 else ""))
    path.write_text("\n".join(lines) + "\n")


def seconds(body):
    started = time.perf_counter()
    body()
    return time.perf_counter() - started


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--benchmarks", required=True)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp())
    small, large, huge = folder / "10k.yaml", folder / "100k.yaml", folder / "1m.yaml"
    write(small, 10_000)
    write(large, 100_000)
    write(huge, 1_000_000)

    def ours(path, repeat=5):
        words = [chosen.benchmarks, "params", "--file", path, "--repeat", str(repeat)]
        lines = subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()
        return {line["case"]: line["median_seconds"] for line in map(json.loads, lines)}

    peers = {
        "PyYAML, C loader": lambda: yaml.load(small.read_text(), Loader=yaml.CSafeLoader),
        "OmegaConf": lambda: OmegaConf.load(small),
        "ruamel.yaml, safe": lambda: ruamel.yaml.YAML(typ="safe", pure=True).load(small),
        "ruamel.yaml, round trip": lambda: ruamel.yaml.YAML().load(small),
    }
    tree, frozen, longer = [], [], {large: [], huge: []}
    times = {name: [] for name in peers}
    for _ in range(chosen.rounds):
        mine = ours(small)
        tree.append(mine["file to resolved tree"])
        frozen.append(mine["file to frozen parameters"])
        for path, times_of in longer.items():
            times_of.append(ours(path, 1))
        for name, body in peers.items():
            times[name].append(seconds(body))
    base = statistics.median(tree)
    print("| YAML of 10,000 keys | milliseconds | times ours |\n|---|---|---|")
    print(f"| swift-mlops, file to resolved tree | {base * 1e3:.1f} | 1 |")
    print(f"| swift-mlops, decoded, frozen and hashed | {statistics.median(frozen) * 1e3:.1f} | {statistics.median(frozen) / base:.1f} |")
    for path, keys in ((large, "100,000"), (huge, "1,000,000")):
        for case, words in (("file to resolved tree", "file to resolved tree"), ("file to frozen parameters", "decoded, frozen and hashed")):
            median = statistics.median(line[case] for line in longer[path])
            print(f"| swift-mlops, {keys} keys, {words} | {median * 1e3:.0f} | {median / base:.1f} |")
    for name, values in times.items():
        print(f"| {name} | {statistics.median(values) * 1e3:.0f} | {statistics.median(values) / base:.0f} |")


if __name__ == "__main__":
    main()

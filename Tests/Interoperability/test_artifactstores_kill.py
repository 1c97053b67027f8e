# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Writers killed at random instants: what they published before stays, and the store goes on working."""
import json
import os
import pathlib
import random
import subprocess
import time

BIN = pathlib.Path(os.environ["SWIFT_MLOPS_BIN"])
KILLS = int(os.environ.get("SWIFT_MLOPS_KILLS", "1000"))
SECONDS = 50


def run(*words):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True)


def check(store):
    answer = run(BIN / "mlops", "store", "check", "--store", store, "--read-data", "100", "--json")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return json.loads(answer.stdout)["check"]


def test_a_thousand_kills_lose_nothing(tmp_path):
    generator = random.Random(20261120)
    source, store = tmp_path / "source", tmp_path / "store"
    source.mkdir()
    for number in range(12):
        (source / f"file{number}").write_bytes(generator.randbytes(40_000))
    publish = [str(BIN / "benchmarks"), "publish", "--path", str(source), "--store", str(store)]
    started = time.monotonic()
    assert subprocess.run(publish, capture_output=True).returncode == 0
    whole = time.monotonic() - started
    deadline = time.monotonic() + SECONDS
    kills, before = 0, 0
    while kills < KILLS and time.monotonic() < deadline:
        (source / f"file{generator.randrange(12)}").write_bytes(generator.randbytes(40_000))
        writer = subprocess.Popen(publish, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(generator.uniform(0, 1.2 * whole))
        writer.kill()
        writer.wait()
        kills += 1
        if kills % 50 == 0:
            found = check(store)
            assert found["losses"] == [] and found["records"] >= before
            before = found["records"]
    assert subprocess.run(publish, capture_output=True).returncode == 0
    assert check(store)["losses"] == []
    restored = tmp_path / "restored"
    answer = run(BIN / "benchmarks", "restore", "--store", store, "--path", restored, "--repeat", "1")
    assert answer.returncode == 0, answer.stderr
    for path in source.iterdir():
        assert (restored / path.name).read_bytes() == path.read_bytes()
    assert kills >= min(KILLS, 200), f"only {kills} kills in {SECONDS} seconds"
    print(f"{kills} kills, {before} versions")

#!/usr/bin/env python3
# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Writes a golden store with the `mlops` of today: generate.py MLOPS NAME.

A golden store is never written again: every later program must read it. Run this only for a new version of the format,
under a new name. `expected.json` is made of the sources, by Python's own SHA-256.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def noise(seed, count):
    """Bytes that do not compress."""
    blocks = (hashlib.sha256(f"{seed} {number}".encode()).digest() for number in range((count + 31) // 32))
    return b"".join(blocks)[:count]


def lines(count, changed=()):
    """Text that compresses well and never repeats; long enough for lists of parts."""
    return b"".join(
        b"row %07d of the golden table, which is long, says little, and is %s\n"
        % (number, b"changed" if number in changed else b"the same")
        for number in range(count))


def main(mlops, name):
    target = HERE / name
    store = target / "store"
    if target.exists():
        sys.exit(f"{target} exists, and golden stores are never written again")
    target.mkdir()
    expected = {"artifacts": {}, "datasets": {}, "retired": [], "aliases": {}, "tags": {}}

    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        environment = {**os.environ, "USER": "golden", "XDG_CACHE_HOME": str(work / "cache")}

        def run(*words):
            result = subprocess.run(
                [str(mlops), *map(str, words), "--store", str(store)], env=environment, capture_output=True,
                text=True, cwd=work)
            if result.returncode != 0:
                sys.exit(result.stdout + result.stderr)
            return result.stdout

        def write(path, content, executable=False):
            path = work / path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o755 if executable else 0o644)

        def files(path):
            path = work / path
            found = sorted(path.rglob("*")) if path.is_dir() else [path]
            return {
                str(file.relative_to(path)) if path.is_dir() else file.name: {
                    "sha256": hashlib.sha256(file.read_bytes()).hexdigest(), "size": file.stat().st_size,
                    "executable": os.access(file, os.X_OK),
                }
                for file in found if file.is_file()
            }

        def publish(artifact, path, *words):
            made = json.loads(run("artifacts", "publish", artifact, path, "--json", *words))
            expected["artifacts"][made["reference"]] = {
                "digest": made["digest"], "kind": made["kind"], "metadata": made["metadata"], "files": files(path)}

        def snapshot(dataset, path, *words):
            made = json.loads(run("data", "snapshot", dataset, path, "--json", *words))
            expected["datasets"][made["reference"]] = {
                "digest": made["digest"], "rows": made.get("rowCount"), "message": made["message"],
                "parents": made["parents"], "author": made["author"], "files": files(path)}

        write("model/model.bin", noise("model", 90_000))
        write("model/größe/ä ö.txt", "Umlaute".encode())
        write("model/empty", b"")
        write("model/tools/run", b"#!/bin/sh\n", executable=True)
        (work / "model/nothing/here").mkdir(parents=True)
        publish("Flight delay/ü", "model", "--set", "framework=lightgbm", "--set", "note=ü=\"1\"")
        write("model/model.bin", noise("model", 90_000)[:50_000] + b"new" + noise("model", 90_000)[50_000:])
        publish("Flight delay/ü", "model")
        write("model/model.bin", b"third")
        publish("Flight delay/ü", "model")
        write("one.txt", b"one file\n")
        publish("one", "one.txt")
        for alias in ["champion", "old"]:
            run("artifacts", "alias", "Flight delay/ü@2", alias)
        run("artifacts", "alias", "Flight delay/ü@1", "old")
        run("artifacts", "alias", "Flight delay/ü@3", "gone")
        run("artifacts", "alias", "Flight delay/ü", "gone", "--remove")
        expected["aliases"]["Flight delay/ü"] = {"champion": 2, "old": 1}
        for number in range(3):
            write("log.txt", f"version {number}\n".encode())
            publish("log", "log.txt")
        run("artifacts", "retire", "log", "--keep", "1")
        for number in (1, 2):
            expected["retired"].append(f"log@{number}")
            del expected["artifacts"][f"log@{number}"]

        write("long.txt", lines(36_000))
        snapshot("long", "long.txt", "-m", "first", "--compress", "9", "--author", "ada")
        write("long.txt", lines(36_000, changed={18_000}))
        snapshot("long", "long.txt", "-m", "one row", "--compress", "9", "--parent", "long@1")
        table = ["when,carrier,delay"] + [f"2013-07-{day:02},{'AB'[day % 2]}A,{day * 1.5}" for day in range(1, 31)]
        write("days/a.csv", "\n".join(table).encode() + b"\n")
        write("days/b/notes.md", b"# notes\n")
        snapshot("days", "days", "-m", "july")
        write("days/a.csv", "\n".join(table[:1] + table[:0:-1]).encode() + b"\n")
        snapshot("days", "days", "-m", "shuffled")
        run("data", "tag", "days@1", "gold")
        expected["tags"]["days"] = {"gold": 1}

        made = json.loads(run(
            "models", "register", "delay", "--artifact", "Flight delay/ü@2", "--input", "distance", "--output",
            "delay:float", "--by", "ada", "-m", "golden", "--metric", "auc=0.75", "--data", f"days@1={expected['datasets']['days@1']['digest']}",
            "--json"))
        run("models", "promote", "delay@1", "champion", "--by", "ada", "-m", "first")
        run("models", "register", "delay", "--artifact", "Flight delay/ü@1", "--by", "ada")
        run("models", "promote", "delay@2", "champion", "--by", "bob")
        run("models", "rollback", "delay", "champion", "--by", "bob", "-m", "worse")
        expected["model"] = {"name": "delay", "champion": 1, "versions": 2, "artifact": "Flight delay/ü@2"}
        assert made["version"] == 1 or made.get("number") == 1, made
        run("store", "check", "--read-data", "100")
    # The folder of writers at work is no part of a store at rest.
    shutil.rmtree(store / "~writers", ignore_errors=True)
    (target / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    size = sum(file.stat().st_size for file in store.rglob("*") if file.is_file())
    print(f"{target}: {size} bytes")


main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2])

#!/usr/bin/env python3
# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Runs dataset snapshots beside restic, borg and DVC on the same data, in turn, and prints a table of ratios.

    Tests/Benchmarks/peers/snapshots.py --benchmarks .build/release/benchmarks --work FOLDER [--case csv|files|...]

Every case can be run alone, and with one peer alone (`--peer borg`), so that a machine need be kept still for a minute or
two only; `--keep` leaves the data for the next run.
restic and borg come from the system's packages, dvc from the environment that runs this script. The peers do not
compress (restic's repository format 1, borg's and DVC's `none`). restic and borg flush what they write to the disk as this package does;
DVC does not, so a `sync` of its cache is part of its first snapshot. Data is in the page cache before each first snapshot.

The last line tells what everything else on the machine took of the processors meanwhile. Linux shares them out by session, so
one program in another session takes a core of two from a program that uses both, and none from one that uses one;
`--priority`, for root, puts this script and all it starts into a session that goes first.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--benchmarks", type=Path, required=True, help="the built executable")
parser.add_argument("--work", type=Path, required=True, help="a scratch folder; its content is removed")
parser.add_argument("--case", choices=["csv", "files", "hash", "restore", "cores", "insert", "edits"], action="append")
parser.add_argument("--peer", choices=["restic", "borg", "dvc"], action="append")
parser.add_argument("--keep", action="store_true", help="keep the data files, and use those of an earlier run")
parser.add_argument("--repeat", type=int, default=3)
parser.add_argument("--mib", type=int, default=1024, help="the size of the CSV file")
parser.add_argument("--files", type=int, default=20_000)
parser.add_argument("--priority", action="store_true", help="go before the programs of other sessions (Linux, root)")
arguments = parser.parse_args()
if arguments.priority:
    if os.getpgrp() != os.getpid():
        os.setsid()
    Path("/proc/self/autogroup").write_text("-20")
work = arguments.work.absolute()
data = work / "data"
environment = os.environ | {
    "RESTIC_PASSWORD": "benchmark", "BORG_BASE_DIR": str(work / "borg-base"), "RESTIC_CACHE_DIR": str(work / "restic-cache"),
    "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes", "DVC_NO_ANALYTICS": "true", "DVC_SITE_CACHE_DIR": str(work / "dvc-site"),
    "PYTHONWARNINGS": "ignore",
}
dvc = str(Path(sys.executable).parent / "dvc")
rows = []
others = []


def busy():
    """The seconds that all processors were busy since the start."""
    line = next((l for l in open("/proc/stat") if l.startswith("cpu ")), "cpu 0") if os.path.exists("/proc/stat") else "cpu 0"
    ticks = [int(word) for word in line.split()[1:]]
    return (sum(ticks) - sum(ticks[3:5])) / os.sysconf("SC_CLK_TCK")


def run(*command, cwd=None):
    """The seconds and the peak memory in bytes of a command, and what it printed."""
    started, before = time.perf_counter(), busy()
    process = subprocess.Popen([str(word) for word in command], cwd=cwd, env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    others.append((busy() - before - usage.ru_utime - usage.ru_stime, seconds))
    if status != 0:
        raise SystemExit(f"{command[0]} failed:\n{output.decode()[-2000:]}")
    return seconds, usage.ru_maxrss * 1024, output.decode()


def remove(*paths):
    for path in paths:
        if path.is_dir():
            subprocess.run(["chmod", "-R", "u+w", str(path)], check=True)
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()


def ours(command, *options):
    seconds, memory, output = run(arguments.benchmarks, command, "--store", work / "store", *options)
    return seconds, memory, json.loads(output.splitlines()[-1])


def settle(source=None):
    """Lets the disk come to rest, and time stamps become older than any clock's tick; reads the source into the page cache."""
    os.sync()
    for path in sorted(f for f in source.rglob("*") if f.is_file()) if source and source.is_dir() else [source] if source else []:
        with open(path, "rb", buffering=0) as file:
            while file.read(1 << 20):
                pass
    time.sleep(2.5)


class Peer:
    """A peer: how it makes its repository, its first snapshot and its next one."""

    def __init__(self, name, prepare, first, again=None):
        self.name, self.prepare, self.first, self.again = name, prepare, first, again


def dvc_prepare(source):
    folder = work / "dvc-repo"
    remove(folder)
    folder.mkdir()
    run(dvc, "init", "--no-scm", "-q", cwd=folder)
    # DVC keeps a file by moving it into its cache and linking it back, so it works on a copy.
    run("cp", "-r", "--reflink=never", source, folder / "data")
    os.sync()


def dvc_first(source):
    seconds, memory, _ = run(dvc, "add", "-q", "data", cwd=work / "dvc-repo")
    started = time.perf_counter()
    os.sync()
    return seconds + time.perf_counter() - started, memory


def restic_prepare(source):
    remove(work / "restic", work / "restic-cache")
    run("restic", "init", "--repository-version", "1", "-r", work / "restic")


def borg_prepare(source):
    remove(work / "borg", work / "borg-base")
    run("borg", "init", "--encryption", "none", work / "borg")


counter = iter(range(1_000_000))
peers = [
    Peer("restic", restic_prepare, lambda source: run("restic", "backup", "-q", "-r", work / "restic", source)[:2],
         lambda source: run("restic", "backup", "-q", "-r", work / "restic", source)[:2]),
    Peer("borg", borg_prepare,
         lambda source: run("borg", "create", "-C", "none", f"{work}/borg::a{next(counter)}", source)[:2],
         lambda source: run("borg", "create", "-C", "none", f"{work}/borg::a{next(counter)}", source)[:2]),
    Peer("dvc", dvc_prepare, dvc_first, lambda source: run(dvc, "status", "-q", cwd=work / "dvc-repo")[:2]),
]


def disk(mib):
    """The seconds in which the disk alone takes so much, durably."""
    settle()
    started = time.perf_counter()
    run("dd", "if=/dev/zero", f"of={work / 'zeros'}", "bs=1M", f"count={mib}", "conv=fsync")
    seconds = time.perf_counter() - started
    remove(work / "zeros")
    return seconds


def compare(title, source, goals):
    """First snapshots and the same again, ours and the peers' in turn, and the disk's own rate beside them."""
    first, again, memory, writes = {}, {}, {}, []
    size = sum(f.stat().st_size for f in source.rglob("*") if f.is_file()) if source.is_dir() else source.stat().st_size
    for _ in range(arguments.repeat):
        remove(work / "store", work / "store.stat")
        settle(source)
        seconds, peak, _ = ours("snapshot", "--path", source)
        first.setdefault("this", []).append(seconds)
        memory["this"] = max(memory.get("this", 0), peak)
        again.setdefault("this", []).append(ours("resnapshot", "--path", source)[0])
        writes.append(disk(size >> 20))
        for peer in peers:
            if arguments.peer and peer.name not in arguments.peer:
                continue
            peer.prepare(source)
            settle(source)
            seconds, peak = peer.first(source)
            first.setdefault(peer.name, []).append(seconds)
            memory[peer.name] = max(memory.get(peer.name, 0), peak)
            again.setdefault(peer.name, []).append(peer.again(source)[0])
    for what, times, goal in [("first", first, goals), ("again", again, {"dvc": 5})]:
        middle = {name: statistics.median(values) for name, values in times.items()}
        for name in middle:
            ratio = middle[name] / middle["this"]
            rows.append([f"{title}, {what}", name, f"{middle[name]:.2f} s", f"{size / 2**20 / middle[name]:.0f} MiB/s",
                         f"{memory[name] / 2**20:.0f} MiB" if what == "first" else "", f"{ratio:.1f}",
                         f"{goal[name]}" if name in goal else ""])
    seconds = statistics.median(writes)
    rows.append([f"{title}, a durable write of that size", "the disk", f"{seconds:.2f} s",
                 f"{size / 2**20 / seconds:.0f} MiB/s", "", f"{seconds / statistics.median(first['this']):.1f}", ""])


def make_csv(path, mib, seed=1):
    """Rows with a number, a time, a place and measurements: about as compressible and as repetitive as real ones."""
    values = random.Random(seed)
    places = [f"station-{i:03}" for i in range(300)]
    with open(path, "wb", buffering=1 << 20) as file:
        file.write(b"id,time,place,temperature,pressure,note\n")
        written = 0
        number = 0
        while written < mib << 20:
            lines = []
            for _ in range(5_000):
                number += 1
                bits = values.getrandbits(80)
                lines.append(f"{number},2013-06-{1 + number % 30:02}T{bits % 24:02}:{bits % 60:02}:00Z,"
                             f"{places[bits % 300]},{(bits >> 8) % 40000 / 1000:.3f},{(bits >> 30) % 9000 / 10:.1f},{bits:x}\n")
            block = "".join(lines).encode()
            file.write(block)
            written += len(block)


def big_csv():
    """The large file, made where it is not there yet."""
    path = data / "big.csv"
    if not path.exists():
        make_csv(path, arguments.mib)
    return path


def csv_case():
    compare(f"{arguments.mib} MiB CSV", big_csv(), {"restic": 3, "borg": 2, "dvc": 5})


def hash_case():
    path = big_csv()
    digest = run("openssl", "dgst", "-sha256", path)[0]
    seconds = []
    for _ in range(arguments.repeat):
        answers = [json.loads(line) for line in run(arguments.benchmarks, "hash", "--path", path)[2].splitlines()]
        seconds += [answer["median_seconds"] for answer in answers if answer["case"] == "sha256 file"]
    rows.append(["hash against openssl", "this", f"{statistics.median(seconds):.2f} s", "", "",
                 f"{digest / statistics.median(seconds):.2f}", "0.77"])


def restore_case():
    """Restore against a copy and a hash, all from the page cache; and from the disk, where a first snapshot leaves packs."""
    path = big_csv()
    colds, restores, copies = [], [], []
    for _ in range(arguments.repeat):
        remove(work / "back.csv", work / "copy.csv", work / "store", work / "store.stat")
        ours("snapshot", "--path", path)
        settle()
        colds.append(ours("checkout", "--to", work / "back.csv")[0])
        remove(work / "back.csv")
        settle(work / "store")
        seconds, peak, _ = ours("checkout", "--to", work / "back.csv")
        restores.append(seconds)
        settle(path)
        copies.append(run("cp", "--reflink=never", path, work / "copy.csv")[0] + run("openssl", "dgst", "-sha256", work / "copy.csv")[0])
    assert hashlib.file_digest(open(work / "back.csv", "rb"), "sha256").digest() == hashlib.file_digest(open(path, "rb"), "sha256").digest()
    rows.append(["restore", "this", f"{statistics.median(restores):.2f} s", "", f"{peak / 2**20:.0f} MiB", "", ""])
    rows.append(["restore, packs read from the disk", "this", f"{statistics.median(colds):.2f} s", "", "", "", ""])
    rows.append(["restore", "copy and hash", f"{statistics.median(copies):.2f} s", "", "",
                 f"{statistics.median(copies) / statistics.median(restores):.2f}", "0.67"])


def cores_case():
    """One core and two: snapshots, and cutting and hashing alone."""
    path = big_csv()
    parts = data / "parts"
    if not parts.exists():
        parts.mkdir()
        with open(path, "rb") as file:
            for index in range(8):
                (parts / f"{index}.csv").write_bytes(file.read((arguments.mib << 20) // 8))
    for what, source in [("one file", path), ("eight files", parts)]:
        cores = {}
        for _ in range(arguments.repeat):
            for mask in ["0", "0,1"]:
                remove(work / "store", work / "store.stat")
                settle(source)
                cores.setdefault(mask, []).append(
                    run("taskset", "-c", mask, arguments.benchmarks, "snapshot", "--store", work / "store", "--path", source)[0])
        rows.append([f"two cores against one, {what}", "this", f"{statistics.median(cores['0,1']):.2f} s", "", "",
                     f"{statistics.median(cores['0']) / statistics.median(cores['0,1']):.2f}", "1.7"])

    def cut_and_hash(*masks, threads=1):
        """The seconds of each of some processes that cut and hash at the same time."""
        command = [str(arguments.benchmarks), "chunk", "--path", str(path), "--repeat", "3", "--threads", str(threads)]
        processes = [subprocess.Popen(["taskset", "-c", mask, *command], stdout=subprocess.PIPE) for mask in masks]
        answers = [[json.loads(line) for line in process.communicate()[0].splitlines()] for process in processes]
        return [next(each["median_seconds"] for each in answer if each.get("threads") == threads) for answer in answers]

    one = statistics.median(cut_and_hash("0")[0] for _ in range(arguments.repeat))
    two = statistics.median(cut_and_hash("0,1", threads=2)[0] for _ in range(arguments.repeat))
    rows.append(["two cores against one, cut and hash", "this", f"{two:.2f} s", "", "", f"{one / two:.2f}", "1.7"])
    # What the two processors give to two programs that know nothing of each other.
    both = statistics.median(sum(cut_and_hash("0", "1")) / 2 for _ in range(arguments.repeat))
    rows.append(["two such processes at once", "the machine", f"{both:.2f} s", "", "", f"{2 * one / both:.2f}", ""])


def insert_case():
    """One row inserted in the middle."""
    path = data / "inserted.csv"
    shutil.copyfile(big_csv(), path)
    remove(work / "store", work / "store.stat")
    ours("snapshot", "--path", path)
    lines = path.read_bytes()
    middle = lines.index(b"\n", len(lines) // 2) + 1
    path.write_bytes(lines[:middle] + b"0,2013-06-15T12:00:00Z,station-new,21.500,101.3,inserted\n" + lines[middle:])
    seconds, _, answer = ours("update", "--path", path)
    path.unlink()
    rows.append(["one row inserted", "this", f"{seconds:.2f} s", "", "", f"{answer['new_bytes'] / 1024:.0f} KiB new", "512 KiB"])


def files_case():
    folder = data / "many"
    values = random.Random(2)
    for index in range(0 if folder.exists() else arguments.files):
        path = folder / f"{index // 1000:03}" / f"{index:06}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(values.randbytes(10 * 1024))
    compare(f"{arguments.files} files of 10 KiB", folder, {"restic": 2, "borg": 3, "dvc": 8})


def edits_case():
    path = data / "edits.csv"
    make_csv(path, 120, seed=3)
    remove(work / "store", work / "store.stat")
    ours("snapshot", "--path", path)
    lines = path.read_bytes().split(b"\n")
    values = random.Random(4)
    for _ in range(100):
        place = values.randrange(1, len(lines) - 1)
        lines[place] = lines[place].replace(b"station", b"changed")
    content = b"\n".join(lines)
    path.write_bytes(content)
    seconds, _, answer = ours("update", "--path", path)
    rows.append(["100 rows edited in 120 MiB", "this", f"{seconds:.2f} s", "", "",
                 f"{100 * answer['new_bytes'] / len(content):.1f} % new", "7 %"])


if not arguments.keep:
    remove(work)
data.mkdir(parents=True, exist_ok=True)
cases = {"csv": csv_case, "hash": hash_case, "restore": restore_case, "cores": cores_case, "insert": insert_case,
         "files": files_case, "edits": edits_case}
for case in arguments.case or cases:
    cases[case]()
head = ["work", "who", "median", "rate", "peak memory", "ratio to this", "goal"]
widths = [max(len(row[i]) for row in rows + [head]) for i in range(len(head))]
for row in [head, ["-" * width for width in widths]] + rows:
    print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
share = sum(work for work, _ in others) / sum(seconds for _, seconds in others) / (os.cpu_count() or 1)
print(f"everything else took {100 * share:.0f} % of the processors while these ran")
if not arguments.keep:
    remove(work)

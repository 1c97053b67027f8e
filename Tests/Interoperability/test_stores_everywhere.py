# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""The same on a disk and on each S3 server: artifacts, datasets, checks, repairs, and garbage collection among writers."""

import contextlib
import json
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from servers import fault_proxy

WRITERS = 8
ROUNDS = 3


def write_folder(folder, files):
    """Writes a folder of files with these contents."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def read_folder(folder):
    """The contents of all files of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def keys(place, prefix=""):
    """The keys of the objects under a prefix."""
    lines = place.run("store", "objects", "list", *([prefix] if prefix else [])).decode().splitlines()
    return [line.split()[-1] for line in lines if line.split()[-1].startswith(prefix or "")
            and "/" in line.split()[-1]]


def expect_sound(place):
    """Checks the store, reading and hashing everything."""
    found = json.loads(place.run("store", "check", "--read-data", "100", "--json"))["check"]
    assert found["sound"] and not found["losses"], found
    assert found["packsRead"] == found["packs"]
    return found


def test_artifacts_and_datasets(place, tmp_path):
    values = random.Random(4)
    rows = "id,name\n" + "".join(f"{i},n{i % 7}\n" for i in range(5_000))
    files = {"rows.csv": rows.encode(), "sub/data.bin": values.randbytes(700_000), "empty": b""}
    source = write_folder(tmp_path / "source", files)
    first = json.loads(place.run("data", "snapshot", "rows", source, "-m", "first", "--json"))
    assert (first["reference"], first["fileCount"], first["rowCount"]) == ("rows@1", 3, 5_000)
    assert json.loads(place.run("data", "snapshot", "rows", source, "--json"))["bytesAdded"] == 0
    (source / "rows.csv").write_text(rows.replace("\n100,n2\n", "\n100,changed\n"))
    place.run("data", "snapshot", "rows", source)
    place.run("data", "tag", "rows@1", "golden")
    diff = json.loads(place.run("data", "diff", "rows@golden", "rows@2", "--key", "id", "--json"))
    assert diff["rows"]["changed"] == 1 and diff["rows"]["columnChanges"] == {"name": 1}
    for number in (1, 2):
        place.run("data", "verify", f"rows@{number}")
        place.run("data", "restore", f"rows@{number}", tmp_path / f"back{number}")
    assert read_folder(tmp_path / "back1") == files
    assert read_folder(tmp_path / "back2") == read_folder(source)
    for number in (1, 2):
        model = write_folder(tmp_path / f"model{number}", {"model.txt": values.randbytes(50_000)})
        place.run("models", "register", "delay", "--path", model)
        place.run("models", "promote", f"delay@{number}", "champion")
    place.run("models", "verify", "delay@champion")
    assert place.run("models", "rollback", "delay", "champion") == b"delay@champion is delay@1\n"
    found = expect_sound(place)
    assert place.run("store", "gc", "--age", "0") == b"nothing is garbage\n"
    assert found["problems"] == []


class Published:
    """What the writers know to be in the store: the files of each dataset whose snapshot was confirmed."""

    def __init__(self):
        self.lock = threading.Lock()
        self.confirmed = {}
        self.attempted = {}
        self.kills = 0


def write(place, tmp_path, published, pool, number, url, seed):
    """One of the writers: publishes, and is killed now and then."""
    values = random.Random(seed)
    for count in range(3):
        name = f"w{number}-{seed}-{count}"
        files = {f"f{i}": values.choice(pool) for i in range(2)} | {"own": values.randbytes(values.randrange(60_000))}
        folder = write_folder(tmp_path / "sources" / name, files)
        published.attempted[name] = files
        started = time.monotonic()
        process = place.start("data", "snapshot", name, folder, "--no-tables", url=url)
        if values.random() < 0.3:
            # Within the time that a snapshot takes: a disk answers faster than a server.
            time.sleep(values.uniform(0, 0.5 if place.url else 0.1))
            process.kill()
            process.communicate()
            published.kills += process.returncode != 0
        output, errors = process.communicate() if process.returncode is None else (b"", b"")
        assert process.returncode <= 0, (output, errors, time.monotonic() - started)
        if process.returncode == 0:
            published.confirmed[name] = files


def retire(place, published, name):
    """Takes a dataset away, and whatever only it needs becomes garbage."""
    for key in keys(place, f"datasets/{name}/"):
        place.run("store", "objects", "delete", key)
    del published.confirmed[name], published.attempted[name]


def collect(place, done, outcomes):
    """Collects garbage again and again until the writers are done."""
    while True:
        is_last = done.is_set()
        report = json.loads(place.run("store", "gc", "--age", "0", "--delay", "0", "--json"))
        outcomes.append(report["outcome"])
        if is_last:
            return
        time.sleep(0.05)


def halted_writer(place, tmp_path):
    """Starts a snapshot and halts it while it holds a lease; returns the process."""
    source = write_folder(tmp_path / "sources/halted", {"data": random.Random(3).randbytes(40_000_000)})
    for attempt in range(10):
        process = place.start("data", "snapshot", f"halted{attempt}", source, "--no-tables")
        while process.poll() is None:
            time.sleep(0.02)
            process.send_signal(signal.SIGSTOP)
            if keys(place, "chunks/leases/"):
                return process
            process.send_signal(signal.SIGCONT)
        # It was done between two looks.
        assert process.communicate() and process.returncode == 0
    raise AssertionError("no writer was met")


def test_a_collector_waits_for_a_writer_that_is_halted(place, tmp_path):
    for name in ("kept", "garbage"):
        place.run("data", "snapshot", name, write_folder(tmp_path / name, {"file": name.encode() * 50_000}))
    for key in keys(place, "datasets/garbage/"):
        place.run("store", "objects", "delete", key)
    writer = halted_writer(place, tmp_path)
    # A bucket tells times in whole seconds.
    time.sleep(1.1 if place.url else 0)
    outcomes = [json.loads(place.run("store", "gc", "--age", "0", "--delay", "0", "--json"))["outcome"]
                for _ in range(3)]
    assert outcomes[0].startswith("condemned")
    assert all("1 writers that may build on them are still at work" in outcome for outcome in outcomes[1:]), outcomes
    writer.send_signal(signal.SIGCONT)
    output, errors = writer.communicate(timeout=120)
    assert writer.returncode == 0, (output, errors)
    outcome = json.loads(place.run("store", "gc", "--age", "0", "--delay", "0", "--json"))["outcome"]
    assert outcome.startswith("moved"), outcome
    expect_sound(place)


def test_eight_writers_a_collector_and_kills(place, tmp_path):
    values = random.Random(11)
    pool = [values.randbytes(200_000) for _ in range(6)]
    published, outcomes = Published(), []
    with contextlib.ExitStack() as stack:
        # Half the writers go through a network that loses and repeats what passes.
        proxy = stack.enter_context(fault_proxy.start(place.url, rate=0.03, seed=5)) if place.url else None
        for number in range(ROUNDS):
            for name in values.sample(sorted(published.confirmed), len(published.confirmed) // 2):
                retire(place, published, name)
            done = threading.Event()
            with ThreadPoolExecutor(WRITERS + 1) as threads:
                collector = threads.submit(collect, place, done, outcomes)
                writers = [
                    threads.submit(write, place, tmp_path, published, pool, writer,
                                   proxy.url if proxy and writer % 2 else None, 100 * number + writer)
                    for writer in range(WRITERS)]
                errors = [writer.exception() for writer in writers]
                done.set()
                collector.result()
            assert errors == [None] * WRITERS, errors
            # Time passes: the leases of those who were killed lapse.
            for key in keys(place, "chunks/leases/"):
                place.run("store", "objects", "delete", key)
            expect_sound(place)
    # With nobody writing, four collections leave nothing in the trash, and fewer may not do: the first carries out the verdict
    # that the last collector left behind, the second finds what became garbage since, the third moves that to the trash, and
    # since its clock is read before it moves anything, only the fourth sees that it lies there. A bucket tells the time of one
    # object in whole seconds, cut off, and Ceph's listings in fractions: what is younger than a second is not seen to have any
    # age, so that each collection has to begin a second behind the one before.
    for _ in range(4):
        time.sleep(1.1 if place.url else 0)
        outcomes.append(json.loads(place.run(
            "store", "gc", "--age", "0", "--delay", "0", "--trash", "0", "--json"))["outcome"])
        if keys(place, "chunks/trash/") == []:
            break
    assert published.kills > 5 and len(published.confirmed) > WRITERS
    assert any(outcome.startswith("moved") for outcome in outcomes), outcomes
    assert keys(place, "chunks/trash/") == [], outcomes
    expect_sound(place)
    # Whoever was killed behind its record has published too.
    there = {item["dataset"] for item in json.loads(place.run("data", "list", "--json"))}
    assert set(published.confirmed) <= there <= set(published.attempted)

    def restore(name):
        place.run("data", "restore", name, tmp_path / "back" / name)
        return read_folder(tmp_path / "back" / name) == published.attempted[name]

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(restore, sorted(there)))


def test_damage_is_found_named_and_mended(place, tmp_path):
    values = random.Random(6)
    sources = {}
    for name in ("one", "two"):
        sources[name] = write_folder(tmp_path / name, {"a": values.randbytes(300_000), "b": values.randbytes(5_000)})
        place.run("data", "snapshot", name, sources[name])
    packs = keys(place, "chunks/packs/")
    content = bytearray(place.run("store", "objects", "get", packs[0]))
    content[100] ^= 1
    (tmp_path / "damaged").write_bytes(content)
    place.run("store", "objects", "put", packs[0], tmp_path / "damaged")
    place.run("store", "objects", "delete", keys(place, "chunks/indexes/")[-1])
    found = json.loads(place.run("store", "check", "--read-data", "100", "--json", code=1))["check"]
    assert packs[0] in [problem["key"] for problem in found["problems"] if problem["kind"] == "damaged pack"]
    # Damage stops a collection before it removes anything.
    before = keys(place)
    place.run("store", "gc", "--age", "0", "--delay", "0", code=2)
    assert keys(place) == before
    report = json.loads(place.run("store", "repair", "--json", code=1))
    assert report["quarantined"] == [packs[0]]
    lost = report["after"]["losses"]
    assert lost and {loss["record"].split("/")[1] for loss in lost} <= {"one", "two"}
    damaged = {loss["record"].split("/")[1] for loss in lost}
    assert len(damaged) == 1, "the other one is whole, though its index may have been lost"
    for name in sources:
        place.run("data", "verify", name, code=int(name in damaged))
        place.run("data", "snapshot", name, sources[name], "--force", "--reread")
    expect_sound(place)
    for name in sources:
        place.run("data", "restore", f"{name}@1", tmp_path / "back" / name)
        assert read_folder(tmp_path / "back" / name) == read_folder(sources[name])


@pytest.mark.parametrize("place, fault", [
    (kind, fault) for kind in ["moto", "ceph"]
    for fault in ["lose", "duplicate", "truncate", "break", "delay", "late", "receive-flipped", "send-flipped"]
    # moto does not compare a content with the hash that its request is signed with.
    if (kind, fault) != ("moto", "send-flipped")
], indirect=["place"])
def test_any_one_request_may_go_wrong(place, tmp_path, fault):
    def snapshot(number):
        """Makes a snapshot whose request with this number goes wrong; returns how many requests there were."""
        source = write_folder(tmp_path / str(number), {"a": random.Random(number).randbytes(20_000), "b": b"the same"})
        with fault_proxy.start(place.url, plan={number: fault}) as proxy:
            place.run("data", "snapshot", f"d{number}", source, "--no-tables", url=proxy.url)
            assert proxy.counts.get(fault) == 1 or number > proxy.requests
            return proxy.requests

    # The first snapshot of a store takes the most requests.
    count = snapshot(1)
    with ThreadPoolExecutor(4) as threads:
        assert min(threads.map(snapshot, range(2, count + 2))) > 15
    found = expect_sound(place)
    assert found["contents"] >= 2 * count
    for number in (1, count):
        place.run("data", "restore", f"d{number}", tmp_path / "back" / str(number))
        assert read_folder(tmp_path / "back" / str(number)) == read_folder(tmp_path / str(number))

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Damage and refusals as a user meets them: one message that says what, where and how to mend it, and nothing lost."""

import contextlib
import http.server
import json
import os
import random
import subprocess
import threading

import pytest


@pytest.fixture
def artifacts(mlops, tmp_path):
    """Runs `mlops artifacts` and gives back standard output, or standard error where it should fail."""

    def run(command, *words, store=tmp_path / "store", code=0, **options):
        result = mlops("artifacts", command, *words, "--store", store, **options)
        assert result.returncode == code, result.stdout + result.stderr
        if code != 2:
            return result.stdout
        assert len(result.stderr.strip().splitlines()) == 1, result.stderr
        return result.stderr

    return run


def noise(path, size, seed=1):
    path.write_bytes(random.Random(seed).randbytes(size))
    return path


@contextlib.contextmanager
def refusing(status, code):
    """A server that answers every request with one of S3's errors."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(0 if self.command == "HEAD" else len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = answer

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def test_a_damaged_pack(artifacts, mlops, tmp_path):
    artifacts("publish", "m", noise(tmp_path / "file", 300_000))
    pack = max((tmp_path / "store/chunks/packs").iterdir(), key=lambda file: file.stat().st_size)
    content = bytearray(pack.read_bytes())
    content[200_000] ^= 1
    pack.chmod(0o644)
    pack.write_bytes(content)
    said = artifacts("restore", "m", tmp_path / "back", code=2)
    assert str(tmp_path / "store") in said and pack.name in said and "'mlops store repair'" in said
    assert not (tmp_path / "back").exists()
    assert "damaged" in artifacts("verify", "m", code=1)
    # What mends it: the same content published again after a repair.
    assert mlops("store", "repair", "--store", tmp_path / "store").returncode == 1
    artifacts("publish", "m", tmp_path / "file", "--set", "again=yes")
    artifacts("verify", "m@1")


@pytest.mark.parametrize("change", [{"format": 9}, {"format": 9, "manifest": "elsewhere"}])
def test_a_version_of_a_later_format_beside_others(mlops, tmp_path, change):
    for name in ("one", "two", "three"):
        made = mlops("data", "snapshot", name, noise(tmp_path / "file", 1000), "--store", tmp_path / "store")
        assert made.returncode == 0, made.stderr
    record, = (tmp_path / "store/datasets/two/versions").iterdir()
    envelope = json.loads(record.read_text())
    envelope["record"].update(change)
    record.chmod(0o644)
    record.write_text(json.dumps(envelope))
    listed = mlops("data", "list", "--store", tmp_path / "store")
    assert listed.returncode == 2
    assert [line.split()[0] for line in listed.stdout.splitlines()[1:]] == ["one", "three"]
    assert "two" in listed.stderr and "format 9" in listed.stderr and "update swift-mlops" in listed.stderr, listed.stderr


def test_a_store_of_a_later_format(artifacts, mlops, tmp_path):
    artifacts("publish", "m", noise(tmp_path / "file", 1_000))
    description = tmp_path / "store/chunks/format.json"
    before = description.read_text()
    description.unlink()
    description.write_text(before.replace('"version":1', '"version":9'))
    for words in (["publish", "n", tmp_path / "file"], ["restore", "m", tmp_path / "back"], ["verify", "m"]):
        said = artifacts(*words, code=2)
        assert "chunks/format.json" in said and "version 9" in said and "knows version 1; use a newer one" in said
    assert not (tmp_path / "store/artifacts/n").exists() and not (tmp_path / "back").exists()
    before = sorted(path for path in (tmp_path / "store").rglob("*"))
    for text in (description.read_text(), '{"format":"swift-mlops chunk store","version":9,"layout":{}}'):
        description.write_text(text)
        for words, code in ((["check"], 1), (["gc"], 2), (["repair"], 2)):
            result = mlops("store", *words, "--store", tmp_path / "store")
            said = result.stdout + result.stderr
            assert result.returncode == code and "chunks/format.json" in said, said
            assert "version 9" in said and "knows version 1; use a newer one" in said, said
    assert sorted(path for path in (tmp_path / "store").rglob("*")) == before, "nothing was written"


def test_a_version_that_says_nothing(artifacts, mlops, tmp_path):
    artifacts("publish", "m", noise(tmp_path / "file", 1_000))
    record = tmp_path / "store/artifacts/m/versions/00000000000000000001.json"
    for text in ('{"record":{},"writeID":"a"}', "[]", ""):
        record.unlink()
        record.write_text(text)
        found = mlops("store", "check", "--store", tmp_path / "store")
        assert found.returncode == 1 and record.name in found.stdout and "unreadable record" in found.stdout
        # What it named must not pass for garbage.
        result = mlops("store", "gc", "--age", "0", "--store", tmp_path / "store")
        assert result.returncode == 2 and record.name in result.stderr, result


def test_a_store_that_is_misspelt(mlops, tmp_path):
    # A collection may come before the first writer.
    for words in (["check"], ["repair"], ["stat"]):
        result = mlops("store", *words, "--store", tmp_path / "none")
        assert result.returncode == 2 and f"there is no folder '{tmp_path / 'none'}'" in result.stderr, result
    assert list(tmp_path.iterdir()) == []
    result = mlops("data", "list", "--store", "")
    assert result.returncode == 2 and "expected a folder or s3://bucket/prefix" in result.stderr


def test_a_damaged_pack_in_a_bucket(artifacts, s3, s3_server, bucket, tmp_path):
    where = {"store": f"s3://{bucket}/team"}
    artifacts("publish", "m", noise(tmp_path / "file", 300_000), "--endpoint", s3_server, **where)
    objects = s3.list_objects_v2(Bucket=bucket)["Contents"]
    key = max(objects, key=lambda item: item["Size"])["Key"]
    content = bytearray(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    content[200_000] ^= 1
    s3.put_object(Bucket=bucket, Key=key, Body=bytes(content))
    said = artifacts("restore", "m", tmp_path / "back", "--endpoint", s3_server, code=2, **where)
    assert key.split("/")[-1] in said and "'mlops store repair'" in said and bucket in said
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("status, code, mend", [
    (400, "ExpiredToken", "the credentials have expired; get new ones"),
    (404, "NoSuchBucket", "the bucket 'models' does not exist"),
])
def test_a_server_that_refuses(artifacts, tmp_path, status, code, mend):
    file = noise(tmp_path / "file", 1_000)
    with refusing(status, code) as url:
        for words in (["publish", "m", file], ["list"], ["restore", "m", tmp_path / "back"]):
            said = artifacts(*words, "--endpoint", url, store="s3://models/team", code=2)
            assert mend in said and "models" in said
    assert not (tmp_path / "back").exists()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of three mebibytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True).returncode != 0:
        pytest.skip("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk(artifacts, mlops, small_disk, tmp_path):
    store = small_disk / "store"
    file = noise(tmp_path / "file", 500_000)
    artifacts("publish", "m", file, store=store)
    for size in (5_000_000, 20_000_000):
        said = artifacts("publish", "m", noise(tmp_path / "large", size, seed=size), store=store, code=2)
        assert "the disk is full; free space and run again, nothing was published" in said and str(store) in said
    assert json.loads(artifacts("list", "m", "--json", store=store))[0]["reference"] == "m@1"
    result = mlops("store", "check", "--read-data", "100", "--store", store)
    assert result.returncode == 0, result.stdout
    # A restore and an export that do not fit leave nothing either.
    artifacts("publish", "big", noise(tmp_path / "large", 6_000_000), store=tmp_path / "store")
    for words in (["restore"], ["export", "--as", "tar"], ["export", "--as", "oci"], ["export", "--as", "folder"]):
        said = artifacts(words[0], "big", small_disk / "out", *words[1:], code=2)
        assert "the disk is full" in said and str(small_disk / "out") in said
        assert ".exporting" not in said and ".restoring" not in said, said
        assert [path.name for path in small_disk.iterdir()] == ["store"]
    artifacts("publish", "m", noise(tmp_path / "next", 400_000, seed=7), store=store)
    artifacts("verify", "m@2", store=store)


def test_a_place_that_is_read_only(artifacts, small_disk, tmp_path):
    artifacts("publish", "m", noise(tmp_path / "file", 1_000))
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    for words in (["restore"], ["export", "--as", "tar"], ["export", "--as", "oci"], ["export", "--as", "folder"]):
        said = artifacts(words[0], "m", small_disk / "out", *words[1:], code=2)
        assert "mounted read-only" in said and str(small_disk / "out") in said
        assert ".exporting" not in said and ".restoring" not in said, said


def test_a_full_disk_under_a_comparison(mlops, small_disk, tmp_path):
    where = ["--store", tmp_path / "store"]
    for number in range(2):
        (tmp_path / "t.csv").write_text(
            "id,text,n\n" + "".join(f"{i},some text {i % 97},{i * 7 + number}\n" for i in range(200_000)))
        assert mlops("data", "snapshot", "t", tmp_path / "t.csv", *where).returncode == 0

    def diff(memory, folder):
        return mlops("data", "diff", "t@1", "t@2", "--key", "id", "--memory", memory, *where,
                     environment={"TMPDIR": str(folder)})

    result = diff(1, small_disk)
    assert result.returncode == 2 and result.stderr.count("\n") == 1, result
    assert "No space left on device" in result.stderr and str(small_disk) in result.stderr
    assert "free space there, or name another folder with TMPDIR" in result.stderr
    assert list(small_disk.iterdir()) == []
    result = diff(1, tmp_path / "none")
    assert result.returncode == 2 and str(tmp_path / "none") in result.stderr, result
    # With room it is what memory alone gives.
    (tmp_path / "spill").mkdir()
    parted, whole = diff(1, tmp_path / "spill"), diff(64, tmp_path / "none")
    assert (parted.returncode, whole.returncode) == (0, 0), parted.stderr + whole.stderr
    assert parted.stdout == whole.stdout and "200000 changed" in whole.stdout, whole.stdout
    assert list((tmp_path / "spill").iterdir()) == []

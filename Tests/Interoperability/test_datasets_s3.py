# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Dataset versions in a bucket: what works on a disk works on each S3 server."""

import json
import random
from concurrent.futures import ThreadPoolExecutor


def test_versions_in_a_bucket(mlops, s3, s3_server, bucket, tmp_path):
    values = random.Random(8)
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "rows.csv").write_text("id,name\n" + "".join(f"{i},n{i % 7}\n" for i in range(20_000)))
    (source / "sub/random.bin").write_bytes(values.randbytes(3_000_000))
    where = ["--store", f"s3://{bucket}/team", "--endpoint", s3_server]
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}

    def run(*words, code=0):
        result = mlops("data", *words, *where, environment=cache)
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout if code != 2 else result.stderr

    first = json.loads(run("snapshot", "rows", source, "-m", "first", "--json"))
    assert (first["reference"], first["rowCount"], first["fileCount"]) == ("rows@1", 20_000, 2)
    objects = {item["Key"]: item["ETag"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    again = json.loads(run("snapshot", "rows", source, "--json"))
    assert (again["reference"], again["bytesAdded"]) == ("rows@1", 0)
    assert {item["Key"]: item["ETag"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]} == objects

    text = (source / "rows.csv").read_text()
    (source / "rows.csv").write_text(text.replace("\n100,n2\n", "\n100,changed\n"))
    second = json.loads(run("snapshot", "rows", source, "--json"))
    assert second["reference"] == "rows@2" and second["newBytes"] < 700_000
    diff = json.loads(run("diff", "rows@1", "rows@2", "--key", "id", "--json"))
    assert diff["rows"]["changed"] == 1 and diff["rows"]["columnChanges"] == {"name": 1}
    run("restore", "rows@1", tmp_path / "back")
    assert (tmp_path / "back/rows.csv").read_text() == text
    assert (tmp_path / "back/sub/random.bin").read_bytes() == (source / "sub/random.bin").read_bytes()
    assert "all 2 files are sound" in run("verify", "rows@2")

    # Six writers at once: every one gets a number of its own, and nothing is lost.
    def write(index):
        file = tmp_path / f"writer-{index}.txt"
        file.write_text(f"writer {index}\n" * 1_000)
        return json.loads(run("snapshot", "shared", file, "--json"))["number"]

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(write, range(6))) == list(range(1, 7))
    for number in range(1, 7):
        run("verify", f"shared@{number}")

    # A lost pack is named, and nothing is restored.
    packs = [item for item in s3.list_objects_v2(Bucket=bucket)["Contents"] if item["Key"].endswith(".pack")]
    largest = max(packs, key=lambda item: item["Size"])["Key"]
    s3.delete_object(Bucket=bucket, Key=largest)
    assert "missing" in run("verify", "rows@1", code=1)
    assert run("restore", "rows@1", tmp_path / "lost", code=2)
    assert not (tmp_path / "lost/sub/random.bin").exists()


def test_a_bucket_that_is_not_there_is_one_message(mlops, s3_server, tmp_path):
    file = tmp_path / "x.txt"
    file.write_text("x")
    result = mlops("data", "snapshot", "x", file, "--store", "s3://no-such-bucket-here/x", "--endpoint", s3_server,
                   environment={"XDG_CACHE_HOME": str(tmp_path / "cache")})
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1 and "bucket" in result.stderr

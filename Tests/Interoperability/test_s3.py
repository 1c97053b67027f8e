# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""S3ObjectStore against real servers, direct and through a proxy that loses and repeats what passes."""

import concurrent.futures
import json
import os
import time

import boto3
import pytest

from servers import fault_proxy


def probe(mlops, bucket, endpoint, *options, **keywords):
    result = mlops(
        "store", "check", "--probe", "--json", "--store", f"s3://{bucket}/some/prefix", "--endpoint", endpoint,
        *options, **keywords)
    assert result.stdout, result.stderr
    findings = json.loads(result.stdout)
    return result.returncode, findings, {each["check"]: each for each in findings["checks"]}


def test_keeps_every_promise(mlops, bucket, s3_server, s3, request):
    # One server shows listings of more than one page; the other, slower one shows the rest.
    count = 60 if "moto" in request.node.callspec.id else 1050
    code, findings, checks = probe(mlops, bucket, s3_server, "--objects", count)
    assert {each["verdict"] for each in checks.values()} == {"passed"}, checks
    assert code == 0 and findings["conforming"]
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket), "the probe leaves nothing behind"
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_keeps_every_promise_through_a_faulty_network(mlops, bucket, s3_server):
    with fault_proxy.start(s3_server, rate=0.1, seed=1) as proxy:
        code, findings, checks = probe(mlops, bucket, proxy.url, "--objects", 60)
        assert {each["verdict"] for each in checks.values()} == {"passed"}, checks
        assert code == 0
        assert set(fault_proxy.FAULTS) <= set(proxy.counts), proxy.counts


def test_eight_processes_race(mlops, bucket, s3_server, tmp_path):
    with fault_proxy.start(s3_server, rate=0.08, seed=3) as proxy:
        keys = [f"log/{number:04}" for number in range(12)]

        def write(writer):
            path = tmp_path / str(writer)
            path.write_bytes(bytes([writer]) * 1000)
            endpoint = proxy.url if writer % 2 else s3_server
            result = mlops("store", "objects", "create", path, *keys, "--store", f"s3://{bucket}/race",
                           "--endpoint", endpoint)
            assert result.returncode in (0, 1), result.stderr
            return [line.split()[1] for line in result.stdout.splitlines() if line.startswith("created ")]

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            won = list(pool.map(write, range(8)))
        assert sorted(key for each in won for key in each) == keys, "each key has exactly one winner"
        for writer, each in enumerate(won):
            for key in each:
                result = mlops("store", "objects", "get", key, "--store", f"s3://{bucket}/race", "--endpoint", s3_server)
                assert result.stdout == chr(writer) * 1000


def test_a_server_that_ignores_the_condition_is_refused(mlops, moto_server):
    boto3.client("s3", endpoint_url=moto_server, region_name="us-east-1", aws_access_key_id="A",
                 aws_secret_access_key="S").create_bucket(Bucket="ignorant")
    with fault_proxy.start(moto_server, dropped_headers=["If-None-Match"]) as proxy:
        text = mlops("store", "check", "--probe", "--store", "s3://ignorant", "--endpoint", proxy.url,
                     "--only", "create if absent", "--only", "racing creators")
        assert text.returncode == 1 and "exactly one of several writers" in text.stdout
        assert "the server ignores 'If-None-Match'" in text.stdout
    with fault_proxy.start(moto_server, dropped_headers=["If-Match"]) as proxy:
        code, findings, checks = probe(mlops, "ignorant", proxy.url, "--only", "replace if unchanged")
        assert code == 0 and findings["conforming"], "nothing here relies on replacing"
        assert checks["replace if unchanged"]["verdict"] == "lacking"


def test_a_proxy_that_drops_a_condition_breaks_the_signature(mlops, ceph_server):
    boto3.client("s3", endpoint_url=ceph_server, region_name="us-east-1", aws_access_key_id="AKTEST",
                 aws_secret_access_key="SKTEST").create_bucket(Bucket="signed")
    with fault_proxy.start(ceph_server, dropped_headers=["If-None-Match"]) as proxy:
        result = mlops("store", "objects", "create", __file__, "key", "--store", "s3://signed", "--endpoint", proxy.url)
        assert result.returncode == 2 and "signature is refused" in result.stderr


def test_boto3_reads_what_was_written(mlops, bucket, s3_server, s3, tmp_path):
    store = ["--store", f"s3://{bucket}/p", "--endpoint", s3_server]
    for name, size in [("empty", 0), ("small", 1000), ("parts", 40 << 20)]:
        content = os.urandom(size)
        (tmp_path / name).write_bytes(content)
        result = mlops("store", "objects", "put", f"a/{name}+x=@", tmp_path / name, *store)
        assert result.returncode == 0, result.stderr
        answer = s3.get_object(Bucket=bucket, Key=f"p/a/{name}+x=@")
        assert answer["Body"].read() == content
        assert answer["ETag"].strip('"') == result.stdout.strip()
        assert ("-" in answer["ETag"]) == (size > 32 << 20), "a large content goes in parts"
    listed = mlops("store", "objects", "list", *store).stdout
    assert [line.split()[-1] for line in listed.splitlines()[1:]] == ["a/empty+x=@", "a/parts+x=@", "a/small+x=@"]
    s3.put_object(Bucket=bucket, Key="p/foreign", Body=b"by another")
    assert mlops("store", "objects", "get", "foreign", *store).stdout == "by another"


def test_a_large_content_passes_a_faulty_network(mlops, bucket, s3_server, s3, tmp_path):
    content = os.urandom(45 << 20)
    (tmp_path / "large").write_bytes(content)
    faults = [fault for fault in fault_proxy.FAULTS if fault != "delay"]
    with fault_proxy.start(s3_server, rate=0.4, seed=1, faults=faults) as proxy:
        result = mlops("store", "objects", "put", "large", tmp_path / "large", "--store", f"s3://{bucket}",
                       "--endpoint", proxy.url)
        assert result.returncode == 0, result.stderr
        assert sum(count for fault, count in proxy.counts.items() if fault) > 0
    assert s3.get_object(Bucket=bucket, Key="large")["Body"].read() == content


def test_a_large_creation(mlops, bucket, s3_server, s3, tmp_path, request):
    where = ["--store", f"s3://{bucket}/p", "--endpoint", s3_server]
    contents = [os.urandom(40 << 20) for _ in range(2)]
    for content, code in zip(contents, (0, 1)):
        (tmp_path / "large").write_bytes(content)
        result = mlops("store", "objects", "create", tmp_path / "large", "key", *where)
        assert result.returncode == code, result.stdout + result.stderr
    answer = s3.get_object(Bucket=bucket, Key="p/key")
    assert answer["Body"].read() == contents[0]
    # One of the servers heeds the condition at the end of an upload in parts, the other does not.
    assert ("-" in answer["ETag"]) == ("moto" in request.node.callspec.id)
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["p/key"], "the probe left something"
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_virtual_host(mlops, s3_server, bucket):
    endpoint = s3_server.replace("127.0.0.1", "localhost")
    code, _, checks = probe(
        mlops, bucket, endpoint, "--addressing", "virtual-host", "--only", "contents", "--only", "listing")
    assert code == 0, checks


def test_uploads_that_never_ended_are_found_and_removed(mlops, bucket, s3_server, s3, tmp_path):
    where = ["--store", f"s3://{bucket}/team", "--endpoint", s3_server]
    (tmp_path / "file").write_bytes(b"content")
    assert mlops("data", "snapshot", "x", tmp_path / "file", *where).returncode == 0
    upload = s3.create_multipart_upload(Bucket=bucket, Key="team/chunks/packs/large")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="team/chunks/packs/large", UploadId=upload, PartNumber=1, Body=bytes(5 << 20))
    s3.create_multipart_upload(Bucket=bucket, Key="elsewhere")
    found = json.loads(mlops("store", "check", *where, "--json").stdout)["check"]
    assert found["sound"] and [each["kind"] for each in found["problems"]] == ["unfinished write"]
    begun = s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]["Initiated"]
    if begun.year > 2020:  # moto says of every upload that it began in 2010
        assert json.loads(mlops("store", "gc", *where, "--json").stdout)["unfinished"] == [], "a day has not passed"
    # Times of uploads are whole seconds.
    time.sleep(1.1)
    assert json.loads(mlops("store", "gc", *where, "--age", "0", "--json").stdout)["unfinished"] == ["chunks/packs/large"]
    assert [each["Key"] for each in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["elsewhere"]


@pytest.mark.parametrize("environment, text", [
    ({"AWS_ACCESS_KEY_ID": "NOBODY"}, "does not know these credentials"),
    ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "check AWS_SECRET_ACCESS_KEY"),
    ({"AWS_ACCESS_KEY_ID": "", "HOME": "/nonexistent"}, "there are no credentials"),
])
def test_wrong_credentials(mlops, ceph_server, environment, text):
    result = mlops("store", "check", "--probe", "--store", "s3://some-bucket", "--endpoint", ceph_server,
                   environment=environment)
    assert result.returncode == 2
    assert text in result.stderr and result.stderr.count("\n") == 1
    assert "SKTEST" not in result.stderr


def test_missing_bucket_and_server(mlops, s3_server):
    result = mlops("store", "check", "--probe", "--store", "s3://no-such-bucket", "--endpoint", s3_server)
    assert result.returncode == 2 and "does not exist" in result.stderr
    start = time.monotonic()
    result = mlops("store", "check", "--probe", "--store", "s3://bucket", "--endpoint", "http://127.0.0.1:1")
    assert result.returncode == 2 and "nothing answers there" in result.stderr
    assert time.monotonic() - start < 60

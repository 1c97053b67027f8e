# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""HTTPS: a bucket behind TLS, certificates that are not to be trusted, and servers that break off anywhere."""

import json
import os
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import fresh_bucket
from servers import tls

ANSWERS = {
    "nothing": b"", "half a status": b"HTTP/1.1 2", "a status alone": b"HTTP/1.1 200 OK\r\n",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le", "a head without end": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
    "no body": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\nETag: \"a\"\r\n\r\nhello",
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: \"a\"\r\n\r\n5\r\nhel",
    "no HTTP": b"\x00\x01 this is not HTTP\r\n\r\nxx", "no number": b"HTTP/1.1 abc\r\n\r\nxx",
    "no colon": b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\nxx", "another protocol": b"HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n",
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return tls.Authority(tmp_path_factory.mktemp("tls"))


def get(mlops, port, trusted, host="localhost"):
    """Asks a server for an object."""
    return mlops("store", "objects", "get", "key", "--store", "s3://bucket", "--endpoint", f"https://{host}:{port}",
                 environment={"SSL_CERT_FILE": str(trusted)})


def test_a_bucket_behind_tls(mlops, s3_server, authority, tmp_path):
    bucket = fresh_bucket(s3_server)
    trusted = {"SSL_CERT_FILE": str(authority.file), "XDG_CACHE_HOME": str(tmp_path)}
    gateway = urllib.parse.urlsplit(s3_server).port
    only = [word for check in ["contents", "ranges", "large object", "racing creators", "listing"]
            for word in ("--only", check)]

    def probe(host, port, style):
        result = mlops("store", "check", "--probe", "--json", "--store", f"s3://{bucket}/probe", *only,
                       "--endpoint", f"https://{host}:{port}", "--addressing", style, environment=trusted)
        assert result.returncode == 0, result.stdout + result.stderr
        assert {each["verdict"] for each in json.loads(result.stdout)["checks"]} == {"passed"}

    with tls.front(authority.context("localhost", f"{bucket}.localhost"), gateway) as port:
        probe("localhost", port, "virtual-host")
    with tls.front(authority.context(), gateway) as port:
        probe("127.0.0.1", port, "path")
        where = ["--store", f"s3://{bucket}/data", "--endpoint", f"https://127.0.0.1:{port}"]
        content = os.urandom(40 << 20)
        (tmp_path / "large").write_bytes(content)
        assert mlops("data", "snapshot", "large", tmp_path / "large", *where, environment=trusted).returncode == 0
        assert mlops("data", "restore", "large", tmp_path / "back", *where, environment=trusted).returncode == 0
        assert (tmp_path / "back").read_bytes() == content
        found = json.loads(
            mlops("store", "check", "--read-data", "100", "--json", *where, environment=trusted).stdout)["check"]
        assert found["sound"] and not found["losses"]


@pytest.mark.parametrize("ending", ["politely", "rudely", "reset"])
def test_a_server_that_breaks_off_is_one_message(mlops, authority, ending):
    def attempt(answer):
        with tls.broken(authority.context(), answer, ending) as port:
            return get(mlops, port, authority.file)

    with ThreadPoolExecutor(12) as pool:
        for name, result in zip(ANSWERS, pool.map(attempt, ANSWERS.values())):
            assert result.returncode == 2, (name, result)
            assert result.stderr.count("\n") == 1 and "https://localhost" in result.stderr, (name, result.stderr)
            assert result.stdout == ""


def test_certificates_that_are_not_to_be_trusted(mlops, authority, tmp_path):
    def expect(context, host, trusted, *texts):
        with tls.broken(context, ANSWERS["half a body"], "politely") as port:
            result = get(mlops, port, trusted, host)
        assert result.returncode == 2 and result.stderr.count("\n") == 1, result
        assert "not trusted" in result.stderr and "SSL_CERT_FILE" in result.stderr, result.stderr
        assert any(text in result.stderr for text in texts), result.stderr

    (tmp_path / "other").mkdir()
    other = tls.Authority(tmp_path / "other")
    expect(authority.context(), "localhost", other.file, "certificate")
    expect(authority.context(), "localhost", "", "certificate")
    expect(authority.context("elsewhere.example"), "localhost", authority.file, "localhost")
    expect(authority.context(days=-1), "localhost", authority.file, "expired")


def test_a_server_without_tls_is_one_message(mlops, moto_server, authority):
    port = urllib.parse.urlsplit(moto_server).port
    result = get(mlops, port, authority.file, "127.0.0.1")
    assert result.returncode == 2 and result.stderr.count("\n") == 1, result

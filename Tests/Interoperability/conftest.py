# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""What the tests share: the built commands, and servers that start once for all of them."""

import os
import pathlib
import subprocess

import boto3
import botocore.config
import pytest

from servers import ceph, moto

KEYS = {"AWS_ACCESS_KEY_ID": "AKTEST", "AWS_SECRET_ACCESS_KEY": "SKTEST", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="session")
def bin_folder():
    """The folder of the release builds."""
    return pathlib.Path(os.environ["SWIFT_MLOPS_BIN"])


@pytest.fixture(scope="session")
def mlops(bin_folder):
    """Runs `mlops` with arguments; returns the finished process with text in stdout and stderr."""

    def run(*arguments, environment=None, timeout=120, **options):
        return subprocess.run(
            [bin_folder / "mlops", *map(str, arguments)], env={**os.environ, **KEYS, **(environment or {})},
            capture_output=True, text=True, timeout=timeout, **options)

    return run


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory):
    """The URL of a moto server."""
    with moto.start(tmp_path_factory.mktemp("moto")) as url:
        yield url


@pytest.fixture(scope="session")
def ceph_server(tmp_path_factory):
    """The URL of Ceph's gateway."""
    with ceph.start(
            tmp_path_factory.mktemp("ceph"), KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"]) as url:
        yield url


@pytest.fixture(params=["moto", "ceph"])
def s3_server(request):
    """The URL of each S3 server in turn."""
    return request.getfixturevalue(f"{request.param}_server")


def client(url):
    """boto3 on a server."""
    return boto3.client(
        "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        config=botocore.config.Config(s3={"addressing_style": "path"}))


def fresh_bucket(url):
    """The name of a bucket that was just made."""
    name = "b-" + os.urandom(6).hex()
    client(url).create_bucket(Bucket=name)
    return name


@pytest.fixture
def s3(s3_server):
    """boto3 on the server of the test."""
    return client(s3_server)


@pytest.fixture
def bucket(s3_server):
    """A fresh bucket of the test."""
    return fresh_bucket(s3_server)


class Place:
    """Where a test keeps its data: a folder, or a bucket behind a server's URL."""

    def __init__(self, bin_folder, store, url=None):
        self.program = bin_folder / "mlops"
        self.store = store
        self.url = url

    def start(self, *words, url=None):
        """Starts `mlops` on the store, by way of another URL where one is given."""
        endpoint = ["--endpoint", url or self.url] if self.url else []
        return subprocess.Popen(
            [str(self.program), *map(str, words), "--store", str(self.store), *endpoint],
            env={**os.environ, **KEYS, "XDG_CACHE_HOME": "/nonexistent"},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *words, code=0, url=None):
        """Runs `mlops` on the store, which must end with this code; returns what it printed, as bytes."""
        process = self.start(*words, url=url)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == code, (words, process.returncode, output[-2000:], errors[-2000:])
        return output if code < 2 else errors


@pytest.fixture(params=["disk", "moto", "ceph"])
def place(request, bin_folder, tmp_path):
    """Each kind of place for a store in turn."""
    if request.param == "disk":
        return Place(bin_folder, tmp_path / "store")
    url = request.getfixturevalue(f"{request.param}_server")
    return Place(bin_folder, f"s3://{fresh_bucket(url)}/team", url)

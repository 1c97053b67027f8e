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


@pytest.fixture
def s3(s3_server):
    """boto3 on the server of the test."""
    return boto3.client(
        "s3", endpoint_url=s3_server, region_name="us-east-1", aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        config=botocore.config.Config(s3={"addressing_style": "path"}))


@pytest.fixture
def bucket(s3, request):
    """A fresh bucket of the test."""
    name = "b-" + os.urandom(6).hex()
    s3.create_bucket(Bucket=name)
    return name

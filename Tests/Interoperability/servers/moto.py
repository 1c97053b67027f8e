# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""The moto server: an S3 double written in Python (PyPI)."""

import contextlib
import sys

from . import processes


@contextlib.contextmanager
def start(folder):
    """Starts a server and yields its URL; it takes any credentials."""
    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    with processes.running([sys.executable, "-m", "moto.server", "-p", str(port)], folder / "moto.log") as process:
        processes.wait_for(url, process=process)
        yield url

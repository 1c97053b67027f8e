# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Free ports, and processes that end with the test that started them."""

import contextlib
import socket
import subprocess
import time
import urllib.error
import urllib.request


def free_port():
    """A port on loopback that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(url, seconds=60, process=None):
    """Returns once a server answers at a URL, whatever its status."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"the server for {url} ended with code {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no server answers at {url} after {seconds} s")


@contextlib.contextmanager
def running(arguments, log, **options):
    """A process that is ended, with its children's consent or without, when the block ends."""
    with open(log, "wb") as output:
        process = subprocess.Popen(arguments, stdout=output, stderr=subprocess.STDOUT, **options)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

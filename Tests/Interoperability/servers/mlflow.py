# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""MLflow's tracking server on an SQLite database, with artifacts by way of the server."""

import contextlib
import sys

from . import processes


@contextlib.contextmanager
def start(folder):
    """Starts a server and yields its URL."""
    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "artifacts"),
    ]
    with processes.running(arguments, folder / "mlflow.log", cwd=folder) as process:
        processes.wait_for(url + "/health", seconds=120, process=process)
        yield url

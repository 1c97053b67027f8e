# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Ceph's S3 gateway: one monitor, one storage daemon in memory, one radosgw, from the packages of Debian and Ubuntu."""

import contextlib
import os
import signal
import subprocess
import time
import uuid

from . import packages, processes

PACKAGES = ["radosgw", "ceph-mon", "ceph-osd", "ceph-common"]
PROGRAMS = ["radosgw", "ceph-mon", "ceph-osd", "ceph", "radosgw-admin", "ceph-authtool", "monmaptool"]

CONFIGURATION = """
[global]
fsid = {fsid}
mon initial members = a
mon host = [v1:127.0.0.1:{monitor}]
ms bind msgr2 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
keyring = {folder}/keyring
run dir = {folder}/run
admin socket = {folder}/run/$name.$pid.asok
log file = {folder}/run/$name.log
pid file = {folder}/run/$name.pid
mon data = {folder}/mon
mon allow pool size one = true
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd crush chooseleaf type = 0
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{gateway}
rgw dns name = localhost
"""


def run(folder, *arguments, attempts=1):
    """Runs a program of the cluster, again where a daemon is not ready yet."""
    environment = dict(os.environ, CEPH_CONF=str(folder / "ceph.conf"))
    for attempt in range(attempts):
        result = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, timeout=90)
        if result.returncode == 0:
            return
        time.sleep(1)
    raise RuntimeError(f"{' '.join(arguments)}: {result.stderr[-1000:]}")


@contextlib.contextmanager
def start(folder, access_key, secret_key):
    """Starts a gateway with one user and yields its URL."""
    packages.install(PACKAGES, PROGRAMS)
    folder = folder / "ceph"
    for part in ["mon", "osd", "run"]:
        (folder / part).mkdir(parents=True)
    gateway, monitor, fsid = processes.free_port(), processes.free_port(), str(uuid.uuid4())
    (folder / "ceph.conf").write_text(
        CONFIGURATION.format(fsid=fsid, monitor=monitor, gateway=gateway, folder=folder))
    try:
        run(folder, "ceph-authtool", "--create-keyring", "keyring", "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        run(folder, "ceph-authtool", "keyring", "--gen-key", "-n", "client.admin",
            "--cap", "mon", "allow *", "--cap", "osd", "allow *")
        run(folder, "monmaptool", "--create", "--addv", "a", f"[v1:127.0.0.1:{monitor}]", "--fsid", fsid, "monmap")
        run(folder, "ceph-mon", "--mkfs", "-i", "a", "--monmap", "monmap", "--keyring", "keyring")
        run(folder, "ceph-mon", "-i", "a")
        run(folder, "ceph", "osd", "create", attempts=30)
        run(folder, "ceph-osd", "-i", "0", "--mkfs")
        # The daemon ends at once where it asks the monitor before it has learnt the name of the cluster.
        run(folder, "ceph-osd", "-i", "0", attempts=5)
        run(folder, "ceph", "osd", "crush", "add", "osd.0", "1.0", "root=default", "host=h", attempts=5)
        # The storage is in memory: how full the disk of the machine is does not matter.
        for name, ratio in [("full", ".99"), ("backfillfull", ".98"), ("nearfull", ".97")]:
            run(folder, "ceph", "osd", f"set-{name}-ratio", ratio, attempts=5)
        run(folder, "radosgw", "-n", "client.rgw", "-k", "keyring")
        processes.wait_for(f"http://127.0.0.1:{gateway}")
        run(folder, "radosgw-admin", "-n", "client.rgw", "user", "create", "--uid=u", "--display-name=u",
            f"--access-key={access_key}", f"--secret-key={secret_key}")
        yield f"http://127.0.0.1:{gateway}"
    finally:
        stop(folder)


def stop(folder):
    """Ends the daemons by their process ids and waits for them."""
    ids = [int(path.read_text()) for path in (folder / "run").glob("*.pid") if path.read_text().strip()]
    for number, each in [(signal.SIGTERM, 50), (signal.SIGKILL, 20)]:
        for process in ids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
        for _ in range(each):
            ids = [process for process in ids if os.path.exists(f"/proc/{process}")]
            if not ids:
                return
            time.sleep(0.1)

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Programs from the packages of Debian and Ubuntu."""

import os
import shutil
import subprocess


def install(programs, packages):
    """Installs the packages where one of the programs is missing; that needs root."""
    if all(shutil.which(program) for program in programs):
        return
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], check=True, env=environment)

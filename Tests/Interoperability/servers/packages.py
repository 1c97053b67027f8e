# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Packages of Debian and Ubuntu that some tests need."""

import os
import shutil
import subprocess


def install(packages, programs):
    """Installs packages where one of the programs that they bring is missing; that needs root."""
    if all(shutil.which(program) for program in programs):
        return
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], check=True, env=environment)

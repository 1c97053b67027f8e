#!/usr/bin/env python3
# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Writes a golden run with the `mlops` of today: generate.py MLOPS NAME.

A golden run is never written again: every later program must read it. Run this only for a new version of the format, under a new name.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

mlops, name = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
target = pathlib.Path(__file__).parent / name
if target.exists():
    sys.exit(f"{target} exists, and golden runs are never written again")
with tempfile.TemporaryDirectory() as work:
    model = pathlib.Path(work) / "model.txt"
    model.write_text("trees\n")
    lines = [
        {"event": "start", "name": "july", "experiment": "flight-delay"},
        {"event": "parameter", "name": "learning_rate", "value": "0.05"},
        {"event": "parameter", "name": "größe", "value": "ü = \"1\"\nzwei"},
        {"event": "tag", "name": "team", "value": "ops"},
        *({"event": "metric", "name": "loss", "value": 1 / (step + 1), "step": step} for step in range(100)),
        *({"event": "metric", "name": "odd", "value": value, "step": step}
          for step, value in [(0, "NaN"), (7, "Infinity"), (1_000_000_007, "-Infinity"), (2_000_000_000, -0.0)]),
        {"event": "flush"},
        {"event": "histogram", "name": "weights", "values": [0.5, 1.5, 1.5, -3], "step": 2, "buckets": 4},
        {"event": "artifact", "file": str(model), "path": "model/model.txt"},
        {"event": "end"},
    ]
    subprocess.run(
        [mlops, "runs", "import", "-", "--runs", target], check=True, text=True,
        input="".join(json.dumps(line) + "\n" for line in lines))

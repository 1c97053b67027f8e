# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""What the tests of the tree formats share: random rows full of traps, and `mlops predict`."""
import os
import pathlib
import subprocess

import numpy as np

MLOPS = pathlib.Path(os.environ["SWIFT_MLOPS_BIN"]) / "mlops"
SEED = int(os.environ.get("SWIFT_MLOPS_SEED", np.random.SeedSequence().entropy % 2**32))
F32 = np.float32


def generator(number):
    """A fresh generator for a test; the seed is printed with a failure and can be given again."""
    print(f"SWIFT_MLOPS_SEED={SEED}")
    return np.random.default_rng([SEED, number])


def rows_and_target(rng, rows=600, columns=6, missing=True):
    X = (rng.normal(size=(rows, columns)) * rng.choice([1e-3, 1, 1e3], columns)).astype(F32).astype(float)
    if missing:
        X[rng.random(X.shape) < 0.1] = np.nan
    X[:, -1] = np.where(rng.random(rows) < 0.4, 0, X[:, -1])
    Z = np.nan_to_num(X / np.nanmax(np.abs(X), axis=0).clip(1e-30))
    return X, Z @ rng.normal(size=columns) + np.sin(5 * Z[:, 0]) + Z[:, 1] * Z[:, 2] + rng.normal(size=rows) * 0.05


def traps(rng, X, thresholds, infinite=False, missing=True, count=150):
    """Rows with exact thresholds and their neighbours in both widths, zeros, denormals and the like."""
    special = [0.0, -0.0, 1e-36, -1e-36, 5e-324, 1e-40, 3.4e38, -3.4e38]
    special += ([np.nan] if missing else []) + ([np.inf, -np.inf] if infinite else [])
    rows = X[rng.integers(0, len(X), count)].copy()
    for row in rows:
        for column in range(X.shape[1]):
            near = [t for t in thresholds.get(column, []) if np.isfinite(t)]
            kind = rng.random()
            if kind < 0.5 and near:
                t = near[rng.integers(len(near))]
                row[column] = [t, float(F32(t)), np.nextafter(t, 9e30), np.nextafter(t, -9e30),
                               float(np.nextafter(F32(t), F32(9e30))), float(np.nextafter(F32(t), F32(-9e30)))][
                    rng.integers(6)]
            elif kind < 0.65:
                row[column] = special[rng.integers(len(special))]
    return rows


def predict(model, rows, output, tmp_path, names=None, threads=1):
    """What `mlops predict` prints, as float64; every number reads back to its bits."""
    csv = tmp_path / "rows.csv"
    with open(csv, "w") as file:
        file.write(",".join(names or [f"c{i}" for i in range(len(rows[0]))]) + "\n")
        for row in rows:
            file.write(",".join(v if isinstance(v, str) else "" if v != v else repr(v) for v in (
                v if isinstance(v, (str, int)) else float(v) for v in row)) + "\n")
    done = subprocess.run([MLOPS, "predict", model, "--csv", csv, "--output", output, "--threads", str(threads)],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return np.array([[float(field) for field in line.split(",")] for line in done.stdout.splitlines()])


def assert_same(found, expected, ulps=0, absolute=0.0):
    expected = np.asarray(expected, np.float64).reshape(found.shape)
    near = np.maximum(ulps * np.spacing(np.abs(expected)), absolute)
    same = (found == expected) | (np.abs(found - expected) <= near) | (np.isnan(found) & np.isnan(expected))
    assert same.all(), f"{(~same).sum()} of {same.size} differ, first {found[~same][:3]} {expected[~same][:3]}"

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Contributions: `benchmarks trees --output contributions` beside XGBoost's pred_contribs and LightGBM's pred_contrib.

Usage: SWIFT_MLOPS_BIN=.build/release python Tests/Benchmarks/peers/contributions.py [--rows N]

One thread; the same model and rows, in turn, the least of three rounds each. Prints a table: microseconds a row and how
many times faster.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

import lightgbm as lgb
import numpy as np
import xgboost as xgb

FEATURES = 28


def dataset():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20_000, FEATURES)).astype(np.float32)
    X[rng.random(X.shape) < 0.1] = np.nan
    Z = np.nan_to_num(X)
    y = (Z[:, 0] * Z[:, 1] + np.sin(Z[:, 2] * 2) + Z[:, 3] - (Z[:, 4] > 0) * Z[:, 5] + Z[:, 6:].sum(1) * 0.1
         + rng.normal(size=len(X)) * 0.3)
    return X, y


def measured(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def ours(binary, model, rows_file, rows):
    run = subprocess.run([binary / "benchmarks", "trees", "--model", model, "--f32", rows_file, "--features",
                          str(FEATURES), "--rows", str(rows), "--repeat", "3", "--output", "contributions"],
                         check=True, capture_output=True, text=True)
    return json.loads(run.stdout)["median_seconds"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2_000)
    many = parser.parse_args().rows
    binary = pathlib.Path(os.environ["SWIFT_MLOPS_BIN"])
    X, y = dataset()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        X.tofile(folder / "rows.f32")
        peers = []
        for depth in (6, 8):
            model = xgb.train({"max_depth": depth, "eta": 0.05, "nthread": 2}, xgb.DMatrix(X, y), 500)
            path = folder / f"xgboost-{depth}.ubj"
            model.save_model(path)
            model.set_param({"nthread": 1})

            def xgboost(n, model=model):
                matrix = xgb.DMatrix(X[:n], nthread=1)
                return measured(lambda: model.predict(matrix, pred_contribs=True))

            peers.append((f"XGBoost {xgb.__version__}, 500 trees of depth {depth}", path, xgboost))
        for leaves in (31, 63):
            model = lgb.train({"num_leaves": leaves, "learning_rate": 0.05, "num_threads": 2, "verbose": -1},
                              lgb.Dataset(X, y), 500)
            path = folder / f"lightgbm-{leaves}.txt"
            model.save_model(path)

            def lightgbm(n, model=model):
                return measured(lambda: model.predict(X[:n], pred_contrib=True, num_threads=1))

            peers.append((f"LightGBM {lgb.__version__}, 500 trees of {leaves} leaves", path, lightgbm))
        print(f"{'model':44s} {'rows':>6s} {'peer µs/row':>12s} {'ours µs/row':>12s} {'ratio':>7s}")
        for name, path, peer in peers:
            for rows in (1, 100, many):
                times = [(peer(rows), ours(binary, path, folder / "rows.f32", rows)) for _ in range(3)]
                theirs, own = (min(column) / rows * 1e6 for column in zip(*times))
                print(f"{name:44s} {rows:6d} {theirs:12.1f} {own:12.1f} {theirs / own:7.1f}", flush=True)


if __name__ == "__main__":
    main()

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Runs the peers of `benchmarks trees` and `benchmarks load` on the same models and rows, in turn, and prints ratios.

    python Tests/Benchmarks/peers/trees.py [--quick]

SWIFT_MLOPS_BIN is the folder with the release build of `benchmarks`. All peers run with one thread unless a line
says otherwise; each figure is the best of several runs.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import lightgbm as lgb
import numpy as np
import onnxruntime as ort
import sklearn
import tl2cgen
import treelite
import xgboost as xgb

BENCHMARKS = pathlib.Path(os.environ["SWIFT_MLOPS_BIN"]) / "benchmarks"
QUICK = "--quick" in sys.argv
TREES = 100 if QUICK else 500
COLUMNS = 28
BATCH = 10_000


def best(work, repeat=5):
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def single(call, rows, repeat=3000):
    """Median seconds of calls with one row each."""
    times = []
    for index in range(repeat):
        row = rows[index % len(rows):index % len(rows) + 1]
        started = time.perf_counter()
        call(row)
        times.append(time.perf_counter() - started)
    return float(np.median(times))


def ours(command, *arguments):
    done = subprocess.run([BENCHMARKS, command, *map(str, arguments)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def our_batch(model, rows_file, rows, threads=1):
    return min(ours("trees", "--model", model, "--f32", rows_file, "--features", COLUMNS, "--rows", rows,
                    "--threads", threads, "--repeat", 7)["seconds"])


def our_single(model, rows_file):
    return ours("trees", "--model", model, "--f32", rows_file, "--features", COLUMNS, "--rows", 1, "--repeat", 3)


class Table:
    def __init__(self):
        self.rows = []

    def add(self, work, peer, theirs, mine, target=None):
        ratio = theirs / mine
        verdict = "" if target is None else ("met" if ratio >= target else "NOT met")
        self.rows.append((work, peer, f"{theirs * 1e6:.1f}", f"{mine * 1e6:.1f}", f"{ratio:.1f}",
                          "" if target is None else f"{target:g}", verdict))
        print("  ".join(self.rows[-1]), flush=True)

    def markdown(self):
        head = ("work", "peer", "peer us", "ours us", "ratio", "target", "")
        lines = ["| " + " | ".join(row) + " |" for row in [head, ("---",) * 7, *self.rows]]
        return "\n".join(lines)


def native_tl2cgen(model, folder):
    """tl2cgen's compiled model and the cost of its binding's empty call."""
    library = folder / "compiled.so"
    tl2cgen.export_lib(model, toolchain="gcc", libpath=str(library), params={"parallel_comp": 2})
    return tl2cgen.Predictor(str(library), nthread=1)


def main():
    rng = np.random.default_rng(5)
    n = 5_000 if QUICK else 20_000
    X = rng.normal(size=(n, COLUMNS)).astype(np.float32)
    y = (X @ rng.normal(size=COLUMNS) + 3 * np.sin(3 * X[:, 0]) + 2 * X[:, 1] * X[:, 2] + rng.normal(size=n)).astype(
        np.float32)
    X[rng.random(X.shape) < 0.1] = np.nan
    rows = rng.normal(size=(10 * BATCH, COLUMNS)).astype(np.float32)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    table = Table()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        rows_file = folder / "rows.f32"
        rows.tofile(rows_file)
        dense = np.nan_to_num(rows)
        dense_file = folder / "dense.f32"
        dense.tofile(dense_file)
        for depth, target in ((6, 8), (8, 4)):
            booster = xgb.train({"max_depth": depth, "nthread": 2, "tree_method": "hist", "eta": 0.1},
                                xgb.DMatrix(X, y), TREES)
            booster.set_param({"nthread": 1})
            text, binary = folder / f"x{depth}.json", folder / f"x{depth}.ubj"
            booster.save_model(text)
            booster.save_model(binary)
            for count in (BATCH, 10 * BATCH):
                theirs = best(lambda: booster.inplace_predict(rows[:count]), 3)
                table.add(f"{TREES} trees of depth {depth}, {count} rows", "XGBoost", theirs / count,
                          our_batch(binary, rows_file, count) / count, target)
            mine = our_single(binary, rows_file)
            table.add(f"depth {depth}, one row (p50; ours p99 {mine['p99'] * 1e6:.1f})", "XGBoost",
                      single(booster.inplace_predict, rows), mine["p50"])
            session = onnx_session(booster, folder / f"x{depth}.onnx")
            name_in = session.get_inputs()[0].name
            table.add(f"depth {depth}, one row", "onnxruntime", single(lambda row: session.run(None, {name_in: row}), rows),
                      mine["p50"], 2)
            table.add(f"depth {depth}, {BATCH} rows", "onnxruntime",
                      best(lambda: session.run(None, {name_in: rows[:BATCH]}), 3) / BATCH,
                      our_batch(binary, rows_file, BATCH) / BATCH)
            if depth == 6 and not QUICK:
                predictor = native_tl2cgen(treelite_model(binary), folder)
                small = [tl2cgen.DMatrix(rows[i:i + 1]) for i in range(200)]
                times = [best(lambda: predictor.predict(d), 3) for d in small]
                table.add(f"depth {depth}, one row", "tl2cgen", float(np.median(times)), mine["p50"], 2)
            table.add(f"load JSON, depth {depth}", "XGBoost", best(lambda: xgb.Booster(model_file=text)),
                      min(ours("load", "--model", text)["seconds"]), 5)
            table.add(f"load UBJSON, depth {depth}", "XGBoost", best(lambda: xgb.Booster(model_file=binary)),
                      min(ours("load", "--model", binary)["seconds"]), 1)
            two = our_batch(binary, rows_file, 10 * BATCH, threads=2)
            table.add(f"depth {depth}, two threads against one", "ours", our_batch(binary, rows_file, 10 * BATCH) / BATCH,
                      two / BATCH, 1.8)
        for leaves in (31, 63):
            booster = lgb.train({"num_leaves": leaves, "verbose": -1, "num_threads": 2}, lgb.Dataset(X, y), TREES)
            text = folder / f"l{leaves}.txt"
            booster.save_model(text)
            theirs = best(lambda: booster.predict(rows[:BATCH], num_threads=1), 3)
            table.add(f"{TREES} trees of {leaves} leaves, {BATCH} rows", "LightGBM", theirs / BATCH,
                      our_batch(text, rows_file, BATCH) / BATCH, 25)
            mine = our_single(text, rows_file)
            table.add(f"{leaves} leaves, one row (p50; ours p99 {mine['p99'] * 1e6:.1f})", "LightGBM",
                      single(lambda row: booster.predict(row, num_threads=1), rows, 1000), mine["p50"])
            table.add(f"load text, {leaves} leaves", "LightGBM", best(lambda: lgb.Booster(model_file=text)),
                      min(ours("load", "--model", text)["seconds"]))
    print()
    print(f"xgboost {xgb.__version__}, lightgbm {lgb.__version__}, onnxruntime {ort.__version__}, "
          f"tl2cgen {tl2cgen.__version__}, treelite {treelite.__version__}, scikit-learn {sklearn.__version__}")
    print(table.markdown())


def treelite_model(path):
    return treelite.frontend.load_xgboost_model(str(path))


def onnx_session(booster, path):
    from onnxmltools import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    booster.feature_names = None
    path.write_bytes(convert_xgboost(booster, initial_types=[("x", FloatTensorType([None, COLUMNS]))]).SerializeToString())
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(str(path), options)


if __name__ == "__main__":
    main()

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""The parts of the table of trees.py; each adds its lines to it."""
import json
import os
import pathlib
import subprocess
import sys
import time
import venv

import lightgbm as lgb
import numpy as np
import xgboost as xgb

import tree_models
import tree_timing
from tree_timing import BATCH, COLUMNS, best, single

BENCHMARKS = pathlib.Path(os.environ["SWIFT_MLOPS_BIN"]) / "benchmarks"
HERE = pathlib.Path(__file__).parent


def ours(command, *arguments):
    done = subprocess.run([BENCHMARKS, command, *map(str, arguments)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def our_batch(model, rows_file, rows=BATCH, *options):
    """Seconds of the fastest of several calls over all rows."""
    return min(ours("trees", "--model", model, "--f32", rows_file, "--features", COLUMNS, "--rows", rows,
                    "--repeat", 7, *options)["seconds"])


def our_single(model, rows_file):
    return ours("trees", "--model", model, "--f32", rows_file, "--features", COLUMNS, "--rows", 1, "--repeat", 3)


def compiled_peer(models, kind, model, empty):
    """Seconds of lleaves or oneDAL, which live in a virtual environment of their own."""
    needed = HERE / "compiled-requirements.txt"
    folder = HERE.parents[2] / ".build" / "compiled-peers"
    python, stamp = folder / "bin" / "python", folder / needed.name
    if not stamp.exists() or stamp.read_text() != needed.read_text():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", needed], check=True)
        stamp.write_text(needed.read_text())
    done = subprocess.run([python, HERE / "tree_compilers.py", kind, model, empty, models.rows_file],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{kind}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def xgboost(models, table):
    """Batches against XGBoost, and one thread against two."""
    for depth, trees, target in ((6, 500, 8), (8, 500, 4), (8, 1000, 4)):
        model = models.xgboost(depth, min(trees, 2 * models.trees))
        booster = xgb.Booster({"nthread": 1}, model_file=str(model))
        for count in (BATCH, 10 * BATCH) if trees == 500 else (BATCH,):
            theirs = best(lambda: booster.inplace_predict(models.rows[:count]), 3)
            table.add(f"{trees} trees of depth {depth}, {count} rows", "XGBoost", theirs / count,
                      our_batch(model, models.rows_file, count) / count, target)


def portable(models, table):
    """The Swift form and, on x86-64, the kernels without AVX-512, against XGBoost."""
    for depth in (6, 8):
        model = models.xgboost(depth)
        booster = xgb.Booster({"nthread": 1}, model_file=str(model))
        theirs = best(lambda: booster.inplace_predict(models.rows[:BATCH]), 3)
        for kernel, name in (("swift", "portable Swift"), ("avx2", "AVX2")):
            mine = our_batch(model, models.rows_file, BATCH, "--kernel", kernel)
            table.add(f"depth {depth}, {BATCH} rows, {name} only", "XGBoost", theirs / BATCH, mine / BATCH, 1)


def threads(models, table):
    for depth in (6, 8):
        model = models.xgboost(depth)
        one, two = (our_batch(model, models.rows_file, 10 * BATCH, "--threads", count) for count in (1, 2))
        table.add(f"depth {depth}, {10 * BATCH} rows, two threads against one", "ours", one / BATCH / 10,
                  two / BATCH / 10, 1.8)


def onedal(models, table):
    for depth, trees in ((8, 500), (8, 1000)):
        model = models.xgboost(depth, min(trees, 2 * models.trees))
        found = compiled_peer(models, "onedal", model, models.xgboost(0))
        table.add(f"{trees} trees of depth {depth}, {BATCH} rows", "oneDAL", found["batch"] / BATCH,
                  our_batch(model, models.rows_file) / BATCH, 2)


def lightgbm(models, table):
    for leaves in (31, 63):
        model = models.lightgbm(leaves)
        booster = lgb.Booster(model_file=str(model))
        mine = our_batch(model, models.rows_file)
        theirs = best(lambda: booster.predict(models.rows[:BATCH], num_threads=1), 3)
        table.add(f"500 trees of {leaves} leaves, {BATCH} rows", "LightGBM", theirs / BATCH, mine / BATCH, 25)
        found = compiled_peer(models, "lleaves", model, models.lightgbm(0))
        table.add(f"500 trees of {leaves} leaves, {BATCH} rows", "lleaves", found["batch"] / BATCH, mine / BATCH, 4)


def ydf(models, table):
    """YDF's fastest engine on its own model of the same shape: 500 trees of 32 leaves, trained on the same rows."""
    import ydf

    names = [f"f{column}" for column in range(COLUMNS)]

    def frame(rows, **more):
        return {**{name: rows[:, column] for column, name in enumerate(names)}, **more}

    def make(path):
        ydf.verbose(0)
        ydf.GradientBoostedTreesLearner(
            label="y", task=ydf.Task.REGRESSION, num_trees=models.trees, growing_strategy="BEST_FIRST_GLOBAL",
            max_num_nodes=32, max_depth=-1, validation_ratio=0.0, early_stopping="NONE", num_threads=1).train(
                frame(models.dense, y=models.y)).save(str(path))
    path = models.made("ydf", make)
    model = ydf.load_model(str(path))
    rows = frame(models.dense_rows[:BATCH])
    leaves = [sum(1 for _ in leaves_of(tree.root)) for tree in model.get_all_trees()]
    found = model.benchmark(rows, benchmark_duration=3, warmup_duration=1, num_threads=1, batch_size=1000)
    same_shape = models.lightgbm(32, dense=True)
    mine = our_batch(same_shape, models.dense_rows_file) / BATCH
    table.add(f"{len(leaves)} trees of {np.mean(leaves):.0f} leaves, numeric, engine alone", "YDF",
              found.duration_per_example.total_seconds() if hasattr(found.duration_per_example, "total_seconds")
              else found.duration_per_example, mine, 2)
    table.add(f"the same, {BATCH} rows by predict()", "YDF",
              best(lambda: model.predict(rows, num_threads=1), 3) / BATCH, mine, 2)


def leaves_of(node):
    if node.is_leaf:
        yield node
    else:
        yield from leaves_of(node.neg_child)
        yield from leaves_of(node.pos_child)


def forest(models, table):
    for kind in ("regressor", "classifier"):
        estimator, skops_path, onnx = models.forest(kind)
        nodes = np.mean([tree.tree_.node_count for tree in estimator.estimators_])
        rows = models.dense_rows[:BATCH]
        mine = our_batch(skops_path, models.dense_rows_file) / BATCH
        predict = estimator.predict if kind == "regressor" else estimator.predict_proba
        run = tree_models.session(onnx)
        work = f"{kind} of {len(estimator.estimators_)} trees of {nodes:.0f} nodes, {BATCH} rows"
        table.add(work, "scikit-learn", best(lambda: predict(rows), 3) / BATCH, mine, 3)
        table.add(work, "onnxruntime", best(lambda: run(rows), 3) / BATCH, mine, 3)


def rows(models, table):
    """One row: the public call against each peer net of its binding's empty call."""
    singles = tree_timing.prepared(models.rows)
    shapes = [(f"depth {depth}", models.xgboost(depth), models.xgboost(0)) for depth in (6, 7, 8)]
    shapes += [(f"{leaves} leaves", models.lightgbm(leaves), models.lightgbm(0)) for leaves in (31, 63)]
    for name, model, empty in shapes:
        mine = our_single(model, models.rows_file)
        work, p50 = f"{name}, one row", mine["p50"]
        run, nothing = (tree_models.session(models.onnx(each)) for each in (model, empty))
        table.add(work, "onnxruntime", single(run, singles) - single(nothing, singles), p50, 2)
        import tl2cgen
        native, trivial = models.tl2cgen(model), models.tl2cgen(empty)
        matrices = [tl2cgen.DMatrix(row) for row in singles]
        table.add(work, "tl2cgen", single(native.predict, matrices) - single(trivial.predict, matrices), p50, 2)
        if model.suffix == ".txt":
            found = compiled_peer(models, "lleaves", model, empty)
            table.add(work, "lleaves", found["single"] - found["empty"], p50, 2)
            booster = lgb.Booster(model_file=str(model))
            theirs = single(lambda row: booster.predict(row, num_threads=1), singles, 1000)
            table.add(work + ", with its binding", "LightGBM", theirs, p50)
        else:
            booster = xgb.Booster({"nthread": 1}, model_file=str(model))
            table.add(work + ", with its binding", "XGBoost", single(booster.inplace_predict, singles, 1000), p50)
        # Not a ratio to a peer: the target says p99 is at most twice p50.
        table.add(work + ": twice p50 against p99", "ours", 2 * p50, mine["p99"], 1)


def memory(models, table):
    for name, model in [(f"500 trees of depth {depth}", models.xgboost(depth)) for depth in (6, 8)] + [
            ("500 trees of 63 leaves", models.lightgbm(63)), ("random forest", models.forest("regressor")[1])]:
        found = ours("load", "--model", model, "--repeat", 1)
        table.add_number(f"{name}: bytes a node, batches", found["bytes_per_node"], 16)
        table.add_number(f"{name}: bytes a node, single rows", found["row_form_bytes_per_node"], 16)


def load(models, table):
    """From a file to a model, against the peer's own load."""
    for depth in (6, 8):
        for kind, name, target in (("json", "JSON", 5), ("ubj", "UBJSON", 1)):
            model = models.xgboost(depth, kind=kind)
            theirs = best(lambda: xgb.Booster(model_file=str(model)))
            table.add(f"load {name}, depth {depth}", "XGBoost", theirs, our_load(model), target)
        # The loop ends with UBJSON, which is XGBoost's fastest.
        table.add(f"open the compact form, depth {depth}", "XGBoost, UBJSON", theirs, our_load(compact(models, model)))
    for leaves in (31, 63):
        model = models.lightgbm(leaves)
        table.add(f"load text, {leaves} leaves", "LightGBM", best(lambda: lgb.Booster(model_file=str(model))),
                  our_load(model))


def answer(models, table):
    """From a file to the scores of some rows: what is made at first use is in these figures, on both sides."""
    for count in (1, 64, BATCH):
        rows = models.rows[:count]
        asked = f"the scores of {count} row{'s' if count > 1 else ''}"
        for depth in (6, 8):
            model = models.xgboost(depth)

            def theirs():
                return xgb.Booster({"nthread": 1}, model_file=str(model)).inplace_predict(rows)
            seconds = best(theirs)
            table.add(f"UBJSON to {asked}, depth {depth}", "XGBoost", seconds, our_load(model, models, count))
            table.add(f"the compact form to {asked}, depth {depth}", "XGBoost, UBJSON", seconds,
                      our_load(compact(models, model), models, count))
        for leaves in (31, 63):
            model = models.lightgbm(leaves)
            seconds = best(lambda: lgb.Booster(model_file=str(model)).predict(rows, num_threads=1))
            table.add(f"text to {asked}, {leaves} leaves", "LightGBM", seconds, our_load(model, models, count))


def our_load(model, models=None, count=0):
    """Seconds of the fastest of several loads, with the scores of so many rows where the models' rows are given."""
    rows = ["--rows", count, "--f32", models.rows_file] if models else []
    return min(ours("load", "--model", model, *rows)["seconds"])


def compact(models, model):
    """The model in the compact form."""
    def make(path):
        ours("load", "--model", model, "--write", path, "--repeat", 1)
    return models.made(model.stem + ".trees", make)


PARTS = {part.__name__: part for part in (
    xgboost, portable, threads, onedal, lightgbm, ydf, forest, rows, memory, load, answer)}

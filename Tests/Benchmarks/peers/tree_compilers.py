# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""lleaves and oneDAL, in a virtual environment of their own: prints one JSON object of seconds.

    python tree_compilers.py lleaves|onedal MODEL EMPTY_MODEL ROWS

MODEL is LightGBM's text (lleaves) or XGBoost's UBJSON (oneDAL), EMPTY_MODEL one of a single tree, to tell what the
call itself costs. lleaves keeps what it compiled beside the model.
"""
import json
import os
import pathlib
import sys

os.environ.update(OMP_NUM_THREADS="1", TBB_NUM_THREADS="1")

import numpy as np

import tree_timing
from tree_timing import BATCH


def lleaves(model, rows):
    import lleaves

    compiled = lleaves.Model(model_file=str(model))
    compiled.compile(cache=str(model.with_suffix(".lleaves")))
    return lambda x: compiled.predict(x, n_jobs=1)


def onedal(model, rows):
    import daal4py
    import xgboost

    daal4py.daalinit(nthreads=1)
    converted = daal4py.mb.convert_model(xgboost.Booster(model_file=str(model)))
    return lambda x: converted.predict(x)


def main():
    kind, model, empty, rows_file = sys.argv[1:]
    rows = np.fromfile(rows_file, dtype=np.float32).reshape(-1, tree_timing.COLUMNS)
    make, number = (lleaves, np.float64) if kind == "lleaves" else (onedal, np.float32)
    predict, nothing = make(pathlib.Path(model), rows), make(pathlib.Path(empty), rows)
    batch = np.ascontiguousarray(rows[:BATCH], dtype=number)
    singles = tree_timing.prepared(rows, number)
    print(json.dumps({
        "batch": tree_timing.best(lambda: predict(batch)), "single": tree_timing.single(predict, singles),
        "empty": tree_timing.single(nothing, singles), "first": np.ravel(predict(batch[:5])).tolist()}))


if __name__ == "__main__":
    main()

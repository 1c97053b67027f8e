# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""The models and rows of trees.py: trained once into a folder, converted for each peer."""
import pathlib

import lightgbm as lgb
import numpy as np
import onnxruntime as ort
import xgboost as xgb

from tree_timing import BATCH, COLUMNS


class Models:
    """Models of one shape each, made when first asked for and kept in a folder."""

    def __init__(self, folder, trees=500, samples=20_000):
        self.folder, self.trees = pathlib.Path(folder), trees
        rng = np.random.default_rng(5)
        X = rng.normal(size=(samples, COLUMNS)).astype(np.float32)
        self.y = (X @ rng.normal(size=COLUMNS) + 3 * np.sin(3 * X[:, 0]) + 2 * X[:, 1] * X[:, 2]
                  + rng.normal(size=samples)).astype(np.float32)
        self.dense = X.copy()
        X[rng.random(X.shape) < 0.1] = np.nan
        self.X = X
        self.rows = rng.normal(size=(10 * BATCH, COLUMNS)).astype(np.float32)
        self.dense_rows = self.rows.copy()
        self.rows[rng.random(self.rows.shape) < 0.1] = np.nan
        self.rows_file, self.dense_rows_file = self.folder / "rows.f32", self.folder / "dense.f32"
        self.rows.tofile(self.rows_file)
        self.dense_rows.tofile(self.dense_rows_file)

    def made(self, name, make):
        """The file of this name in the folder, which `make` writes where it is not there."""
        path = self.folder / name
        if not path.exists():
            make(path)
        return path

    def xgboost(self, depth, trees=None, kind="ubj"):
        """XGBoost's file with 10 % missing in training; a depth of 0 stands for one tree of depth 1."""
        trees = trees or (1 if depth == 0 else self.trees)

        def make(path):
            xgb.train({"max_depth": max(depth, 1), "nthread": 1, "tree_method": "hist", "eta": 0.1},
                      xgb.DMatrix(self.X, self.y), trees).save_model(path)
        return self.made(f"x{depth}-{trees}.{kind}", make)

    def lightgbm(self, leaves, dense=False, name=None):
        """LightGBM's text; 0 leaves stand for one tree of two."""
        def make(path):
            lgb.train({"num_leaves": max(leaves, 2), "verbose": -1, "num_threads": 1},
                      lgb.Dataset(self.dense if dense else self.X, self.y),
                      self.trees if leaves else 1).save_model(path)
        return self.made(name or f"l{leaves}{'-dense' if dense else ''}-{self.trees}.txt", make)

    def forest(self, kind, nodes=8_000, trees=100):
        """A forest of unpruned trees as skops file and as ONNX, and the estimator."""
        import joblib
        import skops.io
        from skl2onnx import to_onnx
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

        trees = min(trees, self.trees)

        def make(path):
            regression = kind == "regressor"
            # A regressor's leaves hold one sample each, a classifier's a few.
            samples = min(len(self.y), int(nodes / 2 / 0.632) if regression else 3 * nodes)
            X, y = self.dense[:samples], self.y[:samples]
            forest = (RandomForestRegressor if regression else RandomForestClassifier)(trees, n_jobs=1, random_state=1)
            noise = np.random.default_rng(8).normal(size=len(y)) * 12
            forest.fit(X, y if regression else y + noise > 0)
            forest.set_params(n_jobs=1)
            joblib.dump(forest, path)
        path = self.made(f"forest-{kind}.joblib", make)
        forest = joblib.load(path)
        skops_path = self.made(f"forest-{kind}.skops", lambda path: skops.io.dump(forest, path))
        options = {} if kind == "regressor" else {"zipmap": False}
        onnx = self.made(f"forest-{kind}.onnx", lambda path: path.write_bytes(
            to_onnx(forest, self.dense[:1], options=options, target_opset=15).SerializeToString()))
        return forest, skops_path, onnx

    def onnx(self, model):
        """XGBoost's or LightGBM's model by onnxmltools."""
        from onnxmltools import convert_lightgbm, convert_xgboost
        from onnxmltools.convert.common.data_types import FloatTensorType

        def make(path):
            types = [("x", FloatTensorType([None, COLUMNS]))]
            if model.suffix == ".txt":
                converted = convert_lightgbm(lgb.Booster(model_file=str(model)), initial_types=types, zipmap=False)
            else:
                converted = convert_xgboost(xgb.Booster(model_file=str(model)), initial_types=types)
            path.write_bytes(converted.SerializeToString())
        return self.made(model.stem + ".onnx", make)

    def tl2cgen(self, model):
        """tl2cgen's predictor of XGBoost's or LightGBM's model."""
        import tl2cgen
        import treelite

        def make(path):
            load = (treelite.frontend.load_lightgbm_model if model.suffix == ".txt"
                    else treelite.frontend.load_xgboost_model)
            tl2cgen.export_lib(load(str(model)), toolchain="gcc", libpath=str(path), params={"parallel_comp": 2})
        return tl2cgen.Predictor(str(self.made(model.stem + ".so", make)), nthread=1)


def session(path):
    """onnxruntime's call of a model, on one thread."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    found = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name, output = found.get_inputs()[0].name, found.get_outputs()[-1].name
    return lambda x: found.run([output], {name: x})

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the readers of models: small models of the real libraries, and small fixtures.

    python Tests/Fuzzing/seeds.py
"""
import json
import pathlib
import warnings

import catboost
import lightgbm as lgb
import numpy as np
import xgboost as xgb

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent
FIXTURES = HERE.parent / "Fixtures" / "TreeEnsembles"
random = np.random.default_rng(7)
X = random.normal(size=(80, 4)).astype(np.float32)
X[random.random(X.shape) < 0.1] = np.nan
C = X.copy()
C[:, 1] = random.integers(0, 6, 80)
C[:, 2] = random.integers(0, 3, 80)
Y = (np.nan_to_num(X[:, 0]) + np.nan_to_num(X[:, 3]) ** 2 + 0.3 * C[:, 1]).astype(np.float32)
B = (Y > np.median(Y)).astype(int)
K = np.digitize(Y, np.quantile(Y, [0.4, 0.7]))


def write(reader, name, content):
    folder = HERE / "Corpus" / reader
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def xgboost_models():
    base = {"max_depth": 2, "eta": 0.5, "nthread": 1}
    types = ["q", "c", "c", "q"]
    grid = {
        "regression": ({}, X, Y, None),
        "logistic": ({"objective": "binary:logistic"}, X, B, None),
        "softprob": ({"objective": "multi:softprob", "num_class": 3, "max_depth": 1}, X, K, None),
        "dart": ({"booster": "dart", "rate_drop": 0.5}, X, Y, None),
        "linear": ({"booster": "gblinear"}, X, Y, None),
        "one-hot": ({"max_cat_to_onehot": 10}, C, Y, types),
        "partition": ({"max_cat_to_onehot": 1}, C, Y, types),
        "vector-leaves": ({"multi_strategy": "multi_output_tree"}, X, np.stack([Y, -Y], 1), None),
        "two-targets": ({}, X, np.stack([Y, -Y], 1), None),
        "quantiles": ({"objective": "reg:quantileerror", "quantile_alpha": [0.2, 0.8]}, X, Y, None),
        "forest": ({"num_parallel_tree": 2, "subsample": 0.5}, X, Y, None),
    }
    for name, (options, rows, target, types) in grid.items():
        names = ["a", "b", "c", "d"] if types else None
        data = xgb.DMatrix(
            rows, target, feature_names=names, feature_types=types, enable_categorical=types is not None)
        model = xgb.train(base | options, data, num_boost_round=2)
        write("xgboost-json", name, bytes(model.save_raw("json")))
        write("xgboost-ubjson", name, bytes(model.save_raw("ubj")))


def lightgbm_models():
    base = {"num_leaves": 4, "min_data_in_leaf": 5, "verbosity": -1, "num_threads": 1, "seed": 1}
    grid = {
        "regression": ({}, X, Y, []),
        "binary": ({"objective": "binary", "zero_as_missing": True}, X, B, []),
        "multiclass": ({"objective": "multiclass", "num_class": 3}, X, K, []),
        "categories": ({"cat_smooth": 1, "min_data_per_group": 1}, C, Y, [1, 2]),
        "linear": ({"linear_tree": True}, X, Y, []),
        "forest": ({"boosting": "rf", "bagging_fraction": 0.5, "bagging_freq": 1}, X, Y, []),
    }
    for name, (options, rows, target, categories) in grid.items():
        data = lgb.Dataset(rows.astype(float), target, categorical_feature=categories)
        write("lightgbm", name, lgb.train(base | options, data, 2).model_to_string())


def catboost_models():
    text = [[f"c{int(row[1])}", f"k{int(row[2])}", float(row[0]), float(row[3])] for row in np.nan_to_num(C)]
    base = {"iterations": 2, "depth": 2, "verbose": False, "allow_writing_files": False, "thread_count": 1,
            "random_seed": 3}
    grid = {
        "regression": ({}, X, Y, []),
        "binary": ({"loss_function": "Logloss"}, X, B, []),
        "multiclass": ({"loss_function": "MultiClass", "grow_policy": "Lossguide", "max_leaves": 4}, X, K, []),
        "counters": ({"loss_function": "Logloss", "one_hot_max_size": 1}, text, B, [0, 1]),
        "one-hot": ({"one_hot_max_size": 20}, text, Y, [0, 1]),
    }
    for name, (options, rows, target, categories) in grid.items():
        pool = catboost.Pool(rows, target, cat_features=categories)
        model = catboost.CatBoost(base | options).fit(pool)
        path = "/tmp/seed.json"
        model.save_model(path, format="json", pool=pool)
        document = json.load(open(path))
        document.get("model_info", {}).pop("params", None)
        write("catboost", name, json.dumps(document))


def fixtures():
    chosen = {
        "onnx": ["onnx/version-five-1", "onnx/version-five-3", "onnx/skl-tree-classifier", "onnx/xgb-binary",
                 "onnx/lgb-poisson", "onnx/skl-forest-two-targets", "onnx/columns", "onnx/skl-boosting-binary"],
        "skops": ["skops/tree-two-targets", "skops/extra-tree-classifier", "skops/forest-regressor",
                  "skops/stump", "skops/boosting-zero", "skops/histogram-poisson", "skops/isolation"],
        "treelite": ["treelite/lgb-regression", "treelite/xgb-dart", "treelite/skl-forest-regressor",
                     "treelite/skl-boosting-binary", "treelite/skl-histogram"],
        "xgboost-json": ["xgb-linear-multi"],
        "xgboost-ubjson": ["xgb-one-stump", "xgb-no-split"],
    }
    for reader, names in chosen.items():
        for name in names:
            path = FIXTURES / (name + ".model")
            write(reader, path.stem, path.read_bytes())


xgboost_models()
lightgbm_models()
catboost_models()
fixtures()

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Writes golden contributions: run it in a venv with Tests/Interoperability/requirements.txt, after ../generate.py.

For each model of the folder above that its library explains, NAME.golden holds the answers for the rows of
../NAME.golden: little-endian 64-bit integers (rows, outputs, features, 1 if pairs follow), then float64 contributions
(rows x outputs x (features + 1)) and, where there are pairs, interactions (rows x outputs x (features + 1) squared).

background-NAME.model and background-NAME.golden compare rows with background rows, as shap's interventional
TreeExplainer does: 64-bit integers (rows, outputs, features, background rows), then float64 rows, background rows,
contributions without the expected value (rows x outputs x features), expected values (outputs).
"""
import pathlib

import lightgbm as lgb
import numpy as np
import shap
import xgboost as xgb

HERE = pathlib.Path(__file__).parent
PAIRS = {"xgb-reg-squarederror", "xgb-categories", "xgb-multi-softprob", "xgb-dart", "xgb-lossguide"}


def golden_rows(name):
    data = (HERE.parent / f"{name}.golden").read_bytes()
    rows, columns = np.frombuffer(data, np.int64, 2)
    return np.frombuffer(data, np.float64, rows * columns, 56).reshape(rows, columns)


def write(name, head, *arrays):
    parts = [np.array(head, np.int64)] + [np.ascontiguousarray(array, np.float64) for array in arrays]
    (HERE / f"{name}.golden").write_bytes(b"".join(part.tobytes() for part in parts))
    print(name, head, flush=True)


def of_library(name):
    rows = golden_rows(name)
    path = HERE.parent / f"{name}.model"
    n, features = rows.shape
    if name.startswith("lgb"):
        found = lgb.Booster(model_file=path).predict(rows, pred_contrib=True, num_threads=1)
        write(name, [n, found.shape[1] // (features + 1), features, 0], found)
        return
    booster = xgb.Booster({"nthread": 1})
    booster.load_model(bytearray(path.read_bytes()))
    matrix = xgb.DMatrix(rows, feature_types=booster.feature_types, feature_names=booster.feature_names,
                         enable_categorical=True)
    found = booster.predict(matrix, pred_contribs=True)
    outputs = found.size // (n * (features + 1))
    arrays = [found]
    if name in PAIRS:
        arrays.append(booster.predict(matrix, pred_interactions=True))
    write(name, [n, outputs, features, len(arrays) - 1], *arrays)


def against_background(name, model, rows, background, raw, text):
    (HERE / f"background-{name}.model").write_bytes(text)
    explainer = shap.TreeExplainer(model, background, feature_perturbation="interventional", model_output="raw")
    found = np.asarray(explainer.shap_values(rows, check_additivity=False))
    found = found[:, None, :] if found.ndim == 2 else found.transpose(0, 2, 1)
    # The library's own mean: shap 0.51 misreads the base scores of XGBoost's classes.
    expected = np.asarray(raw(background), np.float64).reshape(len(background), -1).mean(axis=0)
    write(f"background-{name}", [len(rows), found.shape[1], rows.shape[1], len(background)],
          rows, background, found, expected)


def backgrounds():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(600, 5)).astype(np.float32).astype(np.float64)
    y = X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + X[:, 3]
    for name, target, parameters in [("lgb-regression", y, {}), ("lgb-binary", y > 0, {"objective": "binary"})]:
        model = lgb.train(dict({"num_leaves": 12, "verbose": -1, "num_threads": 1}, **parameters),
                          lgb.Dataset(X, target), 6)
        against_background(name, model, X[:24], X[100:150], lambda rows: model.predict(rows, raw_score=True),
                           model.model_to_string().encode())
    for name, target, parameters in [("xgb-squarederror", y, {}),
                                     ("xgb-logistic", y > 0, {"objective": "binary:logistic"}),
                                     ("xgb-softprob", np.digitize(y, [-.5, .5]),
                                      {"objective": "multi:softprob", "num_class": 3})]:
        model = xgb.train(dict({"max_depth": 4, "nthread": 1}, **parameters), xgb.DMatrix(X, target), 6)
        against_background(name, model, X[:24], X[100:150],
                           lambda rows: model.predict(xgb.DMatrix(rows), output_margin=True),
                           bytes(model.save_raw("ubj")))


if __name__ == "__main__":
    for model in sorted(HERE.parent.glob("*.model")):
        # Linear leaves and vector leaves have no contributions in their own libraries.
        if model.stem[:4] in ("lgb-", "xgb-") and "linear" not in model.stem.replace("xgb-linear", "") \
                and model.stem != "xgb-vector-leaves":
            of_library(model.stem)
    backgrounds()

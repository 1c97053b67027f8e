# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Writes Treelite checkpoints with the answers of Treelite's own predictor, in the form that ../generate.py describes:
run it in a venv with Tests/Interoperability/requirements.txt.
"""
import pathlib
import sys

import lightgbm as lgb
import numpy as np
import treelite
import xgboost as xgb
from sklearn import ensemble

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
import generate as common  # noqa: E402

F32 = np.float32


def case(name, model, X, rng, categories=(), has_missing=True):
    data = model.serialize_bytes()
    is_single = data[12] == 2
    thresholds = {}
    for number in range(model.num_tree):
        tree = model.get_tree_accessor(number)
        for kind, feature, value in zip(tree.get_field("node_type"), tree.get_field("split_index"),
                                        tree.get_field("threshold")):
            if kind == 1 and np.isfinite(value):
                thresholds.setdefault(int(feature), []).append(float(value))
    rows = common.edge_rows(X, thresholds, rng, categories=categories, infinities=False, count=48)
    if not has_missing:
        rows = np.nan_to_num(rows)
    if is_single:
        rows = rows.astype(F32).astype(np.float64)
    asked = rows.astype(F32 if is_single else np.float64)
    raw = treelite.gtil.predict(model, asked, nthread=1, pred_margin=True)
    values = treelite.gtil.predict(model, asked, nthread=1)
    leaves = treelite.gtil.predict_leaf(model, asked, nthread=1)
    common.write(f"treelite/{name}", data, rows, raw, values, leaves, 0, None)


def boosters():
    X, y, rng = common.dataset(50, categories=((3, 40), (4, 3)))
    binary, positive, three = (y > 1.5).astype(int), np.abs(y) + 0.1, np.digitize(y, [0.5, 2])
    categories = ((3, 40), (4, 3))
    types = ["q", "q", "q", "c", "c", "q"]
    for name, parameters, target in [
        ("xgb-regression", {}, y), ("xgb-binary", {"objective": "binary:logistic"}, binary),
        ("xgb-hinge", {"objective": "binary:hinge"}, binary), ("xgb-poisson", {"objective": "count:poisson"}, positive),
        ("xgb-softprob", {"objective": "multi:softprob", "num_class": 3}, three),
        ("xgb-two-targets", {}, np.stack([y, positive], 1)), ("xgb-dart", {"booster": "dart", "rate_drop": 0.5}, y),
    ]:
        data = xgb.DMatrix(X, target, feature_types=types, enable_categorical=True)
        booster = xgb.train({"max_depth": 3, "tree_method": "hist", "nthread": 1, **parameters}, data, 4)
        case(name, treelite.frontend.from_xgboost(booster), X, rng, categories)
    for name, parameters, target in [
        ("lgb-regression", {"objective": "regression"}, y), ("lgb-binary", {"objective": "binary"}, binary),
        ("lgb-softmax", {"objective": "multiclass", "num_class": 3}, three),
        ("lgb-ova", {"objective": "multiclassova", "num_class": 3}, three),
        ("lgb-tweedie", {"objective": "tweedie"}, positive), ("lgb-sqrt", {"objective": "regression", "reg_sqrt": True}, y),
        ("lgb-lambda", {"objective": "cross_entropy_lambda"}, binary),
        ("lgb-forest", {"objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}, binary),
    ]:
        data = lgb.Dataset(X, target, categorical_feature=[3, 4])
        booster = lgb.train({"num_leaves": 7, "verbose": -1, "num_threads": 1, "min_data_per_group": 5, **parameters},
                            data, 4)
        case(name, treelite.frontend.from_lightgbm(booster), X, rng, categories)


def forests():
    X, y, rng = common.dataset(51)
    X = np.nan_to_num(X, nan=0.5)
    three, binary = np.digitize(y, [0.5, 2]), (y > 1.5).astype(int)
    few = {"n_estimators": 4, "max_depth": 3, "random_state": 3}
    for name, model, target in [
        ("skl-forest-regressor", ensemble.RandomForestRegressor(**few), y),
        ("skl-forest-binary", ensemble.RandomForestClassifier(**few), binary),
        ("skl-forest-classifier", ensemble.RandomForestClassifier(**few), three),
        ("skl-forest-two-targets", ensemble.RandomForestRegressor(**few), np.stack([y, X[:, 5]], 1)),
        ("skl-boosting-binary", ensemble.GradientBoostingClassifier(**few), binary),
        ("skl-boosting-classifier", ensemble.GradientBoostingClassifier(**few), three),
        ("skl-isolation", ensemble.IsolationForest(n_estimators=8, max_samples=64, random_state=2), None),
        ("skl-histogram", ensemble.HistGradientBoostingClassifier(max_iter=4, max_leaf_nodes=7), three),
    ]:
        model.fit(X, target) if target is not None else model.fit(X)
        case(name, treelite.sklearn.import_model(model), X, rng, has_missing=name == "skl-histogram")


if __name__ == "__main__":
    for old in HERE.glob("*.golden"):
        old.unlink()
    boosters()
    forests()

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Imports fresh random models into Treelite and compares its predictor with `mlops predict` on the checkpoint."""
import lightgbm as lgb
import numpy as np
import pytest
import treelite
import xgboost as xgb
from sklearn import ensemble
from tree_formats import F32, assert_same, generator, predict, rows_and_target, traps

XGBOOST = [{}, {"objective": "binary:logistic"}, {"objective": "count:poisson"}, {"objective": "binary:hinge"},
           {"objective": "multi:softprob", "num_class": 3}, {"objective": "reg:gamma"}]
LIGHTGBM = [{"objective": "regression"}, {"objective": "binary"}, {"objective": "multiclass", "num_class": 3},
            {"objective": "multiclassova", "num_class": 3}, {"objective": "poisson"}, {"objective": "cross_entropy_lambda"}]


def target_of(parameters, y):
    objective = parameters.get("objective", "")
    if "num_class" in parameters:
        return np.digitize(y, np.quantile(y, [0.3, 0.7]))
    if objective.startswith("binary") or objective == "cross_entropy_lambda":
        return (y > 0).astype(int)
    return np.abs(y) + 0.01 if objective in ("count:poisson", "reg:gamma", "poisson") else y


def compare(model, X, rng, tmp_path, missing=True):
    path = tmp_path / "model.tl"
    model.serialize(str(path))
    is_single = path.read_bytes()[12] == 2
    thresholds = {}
    for number in range(model.num_tree):
        found = model.get_tree_accessor(number)
        for kind, feature, value in zip(*[found.get_field(f) for f in ("node_type", "split_index", "threshold")]):
            if kind == 1:
                thresholds.setdefault(int(feature), []).append(float(value))
    rows = traps(rng, X, thresholds, missing=missing)
    asked = rows.astype(F32 if is_single else float)

    def answers(output):
        found = predict(path, rows, output, tmp_path)
        return found.astype(F32).astype(float) if is_single else found

    assert_same(answers("raw"), treelite.gtil.predict(model, asked, pred_margin=True))
    units = 2 * (2**29 if is_single else 1)
    assert_same(answers("value"), treelite.gtil.predict(model, asked), ulps=units)
    assert_same(predict(path, rows, "leaf", tmp_path), treelite.gtil.predict_leaf(model, asked))


@pytest.mark.parametrize("number", range(len(XGBOOST)))
def test_xgboost(number, tmp_path):
    rng = generator(900 + number)
    X, y = rows_and_target(rng)
    data = xgb.DMatrix(X, target_of(XGBOOST[number], y))
    booster = xgb.train({"max_depth": int(rng.integers(1, 7)), "nthread": 1, **XGBOOST[number]}, data, 12)
    compare(treelite.frontend.from_xgboost(booster), X, rng, tmp_path)


@pytest.mark.parametrize("number", range(len(LIGHTGBM)))
def test_lightgbm(number, tmp_path):
    rng = generator(920 + number)
    X, y = rows_and_target(rng)
    parameters = {"num_leaves": int(rng.integers(2, 40)), "verbose": -1, "num_threads": 1, **LIGHTGBM[number]}
    booster = lgb.train(parameters, lgb.Dataset(X, target_of(LIGHTGBM[number], y)), 12)
    compare(treelite.frontend.from_lightgbm(booster), X, rng, tmp_path)


@pytest.mark.parametrize("kind", [ensemble.RandomForestClassifier, ensemble.RandomForestRegressor,
                                  ensemble.GradientBoostingClassifier, ensemble.IsolationForest])
def test_scikit_learn(kind, tmp_path):
    rng = generator(950)
    X, y = rows_and_target(rng, missing=False)
    model = kind(n_estimators=10, random_state=int(rng.integers(1000)))
    model.fit(X, np.digitize(y, [0, 1]) if "Classifier" in kind.__name__ else y)
    compare(treelite.sklearn.import_model(model), X, rng, tmp_path, missing=False)

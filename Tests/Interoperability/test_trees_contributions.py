# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""`mlops predict --output contributions` against the libraries' own contributions, over freshly trained models."""
import io
import os
import pathlib
import subprocess

import catboost
import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
import shap
import xgboost as xgb
from sklearn import ensemble as forests

MLOPS = pathlib.Path(os.environ["SWIFT_MLOPS_BIN"]) / "mlops"
SEED = int(os.environ.get("SWIFT_MLOPS_SEED", "20261120"))
COLUMNS = [f"f{i}" for i in range(6)]


def dataset(seed, missing=0.1, categories=0):
    rng = np.random.default_rng([SEED, seed])
    X = rng.normal(size=(900, len(COLUMNS))).astype(np.float32).astype(np.float64)
    for column in range(categories):
        X[:, column] = rng.integers(0, 9, len(X))
    Z = X.copy()
    X[rng.random(X.shape) < missing] = np.nan
    y = 2 * Z[:, 3] + Z[:, 4] * Z[:, 5] + np.cos(Z[:, 0] * 1.7) + Z[:, 1] + rng.normal(size=len(X)) * 0.1
    return X, y


def contributions(path, X, outputs):
    """What the command prints, as rows x outputs x (features + 1)."""
    lines = [",".join(COLUMNS)] + [",".join("" if v != v else repr(float(v)) for v in row) for row in X]
    run = subprocess.run([MLOPS, "predict", path, "--csv", "-", "--output", "contributions"],
                         input="\n".join(lines) + "\n", capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return np.loadtxt(io.StringIO(run.stdout), delimiter=",", ndmin=2).reshape(len(X), outputs, -1)


def check(found, expected, tolerance):
    expected = np.asarray(expected, np.float64).reshape(found.shape)
    scale = np.maximum(np.abs(expected).max(axis=2, keepdims=True), 1)
    assert (np.abs(found - expected) / scale).max() <= tolerance


XGBOOST = {
    "squared error": {},
    "logistic": {"objective": "binary:logistic"},
    "softprob": {"objective": "multi:softprob", "num_class": 3},
    "poisson": {"objective": "count:poisson"},
    "dart": {"booster": "dart", "rate_drop": 0.3},
    "linear": {"booster": "gblinear"},
    "deep": {"max_depth": 11, "min_child_weight": 0},
    "exact": {"tree_method": "exact", "max_depth": 5},
    "lossguide": {"grow_policy": "lossguide", "max_leaves": 40, "max_depth": 0},
    "forest": {"num_parallel_tree": 4, "subsample": 0.7, "learning_rate": 1},
    "quantiles": {"objective": "reg:quantileerror", "quantile_alpha": [0.2, 0.8]},
    "categories": {"max_cat_to_onehot": 4},
}


def target(name, y):
    if name in ("logistic", "binary", "forest of classes"):
        return (y > 0).astype(int)
    if name in ("softprob", "multiclass", "one against all"):
        return np.digitize(y, [-1, 1])
    if name in ("poisson", "tweedie"):
        return np.exp(y / 4)
    return y


@pytest.mark.parametrize("name", XGBOOST)
def test_xgboost(name, tmp_path):
    parameters = dict({"nthread": 1, "max_depth": 4, "seed": SEED % 1000}, **XGBOOST[name])
    categories = 2 if name == "categories" else 0
    types = ["c" if i < categories else "q" for i in range(len(COLUMNS))]
    X, y = dataset(sum(map(ord, name)), categories=categories)
    matrix = xgb.DMatrix(X, target(name, y), feature_names=COLUMNS, feature_types=types, enable_categorical=True)
    model = xgb.train(parameters, matrix, 12)
    for form in ("json", "ubj"):
        path = tmp_path / f"model.{form}"
        model.save_model(path)
        rows = xgb.DMatrix(X[:300], feature_names=COLUMNS, feature_types=types, enable_categorical=True)
        expected = model.predict(rows, pred_contribs=True)
        outputs = expected.size // 300 // (len(COLUMNS) + 1)
        check(contributions(path, X[:300], outputs), expected, 1e-5)


LIGHTGBM = {
    "regression": {},
    "binary": {"objective": "binary"},
    "multiclass": {"objective": "multiclass", "num_class": 3},
    "one against all": {"objective": "multiclassova", "num_class": 3},
    "tweedie": {"objective": "tweedie"},
    "dart": {"boosting": "dart"},
    "forest": {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6},
    "zero is missing": {"zero_as_missing": True},
    "no missing": {"use_missing": False},
    "many leaves": {"num_leaves": 120, "min_data_in_leaf": 2},
    "categories": {"categorical_feature": [0, 1], "min_data_per_group": 5},
}


@pytest.mark.parametrize("name", LIGHTGBM)
def test_lightgbm(name, tmp_path):
    parameters = dict({"num_leaves": 20, "verbose": -1, "num_threads": 1, "seed": SEED % 1000}, **LIGHTGBM[name])
    X, y = dataset(sum(map(ord, name)), categories=2 if name == "categories" else 0)
    X[::7, 4] = 0
    model = lgb.train(parameters, lgb.Dataset(X, target(name, y), feature_name=COLUMNS), 12)
    path = tmp_path / "model.txt"
    model.save_model(path)
    expected = model.predict(X[:300], pred_contrib=True)
    outputs = expected.size // 300 // (len(COLUMNS) + 1)
    check(contributions(path, X[:300], outputs), expected, 1e-12)


def test_lightgbm_linear_trees_are_refused(tmp_path):
    X, y = dataset(1)
    model = lgb.train({"linear_tree": True, "verbose": -1}, lgb.Dataset(X, y, feature_name=COLUMNS), 3)
    path = tmp_path / "model.txt"
    model.save_model(path)
    rows = pd.DataFrame(X[:5], columns=COLUMNS).to_csv(index=False)
    run = subprocess.run([MLOPS, "predict", path, "--csv", "-", "--output", "contributions"], input=rows,
                         capture_output=True, text=True)
    assert run.returncode == 2 and "linear" in run.stderr and run.stdout == ""


@pytest.mark.parametrize("policy", ["SymmetricTree", "Depthwise", "Lossguide"])
def test_catboost(policy, tmp_path):
    X, y = dataset(7, missing=0)
    model = catboost.CatBoostRegressor(iterations=20, depth=5, grow_policy=policy, verbose=False, thread_count=1,
                                       random_seed=SEED % 1000, allow_writing_files=False)
    model.fit(pd.DataFrame(X, columns=COLUMNS), y)
    path = tmp_path / "model.json"
    model.save_model(path, format="json")
    rows = catboost.Pool(pd.DataFrame(X[:300], columns=COLUMNS))
    found = contributions(path, X[:300], 1)
    assert np.abs(found.sum(axis=2)[:, 0] - model.predict(rows)).max() < 1e-12
    # CatBoost's own contributions of trees that are not symmetric do not add up to its predictions.
    if policy == "SymmetricTree":
        check(found, model.get_feature_importance(rows, type="ShapValues"), 1e-12)


@pytest.mark.parametrize("kind", ["RandomForestRegressor", "ExtraTreesRegressor", "GradientBoostingRegressor",
                                  "HistGradientBoostingRegressor"])
def test_scikit_learn(kind, tmp_path):
    import skops.io
    X, y = dataset(9, missing=0)
    size = {"max_iter": 12} if kind.startswith("Hist") else {"n_estimators": 12}
    model = getattr(forests, kind)(max_depth=6, random_state=SEED % 1000, **size).fit(X, y)
    path = tmp_path / "model.skops"
    skops.io.dump(model, path)
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    found = contributions(path, X[:200], 1)
    expected = np.asarray(explainer.shap_values(X[:200], check_additivity=False))
    assert np.abs(found[:, 0, :-1] - expected).max() < 1e-10
    assert np.abs(found.sum(axis=2)[:, 0] - model.predict(X[:200])).max() < 1e-12

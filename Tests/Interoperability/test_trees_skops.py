# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Trains scikit-learn models on fresh random data, saves them with skops and compares bits through `mlops predict`."""
import subprocess
import zipfile

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn import ensemble, tree
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from tree_formats import F32, MLOPS, assert_same, generator, predict, rows_and_target, traps

pytestmark = pytest.mark.filterwarnings("ignore")
NOT_MISSING = {"GradientBoostingClassifier", "GradientBoostingRegressor"}
MODELS = [
    (tree.DecisionTreeClassifier, {}), (tree.DecisionTreeRegressor, {"criterion": "absolute_error"}),
    (tree.ExtraTreeClassifier, {}), (tree.ExtraTreeRegressor, {}),
    (ensemble.RandomForestClassifier, {"criterion": "entropy", "class_weight": "balanced"}),
    (ensemble.RandomForestRegressor, {}), (ensemble.ExtraTreesClassifier, {"bootstrap": True}),
    (ensemble.ExtraTreesRegressor, {}), (ensemble.GradientBoostingClassifier, {}),
    (ensemble.GradientBoostingClassifier, {"loss": "exponential"}), (ensemble.GradientBoostingRegressor, {}),
    (ensemble.GradientBoostingRegressor, {"loss": "quantile", "alpha": 0.3}),
    (ensemble.GradientBoostingRegressor, {"loss": "huber", "init": "zero"}),
    (ensemble.HistGradientBoostingClassifier, {}), (ensemble.HistGradientBoostingRegressor, {}),
    (ensemble.HistGradientBoostingRegressor, {"loss": "poisson"}),
    (ensemble.HistGradientBoostingRegressor, {"loss": "gamma"}), (ensemble.IsolationForest, {}),
    (ensemble.IsolationForest, {"max_features": 0.5, "contamination": 0.2, "bootstrap": True}),
]


def thresholds_of(model):
    found = {}
    if hasattr(model, "_predictors"):
        nodes = np.concatenate([p.nodes for stage in model._predictors for p in stage])
        for node in nodes[(nodes["is_leaf"] == 0) & (nodes["is_categorical"] == 0)]:
            found.setdefault(int(node["feature_idx"]), []).append(float(node["num_threshold"]))
        return found
    for member in np.ravel(model.estimators_) if hasattr(model, "estimators_") else [model]:
        for feature, threshold in zip(member.tree_.feature, member.tree_.threshold):
            if feature >= 0:
                found.setdefault(int(feature), []).append(float(threshold))
    return found


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("number", range(len(MODELS)))
def test_model(number, classes, tmp_path):
    kind, options = MODELS[number]
    name = kind.__name__
    rng = generator(200 + number * 10 + classes)
    X, y = rows_and_target(rng, missing=name not in NOT_MISSING)
    if name.startswith("Hist"):
        X = X + rng.normal(size=X.shape) * 1e-9
        settings = {"max_iter": int(rng.integers(2, 25)), "max_leaf_nodes": int(rng.integers(2, 40))}
    elif "Tree" in name and "Trees" not in name:
        settings = {"max_depth": int(rng.integers(1, 12))}
    elif name == "IsolationForest":
        settings = {"n_estimators": int(rng.integers(2, 40))}
    else:
        settings = {"n_estimators": int(rng.integers(2, 25)), "max_depth": int(rng.integers(1, 8))}
    if options.get("loss") == "exponential":
        classes = 2
    target = y
    if name.endswith("Classifier"):
        target = np.array(["eins", "zwei", "drei", "vier"])[np.digitize(y, np.quantile(y, np.arange(1, classes) / classes))]
    elif options.get("loss") in ("poisson", "gamma"):
        target = np.abs(y) + 0.01
    elif classes == 4 and name in ("DecisionTreeRegressor", "RandomForestRegressor", "ExtraTreesRegressor"):
        target = np.stack([y, -y, y**2], 1)
    model = kind(random_state=int(rng.integers(1000)), **settings, **options)
    model.fit(X, target) if name != "IsolationForest" else model.fit(X)
    path = tmp_path / "model.skops"
    skops.io.dump(model, path, compression=zipfile.ZIP_DEFLATED if rng.random() < 0.5 else zipfile.ZIP_STORED)
    rows = traps(rng, X, thresholds_of(model), infinite=name.startswith("Hist"), missing=name not in NOT_MISSING)
    if name == "IsolationForest":
        assert_same(predict(path, rows, "value", tmp_path), model.decision_function(rows), absolute=2e-16)
        return
    if name.endswith("Classifier"):
        exact = not hasattr(model, "decision_function")
        assert_same(predict(path, rows, "value", tmp_path), model.predict_proba(rows), ulps=0 if exact else 4)
        raw = model.predict_proba(rows) if exact else model.decision_function(rows)
        # The start of a model of many classes is a logarithm by NumPy's vector code.
        loose = name == "GradientBoostingClassifier" and classes > 2
        assert_same(predict(path, rows, "raw", tmp_path, threads=2), raw, ulps=2 if loose else 0,
                    absolute=4e-16 if loose else 0)
        return
    assert_same(predict(path, rows, "value", tmp_path), model.predict(rows),
                ulps=2 if options.get("loss") in ("poisson", "gamma") else 0)
    if hasattr(model, "apply") and not name.startswith("Gradient"):
        assert_same(predict(path, rows, "leaf", tmp_path), model.apply(rows))


@pytest.mark.parametrize("number", range(3))
def test_categories_of_histogram_boosting(number, tmp_path):
    rng = generator(500 + number)
    X, y = rows_and_target(rng)
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d", "e", "f"])
    shops = [f"shop {i}" for i in range(int(rng.integers(2, 100)))]
    frame["b"] = rng.choice(shops, len(X))
    frame.loc[rng.random(len(X)) < 0.1, "b"] = np.nan
    frame["e"] = rng.choice([2.0, 3.5, 7.0, -1.0, np.nan], len(X))
    y = y + frame["e"].fillna(1) + frame["b"].astype(str).str[-1].isin(list("1357"))
    frame["b"] = frame["b"].astype("category")
    target = y if number else np.array(["ja", "nein"])[(y > y.median()).astype(int)]
    kind = ensemble.HistGradientBoostingRegressor if number else ensemble.HistGradientBoostingClassifier
    model = kind(max_iter=12, categorical_features=["b", "e"]).fit(frame, target)
    path = tmp_path / "model.skops"
    skops.io.dump(model, path)
    rows = traps(rng, X, {}, infinite=True)
    asked = frame.iloc[rng.integers(0, len(frame), len(rows))].reset_index(drop=True)
    for column in ("a", "c", "d", "f"):
        asked[column] = rows[:, list(frame.columns).index(column)]
    asked.loc[::10, "e"] = 77.25
    asked["b"] = asked["b"].astype(object)
    asked.loc[::11, "b"] = "never seen"
    table = [["" if v != v else v for v in row] for row in asked.astype(object).values.tolist()]
    expected = model._raw_predict(asked)
    assert_same(predict(path, table, "raw", tmp_path, list(frame.columns)), expected)


@pytest.mark.parametrize("kind", [ensemble.RandomForestClassifier, ensemble.HistGradientBoostingClassifier])
@pytest.mark.parametrize("classes", [2, 4])
def test_classes_go_by_name(classes, kind, tmp_path):
    rng = generator(550 + classes)
    X, y = rows_and_target(rng)
    names = np.array(["eins", "zwei", "drei", "vier"])[np.digitize(y, np.quantile(y, np.arange(1, classes) / classes))]
    model = kind(random_state=1).fit(X, names)
    path = tmp_path / "model.skops"
    skops.io.dump(model, path)
    csv = tmp_path / "rows.csv"
    pd.DataFrame(X).to_csv(csv, index=False)
    done = subprocess.run([MLOPS, "predict", path, "--csv", csv, "--output", "class"], capture_output=True, text=True)
    assert done.stdout.splitlines() == list(model.predict(X)), done.stderr


def test_pipelines_whose_other_steps_change_nothing(tmp_path):
    rng = generator(600)
    X, y = rows_and_target(rng, missing=False)
    model = tree.DecisionTreeRegressor(max_depth=4)
    path = tmp_path / "model.skops"
    skops.io.dump(Pipeline([("a", "passthrough"), ("b", None), ("tree", model)]).fit(X, y), path)
    assert_same(predict(path, X, "value", tmp_path), model.predict(X))
    skops.io.dump(Pipeline([("a", StandardScaler()), ("tree", model)]).fit(X, y), path)
    done = subprocess.run([MLOPS, "inspect", path], capture_output=True, text=True)
    assert done.returncode == 2 and "StandardScaler" in done.stderr

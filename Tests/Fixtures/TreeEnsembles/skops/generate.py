# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Writes golden answers of scikit-learn for models that skops saved, in the form that ../generate.py describes: run it
in a venv with Tests/Interoperability/requirements.txt. classes.json holds what `predict` says of the same rows.
"""
import json
import pathlib
import sys
import tempfile
import warnings
import zipfile

import numpy as np
import pandas as pd
import skops.io
from sklearn import ensemble, tree

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
import generate as common  # noqa: E402

F32 = np.float32
CLASSES = {}
warnings.filterwarnings("ignore", category=RuntimeWarning)
warnings.filterwarnings("ignore", message="X does not have valid feature names")


def saved(model, compression):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.skops"
        skops.io.dump(model, path, compression=compression)
        return path.read_bytes()


def thresholds_of(model):
    found = {}
    if hasattr(model, "_predictors"):
        for node in np.concatenate([p.nodes for stage in model._predictors for p in stage]):
            if not node["is_leaf"] and not node["is_categorical"]:
                found.setdefault(int(node["feature_idx"]), []).append(float(node["num_threshold"]))
        return found
    members = np.ravel(model.estimators_) if hasattr(model, "estimators_") else [model]
    for member in members:
        for feature, threshold in zip(member.tree_.feature, member.tree_.threshold):
            if feature >= 0 and np.isfinite(threshold):
                found.setdefault(int(feature), []).append(float(threshold))
    return found


def path_lengths(model, X):
    depths = np.zeros(len(X))
    some = model._max_features != X.shape[1]
    for index, (member, columns) in enumerate(zip(model.estimators_, model.estimators_features_)):
        leaves = member.apply(X[:, columns] if some else X, check_input=False)
        depths += model._decision_path_lengths[index][leaves] + model._average_path_length_per_tree[index][leaves] - 1.0
    return depths


def case(name, model, X, y, rng, frame=None, categories={}, compression=zipfile.ZIP_DEFLATED, infinities=False):
    data = X if frame is None else frame
    model.fit(data, y) if y is not None else model.fit(data)
    rows = common.edge_rows(X, {} if categories else thresholds_of(model), rng, infinities=infinities, count=48)
    if not np.isnan(X).any():
        rows = np.nan_to_num(rows)
    asked = rows
    if frame is not None:
        asked = frame.iloc[rng.integers(0, len(frame), len(rows))].copy().reset_index(drop=True)
        for column in range(X.shape[1]):
            if column not in categories:
                asked.isetitem(column, rows[:, column])
        for column, names in categories.items():
            if names is None:
                known = rows[:, column] = asked.iloc[:, column].astype(float)
                asked.isetitem(column, np.where(rng.random(len(rows)) < 0.2, 77.5, known))
                rows[:, column] = asked.iloc[:, column]
            else:
                rows[:, column] = [names.index(n) if isinstance(n, str) and n in names else np.nan
                                   for n in asked.iloc[:, column]]
    leaves = staged = None
    iterations = 0
    half = 0
    if isinstance(model, ensemble.IsolationForest):
        raw, values = path_lengths(model, asked.astype(F32)), model.decision_function(asked)
    elif hasattr(model, "decision_function"):
        raw, values = model.decision_function(asked), model.predict_proba(asked)
        iterations = model.n_iter_ if hasattr(model, "n_iter_") else model.n_estimators_
        for number, stage in enumerate(model.staged_predict_proba(asked)):
            half = number + 1
        staged = list(model._staged_raw_predict(np.asarray(asked, F32) if frame is None and hasattr(
            model, "n_estimators_") else asked))[max(1, half // 2) - 1]
    elif hasattr(model, "predict_proba"):
        raw = values = model.predict_proba(asked)
    else:
        values = model.predict(asked)
        raw = model._raw_predict(asked) if hasattr(model, "_predictors") else values
    if hasattr(model, "apply") and not isinstance(model, ensemble.IsolationForest):
        leaves = model.apply(asked)
    if y is None or hasattr(model, "classes_"):
        CLASSES[name] = [str(c) for c in model.predict(asked)]
    common.write(f"skops/{name}", saved(model, compression), rows, raw, values, leaves, iterations, staged)


def float_cases():
    X, y, rng = common.dataset(30)
    full = np.nan_to_num(X, nan=0.5)
    names = np.array(["hoch", "mittel", "tief"])[np.digitize(y, [0.5, 2])]
    binary = y > 1.5
    two = np.stack([y, full[:, 5]], 1)
    few = {"n_estimators": 4, "max_depth": 3, "random_state": 3}
    case("tree-classifier", tree.DecisionTreeClassifier(max_depth=4, random_state=1), X, names, rng,
         compression=zipfile.ZIP_STORED)
    case("tree-regressor", tree.DecisionTreeRegressor(max_depth=4, random_state=1), X, y, rng)
    case("tree-two-targets", tree.DecisionTreeRegressor(max_depth=3, random_state=1), X, two, rng)
    case("extra-tree-classifier", tree.ExtraTreeClassifier(max_depth=4, random_state=1), X, binary.astype(int), rng)
    case("extra-tree-regressor", tree.ExtraTreeRegressor(max_depth=4, random_state=1), full, y, rng)
    case("stump", tree.DecisionTreeRegressor(max_depth=1, random_state=1), full, y, rng,
         compression=zipfile.ZIP_STORED)
    case("forest-classifier", ensemble.RandomForestClassifier(**few), X, names, rng)
    case("forest-binary", ensemble.RandomForestClassifier(**few), X, binary, rng)
    case("forest-regressor", ensemble.RandomForestRegressor(**few), X, y, rng)
    case("forest-two-targets", ensemble.RandomForestRegressor(**few), X, two, rng)
    case("extra-trees-classifier", ensemble.ExtraTreesClassifier(**few), full, names, rng)
    case("extra-trees-regressor", ensemble.ExtraTreesRegressor(**few), X, y, rng)
    frame = pd.DataFrame(full, columns=list("uvwxyz"))
    case("boosting-binary", ensemble.GradientBoostingClassifier(**few), full, binary, rng, frame=frame)
    case("boosting-multiclass", ensemble.GradientBoostingClassifier(**few), full, names, rng)
    case("boosting-exponential", ensemble.GradientBoostingClassifier(loss="exponential", **few), full, binary, rng)
    case("boosting-zero", ensemble.GradientBoostingClassifier(init="zero", **few), full, binary, rng)
    for loss in ("squared_error", "absolute_error", "huber", "quantile"):
        case(f"boosting-{loss.replace('_', '-')}", ensemble.GradientBoostingRegressor(loss=loss, **few), full, y, rng)
    case("isolation", ensemble.IsolationForest(n_estimators=8, max_samples=64, random_state=2), full, None, rng)
    case("isolation-some-features", ensemble.IsolationForest(
        n_estimators=8, max_samples=64, max_features=3, contamination=0.1, random_state=2), full, None, rng)


def double_cases():
    X, y, rng = common.dataset(31)
    X = X + rng.normal(size=X.shape) * 1e-9
    names = np.array(["hoch", "mittel", "tief"])[np.digitize(y, [0.5, 2])]
    few = {"max_iter": 5, "max_leaf_nodes": 8, "random_state": 3}
    for loss in ("squared_error", "absolute_error", "gamma", "poisson", "quantile"):
        extra = {"quantile": 0.3} if loss == "quantile" else {}
        case(f"histogram-{loss.replace('_', '-')}", ensemble.HistGradientBoostingRegressor(loss=loss, **extra, **few), X,
             np.abs(y) + 0.1 if loss in ("gamma", "poisson") else y, rng, infinities=True)
    case("histogram-binary", ensemble.HistGradientBoostingClassifier(**few), X, y > 1.5, rng, infinities=True)
    case("histogram-multiclass", ensemble.HistGradientBoostingClassifier(**few), X, names, rng, infinities=True)

    frame = pd.DataFrame(X, columns=["a", "b", "c", "d", "e", "f"])
    shops = [f"shop {i}" for i in range(40)]
    frame["b"] = rng.choice(shops, len(X))
    frame.loc[rng.random(len(X)) < 0.1, "b"] = np.nan
    frame["e"] = rng.choice([2.0, 3.5, 7.0, -1.0, np.nan], len(X))
    target = y + frame["b"].str.len().fillna(3) + frame["e"].fillna(0) + frame["b"].astype(str).str[-1].isin(list("135"))
    for name, categories in [("histogram-names", {1: sorted(shops), 4: None})]:
        frame["b"] = frame["b"].astype("category")
        model = ensemble.HistGradientBoostingRegressor(categorical_features=["b", "e"], **few)
        case(name, model, X, target, rng, frame=frame, categories=categories)


if __name__ == "__main__":
    for old in HERE.glob("*.golden"):
        old.unlink()
    float_cases()
    double_cases()
    (HERE / "classes.json").write_text(json.dumps(CLASSES, separators=(",", ":")))

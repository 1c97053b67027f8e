# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Trains models with the real libraries on fresh random data and compares every bit through `mlops predict`."""
import os
import pathlib
import subprocess

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
import xgboost as xgb

MLOPS = pathlib.Path(os.environ["SWIFT_MLOPS_BIN"]) / "mlops"
SEED = int(os.environ.get("SWIFT_MLOPS_SEED", np.random.SeedSequence().entropy % 2**32))
F32 = np.float32


@pytest.fixture(autouse=True)
def seed_is_told(request):
    print(f"SWIFT_MLOPS_SEED={SEED}")


def predict(model, rows, output, dtype, tmp_path, names=None, threads=1, iterations=None):
    """What `mlops predict` prints for rows, read back to bits."""
    csv = tmp_path / "rows.csv"
    columns = names or [f"c{i}" for i in range(np.shape(rows)[1])]
    with open(csv, "w") as file:
        file.write(",".join(columns) + "\n")
        for row in rows:
            file.write(",".join("" if value != value else value if isinstance(value, str) else repr(float(value))
                                for value in row) + "\n")
    done = subprocess.run([MLOPS, "predict", model, "--csv", csv, "--output", output, "--threads", str(threads),
                           *(["--iterations", str(iterations)] if iterations else [])],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return np.array([[dtype(field) for field in line.split(",")] for line in done.stdout.splitlines()])


def assert_same_bits(found, expected):
    expected = np.asarray(expected).reshape(found.shape)
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    assert same.all(), f"{(~same).sum()} of {same.size} differ, first {found[~same][:3]} {expected[~same][:3]}"


def ulps(found, expected):
    """The distance in units in the last place."""
    expected = np.asarray(expected, found.dtype).reshape(found.shape)
    spacing = np.spacing(np.maximum(np.abs(found), np.abs(expected)))
    return np.nanmax(np.where(found == expected, 0, np.abs(found - expected) / spacing), initial=0)


def data(rng, rows=900, columns=8, categories=()):
    X = (rng.normal(size=(rows, columns)) * rng.choice([1e-3, 1, 1e3], columns)).astype(F32).astype(float)
    X[rng.random(X.shape) < rng.choice([0, 0.1, 0.4])] = np.nan
    X[:, -1] = np.where(rng.random(rows) < 0.5, 0, X[:, -1])
    for column, count in categories:
        X[:, column] = rng.integers(0, count, rows)
        X[rng.random(rows) < 0.05, column] = np.nan
    Z = np.nan_to_num(X / np.nanmax(np.abs(X), axis=0).clip(1e-30))
    y = Z @ rng.normal(size=columns) + np.sin(5 * Z[:, 0]) + Z[:, 1] * Z[:, 2] + rng.normal(size=rows) * 0.05
    for column, count in categories:
        y = y + rng.normal(size=count)[np.nan_to_num(X[:, column]).astype(int)]
    return X, y


def edges(rng, X, thresholds, categories=(), infinite=True, count=200):
    """Rows of traps: exact thresholds and their neighbours, zeros, denormals, infinities, NaN, odd categories."""
    special = [0.0, -0.0, 1e-36, -1e-36, float(F32(1e-35)), 1e-35, 5e-324, 1e-40, np.nan, 3.4e38, -3.4e38]
    special += [np.inf, -np.inf] if infinite else []
    rows = X[rng.integers(0, len(X), count)].copy()
    for row in rows:
        for column in range(X.shape[1]):
            near, kind = thresholds.get(column, ()), rng.random()
            if kind < 0.4 and len(near):
                t = float(near[rng.integers(len(near))])
                row[column] = rng.choice([t, np.nextafter(t, 9e9), np.nextafter(t, -9e9),
                                          float(np.nextafter(F32(t), F32(9e9))), float(np.nextafter(F32(t), F32(-9e9)))])
            elif kind < 0.6:
                row[column] = special[rng.integers(len(special))]
    for column, size in categories:
        odd = [-1, -0.5, 0.5, 2.7, size, size + 100, 1e6, 2.0**24, 2.0**31, 1e15, np.nan]
        rows[:, column] = np.where(rng.random(count) < 0.4, rng.choice(odd, count), rows[:, column])
    return rows


XGBOOST = [
    ("reg:squarederror", {}), ("reg:squarederror", {"max_depth": 9, "max_bin": 700}),
    ("reg:squarederror", {"tree_method": "exact", "max_depth": 12}), ("binary:logistic", {"scale_pos_weight": 3}),
    ("binary:logitraw", {}), ("binary:hinge", {}), ("count:poisson", {}), ("reg:gamma", {}), ("reg:tweedie", {}),
    ("reg:absoluteerror", {}), ("reg:pseudohubererror", {}), ("reg:squaredlogerror", {}), ("survival:cox", {}),
    ("multi:softprob", {"num_class": 4}), ("multi:softmax", {"num_class": 4, "num_parallel_tree": 2, "subsample": 0.5}),
    ("binary:logistic", {"booster": "dart", "rate_drop": 0.3}), ("binary:logistic", {"booster": "gblinear"}),
    ("reg:quantileerror", {"quantile_alpha": [0.2, 0.5, 0.8]}), ("reg:squarederror", {"grow_policy": "lossguide",
                                                                                     "max_leaves": 300, "max_depth": 0}),
    ("reg:squarederror", {"multi_strategy": "multi_output_tree", "targets": 3}), ("reg:squarederror", {"targets": 3}),
]


@pytest.mark.parametrize("form", ["json", "ubj"])
@pytest.mark.parametrize("case", range(len(XGBOOST)))
def test_xgboost(case, form, tmp_path):
    objective, options = XGBOOST[case]
    options = dict(options)
    rng = np.random.default_rng([SEED, case])
    X, y = data(rng)
    targets = options.pop("targets", 1)
    if targets > 1:
        y = np.stack([y * (k + 1) + X[:, k] * 0 for k in range(targets)], 1)
        y = np.nan_to_num(y)
    elif objective.startswith("binary"):
        y = y > np.median(y)
    elif objective.startswith("multi"):
        y = np.digitize(y, np.quantile(y, [0.25, 0.5, 0.75]))
    elif objective not in ("reg:squarederror", "reg:absoluteerror", "reg:pseudohubererror", "reg:quantileerror"):
        y = np.abs(y) + 0.1
    booster = xgb.train({"objective": objective, "nthread": 1, "max_depth": 6, "seed": SEED % 2**31, **options},
                        xgb.DMatrix(X, y), int(rng.integers(5, 40)))
    thresholds = {}
    if options.get("booster") != "gblinear" and "multi_strategy" not in options:
        table = booster.trees_to_dataframe()
        for feature, split in zip(table.Feature, table.Split):
            if feature != "Leaf" and split == split:
                thresholds.setdefault(int(feature[1:]), []).append(F32(split))
    model = tmp_path / f"model.{form}"
    booster.save_model(model)
    rows = np.concatenate([X[:100], edges(rng, X, thresholds, infinite=False)])
    d = xgb.DMatrix(rows)
    assert_same_bits(predict(model, rows, "raw", F32, tmp_path), booster.predict(d, output_margin=True))
    assert_same_bits(predict(model, rows, "value", F32, tmp_path, threads=2), booster.predict(d))
    if options.get("booster") != "gblinear":
        assert_same_bits(predict(model, rows, "leaf", int, tmp_path), booster.predict(d, pred_leaf=True))


@pytest.mark.parametrize("onehot", [1, 100])
def test_xgboost_categories(onehot, tmp_path):
    rng = np.random.default_rng([SEED, 100, onehot])
    categories = [(3, 50), (5, 4)]
    X, y = data(rng, categories=categories)
    types = ["c" if column in (3, 5) else "q" for column in range(8)]
    d = xgb.DMatrix(X, y, feature_types=types, enable_categorical=True)
    booster = xgb.train({"max_cat_to_onehot": onehot, "tree_method": "hist", "nthread": 1}, d, 20)
    booster.save_model(tmp_path / "model.ubj")
    rows = edges(rng, X, {}, categories, infinite=False).astype(F32).astype(float)
    d = xgb.DMatrix(rows, feature_types=types, enable_categorical=True)
    assert_same_bits(predict(tmp_path / "model.ubj", rows, "raw", F32, tmp_path), booster.predict(d, output_margin=True))


def frame(rng, rows=800):
    names = np.array(["red", "green", "blue", "a,b", "ünï"])
    table = pd.DataFrame({"x": rng.normal(size=rows), "colour": pd.Categorical(rng.choice(names[:4], rows)),
                          "size": pd.Categorical(rng.choice([10, 20, 40], rows)), "z": rng.normal(size=rows)})
    table.loc[rng.random(rows) < 0.1, "colour"] = None
    y = table.x + (table.colour == "red") * 2 - (table["size"] == 20) * 1.5
    return table, np.asarray(y, float)


def csv_of(table, path):
    table.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_names_of_categories_and_any_order_of_columns(library, tmp_path):
    rng = np.random.default_rng([SEED, 200])
    table, y = frame(rng)
    if library == "xgboost":
        booster = xgb.train({"nthread": 1, "max_depth": 5}, xgb.DMatrix(table, y, enable_categorical=True), 10)
        expected = booster.predict(xgb.DMatrix(table, enable_categorical=True))
        booster.save_model(tmp_path / "model.json")
        model, dtype = tmp_path / "model.json", F32
    else:
        booster = lgb.train({"verbose": -1, "num_threads": 1, "min_data_per_group": 5}, lgb.Dataset(table, y), 10)
        expected = booster.predict(table)
        booster.save_model(tmp_path / "model.txt")
        model, dtype = tmp_path / "model.txt", float
    csv = csv_of(table[["z", "size", "colour", "x"]], tmp_path / "shuffled.csv")
    done = subprocess.run([MLOPS, "predict", model, "--csv", csv], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert_same_bits(np.array([[dtype(line)] for line in done.stdout.splitlines()]), expected)


LIGHTGBM = [
    ("regression", {}), ("regression", {"num_leaves": 200, "min_data_in_leaf": 1}), ("regression", {"max_bin": 1000}),
    ("regression", {"reg_sqrt": True}), ("regression_l1", {}), ("huber", {}), ("fair", {}), ("quantile", {}),
    ("mape", {}), ("poisson", {}), ("gamma", {}), ("tweedie", {}), ("binary", {"sigmoid": 0.7}), ("cross_entropy", {}),
    ("cross_entropy_lambda", {}), ("multiclass", {"num_class": 4}), ("multiclassova", {"num_class": 4}),
    ("regression", {"zero_as_missing": True}), ("regression", {"use_missing": False}),
    ("binary", {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}), ("binary", {"boosting": "dart"}),
    ("regression", {"linear_tree": True}), ("regression", {"extra_trees": True, "monotone_constraints": [1] + [0] * 7}),
]


@pytest.mark.parametrize("categories", [(), ((3, 60), (5, 4))])
@pytest.mark.parametrize("case", range(len(LIGHTGBM)))
def test_lightgbm(case, categories, tmp_path):
    objective, options = LIGHTGBM[case]
    rng = np.random.default_rng([SEED, 300 + case, len(categories)])
    X, y = data(rng, categories=categories)
    if objective in ("binary", "cross_entropy", "cross_entropy_lambda"):
        y = (y > np.median(y)).astype(int)
    elif objective.startswith("multi"):
        y = np.digitize(y, np.quantile(y, [0.25, 0.5, 0.75]))
    elif objective in ("poisson", "gamma", "tweedie"):
        y = np.abs(y) + 0.1
    parameters = {"objective": objective, "verbose": -1, "num_threads": 1, "seed": SEED % 2**31,
                  "min_data_per_group": 5, **options}
    booster = lgb.train(parameters, lgb.Dataset(X, y, categorical_feature=[c for c, _ in categories], params=parameters),
                        int(rng.integers(4, 25)))
    text = booster.model_to_string()
    (tmp_path / "model.txt").write_text(text)
    booster = lgb.Booster(model_str=text)
    table = booster.trees_to_dataframe()
    thresholds = {}
    for feature, threshold, kind in zip(table.split_feature, table.threshold, table.decision_type):
        if kind == "<=":
            thresholds.setdefault(int(feature.split("_")[1]), []).append(float(threshold))
    rows = np.concatenate([X[:100], edges(rng, X, thresholds, categories)])
    model = tmp_path / "model.txt"
    assert_same_bits(predict(model, rows, "raw", float, tmp_path), booster.predict(rows, raw_score=True, num_threads=1))
    assert_same_bits(predict(model, rows, "value", float, tmp_path, threads=2), booster.predict(rows, num_threads=1))
    assert_same_bits(predict(model, rows, "leaf", int, tmp_path), booster.predict(rows, pred_leaf=True, num_threads=1))


def test_a_damaged_model_is_an_error_with_code_2(tmp_path):
    X, y = data(np.random.default_rng(SEED))
    booster = lgb.train({"verbose": -1}, lgb.Dataset(X, y), 3)
    text = booster.model_to_string()
    for cut in (0, 10, 200, len(text) // 2):
        (tmp_path / "model.txt").write_text(text[:cut])
        done = subprocess.run([MLOPS, "inspect", tmp_path / "model.txt"], capture_output=True, text=True)
        assert done.returncode == 2 and "model.txt" in done.stderr


@pytest.mark.parametrize("format", ["json", "ubj"])
@pytest.mark.parametrize("classes", [2, 3])
def test_xgboost_stopped_early(tmp_path, format, classes):
    """The wrapper of scikit-learn scores with the rounds up to the best, the booster with all."""
    rng = np.random.default_rng(SEED + classes)
    X, y = data(rng)
    y = np.digitize(y + rng.normal(size=len(y)) * 3, np.quantile(y, np.arange(1, classes) / classes))
    wrapper = xgb.XGBClassifier(n_estimators=60, learning_rate=0.5, early_stopping_rounds=5, max_depth=4)
    wrapper.fit(X[:600], y[:600], eval_set=[(X[600:], y[600:])], verbose=False)
    path = tmp_path / f"model.{format}"
    wrapper.save_model(path)
    assert wrapper.best_iteration + 1 < wrapper.get_booster().num_boosted_rounds(), "it stopped early"
    for iterations, wanted in (("best", None), (3, (0, 3)), (None, (0, wrapper.get_booster().num_boosted_rounds()))):
        raw = predict(path, X, "raw", F32, tmp_path, iterations=iterations)
        assert_same_bits(raw, wrapper.predict(X, output_margin=True, iteration_range=wanted))
    assert (predict(path, X, "class", int, tmp_path, iterations="best")[:, 0] == wrapper.predict(X)).all()


def test_lightgbm_rounds(tmp_path):
    X, y = data(np.random.default_rng(SEED))
    booster = lgb.train({"verbosity": -1, "min_data_in_leaf": 5}, lgb.Dataset(X, y), 12)
    booster.save_model(tmp_path / "model.txt")
    raw = predict(tmp_path / "model.txt", X, "raw", float, tmp_path, iterations=5)
    assert_same_bits(raw, booster.predict(X, raw_score=True, num_iteration=5))
    done = subprocess.run([MLOPS, "predict", tmp_path / "model.txt", "--csv", tmp_path / "rows.csv", "--iterations", "best"],
                          capture_output=True, text=True)
    assert done.returncode == 2 and "records no best iteration" in done.stderr

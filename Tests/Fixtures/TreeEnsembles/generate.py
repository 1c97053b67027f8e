# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Writes golden answers of XGBoost and LightGBM: run it in a venv with Tests/Interoperability/requirements.txt.

For each case it writes NAME.model, as the library saved it, and NAME.golden: little-endian, seven 64-bit integers
(rows, columns, raw scores a row, values a row, trees or 0 without leaves, iterations or 0, raw scores of the first half
of the iterations or 0), then float64 rows, raw scores, values, the staged raw scores, then int32 leaves.
"""
import pathlib
import sys

import lightgbm as lgb
import numpy as np
import xgboost as xgb

HERE = pathlib.Path(__file__).parent
F32 = np.float32
ZERO_BAND = float(F32(1e-35))


def dataset(seed, rows=700, columns=6, categories=()):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, columns)).astype(F32).astype(np.float64)
    X[rng.random(X.shape) < 0.1] = np.nan
    X[:, columns - 1] = np.where(rng.random(rows) < 0.4, 0, X[:, columns - 1])
    for column, count in categories:
        X[:, column] = rng.integers(0, count, rows)
        X[rng.random(rows) < 0.05, column] = np.nan
    Z = np.nan_to_num(X)
    y = 2 * Z[:, 0] + Z[:, 1] ** 2 + rng.normal(size=rows) * 0.1
    for column, count in categories:
        y = y + rng.normal(size=count + 1)[Z[:, column].astype(int)]
    return X, y, rng


def edge_rows(X, thresholds, rng, categories=(), infinities=True, count=64):
    """Rows in which every value is a trap: exact thresholds, their neighbours, zeros, denormals, infinities, NaN."""
    special = [0.0, -0.0, 1e-36, -1e-36, ZERO_BAND, -ZERO_BAND, np.nextafter(ZERO_BAND, 1), 1e-40, -1e-40, 5e-324,
               1.4e-45, np.nan, 3.4e38, -3.4e38] + ([np.inf, -np.inf] if infinities else [])
    rows = X[rng.integers(0, len(X), count)].copy()
    for row in rows:
        for column in range(X.shape[1]):
            kind = rng.random()
            near = thresholds.get(column, [])
            if kind < 0.4 and len(near):
                t = near[rng.integers(len(near))]
                row[column] = [t, float(np.nextafter(F32(t), F32(9e9))), float(np.nextafter(F32(t), F32(-9e9))),
                               np.nextafter(t, 9e9), np.nextafter(t, -9e9)][rng.integers(5)]
            elif kind < 0.7:
                row[column] = special[rng.integers(len(special))]
    for column, size in categories:
        for row in rows:
            if rng.random() < 0.5:
                row[column] = [-1, -0.5, 0.5, 3.7, size, size + 40, 1e6, 16777216.0, 2147483648.0, 1e12, -1e12,
                               np.nan, 1][rng.integers(13)]
    return rows


def write(name, model, rows, raw, values, leaves, iterations, staged):
    n = len(rows)
    raw = np.asarray(raw, np.float64).reshape(n, -1)
    values = np.asarray(values, np.float64).reshape(n, -1)
    staged = np.zeros((n, 0)) if staged is None else np.asarray(staged, np.float64).reshape(n, -1)
    leaves = np.zeros((n, 0), np.int32) if leaves is None else np.asarray(leaves).reshape(n, -1).astype(np.int32)
    head = np.array([n, rows.shape[1], raw.shape[1], values.shape[1], leaves.shape[1], iterations, staged.shape[1]],
                    np.int64)
    parts = [head, np.asarray(rows, np.float64), raw, values, staged, leaves]
    (HERE / f"{name}.golden").write_bytes(b"".join(np.ascontiguousarray(part).tobytes() for part in parts))
    (HERE / f"{name}.model").write_bytes(model)
    print(f"{name:32s} {len(model):7d} bytes", flush=True)


def xgb_case(name, parameters, y, X, rng, rounds=8, types=None, categories=(), form="ubj", leaf=True, data={}):
    dtrain = xgb.DMatrix(X, y, feature_types=types, enable_categorical=types is not None, **data)
    booster = xgb.train(dict({"nthread": 1, "max_depth": 4, "seed": 7}, **parameters), dtrain, rounds)
    thresholds = {}
    if parameters.get("booster") != "gblinear" and "multi_strategy" not in parameters:
        table = booster.trees_to_dataframe()
        for feature, split in zip(table.Feature, table.Split):
            if feature != "Leaf" and split == split:
                thresholds.setdefault(int(feature[1:]), []).append(float(F32(split)))
    rows = np.concatenate([X[:32], edge_rows(X, thresholds, rng, categories, infinities=False)])
    with np.errstate(over="ignore"):
        rows = rows.astype(F32).astype(np.float64) if categories else rows
    d = xgb.DMatrix(rows, feature_types=types, enable_categorical=types is not None)
    model = bytes(booster.save_raw(form))
    staged = booster.predict(d, output_margin=True, iteration_range=(0, max(1, rounds // 2)))
    write(name, model, rows, booster.predict(d, output_margin=True), booster.predict(d),
          booster.predict(d, pred_leaf=True) if leaf else None, rounds, staged if leaf else None)


def lgb_case(name, parameters, y, X, rng, rounds=8, categories=(), group=None):
    base = {"verbose": -1, "num_threads": 1, "num_leaves": 15, "min_data_in_leaf": 5, "seed": 7, "deterministic": True}
    columns = [column for column, _ in categories]
    merged = dict(base, **parameters)
    booster = lgb.train(merged, lgb.Dataset(X, y, categorical_feature=columns, params=merged, group=group), rounds)
    text = booster.model_to_string()
    booster = lgb.Booster(model_str=text)
    table = booster.trees_to_dataframe()
    thresholds = {}
    for feature, threshold, kind in zip(table.split_feature, table.threshold, table.decision_type):
        if kind == "<=":
            thresholds.setdefault(int(feature.split("_")[1]), []).append(float(threshold))
    rows = np.concatenate([X[:32], edge_rows(X, thresholds, rng, categories)])
    options = {"num_threads": 1}
    write(name, text.encode(), rows, booster.predict(rows, raw_score=True, **options), booster.predict(rows, **options),
          booster.predict(rows, pred_leaf=True, **options), rounds,
          booster.predict(rows, raw_score=True, num_iteration=rounds // 2, **options))


def xgboost_cases():
    X, y, rng = dataset(1)
    binary, positive, three = (y > 1).astype(F32), np.abs(y) + 0.1, np.digitize(y, [0, 1.5]).astype(F32)
    for objective, target in [
        ("reg:squarederror", y), ("reg:squaredlogerror", positive), ("reg:logistic", binary),
        ("binary:logistic", binary), ("binary:logitraw", binary), ("binary:hinge", binary), ("count:poisson", positive),
        ("reg:gamma", positive), ("reg:tweedie", positive), ("survival:cox", positive), ("reg:pseudohubererror", y),
        ("reg:absoluteerror", y),
    ]:
        xgb_case("xgb-" + objective.replace(":", "-"), {"objective": objective}, target, X, rng)
    for objective in ("multi:softprob", "multi:softmax"):
        xgb_case("xgb-" + objective.replace(":", "-"), {"objective": objective, "num_class": 3}, three, X, rng, rounds=5)
    for objective in ("rank:ndcg", "rank:pairwise", "rank:map"):
        target = three.astype(int) if objective != "rank:map" else binary.astype(int)
        xgb_case("xgb-" + objective.replace(":", "-"), {"objective": objective}, target, X, rng,
                 data={"qid": np.repeat(np.arange(len(X) // 10), 10)})
    xgb_case("xgb-json", {"objective": "binary:logistic", "max_depth": 6}, binary, X, rng, form="json")
    xgb_case("xgb-exact", {"objective": "reg:squarederror", "tree_method": "exact", "max_depth": 7}, y, X, rng)
    xgb_case("xgb-lossguide", {"objective": "reg:squarederror", "tree_method": "hist", "grow_policy": "lossguide",
                               "max_leaves": 40, "max_depth": 0}, y, X, rng)
    xgb_case("xgb-gamma-pruned", {"objective": "reg:squarederror", "tree_method": "exact", "gamma": 5}, y, X, rng)
    xgb_case("xgb-parallel-trees", {"objective": "multi:softprob", "num_class": 3, "num_parallel_tree": 2,
                                    "subsample": 0.7}, three, X, rng, rounds=4)
    xgb_case("xgb-forest", {"objective": "reg:squarederror", "num_parallel_tree": 12, "subsample": 0.6,
                            "colsample_bynode": 0.7, "learning_rate": 1}, y, X, rng, rounds=1)
    xgb_case("xgb-dart", {"objective": "binary:logistic", "booster": "dart", "rate_drop": 0.3}, binary, X, rng)
    xgb_case("xgb-linear", {"objective": "binary:logistic", "booster": "gblinear"}, binary, X, rng, leaf=False)
    xgb_case("xgb-linear-multi", {"objective": "multi:softprob", "num_class": 3, "booster": "gblinear"}, three, X, rng,
             leaf=False, form="json")
    xgb_case("xgb-quantiles", {"objective": "reg:quantileerror", "quantile_alpha": [0.1, 0.5, 0.9]}, y, X, rng, rounds=4)
    two = np.stack([y, binary], 1)
    xgb_case("xgb-multi-target", {"objective": "reg:squarederror"}, two, X, rng, rounds=4, form="json")
    xgb_case("xgb-vector-leaves", {"objective": "reg:squarederror", "multi_strategy": "multi_output_tree",
                                   "tree_method": "hist"}, two, X, rng, rounds=4)
    xgb_case("xgb-base-score", {"objective": "binary:logistic", "base_score": 0.2}, binary, X, rng, rounds=3)
    xgb_case("xgb-one-stump", {"objective": "reg:squarederror", "max_depth": 1}, y, X, rng, rounds=1)
    xgb_case("xgb-no-split", {"objective": "reg:squarederror", "gamma": 1e9}, y, X, rng, rounds=2)
    categories = ((3, 40), (4, 3))
    Xc, yc, rng = dataset(2, categories=categories)
    types = ["q", "q", "q", "c", "c", "q"]
    for name, onehot in [("xgb-categories", 4), ("xgb-one-hot", 64)]:
        xgb_case(name, {"objective": "reg:squarederror", "tree_method": "hist", "max_cat_to_onehot": onehot}, yc, Xc,
                 rng, types=types, categories=categories)
    d = xgb.DMatrix(X)
    d.set_float_info("label_lower_bound", positive)
    d.set_float_info("label_upper_bound", positive)
    booster = xgb.train({"objective": "survival:aft", "nthread": 1, "max_depth": 3}, d, 5)
    rows = xgb.DMatrix(X[:40])
    write("xgb-survival-aft", bytes(booster.save_raw("ubj")), X[:40], booster.predict(rows, output_margin=True),
          booster.predict(rows), booster.predict(rows, pred_leaf=True), 5, None)


def lightgbm_cases():
    X, y, rng = dataset(3)
    binary, positive, three = (y > 1.5).astype(int), np.abs(y) + 0.1, np.digitize(y, [0.5, 2])
    for objective in ("regression", "regression_l1", "huber", "fair", "quantile", "mape"):
        lgb_case("lgb-" + objective.replace("_", "-"), {"objective": objective}, y, X, rng)
    for objective in ("poisson", "gamma", "tweedie"):
        lgb_case("lgb-" + objective, {"objective": objective}, positive, X, rng)
    lgb_case("lgb-sqrt", {"objective": "regression", "reg_sqrt": True}, y, X, rng)
    lgb_case("lgb-binary", {"objective": "binary", "sigmoid": 2.0}, binary, X, rng)
    lgb_case("lgb-cross-entropy", {"objective": "cross_entropy"}, binary, X, rng)
    lgb_case("lgb-cross-entropy-lambda", {"objective": "cross_entropy_lambda"}, binary, X, rng)
    for objective in ("multiclass", "multiclassova"):
        lgb_case("lgb-" + objective, {"objective": objective, "num_class": 3}, three, X, rng, rounds=4)
    for objective in ("lambdarank", "rank_xendcg"):
        lgb_case("lgb-" + objective.replace("_", "-"), {"objective": objective}, three, X, rng,
                 group=[10] * (len(X) // 10))
    lgb_case("lgb-zero-missing", {"objective": "regression", "zero_as_missing": True}, y, X, rng)
    lgb_case("lgb-no-missing", {"objective": "regression", "use_missing": False}, y, X, rng)
    lgb_case("lgb-forest", {"objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}, binary,
             X, rng)
    lgb_case("lgb-dart", {"objective": "binary", "boosting": "dart", "drop_rate": 0.5}, binary, X, rng)
    lgb_case("lgb-linear", {"objective": "regression", "linear_tree": True}, y, X, rng)
    lgb_case("lgb-many-leaves", {"objective": "regression", "num_leaves": 120, "min_data_in_leaf": 2}, y, X, rng, rounds=3)
    lgb_case("lgb-no-split", {"objective": "regression", "min_data_in_leaf": 600}, y, X, rng, rounds=2)
    categories = ((3, 60), (4, 3))
    Xc, yc, rng = dataset(4, categories=categories)
    lgb_case("lgb-categories", {"objective": "regression", "min_data_per_group": 5, "cat_smooth": 1}, yc, Xc, rng,
             categories=categories)
    lgb_case("lgb-categories-linear", {"objective": "regression", "min_data_per_group": 5, "linear_tree": True}, yc, Xc,
             rng, categories=categories)


if __name__ == "__main__":
    for old in list(HERE.glob("xgb-*")) + list(HERE.glob("lgb-*")):
        old.unlink()
    xgboost_cases()
    lightgbm_cases()

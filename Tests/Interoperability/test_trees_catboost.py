# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Trains CatBoost models on fresh random data and compares every bit through `mlops predict`."""
import json

import catboost as cb
import numpy as np
import pandas as pd
import pytest
from tree_formats import F32, assert_same, generator, predict, rows_and_target, traps

LOSSES = ["RMSE", "Logloss", "CrossEntropy", "MultiClass", "MultiClassOneVsAll", "MultiLogloss", "Poisson", "Tweedie:variance_power=1.3",
          "RMSEWithUncertainty", "MultiQuantile:alpha=0.2,0.7", "MultiRMSE", "Quantile:alpha=0.3", "YetiRank"]


def train(rng, data, target, parameters, **pool):
    pool = cb.Pool(data, target, **pool)
    settings = dict(iterations=int(rng.integers(3, 40)), depth=int(rng.integers(1, 7)), verbose=0, thread_count=2,
                    allow_writing_files=False, random_seed=int(rng.integers(1000)))
    return cb.CatBoost({**settings, **parameters}).fit(pool), pool


def save(model, pool, tmp_path):
    path = tmp_path / "model.json"
    model.save_model(str(path), format="json", pool=pool)
    return path, json.loads(path.read_text())


def values(model, loss, pool):
    kinds = {"Logloss": "Probability", "CrossEntropy": "Probability", "MultiClass": "Probability",
             "MultiClassOneVsAll": "Probability", "MultiLogloss": "Probability", "Poisson": "Exponent",
             "Tweedie": "Exponent", "RMSEWithUncertainty": "RMSEWithUncertainty"}
    found = model.predict(pool, prediction_type=kinds.get(loss, "RawFormulaVal"))
    return found[:, 1] if loss in ("Logloss", "CrossEntropy") else found


@pytest.mark.parametrize("policy", ["SymmetricTree", "Lossguide", "Depthwise"])
@pytest.mark.parametrize("loss", LOSSES)
def test_numbers(loss, policy, tmp_path):
    if policy != "SymmetricTree" and loss in ("YetiRank", "MultiQuantile:alpha=0.2,0.7", "MultiRMSE", "MultiLogloss"):
        policy = "SymmetricTree"
    rng = generator(LOSSES.index(loss))
    X, y = rows_and_target(rng)
    name = loss.split(":")[0]
    target = {"Logloss": y > 0, "CrossEntropy": 1 / (1 + np.exp(-y)), "MultiClass": np.digitize(y, [-0.5, 0.5]),
              "MultiClassOneVsAll": np.digitize(y, [-0.5, 0.5]), "MultiLogloss": np.stack([y > 0, y > 1], 1).astype(int),
              "Poisson": np.abs(y), "Tweedie": np.abs(y), "MultiRMSE": np.stack([y, -y], 1),
              "YetiRank": np.digitize(y, [-0.5, 0.5])}.get(name, y)
    group = {"group_id": np.arange(len(X)) // 10} if name == "YetiRank" else {}
    model, pool = train(rng, X.astype(F32), target, {"loss_function": loss, "grow_policy": policy,
                                                     "nan_mode": str(rng.choice(["Min", "Max"]))}, **group)
    path, document = save(model, pool, tmp_path)
    thresholds = {f["flat_feature_index"]: f["borders"] for f in document["features_info"]["float_features"]}
    rows = traps(rng, X, thresholds, infinite=True)
    asked = cb.Pool(rows.astype(F32))
    assert_same(predict(path, rows, "raw", tmp_path), model.predict(asked, prediction_type="RawFormulaVal"))
    assert_same(predict(path, rows, "value", tmp_path, threads=2), values(model, name, asked))
    if policy == "SymmetricTree":
        assert_same(predict(path, rows, "leaf", tmp_path), model.calc_leaf_indexes(asked))


@pytest.mark.parametrize("number", range(8))
def test_categories(number, tmp_path):
    rng = generator(100 + number)
    X, y = rows_and_target(rng)
    frame = pd.DataFrame(X.astype(F32), columns=["price", "shop", "size", "kind", "weight", "age"])
    frame["shop"] = rng.choice([f"shop {i}" for i in range(int(rng.integers(2, 80)))], len(X))
    frame["kind"] = rng.integers(-2, 5, len(X))
    frame["age"] = rng.choice(["young", "old", "none of these", "Größe"], len(X))
    y = y + (frame["age"] == "old") + frame["kind"] * 0.3 + frame["shop"].str[-1].isin(list("135"))
    columns = ["shop", "kind", "age"]
    loss, target = [("RMSE", y), ("Logloss", (y > y.median()).astype(int)), ("MultiClass", np.digitize(y, [0, 1]))][
        number % 3]
    parameters = {"loss_function": loss, "one_hot_max_size": int(rng.choice([2, 5, 200])),
                  "max_ctr_complexity": int(rng.integers(1, 5))}
    if number >= 4:
        kind = str(rng.choice(["Buckets", "BinarizedTargetMeanValue", "Borders:TargetBorderCount=3", "Counter"]))
        if loss == "RMSE" or kind != "Borders:TargetBorderCount=3":
            parameters |= {"simple_ctr": [kind], "combinations_ctr": [kind]}
    if number % 2:
        parameters["grow_policy"] = "Lossguide"
    model, pool = train(rng, frame, target, parameters, cat_features=columns)
    path, document = save(model, pool, tmp_path)
    thresholds = {f["flat_feature_index"]: f["borders"] for f in document["features_info"]["float_features"]}
    rows = traps(rng, X, thresholds, infinite=True)
    asked = pd.DataFrame(rows.astype(F32), columns=frame.columns)
    for column in columns:
        names = frame[column].iloc[rng.integers(0, len(frame), len(rows))].tolist()
        for row in range(0, len(rows), 9):
            names[row] = "never seen" if column != "kind" else 99
        asked[column] = names
    table = [[str(v) if c in columns else v for c, v in zip(frame.columns, row)] for row in asked.values.tolist()]
    expected = model.predict(cb.Pool(asked, cat_features=columns), prediction_type="RawFormulaVal")
    assert_same(predict(path, table, "raw", tmp_path, list(frame.columns)), expected)
    order = list(rng.permutation(len(frame.columns)))
    shuffled = [[row[i] for i in order] for row in table]
    assert_same(predict(path, shuffled, "raw", tmp_path, [frame.columns[i] for i in order]), expected)
    # Without `pool=` the file names no categories: their hashes are computed.
    unnamed = tmp_path / "unnamed.json"
    model.save_model(str(unnamed), format="json")
    assert_same(predict(unnamed, table, "raw", tmp_path, list(frame.columns)), expected)

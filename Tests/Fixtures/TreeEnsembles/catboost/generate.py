# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Writes golden answers of CatBoost in the form that ../generate.py describes: run it in a venv with
Tests/Interoperability/requirements.txt.

A category stands in a row as its code: a whole number as it is, another name as 2^40 plus its place in the file's
cat_features_hash, a name that the file does not know as NaN.
"""
import json
import pathlib
import sys
import tempfile

import catboost as cb
import numpy as np
import pandas as pd

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
import generate as common  # noqa: E402

F32 = np.float32
SETTINGS = dict(iterations=6, depth=3, verbose=0, thread_count=1, allow_writing_files=False, random_seed=5)


def saved(model, pool):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.json"
        model.save_model(str(path), format="json", pool=pool)
        document = json.loads(path.read_text())
    # What training was told, at length, is no part of an answer.
    info = document["model_info"]
    for key in list(info):
        if key not in ("catboost_version_info", "class_params", "params"):
            del info[key]
    info["params"] = {"loss_function": info["params"]["loss_function"]}
    return document


def is_whole(name):
    try:
        return str(int(name)) == str(name)
    except ValueError:
        return False


def values_of(model, pool):
    loss = model.get_all_params()["loss_function"].split(":")[0]
    if loss in ("Logloss", "CrossEntropy"):
        return model.predict(pool, prediction_type="Probability")[:, 1]
    if loss.startswith("Multi") and loss not in ("MultiRMSE", "MultiQuantile"):
        return model.predict(pool, prediction_type="Probability")
    if loss in ("Poisson", "Tweedie"):
        return model.predict(pool, prediction_type="Exponent")
    if loss == "RMSEWithUncertainty":
        return model.predict(pool, prediction_type="RMSEWithUncertainty")
    return model.predict(pool, prediction_type="RawFormulaVal")


def case(name, parameters, X, y, rng, frame=None, categories=(), group=None, change=None, flat=()):
    """`frame` holds the training rows where there are categories; X then has their codes, which this fills in."""
    data = X.astype(F32) if frame is None else frame
    pool = cb.Pool(data, y, cat_features=list(categories) or None, group_id=group)
    model = cb.CatBoost(dict(SETTINGS, **parameters)).fit(pool)
    if change:
        change(model)
    document = saved(model, pool)
    thresholds = {}
    for feature in document["features_info"].get("float_features", []):
        thresholds[feature["flat_feature_index"]] = feature["borders"]
    for column in categories:
        thresholds[column] = []
    rows = common.edge_rows(X, thresholds, rng, count=48).astype(F32).astype(np.float64)
    asked = rows.astype(F32)
    if frame is not None:
        asked = pd.DataFrame(asked, columns=frame.columns)
        places = {e["value"]: i for i, e in enumerate(document["features_info"].get("cat_features_hash") or [])}
        for column in categories:
            names = list(frame.iloc[rng.integers(0, len(frame), len(rows)), column])
            for row in range(0, len(rows), 7):
                names[row] = "never seen"
            asked[frame.columns[column]] = names
            rows[:, column] = [
                np.nan if str(n) not in places else float(n) if is_whole(n) else 2.0**40 + places[n] for n in names]
    answers = cb.Pool(asked, cat_features=list(categories) or None)
    raw = model.predict(answers, prediction_type="RawFormulaVal")
    staged = model.predict(answers, prediction_type="RawFormulaVal", ntree_end=model.tree_count_ // 2)
    leaves = model.calc_leaf_indexes(answers) if "oblivious_trees" in document else None
    common.write(f"catboost/{name}", json.dumps(document, separators=(",", ":")).encode(), rows, raw,
                 values_of(model, answers), leaves, model.tree_count_, staged)


def numeric_cases():
    X, y, rng = common.dataset(20)
    full = np.nan_to_num(X, nan=-0.25)
    binary, positive, three = (y > 1.5).astype(int), np.abs(y) + 0.1, np.digitize(y, [0.5, 2])
    case("rmse", {"loss_function": "RMSE"}, full, y, rng)
    case("nan-min", {"loss_function": "RMSE"}, X, y, rng)
    case("nan-max", {"loss_function": "RMSE", "nan_mode": "Max"}, X, y, rng)
    for policy in ("Lossguide", "Depthwise"):
        case(policy.lower(), {"loss_function": "RMSE", "grow_policy": policy, "nan_mode": "Max"}, X, y, rng)
    case("logloss", {"loss_function": "Logloss"}, X, binary, rng)
    case("cross-entropy", {"loss_function": "CrossEntropy"}, X, 1 / (1 + np.exp(-y)), rng)
    case("multiclass", {"loss_function": "MultiClass"}, X, three, rng)
    case("multiclass-lossguide", {"loss_function": "MultiClass", "grow_policy": "Lossguide"}, X, three, rng)
    case("one-vs-all", {"loss_function": "MultiClassOneVsAll"}, X, three, rng)
    case("multilabel", {"loss_function": "MultiLogloss"}, X, np.stack([binary, three > 1], 1).astype(int), rng)
    case("poisson", {"loss_function": "Poisson"}, X, positive, rng)
    case("tweedie", {"loss_function": "Tweedie:variance_power=1.5"}, X, positive, rng)
    case("uncertainty", {"loss_function": "RMSEWithUncertainty"}, X, y, rng)
    case("quantiles", {"loss_function": "MultiQuantile:alpha=0.1,0.5,0.9"}, X, y, rng)
    case("multi-target", {"loss_function": "MultiRMSE"}, X, np.stack([y, positive], 1), rng)
    case("ranking", {"loss_function": "YetiRank"}, X, three, rng, group=np.repeat(np.arange(len(X) // 10), 10))
    case("scaled", {"loss_function": "MultiClass"}, X, three, rng,
         change=lambda model: model.set_scale_and_bias(400, [0.1, -3, 5]))
    case("one-leaf", {"loss_function": "RMSE", "iterations": 1, "depth": 1, "min_data_in_leaf": 600,
                      "grow_policy": "Lossguide"}, X, y, rng)


def categorical_cases():
    X, y, rng = common.dataset(21)
    frame = pd.DataFrame(X.astype(F32), columns=["price", "shop", "size", "kind", "weight", "age"])
    frame["shop"] = rng.choice([f"shop {i}" for i in range(25)] + ["Größe", "-7", "07"], len(X))
    frame["kind"] = rng.integers(0, 5, len(X))
    frame["age"] = rng.choice(["young", "old", "none"], len(X))
    columns = (1, 3, 5)
    y = y + (frame["age"] == "old") * 2 + frame["kind"] * 0.5 + frame["shop"].str.len()
    binary, three = (y > 8).astype(int), np.digitize(y, [7, 9])
    more = {"iterations": 16}
    case("one-hot", {"loss_function": "RMSE", "one_hot_max_size": 200, **more}, X, y, rng, frame, columns)
    case("one-hot-lossguide", {"loss_function": "RMSE", "one_hot_max_size": 200, "grow_policy": "Lossguide", **more}, X,
         y, rng, frame, columns)
    case("counters", {"loss_function": "RMSE", **more}, X, y, rng, frame, columns)
    case("counters-logloss", {"loss_function": "Logloss", "one_hot_max_size": 4, **more}, X, binary, rng, frame, columns)
    case("counters-multiclass", {"loss_function": "MultiClass", **more}, X, three, rng, frame, columns)
    case("combinations", {"loss_function": "RMSE", "one_hot_max_size": 4, "max_ctr_complexity": 4, "depth": 5,
                          "iterations": 40, "learning_rate": 0.1}, X, y, rng, frame, columns)
    for kind in ("Buckets", "BinarizedTargetMeanValue", "Borders:TargetBorderCount=4", "Counter:Prior=0.3"):
        name = kind.split(":")[0].lower()
        name = {"binarizedtargetmeanvalue": "mean-value", "borders": "many-borders"}.get(name, name)
        case(f"counters-{name}", {"loss_function": "RMSE", "simple_ctr": [kind], "combinations_ctr": [kind], **more}, X,
             y, rng, frame, columns)
    document = json.loads((HERE / "counters-logloss.model").read_text())
    # The same model as CatBoost saves it without `pool=`: without the names of its categories.
    del document["features_info"]["cat_features_hash"]
    (HERE / "without-hashes.json").write_text(json.dumps(document, separators=(",", ":")))


def category_hashes():
    """What CatBoost makes of names of every length."""
    rng = np.random.default_rng(1)
    names = ["".join(rng.choice(list("abcdefgh é0-"), length)) for length in range(200)] + ["1", "-5", "12345678901234"]
    pool = cb.Pool([[name, float(len(name) % 7)] for name in names] * 2, [float(len(name) % 5) for name in names] * 2,
                   cat_features=[0])
    model = cb.CatBoost({"iterations": 3, "verbose": 0, "allow_writing_files": False}).fit(pool)
    path = HERE / "category-hashes.json"
    model.save_model(str(path), format="json", pool=pool)
    entries = json.loads(path.read_text())["features_info"]["cat_features_hash"]
    path.write_text(json.dumps({entry["value"]: entry["hash"] for entry in entries}, ensure_ascii=False))


if __name__ == "__main__":
    for old in HERE.glob("*.golden"):
        old.unlink()
    numeric_cases()
    categorical_cases()
    category_hashes()

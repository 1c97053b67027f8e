# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Converts fresh random models to ONNX and compares `mlops predict` with onnxruntime within rounding to Float."""
import catboost
import lightgbm as lgb
import numpy as np
import onnxmltools
import onnxruntime
import pytest
import xgboost as xgb
from onnxmltools.convert.common.data_types import FloatTensorType
from skl2onnx import to_onnx
from sklearn import ensemble, tree
from tree_formats import F32, assert_same, generator, predict, rows_and_target, traps

pytestmark = pytest.mark.filterwarnings("ignore")


def scikit_learn(model, X, y, path):
    path.write_bytes(to_onnx(model.fit(X, y), X[:1].astype(F32)).SerializeToString())


def lightgbm(model, X, y, path):
    inputs = [("input", FloatTensorType([None, X.shape[1]]))]
    path.write_bytes(onnxmltools.convert_lightgbm(model.fit(X, y), initial_types=inputs).SerializeToString())


def xgboost(model, X, y, path):
    inputs = [("input", FloatTensorType([None, X.shape[1]]))]
    path.write_bytes(onnxmltools.convert_xgboost(model.fit(X, y), initial_types=inputs).SerializeToString())


def from_catboost(model, X, y, path):
    model.fit(X, y).save_model(str(path), format="onnx")


FEW = {"n_estimators": 12, "max_depth": 5}
SMALL = {"iterations": 12, "depth": 4, "verbose": 0, "allow_writing_files": False}
LEAVES = {"n_estimators": 12, "num_leaves": 15, "verbose": -1}
MODELS = [
    (scikit_learn, lambda: tree.DecisionTreeClassifier(max_depth=6)),
    (scikit_learn, lambda: tree.DecisionTreeRegressor(max_depth=6)),
    (scikit_learn, lambda: ensemble.RandomForestClassifier(**FEW)),
    (scikit_learn, lambda: ensemble.RandomForestRegressor(**FEW)),
    (scikit_learn, lambda: ensemble.ExtraTreesClassifier(**FEW)),
    (scikit_learn, lambda: ensemble.GradientBoostingClassifier(**FEW)),
    (scikit_learn, lambda: ensemble.GradientBoostingRegressor(**FEW)),
    (lightgbm, lambda: lgb.LGBMClassifier(**LEAVES)), (lightgbm, lambda: lgb.LGBMRegressor(**LEAVES)),
    (xgboost, lambda: xgb.XGBClassifier(**FEW)), (xgboost, lambda: xgb.XGBRegressor(**FEW)),
    (from_catboost, lambda: catboost.CatBoostClassifier(**SMALL)),
    (from_catboost, lambda: catboost.CatBoostRegressor(**SMALL)),
]


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("number", range(len(MODELS)))
def test_model(number, classes, tmp_path):
    convert, make = MODELS[number]
    rng = generator(700 + 10 * number + classes)
    model = make()
    X, y = rows_and_target(rng, missing=False)
    is_classifier = "Classifier" in type(model).__name__
    target = np.digitize(y, np.quantile(y, np.arange(1, classes) / classes)) if is_classifier else y
    path = tmp_path / "model.onnx"
    convert(model, X.astype(F32), target, path)
    rows = traps(rng, X, {}, missing=convert in (lightgbm, xgboost)).astype(F32)
    session = onnxruntime.InferenceSession(path.read_bytes())
    found = session.run(None, {session.get_inputs()[0].name: rows})
    scores = found[-1]
    if isinstance(scores, list):
        scores = [list(row.values()) for row in scores]
    largest = np.abs(np.asarray(scores, float)).max()
    assert_same(predict(path, rows.astype(float), "value", tmp_path), scores, absolute=4e-6 * max(1, largest))


@pytest.mark.parametrize("classes", [2, 3])
def test_an_output_for_each_class(classes, tmp_path):
    rng = generator(740 + classes)
    X, y = rows_and_target(rng, missing=False)
    X = X.astype(F32)
    model = ensemble.RandomForestClassifier(**FEW).fit(X, np.digitize(y, np.quantile(y, np.arange(1, classes) / classes)))
    path = tmp_path / "model.onnx"
    path.write_bytes(to_onnx(model, X[:1], options={id(model): {"zipmap": "columns"}}).SerializeToString())
    rows = traps(rng, X, {}, missing=False).astype(F32)
    session = onnxruntime.InferenceSession(path.read_bytes())
    scores = session.run(None, {session.get_inputs()[0].name: rows})[1:]
    assert_same(predict(path, rows.astype(float), "value", tmp_path), np.stack(scores, 1), absolute=4e-6)


@pytest.mark.parametrize("objective", ["regression", "poisson", "lambdarank"])
def test_an_ensemble_split_over_operators(objective, tmp_path):
    rng = generator(750 + len(objective))
    X, y = rows_and_target(rng, missing=False)
    X = X.astype(F32)
    if objective == "lambdarank":
        model = lgb.LGBMRanker(**LEAVES).fit(X, np.digitize(y, [-0.5, 0.5]), group=[len(X) // 10] * 10)
    else:
        model = lgb.LGBMRegressor(objective=objective, **LEAVES).fit(X, np.abs(y))
    path = tmp_path / "model.onnx"
    inputs = [("input", FloatTensorType([None, X.shape[1]]))]
    path.write_bytes(onnxmltools.convert_lightgbm(model, initial_types=inputs, split=5).SerializeToString())
    rows = traps(rng, X, {}, missing=True).astype(F32)
    session = onnxruntime.InferenceSession(path.read_bytes())
    scores = session.run(None, {"input": rows})[0]
    largest = max(1, np.abs(scores).max())
    assert_same(predict(path, rows.astype(float), "value", tmp_path), scores, absolute=4e-6 * largest)


@pytest.mark.parametrize("options", [{}, {"bootstrap": True}, {"contamination": 0.2, "max_samples": 20}])
def test_isolation_forest(options, tmp_path):
    rng = generator(760 + len(options) + int("max_samples" in options))
    X, _ = rows_and_target(rng, missing=False)
    X = X.astype(F32)
    model = ensemble.IsolationForest(n_estimators=int(rng.integers(2, 40)), random_state=int(rng.integers(1000)), **options)
    path = tmp_path / "model.onnx"
    path.write_bytes(to_onnx(model.fit(X), X[:1], target_opset={"": 18, "ai.onnx.ml": 3}).SerializeToString())
    rows = traps(rng, X, {}, missing=False).astype(F32)
    session = onnxruntime.InferenceSession(path.read_bytes())
    label, scores = session.run(None, {session.get_inputs()[0].name: rows})
    assert_same(predict(path, rows.astype(float), "value", tmp_path), scores, absolute=4e-6)
    assert_same(predict(path, rows.astype(float), "value", tmp_path), model.decision_function(rows), absolute=4e-6)

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Writes ONNX models with the answers of onnxruntime, in the form that ../generate.py describes, without raw scores: run
it in a venv with Tests/Interoperability/requirements.txt. labels.json holds the labels of classifiers.

The models of skl2onnx, onnxmltools and CatBoost come first, then random ones that use what no converter writes.
"""
import json
import pathlib
import sys
import tempfile
import warnings

import catboost
import lightgbm as lgb
import numpy as np
import onnx
import onnxmltools
import onnxruntime
import xgboost as xgb
from onnx import TensorProto, helper
from onnxmltools.convert.common.data_types import FloatTensorType
from skl2onnx import to_onnx
from sklearn import ensemble, tree

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
import generate as common  # noqa: E402

F32 = np.float32
LABELS = {}
warnings.filterwarnings("ignore")


def answers(model, feeds):
    session = onnxruntime.InferenceSession(model.SerializeToString())
    found = session.run(None, feeds)
    labels, scores = (None, found[0]) if len(found) == 1 else (found[0], found[1])
    if isinstance(scores, list):
        scores = [list(row.values()) for row in scores]
    return labels, np.asarray(scores, np.float64)


def case(name, model, rows, feeds=None):
    kind = np.float64 if model.graph.input[0].type.tensor_type.elem_type == TensorProto.DOUBLE else F32
    labels, scores = answers(model, feeds or {model.graph.input[0].name: rows.astype(kind)})
    if labels is not None:
        LABELS[name] = [str(label) for label in np.ravel(labels)]
    common.write(f"onnx/{name}", model.SerializeToString(), rows, np.zeros((len(rows), 0)), scores, None, 0, None)


def converted():
    X, y, rng = common.dataset(40)
    X = np.nan_to_num(X, nan=0.5).astype(F32)
    three = np.array(["hoch", "mittel", "tief"])[np.digitize(y, [0.5, 2])]
    binary = (y > 1.5).astype(int)
    few = {"n_estimators": 4, "max_depth": 3, "random_state": 3}
    rows = X[:40].astype(np.float64)
    for name, model, target in [
        ("skl-tree-classifier", tree.DecisionTreeClassifier(max_depth=4), binary),
        ("skl-tree-regressor", tree.DecisionTreeRegressor(max_depth=4), y),
        ("skl-forest-binary", ensemble.RandomForestClassifier(**few), binary),
        ("skl-forest-classifier", ensemble.RandomForestClassifier(**few), three),
        ("skl-forest-regressor", ensemble.RandomForestRegressor(**few), y),
        ("skl-forest-two-targets", ensemble.RandomForestRegressor(**few), np.stack([y, X[:, 5]], 1)),
        ("skl-extra-trees-classifier", ensemble.ExtraTreesClassifier(**few), three),
        ("skl-boosting-binary", ensemble.GradientBoostingClassifier(**few), binary),
        ("skl-boosting-classifier", ensemble.GradientBoostingClassifier(**few), three),
        ("skl-boosting-regressor", ensemble.GradientBoostingRegressor(**few), y),
    ]:
        model.fit(X, target)
        case(name, to_onnx(model, X[:1]), rows)
        if name == "skl-forest-classifier":
            case(name + "-double", to_onnx(model, X[:1].astype(np.float64)), rows)
        if name == "skl-forest-classifier":
            case(name + "-plain", to_onnx(model, X[:1], options={"zipmap": False}), rows)
    inputs = [("input", FloatTensorType([None, X.shape[1]]))]
    small = {"n_estimators": 4, "num_leaves": 7, "verbose": -1}
    for name, model, target in [("lgb-binary", lgb.LGBMClassifier(**small), binary),
                                ("lgb-classifier", lgb.LGBMClassifier(**small), three),
                                ("lgb-regressor", lgb.LGBMRegressor(**small), y),
                                ("lgb-poisson", lgb.LGBMRegressor(objective="poisson", **small), np.abs(y))]:
        case(name, onnxmltools.convert_lightgbm(model.fit(X, target), initial_types=inputs), rows)
    small = {"n_estimators": 4, "max_depth": 3}
    for name, model, target in [("xgb-binary", xgb.XGBClassifier(**small), binary),
                                ("xgb-classifier", xgb.XGBClassifier(**small), np.digitize(y, [0.5, 2])),
                                ("xgb-regressor", xgb.XGBRegressor(**small), y),
                                ("xgb-poisson", xgb.XGBRegressor(objective="count:poisson", **small), np.abs(y))]:
        case(name, onnxmltools.convert_xgboost(model.fit(X, target), initial_types=inputs), rows)
    small = {"iterations": 4, "depth": 3, "verbose": 0, "allow_writing_files": False, "thread_count": 1}
    for name, model, target in [("cat-binary", catboost.CatBoostClassifier(**small), binary),
                                ("cat-classifier", catboost.CatBoostClassifier(**small), three),
                                ("cat-regressor", catboost.CatBoostRegressor(**small), y)]:
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder) / "model.onnx")
            model.fit(X, target).save_model(path, format="onnx")
            case(name, onnx.load(path), rows)


COLUMNS = 4
MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
VALUES = np.array([-1.5, -1, -0.25, 0, 0.1, 0.3, 0.7, 1, 2, 3.5], F32)


def random_rows(rng, double=False):
    rows = VALUES[rng.integers(0, len(VALUES), (64, COLUMNS))].astype(np.float64)
    rows[rng.random(rows.shape) < 0.15] = np.nan
    rows[rng.random(rows.shape) < 0.1] += 0.05
    if double:
        rows[rng.random(rows.shape) < 0.3] += 1e-9
        return rows
    return rows.astype(F32).astype(np.float64)


def random_trees(rng, count, depth):
    """Trees as lists of (node, mode, feature, value, yes, no, tracks), leaves with mode LEAF."""
    trees = []
    for _ in range(count):
        nodes = []

        def grow(level):
            place = len(nodes)
            nodes.append(None)
            if level == depth or level > 0 and rng.random() < 0.2:
                nodes[place] = (place, "LEAF", 0, 0.0, 0, 0, 0)
            else:
                mode, feature = MODES[rng.integers(6)], int(rng.integers(COLUMNS))
                value, tracks = float(VALUES[rng.integers(len(VALUES))]), int(rng.integers(2))
                no = grow(level + 1)
                yes = grow(level + 1)
                nodes[place] = (place, mode, feature, value, yes, no, tracks)
            return place

        grow(0)
        trees.append(nodes)
    return trees


def table(trees):
    flat = [(index, *node) for index, nodes in enumerate(trees) for node in nodes]
    names = ("treeids", "nodeids", "modes", "featureids", "values", "truenodeids", "falsenodeids",
             "missing_value_tracks_true")
    return {"nodes_" + name: [node[i] for node in flat] for i, name in enumerate(names)}


def leaves_of(trees):
    return [(index, node[0]) for index, nodes in enumerate(trees) for node in nodes if node[1] == "LEAF"]


def wrapped(node, kind=TensorProto.FLOAT, version=3, extra=(), label=TensorProto.INT64):
    is_classifier = node.op_type.endswith("Classifier")
    outputs = [helper.make_tensor_value_info("label", label, [None])] if is_classifier else []
    out = kind if node.op_type == "TreeEnsemble" else TensorProto.FLOAT
    outputs.append(helper.make_tensor_value_info("scores", out, [None, None]))
    graph = helper.make_graph([*extra, node], "trees", [helper.make_tensor_value_info("X", kind, [None, COLUMNS])],
                              outputs)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", version)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def handmade():
    rng = np.random.default_rng(41)
    for number, (aggregate, post, targets) in enumerate(
            [("SUM", "NONE", 1), ("AVERAGE", "LOGISTIC", 1), ("MIN", "NONE", 1), ("MAX", "PROBIT", 1),
             ("SUM", "LOGISTIC", 3), ("AVERAGE", "SOFTMAX", 3), ("MIN", "SOFTMAX_ZERO", 3), ("MAX", "NONE", 3),
             ("SUM", "PROBIT", 2), ("SUM", "NONE", 3)]):
        trees = random_trees(rng, 5, 4)
        leaves = leaves_of(trees)
        scale = 0.08 if post == "PROBIT" else 1
        pairs = [(t, n, k) for t, n in leaves for k in range(targets) if number != 9 or rng.random() < 0.5]
        bases = {} if number in (0, 7, 9) else {"base_values": [float(F32(0.05 + 0.1 * k)) for k in range(targets)]}
        node = helper.make_node(
            "TreeEnsembleRegressor", ["X"], ["scores"], domain="ai.onnx.ml", n_targets=targets,
            target_treeids=[p[0] for p in pairs], target_nodeids=[p[1] for p in pairs],
            target_ids=[p[2] for p in pairs],
            target_weights=[float(w) for w in (rng.random(len(pairs)) * scale + 0.01).astype(F32)],
            aggregate_function=aggregate, post_transform=post, **bases, **table(trees))
        case(f"regressor-{aggregate.lower()}-{post.lower().replace('_', '-')}-{targets}-{number}", wrapped(node),
             random_rows(rng))
    for number, (ids, low, post, bases) in enumerate(
            [((0,), 0, "NONE", 0), ((0,), 0, "LOGISTIC", 0), ((0,), -1, "NONE", 1), ((0,), -1, "LOGISTIC", 1),
             ((0,), -1, "SOFTMAX", 0), ((0,), 0, "SOFTMAX_ZERO", 1), ((1,), 0, "LOGISTIC", 0), ((1,), -1, "NONE", 0),
             ((0, 1), -1, "LOGISTIC", 0), ((0, 1), 0, "SOFTMAX", 0), ((0, 1, 2), -1, "SOFTMAX", 3),
             ((0, 1, 2), -1, "LOGISTIC", 0), ((0, 1, 2), -1, "SOFTMAX_ZERO", 0), ((0, 1, 2), -1, "NONE", 3)]):
        trees = random_trees(rng, 5, 4)
        pairs = [(t, n, k) for t, n in leaves_of(trees) for k in ids]
        labels = {"classlabels_strings": ["no", "yes"]} if number % 2 and len(ids) < 2 else \
            {"classlabels_int64s": [0, 1] if len(ids) < 3 else [7, 5, 9]}
        extra = {"base_values": [float(F32(0.1 * (k + 1))) for k in range(bases)]} if bases else {}
        node = helper.make_node(
            "TreeEnsembleClassifier", ["X"], ["label", "scores"], domain="ai.onnx.ml",
            class_treeids=[p[0] for p in pairs], class_nodeids=[p[1] for p in pairs], class_ids=[p[2] for p in pairs],
            class_weights=[float(w) for w in (low + (1 - low) * rng.random(len(pairs)) / (1 if low else 5)).astype(F32)],
            post_transform=post, **labels, **extra, **table(trees))
        case(f"classifier-{number}", wrapped(node, label=TensorProto.STRING if "classlabels_strings" in labels
                                             else TensorProto.INT64), random_rows(rng))
    # Version 3 in double precision.
    trees = random_trees(rng, 5, 4)
    arrays = table(trees)
    values = arrays.pop("nodes_values")
    leaves = leaves_of(trees)
    node = helper.make_node(
        "TreeEnsembleRegressor", ["X"], ["scores"], domain="ai.onnx.ml", n_targets=1,
        target_treeids=[t for t, _ in leaves], target_nodeids=[n for _, n in leaves], target_ids=[0] * len(leaves),
        target_weights_as_tensor=helper.make_tensor("w", TensorProto.DOUBLE, [len(leaves)], rng.random(len(leaves))),
        nodes_values_as_tensor=helper.make_tensor("v", TensorProto.DOUBLE, [len(values)], [v + 1e-9 for v in values]),
        **arrays)
    case("regressor-double", wrapped(node, TensorProto.DOUBLE), random_rows(rng, double=True))
    # Columns that are picked, joined and cast on their way.
    leaves = leaves_of(trees)
    node = helper.make_node(
        "TreeEnsembleRegressor", ["joined"], ["scores"], domain="ai.onnx.ml", n_targets=1,
        target_treeids=[t for t, _ in leaves], target_nodeids=[n for _, n in leaves], target_ids=[0] * len(leaves),
        target_weights=[float(w) for w in rng.random(len(leaves)).astype(F32)], **table(trees))
    places = [helper.make_tensor(f"p{i}", TensorProto.INT64, [2], p) for i, p in enumerate([[3, 0], [2, 1]])]
    way = [helper.make_node("Cast", ["X"], ["cast"], to=TensorProto.FLOAT),
           helper.make_node("Gather", ["cast", "p0"], ["left"], axis=1),
           helper.make_node("ArrayFeatureExtractor", ["cast2", "p1"], ["right"], domain="ai.onnx.ml"),
           helper.make_node("Concat", ["left", "right"], ["joined"], axis=1)]
    way.insert(2, helper.make_node("Identity", ["X2"], ["cast2"]))
    graph = helper.make_graph(
        [*way, node], "trees", [helper.make_tensor_value_info("X", TensorProto.DOUBLE, [None, COLUMNS]),
                                helper.make_tensor_value_info("X2", TensorProto.FLOAT, [None, COLUMNS])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [None, 1])], initializer=places)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)],
                              ir_version=8)
    first, second = random_rows(rng), random_rows(rng)
    case("columns", model, np.concatenate([first, second], 1), {"X": first, "X2": second.astype(F32)})
    version_five(rng)


def version_five(rng):
    for number, (kind, aggregate, post, targets) in enumerate(
            [(TensorProto.FLOAT, 1, 0, 1), (TensorProto.DOUBLE, 1, 0, 1), (TensorProto.FLOAT, 0, 0, 2),
             (TensorProto.FLOAT, 1, 1, 3), (TensorProto.FLOAT, 2, 0, 1), (TensorProto.DOUBLE, 3, 0, 1)]):
        arrays = {key: [] for key in ("featureids", "splits", "modes", "truenodeids", "trueleafs", "falsenodeids",
                                      "falseleafs", "missing_value_tracks_true")}
        roots, members, leaf_targets = [], [], []

        def leaf(target):
            leaf_targets.append(target)
            return len(leaf_targets) - 1

        def grow(level, target):
            place = len(arrays["featureids"])
            for values in arrays.values():
                values.append(0)
            mode = int(rng.integers(7))
            value = float(VALUES[rng.integers(len(VALUES))])
            if mode == 6:
                value = 0.0
                members.append((place, list(rng.choice([1, 2, 3, 4, 7], 3, replace=False))))
            for side in ("true", "false"):
                is_leaf = level == 3 or rng.random() < 0.2
                child = leaf(target) if is_leaf else grow(level + 1, target)
                arrays[side + "nodeids"][place], arrays[side + "leafs"][place] = child, int(is_leaf)
            arrays["featureids"][place] = int(rng.integers(COLUMNS))
            arrays["splits"][place], arrays["modes"][place] = value, mode
            arrays["missing_value_tracks_true"][place] = int(rng.integers(2))
            return place

        for index in range(6):
            roots.append(grow(0, index % targets))
        if number == 0:
            # A tree that is one leaf.
            only = leaf(0)
            for key, value in zip(arrays, (0, 0.0, 0, only, 1, only, 1, 0)):
                arrays[key].append(value)
            roots.append(len(arrays["featureids"]) - 1)
        count = len(arrays["splits"])
        sets = [v for _, values in sorted(members) for v in [*values, np.nan]]
        node = helper.make_node(
            "TreeEnsemble", ["X"], ["scores"], domain="ai.onnx.ml", n_targets=targets, aggregate_function=aggregate,
            post_transform=post, tree_roots=roots, leaf_targetids=leaf_targets,
            leaf_weights=helper.make_tensor("w", kind, [len(leaf_targets)], rng.random(len(leaf_targets))),
            nodes_splits=helper.make_tensor("s", kind, [count], arrays.pop("splits")),
            nodes_modes=helper.make_tensor("m", TensorProto.UINT8, [count], arrays.pop("modes")),
            membership_values=helper.make_tensor("v", kind, [len(sets)], sets),
            **{"nodes_" + key: values for key, values in arrays.items()})
        case(f"version-five-{number}", wrapped(node, kind, version=5), random_rows(rng, kind == TensorProto.DOUBLE))


if __name__ == "__main__":
    for old in HERE.glob("*.golden"):
        old.unlink()
    converted()
    handmade()
    (HERE / "labels.json").write_text(json.dumps(LABELS, separators=(",", ":")))

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Models of old releases, with the answers of the releases that the tests pin.

    generate_old.py train    in an environment with one old release of a library: writes old/NAME.model
    generate_old.py answer   with Tests/Interoperability/requirements.txt: writes old/NAME.golden for every model there

Made with xgboost 1.0.2, 1.3.3, 1.6.2, 1.7.6 and 2.1.4, lightgbm 2.0.12, 2.1.2, 2.3.1 and 3.0.0, and scikit-learn
1.2.2, 1.3.2 and 1.4.2 with skops 0.13 (numpy 1.26). Only the old release of scikit-learn reads its own files, so the
answers are its own: `train` leaves them in a file that `answer` takes away.
XGBoost's answers to files of before 1.3 have changed since: see the TreeEnsembles documentation of model files.
"""
import importlib
import importlib.util
import pathlib
import sys
import zipfile

import numpy as np

HERE = pathlib.Path(__file__).parent
OLD = HERE / "old"
CATEGORIES = [(2, 9), (4, 40)]


def table(seed, categories):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(500, 6)).astype(np.float32).astype(float)
    X[rng.random(X.shape) < 0.1] = np.nan
    X[:, 5] = np.where(rng.random(500) < 0.4, 0, X[:, 5])
    for column, count in CATEGORIES if categories else []:
        X[:, column] = rng.integers(0, count, 500)
    Z = np.nan_to_num(X)
    return X, 2 * Z[:, 0] + Z[:, 1] ** 2 + np.sin(Z[:, 2] + Z[:, 4]) + rng.normal(size=500) * 0.1 - 1


def train_xgboost(xgb):
    version = tuple(map(int, xgb.__version__.split(".")[:2]))
    cases = {"binary": {"objective": "binary:logistic", "base_score": 0.3}, "margin": {"objective": "binary:logitraw"},
             "classes": {"objective": "multi:softprob", "num_class": 3},
             "dart": {"objective": "reg:squarederror", "booster": "dart", "rate_drop": 0.3}}
    if version >= (1, 6):
        cases = {"categories": {"objective": "reg:squarederror", "tree_method": "hist", "max_cat_to_onehot": 10}}
    if version >= (1, 7):
        cases["targets"] = {"objective": "reg:squarederror"}
    for name, options in cases.items():
        X, y = table(len(name), name == "categories")
        label = (y > 0) if name in ("binary", "margin") else np.digitize(y, [-0.5, 0.5]) if name == "classes" else y
        label = np.stack([y, -y], 1) if name == "targets" else label
        types = {"feature_types": ["c" if c in (2, 4) else "q" for c in range(6)],
                 "enable_categorical": True} if name == "categories" else {}
        data = xgb.DMatrix(X.astype(np.float32), np.asarray(label, np.float32), **types)
        booster = xgb.train(dict(options, nthread=1, max_depth=4, seed=7), data, 6)
        file = OLD / f"xgb-{xgb.__version__}-{name}.{'ubj' if version >= (1, 7) else 'json'}"
        booster.save_model(str(file))
        file.rename(file.with_name(file.name.rsplit(".", 1)[0] + ".model"))


def train_lightgbm(lgb):
    cases = {"binary": {"objective": "binary"}, "classes": {"objective": "multiclass", "num_class": 3},
             "categories": {"objective": "regression"}, "nothing": {"objective": "regression"}}
    for name, options in cases.items():
        X, y = table(len(name), name == "categories")
        label = {"binary": y > 0, "classes": np.digitize(y, [-0.5, 0.5]), "nothing": y * 0 + 1}.get(name, y)
        columns = [2, 4] if name == "categories" else "auto"
        options = dict(options, verbose=-1, num_threads=1, num_leaves=12, min_data_in_leaf=5, seed=7)
        booster = lgb.train(options, lgb.Dataset(X, label, categorical_feature=columns), 6)
        booster.save_model(str(OLD / f"lgb-{lgb.__version__}-{name}.model"))


def train_scikit_learn(sklearn):
    import skops.io
    from sklearn import ensemble, tree
    cases = {"tree": tree.DecisionTreeClassifier(max_depth=4), "forest": ensemble.RandomForestClassifier(6, max_depth=4),
             "boosting": ensemble.GradientBoostingClassifier(n_estimators=3), "regression": tree.DecisionTreeRegressor(max_depth=4),
             "histogram": ensemble.HistGradientBoostingRegressor(max_iter=6, max_leaf_nodes=12)}
    for name, model in cases.items():
        X, y = table(len(name), False)
        X = X if name == "histogram" else np.nan_to_num(X)
        model.random_state = 7
        model.fit(X, y if name in ("regression", "histogram") else np.digitize(y, [-0.5, 0.5]))
        rows = X[:64]
        values = model.predict_proba(rows) if hasattr(model, "predict_proba") else model.predict(rows)
        raw = model.decision_function(rows) if name == "boosting" else values
        stem = OLD / f"skl-{sklearn.__version__}-{name}"
        skops.io.dump(model, stem.with_name(stem.name + ".skops"), compression=zipfile.ZIP_DEFLATED)
        stem.with_name(stem.name + ".skops").rename(stem.with_name(stem.name + ".model"))
        np.savez(stem.with_name(stem.name + ".npz"), rows=rows, raw=raw, values=values)


def answer():
    import lightgbm as lgb
    import xgboost as xgb

    import generate
    for file in sorted(OLD.glob("*.model")):
        categories = "categories" in file.name
        rng = np.random.default_rng(len(file.name))
        X, _ = table(99, categories)
        kinds = [(column, count) for column, count in CATEGORIES] if categories else []
        lightgbm = file.name.startswith("lgb")
        rows = np.concatenate([X[:32], generate.edge_rows(X, {}, rng, kinds if lightgbm else (), infinities=lightgbm)])
        model = file.read_bytes()
        if file.name.startswith("skl"):
            own = file.with_name(file.stem + ".npz")
            if own.exists():
                found = np.load(own)
                generate.write(f"old/{file.stem}", model, found["rows"], found["raw"], found["values"], None, 0, None)
                own.unlink()
            continue
        if lightgbm:
            booster = lgb.Booster(model_str=model.decode())
            raw, values, leaves = (booster.predict(rows, num_threads=1, **options)
                                   for options in ({"raw_score": True}, {}, {"pred_leaf": True}))
        else:
            types = {"feature_types": ["c" if c in (2, 4) else "q" for c in range(6)],
                     "enable_categorical": True} if categories else {}
            rows = rows.astype(np.float32).astype(float)
            if categories:
                rows[:, [2, 4]] = np.abs(np.nan_to_num(rows[:, [2, 4]])).clip(0, 50).astype(int)
            data = xgb.DMatrix(rows.astype(np.float32), **types)
            booster = xgb.Booster(model_file=bytearray(model))
            raw, values, leaves = (booster.predict(data, **options)
                                   for options in ({"output_margin": True}, {}, {"pred_leaf": True}))
        generate.write(f"old/{file.stem}", model, rows, raw, values, leaves if np.size(leaves) else None, 6, None)


if __name__ == "__main__":
    OLD.mkdir(exist_ok=True)
    if sys.argv[1:] == ["answer"]:
        answer()
    elif sys.argv[1:] == ["train"]:
        trainers = {"xgboost": train_xgboost, "lightgbm": train_lightgbm, "sklearn": train_scikit_learn}
        found = next(name for name in trainers if importlib.util.find_spec(name))
        trainers[found](importlib.import_module(found))
    else:
        sys.exit(__doc__)

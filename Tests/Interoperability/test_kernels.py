# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""The C kernels outside of Swift: under sanitizers, on Arm in an emulator, and single rows without allocations."""
import json
import os
import pathlib
import shutil
import subprocess

import lightgbm as lgb
import numpy as np
import pytest
import xgboost as xgb

from servers import packages

HERE = pathlib.Path(__file__).parent
KERNELS = HERE.parents[1] / "Sources" / "CTreeKernels"
SOURCES = [*sorted((HERE / "kernels").glob("*.c")), *sorted(KERNELS.glob("*.c"))]
CHECK = ["-std=c11", "-D_GNU_SOURCE", "-Wall", f"-I{KERNELS / 'include'}", *map(str, SOURCES), "-lm"]


def run(*command, environment=None):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600,
                          env={**os.environ, **(environment or {})})
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


def test_kernels_equal_the_plain_walk_under_sanitizers(tmp_path):
    """Undefined behaviour and reads outside of the tables stop the program."""
    clang = pathlib.Path(shutil.which("swift")).resolve().parent / "clang"
    program = tmp_path / "check"
    run(clang, "-g", "-O1", "-fuse-ld=lld", "-fsanitize=undefined,address", "-fno-sanitize-recover=all", *CHECK,
        "-o", program)
    assert " 0 differences" in run(program, 20)


def test_arm_kernels_equal_the_plain_walk(tmp_path):
    packages.install(["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross", "qemu-user"],
                     ["aarch64-linux-gnu-gcc", "qemu-aarch64"])
    program = tmp_path / "check"
    run("aarch64-linux-gnu-gcc", "-O2", "-static", "-Wno-unknown-pragmas", *CHECK, "-o", program)
    found = run("qemu-aarch64", program, 20)
    assert "levels up to 1:" in found and " 0 differences" in found


COUNTER = """
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
static unsigned long calls;
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_memalign(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
void *malloc(size_t size) { __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED); return __libc_malloc(size); }
void *calloc(size_t n, size_t size) { __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED); return __libc_calloc(n, size); }
void *realloc(void *p, size_t size) { __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED); return __libc_realloc(p, size); }
int posix_memalign(void **p, size_t a, size_t size) {
    __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    *p = __libc_memalign(a, size);
    return *p == NULL;
}
__attribute__((destructor)) static void report(void) {
    FILE *file = fopen(getenv("ALLOCATIONS"), "w");
    fprintf(file, "%lu", calls);
    fclose(file);
}
"""


@pytest.fixture(scope="module")
def counter(tmp_path_factory):
    """A library that counts what a program allocates."""
    folder = tmp_path_factory.mktemp("counter")
    (folder / "counter.c").write_text(COUNTER)
    run("cc", "-O1", "-shared", "-fPIC", folder / "counter.c", "-o", folder / "counter.so", "-ldl")
    return folder / "counter.so"


def train(kind, path):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(2000, 6)).astype(np.float32)
    X[:, 5] = rng.integers(0, 40, size=len(X))
    y = X[:, 0] * X[:, 1] + np.sin(X[:, 5]) + rng.normal(size=len(X)) * 0.1
    X[rng.random(X.shape) < 0.05] = np.nan
    if kind.startswith("lightgbm"):
        options = {"categories": {"min_data_per_group": 1}, "linear": {"linear_tree": True}}[kind.split()[1]]
        lgb.train({"verbose": -1, **options}, lgb.Dataset(X, y, categorical_feature=[5] if "min_data" in str(options)
                                                          else "auto"), 20).save_model(path)
    else:
        Y = np.stack([y, -y], axis=1) if "vectors" in kind else y
        # XGBoost has no categories in trees of vector leaves.
        data = (xgb.DMatrix(X, Y) if "vectors" in kind
                else xgb.DMatrix(X, Y, feature_types=["q"] * 5 + ["c"], enable_categorical=True))
        options = {"vectors": {"multi_strategy": "multi_output_tree", "tree_method": "hist"},
                   "categories": {"max_cat_to_onehot": 1}, "large": {"max_depth": 12, "tree_method": "exact"}}
        if "large" in kind:
            data = xgb.DMatrix(X[:, :5], y)
        xgb.train({"max_depth": 6, **options[kind.split()[1]]}, data, 20).save_model(path)
    return X[:, :5] if "large" in kind else X


@pytest.mark.parametrize("kernel", ["swift", "fastest"])
@pytest.mark.parametrize("kind", ["xgboost categories", "xgboost vectors", "xgboost large", "lightgbm categories",
                                  "lightgbm linear"])
def test_single_rows_allocate_nothing(bin_folder, counter, tmp_path, kind, kernel):
    """Rows take no allocations; the few more of a longer file are the program's own, for its list of times."""
    model = tmp_path / ("model.txt" if kind.startswith("lightgbm") else "model.ubj")
    X = train(kind, model)
    counts = []
    for rows in (100, 2000):
        X[:rows].tofile(tmp_path / "rows.f32")
        report = tmp_path / "count"
        found = run(bin_folder / "benchmarks", "trees", "--model", model, "--f32", tmp_path / "rows.f32", "--features",
                    X.shape[1], "--rows", 1, "--repeat", 1, "--kernel", kernel,
                    environment={"LD_PRELOAD": str(counter), "ALLOCATIONS": str(report)})
        assert json.loads(found)["p50"] > 0
        counts.append(int(report.read_text()))
    assert counts[1] - counts[0] < 0.01 * (2000 - 100), counts

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""How the peers of trees.py are timed; imports nothing but numpy, for it runs in both virtual environments."""

import time

import numpy as np

COLUMNS = 28
BATCH = 10_000


def best(work, repeat=5):
    """The least seconds of several runs, after one that does not count."""
    work()
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def single(call, rows, repeat=3000):
    """Median seconds of calls with one prepared row each."""
    for row in rows[:100]:
        call(row)
    times = []
    for index in range(repeat):
        row = rows[index % len(rows)]
        started = time.perf_counter()
        call(row)
        times.append(time.perf_counter() - started)
    return float(np.median(times))


def prepared(rows, number=np.float32, count=1000):
    """Single rows as matrices of their own."""
    return [np.ascontiguousarray(rows[index:index + 1], dtype=number) for index in range(count)]

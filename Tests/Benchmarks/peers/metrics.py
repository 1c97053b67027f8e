# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Compares `benchmarks metrics` with the loggers of Python, in turn, on the same machine in one run.

Usage: SWIFT_MLOPS_BIN=.build/release python Tests/Benchmarks/peers/metrics.py [--points N] [--rounds K]

Each logger writes scalar points of one metric and ends as it is meant to end. What is on the disk then differs, and
the table says how: this package and nobody else waits for the disk (fsync). The slow ones get fewer points, and the
table compares the time for one.
"""

import argparse
import importlib.metadata
import json
import os
import pathlib
import platform
import statistics
import subprocess
import tempfile
import time


def swift_mlops(points, folder):
    out = subprocess.run(
        [pathlib.Path(os.environ["SWIFT_MLOPS_BIN"]) / "benchmarks", "metrics", "--points", str(points), "--repeat",
         "1", "--store", folder], check=True, capture_output=True, text=True).stdout
    return json.loads(out)["median_seconds"]


def timed(body):
    def run(points, folder):
        started = time.perf_counter()
        body(points, folder)
        return time.perf_counter() - started
    return run


def tensorboardx(points, folder):
    from tensorboardX import SummaryWriter
    writer = SummaryWriter(folder)
    for step in range(points):
        writer.add_scalar("loss", step * 0.5, step)
    writer.close()


def tensorboard_writer(points, folder):
    """The event writer that TensorBoard itself carries."""
    from tensorboard.compat.proto import event_pb2, summary_pb2
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
    writer = EventFileWriter(folder)
    for step in range(points):
        value = summary_pb2.Summary.Value(tag="loss", simple_value=step * 0.5)
        writer.add_event(
            event_pb2.Event(wall_time=time.time(), step=step, summary=summary_pb2.Summary(value=[value])))
    writer.close()


def json_lines(points, folder):
    with open(os.path.join(folder, "lines"), "w") as file:
        for step in range(points):
            file.write(json.dumps({"name": "loss", "step": step, "time": time.time(), "value": step * 0.5}) + "\n")
        file.flush()
        os.fsync(file.fileno())


def mlflow_store(uri, batch):
    def run(points, folder):
        import mlflow
        from mlflow.entities import Metric
        client = mlflow.MlflowClient(uri.format(folder=folder))
        run_id = client.create_run(client.create_experiment("benchmark")).info.run_id
        started = time.perf_counter()
        if batch:
            for first in range(0, points, 1000):
                now = int(time.time() * 1000)
                steps = range(first, min(first + 1000, points))
                client.log_batch(run_id, metrics=[Metric("loss", step * 0.5, now, step) for step in steps])
        else:
            for step in range(points):
                client.log_metric(run_id, "loss", step * 0.5, step=step)
        client.set_terminated(run_id)
        return time.perf_counter() - started
    return run


# name, divisor of the number of points, what survives the loss of power at the end
LOGGERS = [
    ("swift-mlops", swift_mlops, 1, "all points"),
    ("Python json + file", timed(json_lines), 10, "all points"),
    ("tensorboardX", timed(tensorboardx), 10, "nothing promised"),
    ("tensorboard EventFileWriter", timed(tensorboard_writer), 10, "nothing promised"),
    ("mlflow file store, log_metric", mlflow_store("file:{folder}/mlruns", False), 2000, "nothing promised"),
    ("mlflow file store, log_batch", mlflow_store("file:{folder}/mlruns", True), 200, "nothing promised"),
    ("mlflow sqlite, log_metric", mlflow_store("sqlite:///{folder}/m.db", False), 5000, "all points"),
    ("mlflow sqlite, log_batch", mlflow_store("sqlite:///{folder}/m.db", True), 200, "all points"),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    import logging
    logging.disable(logging.WARNING)
    seconds = {name: [] for name, *_ in LOGGERS}
    for _ in range(arguments.rounds):
        for name, run, divisor, _ in LOGGERS:
            points = max(arguments.points // divisor, 100)
            with tempfile.TemporaryDirectory() as folder:
                seconds[name].append(run(points, folder) / points)
    versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in ("tensorboardX", "tensorboard", "mlflow"))
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, Python "
          f"{platform.python_version()}, {versions}")
    print(f"{arguments.points} points for swift-mlops, fewer for the slower ones; median of {arguments.rounds}")
    print()
    print("| logger | time a point | as a multiple | after the end, the loss of power leaves |")
    print("|---|---:|---:|---|")
    ours = statistics.median(seconds["swift-mlops"])
    for name, _, _, durable in LOGGERS:
        median = statistics.median(seconds[name])
        print(f"| {name} | {median * 1e9:,.0f} ns | {median / ours:,.1f} | {durable} |")


if __name__ == "__main__":
    main()

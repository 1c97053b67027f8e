# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Runs given to a real MLflow server, read back by MLflow's own client."""

import json
import math

import mlflow.tracking
import pytest

from servers import fault_proxy, mlflow as mlflow_server

LARGEST = 1.7976931348623157e308


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with mlflow_server.start(tmp_path_factory.mktemp("mlflow")) as url:
        yield url


def lines(experiment, count=2300, name="july"):
    """A run with points of every kind as JSON lines."""
    yield {"event": "start", "experiment": experiment, "name": name}
    yield {"event": "parameter", "name": "learning_rate", "value": "0.05"}
    yield {"event": "parameter", "name": "größe/of it", "value": "ü" * 6000}
    for number in range(150):
        yield {"event": "parameter", "name": f"p{number}", "value": str(number)}
    yield {"event": "tag", "name": "owner", "value": "ops"}
    for step in range(count):
        yield {"event": "metric", "name": "loss", "step": step, "value": 1 / (step + 1)}
    for step, value in enumerate(["NaN", "Infinity", "-Infinity", -0.0, 5e-324, LARGEST, 0.1]):
        yield {"event": "metric", "name": "odd/values", "step": step, "value": value}
    yield {"event": "histogram", "name": "weights", "step": 3, "values": [1.0, 2.0, 3.0]}
    yield {"event": "end", "status": "finished"}


@pytest.fixture
def make_run(mlops, tmp_path):
    """Makes a run of lines and returns the folder of the runs."""

    def make(content):
        (tmp_path / "run.jsonl").write_text("".join(json.dumps(line) + "\n" for line in content))
        result = mlops("runs", "import", tmp_path / "run.jsonl", "--runs", tmp_path / "runs")
        assert result.returncode == 0, result.stderr
        return tmp_path / "runs"

    return make


def export(mlops, folder, url, name="july"):
    result = mlops("runs", "export", name, "--to", "mlflow", "--runs", folder, "--server", url)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip().rsplit("/", 1)[1]


def check(client, run, count=2300):
    """What MLflow's client reads back is what was logged."""
    loss = sorted(client.get_metric_history(run, "loss"), key=lambda each: each.step)
    assert [(each.step, each.value) for each in loss] == [
        (step, 1 / (step + 1)) for step in range(count)]
    assert all(each.timestamp > 1_700_000_000_000 for each in loss)
    odd = sorted(client.get_metric_history(run, "odd/values"), key=lambda each: each.step)
    values = [each.value for each in odd]
    assert math.isnan(values[0]) and values[1:] == [LARGEST, -LARGEST, 0.0, 5e-324, LARGEST, 0.1]
    stored = client.get_run(run)
    assert len(stored.data.params) == 152
    assert stored.data.params["größe/of it"] == "ü" * 6000
    assert stored.data.tags["owner"] == "ops" and stored.data.tags["mlflow.runName"] == "july"
    assert stored.info.status == "FINISHED"
    assert {each.path for each in client.list_artifacts(run)} >= {"histograms.jsonl"}
    assert len(client.search_runs([stored.info.experiment_id])) == 1


def test_a_run_arrives_whole_and_once(mlops, make_run, server):
    client = mlflow.tracking.MlflowClient(server)
    folder = make_run(lines("direct"))
    first = export(mlops, folder, server)
    check(client, first)
    assert export(mlops, folder, server) == first, "the same run again is the same run"
    check(client, first)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_faulty_network_loses_and_doubles_nothing(mlops, make_run, server, seed):
    folder = make_run(lines(f"faulty-{seed}"))
    with fault_proxy.start(server, rate=0.25, seed=seed) as proxy:
        run = export(mlops, folder, proxy.url)
        assert sum(count for fault, count in proxy.counts.items() if fault) > 0
    check(mlflow.tracking.MlflowClient(server), run)


@pytest.mark.parametrize("line, text", [
    ({"event": "parameter", "name": "long", "value": "x" * 6001}, "6001 characters"),
    ({"event": "parameter", "name": "a//b", "value": "1"}, "no parameter of this name"),
    ({"event": "metric", "name": "a#b", "step": 1, "value": 1}, "no metric of this name"),
    ({"event": "tag", "name": "k" * 251, "value": "1"}, "no tag of this name"),
])
def test_what_mlflow_would_cut_or_drop_is_refused(mlops, make_run, server, line, text):
    folder = make_run([{"event": "start", "experiment": "refused", "name": "july"}, line, {"event": "end"}])
    result = mlops("runs", "export", "july", "--to", "mlflow", "--runs", folder, "--server", server)
    assert result.returncode == 2 and text in result.stderr


def test_what_is_no_mlflow_server_is_told_so(mlops, make_run, moto_server):
    folder = make_run(lines("none", count=1))
    result = mlops("runs", "export", "july", "--to", "mlflow", "--runs", folder, "--server", moto_server)
    assert result.returncode == 2 and "is this an MLflow server" in result.stderr
    result = mlops("runs", "export", "july", "--to", "mlflow", "--runs", folder, "--server", "http://127.0.0.1:1")
    assert result.returncode == 2 and "nothing answers there" in result.stderr


def test_version(mlops, server):
    assert mlops("mlflow", "version", "--server", server).stdout.strip() == mlflow.__version__

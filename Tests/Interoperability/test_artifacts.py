# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Exported artifacts read by tar, Python, skopeo and umoci, and what those write imported."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import tarfile
import time

import pytest

from servers import packages

MODEL = "application/vnd.cncf.model."


@pytest.fixture
def skopeo():
    packages.install(["skopeo"], ["skopeo"])
    return "skopeo"


@pytest.fixture
def umoci():
    packages.install(["umoci"], ["umoci"])
    return "umoci"


def run(*words, code=0, **options):
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True, **options)
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout


def make(folder):
    values = random.Random(11)
    long = "long-" * 30 + "ä"
    for name in ["model.bin", "sub/ä ö.txt", "sub/日本語", "README.md", "tokenizer.json", "train.csv", "config.yaml",
                 f"{long}/{long}/file", "x" * 99, "d/" + "y" * 100, "empty", "tools/run.sh"]:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(values.randbytes(values.randint(1, 90_000)))
        file.chmod(0o644)
    (folder / "model.bin").write_bytes(values.randbytes(3_000_000))
    (folder / "empty").write_bytes(b"")
    (folder / "tools/run.sh").chmod(0o755)
    (folder / "same.bin").write_bytes((folder / "model.bin").read_bytes())
    (folder / "nothing/here").mkdir(parents=True)
    return folder


def contents(folder):
    return {
        str(file.relative_to(folder)): (file.read_bytes(), os.access(file, os.X_OK)) if file.is_file() else None
        for file in pathlib.Path(folder).rglob("*")
    }


@pytest.fixture
def store(mlops, tmp_path):
    """A store with a version, and a function that runs `mlops artifacts` on it."""
    source = make(tmp_path / "source")

    def artifacts(command, *words, code=0):
        result = mlops("artifacts", command, *words, "--store", tmp_path / "store")
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout if code != 2 else result.stderr

    artifacts("publish", "flight delay/ü", source, "--set", "format=lightgbm", "--set", "why=ü \"x\"")
    artifacts.source = source
    return artifacts


def test_tar_reads_an_exported_archive(store, tmp_path):
    archive = tmp_path / "a.tar"
    store("export", "flight delay/ü", archive, "--as", "tar")
    run("tar", "-xf", archive, "-C", (tmp_path / "gnu").mkdir() or tmp_path / "gnu")
    assert contents(tmp_path / "gnu") == contents(store.source)
    with tarfile.open(archive) as opened:
        assert opened.format == tarfile.DEFAULT_FORMAT or opened.getmembers()
        assert {member.mtime for member in opened} == {0} and {member.uid for member in opened} == {0}
        opened.extractall(tmp_path / "python", filter="data")
    assert contents(tmp_path / "python") == contents(store.source)
    # Other warnings than none would show in a user's build.
    listed = subprocess.run(["tar", "-tf", str(archive)], capture_output=True, text=True)
    assert listed.stderr == "" and len(listed.stdout.splitlines()) == 14
    # The same again is the same, byte for byte.
    store("export", "flight delay/ü@1", tmp_path / "b.tar", "--as", "tar")
    assert archive.read_bytes() == (tmp_path / "b.tar").read_bytes()


@pytest.mark.parametrize("words", [["--format=pax"], ["--format=gnu"], ["--format=ustar"], ["--format=posix", "--sort=name"]])
def test_what_tar_writes_is_imported(store, tmp_path, words):
    if "ustar" in words[0]:
        # POSIX of 1988 has no room for the longest name.
        shutil.rmtree(next(store.source.glob("long-*")))
    run("tar", *words, "-cf", tmp_path / "a.tar", ".", cwd=store.source)
    store("import", "other", tmp_path / "a.tar")
    store("restore", "other", tmp_path / "back")
    assert contents(tmp_path / "back") == contents(store.source)


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_what_python_writes_is_imported(store, tmp_path, format):
    with tarfile.open(tmp_path / "a.tar", "w", format=format) as archive:
        archive.add(store.source, arcname=".")
    made = json.loads(store("import", "other", tmp_path / "a.tar", "--json"))
    assert made["metadata"] == {}
    store("restore", "other", tmp_path / "back")
    assert contents(tmp_path / "back") == contents(store.source)
    with tarfile.open(tmp_path / "evil.tar", "w", format=format) as archive:
        archive.addfile(tarfile.TarInfo("../evil"))
    assert "leads out" in store("import", "other", tmp_path / "evil.tar", code=2)
    with tarfile.open(tmp_path / "gzip.tar", "w:gz", format=format) as archive:
        archive.add(store.source / "README.md")
    assert "gunzip" in store("import", "other", tmp_path / "gzip.tar", code=2)


def test_an_export_holds_what_the_version_is(store, tmp_path):
    shown = json.loads(store("show", "flight delay/ü", "--json"))
    for form in ["folder", "tar", "oci"]:
        store("export", "flight delay/ü", tmp_path / form, "--as", form)
        back = json.loads(store("import", f"back {form}", tmp_path / form, "--json"))
        assert back["digest"] == shown["digest"]
        assert back["metadata"] == ({} if form == "folder" else {"format": "lightgbm", "why": "ü \"x\""})
        assert "something stands there" in store("export", "flight delay/ü", tmp_path / form, "--as", form, code=2)
    assert contents(tmp_path / "folder") == contents(store.source)


def blob(layout, descriptor):
    content = (layout / "blobs/sha256" / descriptor["digest"].removeprefix("sha256:")).read_bytes()
    assert "sha256:" + hashlib.sha256(content).hexdigest() == descriptor["digest"]
    assert len(content) == descriptor["size"]
    return content


def test_skopeo_and_umoci_read_an_exported_layout(store, tmp_path, skopeo, umoci):
    layout = tmp_path / "layout"
    store("export", "flight delay/ü", layout, "--as", "oci")
    raw = json.loads(run(skopeo, "inspect", "--raw", f"oci:{layout}:1"))
    assert raw["artifactType"] == MODEL + "manifest.v1+json"
    assert raw["config"]["mediaType"] == MODEL + "config.v1+json"
    assert run(umoci, "ls", "--layout", layout).split() == ["1"]
    # A copy reads every blob and checks size and digest.
    run(skopeo, "--insecure-policy", "copy", f"oci:{layout}:1", f"oci:{tmp_path}/copy:1")
    copy = tmp_path / "copy"
    index = json.loads((copy / "index.json").read_text())
    manifest = json.loads(blob(copy, index["manifests"][0]))
    assert manifest == raw
    config = json.loads(blob(copy, manifest["config"]))
    assert config["modelfs"] == {"type": "layers", "diffIds": [layer["digest"] for layer in manifest["layers"]]}
    assert config["descriptor"]["name"] == "flight delay/ü" and config["config"]["format"] == "lightgbm"
    found = {}
    for layer in manifest["layers"]:
        content = blob(copy, layer)
        path = layer["annotations"]["org.cncf.model.filepath"]
        attributes = json.loads(layer["annotations"]["org.cncf.model.file.metadata+json"])
        assert layer["mediaType"].startswith(MODEL) and attributes["name"] == path
        if layer["mediaType"].endswith(".raw"):
            assert attributes["size"] == len(content)
            found[path] = (content, attributes["mode"] == 0o755)
    assert found == {path: content for path, content in contents(store.source).items() if content}
    kinds = {layer["annotations"]["org.cncf.model.filepath"]: layer["mediaType"] for layer in manifest["layers"]}
    assert kinds["README.md"] == MODEL + "doc.v1.raw" and kinds["train.csv"] == MODEL + "dataset.v1.raw"
    assert kinds["config.yaml"] == MODEL + "weight.config.v1.raw" and kinds["model.bin"] == MODEL + "weight.v1.raw"
    assert kinds["tools/run.sh"] == MODEL + "code.v1.raw" and kinds["nothing/here"] == MODEL + "doc.v1.tar"
    # What skopeo wrote comes back.
    back = json.loads(store("import", "back", copy, "--json"))
    assert back["digest"] == json.loads(store("show", "flight delay/ü", "--json"))["digest"]


def test_skopeo_and_umoci_agree_about_damage(store, tmp_path, skopeo):
    layout = tmp_path / "layout"
    store("export", "flight delay/ü", layout, "--as", "oci")
    largest = max((layout / "blobs/sha256").iterdir(), key=lambda file: file.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[1000] ^= 1
    largest.write_bytes(content)
    run(skopeo, "--insecure-policy", "copy", f"oci:{layout}:1", f"oci:{tmp_path}/copy:1", code=1)
    assert "is not what its name says" in store("import", "back", layout, code=2)
    assert "back" not in store("list")


def test_earlier_versions_on_the_disk_are_used(store, tmp_path):
    store("restore", "flight delay/ü", tmp_path / "first")
    (store.source / "README.md").write_text("changed")
    store("publish", "flight delay/ü", store.source)
    said = store("restore", "flight delay/ü", tmp_path / "second", "--reuse", tmp_path / "first", "--reuse-by", "hard-link")
    assert "1 files fetched, 12 linked" in said
    assert (tmp_path / "first/model.bin").stat().st_ino == (tmp_path / "second/model.bin").stat().st_ino
    assert contents(tmp_path / "second") == contents(store.source)


def test_clones_take_no_space(store, tmp_path):
    image, disk = tmp_path / "image", tmp_path / "disk"
    disk.mkdir()
    image.touch()
    os.truncate(image, 400 << 20)
    words = [["mkfs.xfs", "-q", "-m", "reflink=1", image], ["mount", "-o", "loop", image, disk]]
    if os.geteuid() != 0 or not shutil.which("mkfs.xfs") or any(
            subprocess.run(word, capture_output=True).returncode != 0 for word in words):
        pytest.skip("only root may make and mount a file system that knows clones")
    try:
        store("restore", "flight delay/ü", disk / "first")
        os.sync()
        before = shutil.disk_usage(disk).used
        said = store("restore", "flight delay/ü", disk / "second", "--reuse", disk / "first", "--reuse-by", "clone")
        os.sync()
        assert "0 files fetched, 13 cloned" in said
        assert shutil.disk_usage(disk).used - before < 1_000_000
        with open(disk / "second/model.bin", "r+b") as file:
            file.write(b"changed")
        assert contents(disk / "first") == contents(store.source)
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("form", ["folder", "tar", "oci"])
def test_a_killed_export_leaves_no_half(store, bin_folder, tmp_path, form):
    (store.source / "large.bin").write_bytes(random.Random(3).randbytes(8_000_000))
    store("publish", "flight delay/ü", store.source)
    target = tmp_path / "target"
    words = [bin_folder / "mlops", "artifacts", "export", "flight delay/ü", target, "--as", form, "--store", tmp_path / "store"]
    started = time.monotonic()
    subprocess.run(words, check=True, capture_output=True)
    whole = time.monotonic() - started
    sound = contents(target) if form != "tar" else target.read_bytes()
    generator = random.Random(form)
    killed = 0
    for _ in range(12):
        shutil.rmtree(target, ignore_errors=True)
        target.unlink(missing_ok=True)
        writer = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        time.sleep(generator.uniform(0, whole))
        writer.kill()
        killed += writer.wait() != 0
        if target.exists():
            assert (contents(target) if form != "tar" else target.read_bytes()) == sound
    assert killed > 3


def test_commands_of_artifacts(store, tmp_path):
    (store.source / "README.md").write_text("changed")
    store("publish", "flight delay/ü", store.source)
    store("alias", "flight delay/ü@1", "champion")
    assert "champion" in store("list", "flight delay/ü")
    assert store("alias", "flight delay/ü").split() == ["champion", "flight", "delay/ü@1"]
    assert "sound" in store("verify", "flight delay/ü@champion")
    assert store("retire", "flight delay/ü", "--keep", "1") == "every version stays\n"
    store("alias", "flight delay/ü", "champion", "--remove")
    assert store("retire", "flight delay/ü", "--keep", "1", "--dry-run") == "would retire flight delay/ü@1\n"
    assert store("retire", "flight delay/ü", "--keep", "1") == "retired flight delay/ü@1\n"
    assert "retired" in store("show", "flight delay/ü@1", code=2)
    store("restore", "flight delay/ü", tmp_path / "part", "--path", "sub", "--path", "empty")
    assert {path for path, content in contents(tmp_path / "part").items() if content} == {
        "sub/ä ö.txt", "sub/日本語", "empty"}

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""The registry through the command, as people and build servers use it."""

import concurrent.futures
import json
import pathlib

import pytest

DATA = "flights@8=sha256:" + "8" * 64


def publish(mlops, folder, number, *options):
    """Registers a model of one file; returns the finished process."""
    file = folder / f"model-{number}.txt"
    file.write_text(f"model {number}\n" * 1000)
    return mlops("models", "register", "delay", "--store", folder / "store", "--path", file, *options)


def test_promotion_under_gates_and_roll_back(mlops, tmp_path):
    store = ["--store", tmp_path / "store"]
    first = publish(mlops, tmp_path, 1, "--metric", "auc=0.740", "--data", DATA, "--input", "hour", "--by", "ada")
    assert (first.returncode, first.stdout) == (0, "delay@1\n"), first.stderr
    assert publish(mlops, tmp_path, 1).stdout == "delay@1\n"
    assert mlops("models", "promote", "delay@1", "champion", *store).returncode == 0
    second = publish(mlops, tmp_path, 2, "--metric", "auc=0.741", "--data", DATA, "--input", "hour", "--by", "ada")
    assert second.stdout == "delay@2\n"
    gates = ["--if", "beats=champion:auc:0.002", "--if", "approved=1", "--if", "signature", "--if", "verified"]
    refused = mlops("models", "promote", "delay@2", "champion", *store, *gates, "--json")
    assert refused.returncode == 1
    answer = json.loads(refused.stdout)
    assert answer["promoted"] is False
    assert [gate["outcome"] for gate in answer["gates"]] == ["failed", "failed", "passed", "passed"]
    assert mlops("models", "approve", "delay@2", *store, "--by", "bob", "-m", "looks good").returncode == 0
    evaluated = mlops("models", "evaluate", "delay@2", *store, "--metric", "auc=0.743", "--data", DATA)
    assert evaluated.returncode == 0, evaluated.stderr
    promoted = mlops("models", "promote", "delay@2", "champion", *store, *gates)
    assert promoted.returncode == 0, promoted.stdout
    assert promoted.stdout.endswith("delay@champion is delay@2\n")
    back = mlops("models", "rollback", "delay", "champion", *store, "-m", "alarms")
    assert (back.returncode, back.stdout) == (0, "delay@champion is delay@1\n")
    history = mlops("models", "history", "delay", *store).stdout.splitlines()
    assert [line.split("  ")[2].split(" ")[0] for line in history] == [
        "registered", "evaluated", "moved", "registered", "evaluated", "refused", "approved", "evaluated", "moved",
        "rolled"]
    assert history[-1].endswith("rolled back champion: 2 -> 1  (alarms)")
    listed = json.loads(mlops("models", "list", "delay", *store, "--json").stdout)
    assert [version["aliases"] for version in listed] == [["champion"], []]
    assert listed[1]["approvals"] == ["bob"]
    nothing = mlops("models", "rollback", "delay", "champion", *store)
    assert nothing.returncode == 2 and nothing.stderr.count("\n") == 1


def test_damage_in_the_store_is_found(mlops, tmp_path):
    assert publish(mlops, tmp_path, 1).returncode == 0
    store = ["--store", tmp_path / "store"]
    sound = mlops("models", "verify", "delay", *store)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    packs = [p for p in (tmp_path / "store").rglob("*") if p.is_file() and p.read_bytes().find(b"model 1") >= 0]
    assert packs
    for pack in packs:
        content = bytearray(pack.read_bytes())
        content[content.find(b"model 1")] ^= 1
        pack.chmod(0o644)
        pack.write_bytes(content)
    damaged = mlops("models", "verify", "delay", *store)
    assert damaged.returncode == 1
    assert "NOT what was registered" in damaged.stdout
    refused = mlops("models", "promote", "delay", "champion", *store, "--if", "verified")
    assert refused.returncode == 1


def test_processes_that_register_at_once_get_numbers_of_their_own(mlops, tmp_path):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda number: publish(mlops, tmp_path, number), range(8)))
    assert all(result.returncode == 0 for result in results), [result.stderr for result in results]
    assert sorted(result.stdout.strip() for result in results) == [f"delay@{n}" for n in range(1, 9)]

    def promote(number):
        return mlops("models", "promote", f"delay@{number}", "champion", "--store", tmp_path / "store")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        moves = list(pool.map(promote, range(1, 9)))
    won = [result for result in moves if result.returncode == 0]
    assert won and all("look again" in result.stderr for result in moves if result.returncode != 0)
    history = json.loads(mlops("models", "history", "delay", "--store", tmp_path / "store", "--json").stdout)
    path = [event["action"]["aliasMoved"] for event in history if "aliasMoved" in event["action"]]
    assert len(path) == len(won)
    # Each move starts where the one before ended: none was overwritten.
    assert [move.get("from") for move in path] == [None] + [move["to"] for move in path[:-1]]


@pytest.mark.parametrize("arguments,message", [
    (["register", "a/b", "--path", "FILE"], "a/b"), (["register", "m"], "--path"),
    (["register", "m", "--path", "/none"], "/none"), (["register", "m", "--path", "FILE", "--metric", "auc=1"], "--data"),
    (["promote", "m@1", "champion"], "m@1"), (["show", "m"], "no such version"), (["rollback", "m", "champion"], "no such alias"),
    (["promote", "m", "champion", "--if", "beats=x"], "is no gate"), (["history", "m"], "no such version"),
])
def test_bad_input_ends_with_one_message_and_leaves_nothing(mlops, tmp_path, arguments, message):
    file = tmp_path / "file"
    file.write_text("x")
    words = [str(file) if word == "FILE" else word for word in arguments]
    result = mlops("models", *words, "--store", tmp_path / "store")
    assert result.returncode == 2, result.stdout
    assert message in result.stderr and result.stderr.count("\n") == 1
    listed = mlops("models", "list", "--store", tmp_path / "store", "--json")
    assert json.loads(listed.stdout) == []

# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""`mlops params` against the parsers of Python, where those follow the specifications."""

import json
import math
import os
import random
import subprocess
import tomllib
from pathlib import Path

import pytest
import ruamel.yaml
import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

MLOPS = Path(os.environ["SWIFT_MLOPS_BIN"]) / "mlops"


def parse(path, *options):
    return subprocess.run([MLOPS, "params", "parse", path, *options], capture_output=True, text=True)


def same(left, right):
    if isinstance(left, float) or isinstance(right, float):
        return math.isclose(left, right, rel_tol=0, abs_tol=0) or (left != left and right != right)
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def tree(source, depth=0):
    """A random tree of the values that YAML and JSON share.

    Its texts lack two characters that writers get wrong: U+2028 still ends a line in PyYAML, as in YAML 1.1, and
    ruamel.yaml leaves texts that begin with `? ` without quotes.
    """
    kind = source.randrange(8 if depth < 4 else 6)
    if kind == 0:
        return source.choice([True, False])
    if kind == 1:
        return source.randrange(-(2**63), 2**63)
    if kind == 2:
        return source.choice([source.random(), 1e300 * source.random(), -source.random() * 1e-300, 0.5])
    if kind < 6:
        return "".join(source.choice("ab: #-'\"\\\n\t[]{},&*!|>%@`é語😀 0~=.\u00a0") for _ in range(source.randrange(12)))
    if kind == 6:
        return [tree(source, depth + 1) for _ in range(source.randrange(5))]
    return {f"k{source.randrange(100)} {source.choice('é:#x')}": tree(source, depth + 1) for _ in range(source.randrange(5))}


def trees(count):
    source = random.Random(20130701)
    return [{"root": tree(source), "list": [tree(source) for _ in range(6)]} for _ in range(count)]


@pytest.mark.parametrize("style", ["block", "flow", "ruamel", "ruamel-wide"])
def test_yaml_that_others_write(tmp_path, style):
    values = trees(60)
    texts = []
    for value in values:
        if style.startswith("ruamel"):
            writer = ruamel.yaml.YAML(typ="safe", pure=True)
            writer.width = 40 if style == "ruamel" else 4096
            writer.allow_unicode = True
            path = tmp_path / "written.yaml"
            with path.open("w", encoding="utf-8") as file:
                writer.dump(value, file)
            texts.append(path.read_text(encoding="utf-8"))
        else:
            texts.append(yaml.safe_dump(value, default_flow_style=style == "flow", allow_unicode=True, width=60))
    path = tmp_path / "all.yaml"
    path.write_text("".join("---\n" + text + ("" if text.endswith("\n") else "\n") for text in texts), encoding="utf-8")
    result = parse(path)
    assert result.returncode == 0, result.stderr
    found = [json.loads(line) for line in result.stdout.split("\n") if line]
    assert len(found) == len(values)
    for mine, value, text in zip(found, values, texts):
        # A writer of YAML 1.1 leaves some numbers with exponents to that version's rules.
        reader = ruamel.yaml.YAML(typ="safe", pure=True)
        expected = reader.load(text)
        assert same(mine, value) or same(mine, expected), text


@pytest.mark.parametrize("options", [{}, {"indent": 1}, {"ensure_ascii": False}, {"separators": (",", ":")}])
@pytest.mark.parametrize("ending", [".json", ".yaml"])
def test_json_that_python_writes(tmp_path, options, ending):
    for number, value in enumerate(trees(12)):
        path = tmp_path / f"{number}{ending}"
        path.write_text(json.dumps(value, **options), encoding="utf-8")
        result = parse(path)
        assert result.returncode == 0, result.stderr
        assert same(json.loads(result.stdout), value)


def tagged(value):
    if isinstance(value, bool):
        return {"type": "bool", "value": str(value).lower()}
    if isinstance(value, int):
        return {"type": "integer", "value": str(value)}
    if isinstance(value, float):
        return {"type": "float", "value": repr(value)}
    if isinstance(value, str):
        return {"type": "string", "value": value}
    if isinstance(value, list):
        return [tagged(element) for element in value]
    if isinstance(value, dict):
        return {key: tagged(member) for key, member in value.items()}
    return {"type": "time"}


def normal(value):
    if isinstance(value, list):
        return [normal(element) for element in value]
    if set(value) == {"type", "value"} and isinstance(value["type"], str):
        if "date" in value["type"] or "time" in value["type"]:
            return {"type": "time"}
        return {"type": "float", "value": repr(float(value["value"]))} if value["type"] == "float" else value
    return {key: normal(member) for key, member in value.items()}


FRAGMENTS = ["[", "]", "[[", "]]", "{", "}", "=", ".", ",", '"', "'", '"""', "'''", "\n", "\r\n", "\\", "#", " ", "_", "0", "1"]
FRAGMENTS += ["e", "+", "-", "0x", "a", "a.b", "inf", "nan", "true", "1979-05-27", "07:32:00", "T", "Z", ":", "é", "\n[a]\n"]
FRAGMENTS += ["\n[[a]]\n", "\na.b = 1\n", "\n[a.b]\n", "{b=1}", "[1]"]


def test_toml_that_was_damaged(tmp_path):
    cases = Path(__file__).parent.parent / "Fixtures" / "ParameterLoading" / "toml-cases.txt"
    seeds = []
    for block in cases.read_text(encoding="utf-8").split("\n=== ")[1:]:
        text = block.split("\n>>>")[0].split("\n", 1)[-1] + "\n"
        if not any(mark in text for mark in "⇔␀"):
            seeds.append(text.replace("␣", " ").replace("»", "\t").replace("←", "\r").replace("∎\n", ""))
    source = random.Random(7)
    for number in range(600):
        text = source.choice(seeds)
        for _ in range(source.randint(1, 3)):
            place = source.randint(0, len(text))
            removed = source.choice([0, 0, 1, 2, 3])
            text = text[:place] + source.choice(FRAGMENTS + [""] * 10) + text[place + removed :]
        try:
            expected = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            expected = None
        path = tmp_path / "damaged.toml"
        path.write_bytes(text.encode())
        result = parse(path, "--typed")
        if "9223372036854775808" in text:
            continue  # Python has integers of any size; TOML asks for an error beyond 64 bits.
        assert result.returncode == (2 if expected is None else 0), (text, result.stderr)
        if expected is not None:
            assert normal(json.loads(result.stdout)) == normal(tagged(expected)), text


@pytest.mark.parametrize(
    "override",
    ["a=1", "a=1_000", "a=1.5e3", "a=true", "a=NULL", "a=x y", "a=[1,x,[y]]", "a={b:1,c:[2]}", "a='it\\'s'", 'a="x,y"', "a=a\\,b",
     "a=int(3.7)", "a=str(1)", "a=float(2)", "a=bool(1)", "a=-inf", "a=http://x/y", "a=2013-07-01", "a="],
)
def test_overrides_that_hydra_reads(tmp_path, override):
    path = tmp_path / "base.yaml"
    path.write_text("a: null\n")
    expected = OverridesParser.create().parse_override(override).value()
    result = subprocess.run([MLOPS, "params", "resolve", path, "--set", override], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    mine = json.loads(result.stdout)["a"]
    if isinstance(expected, float) and math.isinf(expected):
        expected = "-.inf" if expected < 0 else ".inf"
    assert same(mine, json.loads(json.dumps(expected, default=str))), (mine, expected)


def test_interpolations_that_omegaconf_resolves(tmp_path):
    text = "root: /data\ndepth: 6\nmodel:\n  name: m\n  path: ${root}/${.name}-${..depth}\n  same: ${depth}\n  copy: ${model.name}\n"
    path = tmp_path / "p.yaml"
    path.write_text(text)
    expected = OmegaConf.to_container(OmegaConf.create(text), resolve=True)
    result = subprocess.run([MLOPS, "params", "resolve", path], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == expected


def test_what_changed_between_frozen_files(tmp_path):
    """Each difference names the source that made it; of a secret, without a key for its digest, nothing is told."""
    base = tmp_path / "base.yaml"
    base.write_text("rate: 0.1\ndepth: 6\napi_token: hidden-one\n")
    for name, overrides in (("first", []), ("same", []), ("second", ["rate=0.2", "+rounds=7", "api_token=hidden-two"])):
        options = [option for override in overrides for option in ("--set", override)]
        subprocess.run([MLOPS, "params", "resolve", base, *options, "--freeze", tmp_path / f"{name}.json"],
                       check=True, capture_output=True)

    def difference(earlier, later, *options):
        return subprocess.run([MLOPS, "params", "diff", tmp_path / earlier, tmp_path / later, *options],
                              capture_output=True, text=True)
    equal = difference("first.json", "same.json")
    assert (equal.returncode, equal.stdout) == (0, "")
    found = difference("first.json", "second.json", "--json")
    assert found.returncode == 1 and "hidden" not in found.stdout, found.stderr
    rows = {row["key"]: row for row in json.loads(found.stdout)}
    assert {key: row["kind"] for key, row in rows.items()} == {"rate": "changed", "rounds": "added"}
    assert (rows["rate"]["before"], rows["rate"]["after"]) == ("0.1", "0.2")
    assert rows["rate"]["originBefore"].endswith("base.yaml:1:7") and "command line" in rows["rate"]["originAfter"]
    mixed = difference("base.yaml", "second.json")
    assert mixed.returncode == 1 and "rate: 0.1" in mixed.stdout, mixed.stderr
    assert difference("first.json", "none.json").returncode == 2

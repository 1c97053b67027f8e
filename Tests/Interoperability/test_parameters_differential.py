# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""`mlops params parse` on random texts: YAML whose value is known because it was written from it in a random style,
and TOML and JSON, valid or damaged, against the parsers of Python."""

import datetime
import json
import os
import random
import re
import subprocess
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

MLOPS = Path(os.environ["SWIFT_MLOPS_BIN"]) / "mlops"
FIXTURES = Path(__file__).parent.parent / "Fixtures" / "ParameterLoading"


def parse(folder, texts, suffix, *options):
    """The values of each text's documents; None for a text that was refused."""

    def one(pair):
        path = folder / f"{pair[0]}.{suffix}"
        path.write_bytes(pair[1])
        result = subprocess.run([MLOPS, "params", "parse", path, *options], capture_output=True)
        assert result.returncode in (0, 2), result.stderr
        if result.returncode == 2:
            assert re.match(rb".*:\d+:\d+: ", result.stderr.replace(b"mlops: ", b"")), result.stderr
            return None
        return [json.loads(line) for line in result.stdout.decode().splitlines()]

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, enumerate(texts)))


class YAMLWriter:
    """Writes a value as YAML, in a style chosen at random at each node."""

    def __init__(self, source):
        self.source, self.names = source, 0

    def pick(self, *choices):
        return self.source.choice(choices)

    def value(self, depth):
        kind = self.source.randrange(9 if depth else 5)
        if kind < 3:
            words = ["a", "b c", "x: y", "- z", "#", " ", "'", '"', "\n", "\n\n", "\t", "é", "[1]", "{}", "null", "1", "\\", "語"]
            return "".join(self.source.choice(words) for _ in range(self.source.randrange(6)))
        if kind < 5:
            return self.pick(None, True, False, 0, -7, 2**63, 1.5, -1e-9, 12345)
        if kind < 7:
            return [self.value(depth - 1) for _ in range(self.source.randrange(4))]
        return {f"{self.pick('k', 'a b', 'ü', '-x', '?y', 'q#', ':z')}{n}": self.value(depth - 1) for n in range(self.source.randrange(4))}

    def properties(self, isText=False):
        text = ""
        if self.source.random() < 0.15:
            self.names += 1
            text += f"&{self.pick('a', 'é', 'x:y', '*', '&')}{self.names} "
        if isText and self.source.random() < 0.2:
            text = self.pick(text + "!!str ", "!<tag:yaml.org,2002:str> " + text)
        return text

    def end(self):
        return self.pick("", "", "", " ", "\t", " # comment", "\t#:")

    def isPlain(self, text, flow):
        if not text or text != text.strip(" \t\n") or re.search(r"[\n\t]|: |:$| #", text):
            return False
        if re.match(r"[-?:](\s|$)|[][{},#&*!|>'\"%@`]|[-+.\d]|(null|true|false|~)$", text):
            return False
        return not (flow and re.search(r"[][{},]|^[-?:]|:$", text))

    def quoted(self, text, indent, oneLine):
        if self.source.random() < 0.4 and not re.search(r"[\t\n]", text):
            if oneLine or not re.search(r"\S \S", text):
                return "'" + text.replace("'", "''") + "'"
            at = self.source.choice([match.start() for match in re.finditer(r"(?<=\S) (?=\S)", text)])
            first, rest = (part.replace("'", "''") for part in (text[:at], text[at + 1 :]))
            return "'" + first + self.pick("", " ", "\t") + "\n" + " " * indent + self.pick("", "  ", "\t") + rest + "'"
        escapes = {"\n": ["\\n", "\\x0A"], "\t": ["\\t", "\\u0009"], '"': ['\\"'], "\\": ["\\\\"], "é": ["é", "\\xe9", "\\U000000E9"]}
        pieces = []
        for character in text:
            if not oneLine and character not in " \t\n" and self.source.random() < 0.1:
                pieces.append("\\\n" + " " * indent + self.pick("", " ", "\t"))
            pieces.append(self.source.choice(escapes.get(character, [character])))
        return '"' + "".join(pieces) + '"'

    def flowScalar(self, value, indent, flow=True, oneLine=False):
        if isinstance(value, str):
            tag = self.properties(isText=True)
            if self.isPlain(value, flow) and self.source.random() < 0.6:
                return tag + value
            return tag + self.quoted(value, indent, oneLine)
        if value is None:
            return self.properties() + self.pick("null", "~", "Null")
        if value is True:
            return self.properties() + self.pick("true", "TRUE")
        return self.properties() + json.dumps(value)

    def gap(self, indent, oneLine):
        if oneLine or self.source.random() < 0.6:
            return self.pick("", " ", "\t")
        return self.pick("", " ") + self.pick("", " # c]") + "\n" + self.pick("", "\n", "\t\n") + " " * (indent + self.source.randrange(3))

    def flow(self, value, indent, oneLine=False):
        gap = lambda: self.gap(indent, oneLine)
        if isinstance(value, list):
            items = [gap() + self.flow(item, indent, oneLine) + gap() for item in value]
            return self.properties() + "[" + ",".join(items) + (self.pick("", ",") if items else "") + gap() + "]"
        if isinstance(value, dict):
            items = []
            for key, item in value.items():
                mark = self.pick("", "", "? ")
                name = key if self.isPlain(key, True) else self.quoted(key, indent, True)
                items.append(gap() + mark + name + self.pick("", " ") + ": " + gap() + self.flow(item, indent, oneLine) + gap())
            return self.properties() + "{" + ",".join(items) + (self.pick("", ",") if items else "") + gap() + "}"
        return self.flowScalar(value, indent, True, oneLine)

    def literal(self, text, indent):
        body, breaks = text.rstrip("\n"), len(text) - len(text.rstrip("\n"))
        chomping = "-" if breaks == 0 else "" if breaks == 1 else "+"
        lines = body.split("\n")
        deeper = self.source.randrange(1, 4)
        indicator = str(deeper) if lines[0][:1] in (" ", "") or self.source.random() < 0.2 else ""
        header = "|" + self.pick(indicator + chomping, chomping + indicator) + self.pick("", " ", " # c")
        return header + "".join("\n" + (" " * (indent + deeper) + line if line else "") for line in lines) + "\n" * max(0, breaks - 1)

    def block(self, value, parent, compact=False):
        """What stands behind an indicator or a marker; the lines below are deeper than the parent."""
        indent = max(parent, 0)
        if isinstance(value, (list, dict)) and value and self.source.random() < 0.75:
            lead = self.properties()
            deep = parent + 1 + self.source.randrange(3)
            lines = self.sequence(value, deep) if isinstance(value, list) else self.mapping(value, deep)
            if compact and not lead and deep > parent + 1:
                return " " * (deep - parent - 1) + lines.lstrip(" ")
            return " " + lead.strip() + self.end() + "\n" + self.pick("", "\n", "\t\n", "  # deep\n") + lines
        if isinstance(value, str) and value.strip("\n\t ") and not re.search(r"\n[ \t]*$|[ \t]$", value.rstrip("\n")) and self.source.random() < 0.3:
            return " " + self.properties(isText=True) + self.literal(value, indent)
        if isinstance(value, (list, dict)):
            return " " + self.flow(value, indent + 1) + self.end()
        return self.pick(" ", "\t", "\n" + " " * (indent + 1)) + self.flowScalar(value, indent + 1, False) + self.end()

    def sequence(self, value, indent):
        return "\n".join(" " * indent + "-" + self.block(item, indent, compact=True) for item in value)

    def mapping(self, value, indent):
        lines = []
        for key, item in value.items():
            name = key if self.isPlain(key, False) and self.source.random() < 0.6 else self.quoted(key, indent, True)
            if self.source.random() < 0.25:
                lines.append(" " * indent + "? " + self.properties() + name + self.end() + "\n" + " " * indent + ":" + self.block(item, indent, compact=True))
            elif isinstance(item, list) and item and self.source.random() < 0.4:
                lines.append(" " * indent + name + self.pick("", " ") + ":" + self.end() + "\n" + self.sequence(item, indent))
            else:
                lines.append(" " * indent + self.properties() + name + self.pick("", "", " ") + ":" + self.block(item, indent))
        return "\n".join(lines)


def document(source):
    writer = YAMLWriter(source)
    value = writer.pick(writer.value(4), [writer.value(4), writer.value(4)], {"root": writer.value(4), "é": writer.value(3)})
    text = writer.pick("", "# head\n", "%YAML 1.2\n", "%TAG !e! tag:e.org,2000:\n", "\ufeff") + "---" + writer.block(value, -1) + "\n"
    text += writer.pick("", "...\n", "... # end\n", "# tail\n")
    return value, text.replace("\n", writer.pick("\n", "\n", "\n", "\r\n", "\r"))


@pytest.mark.parametrize("seed", range(4))
def test_yaml_in_every_style(tmp_path, seed):
    source = random.Random(seed)
    cases = [document(source) for _ in range(150)]
    for (value, text), found in zip(cases, parse(tmp_path, [text.encode() for _, text in cases], "yaml")):
        assert found == [value], text


def damaged(source, texts, pieces):
    text = source.choice(texts)
    for _ in range(source.choice([0, 1, 1, 2])):
        at = source.randrange(len(text) + 1)
        text = text[:at] + source.choice(pieces) + text[at + source.choice([0, 0, 1, 2]) :]
    return text


def untagged(value):
    if isinstance(value, list):
        return [untagged(item) for item in value]
    if value.keys() == {"type", "value"} and isinstance(value["value"], str):
        kind, text = value["type"], value["value"]
        if kind in ("datetime", "datetime-local", "date-local", "time-local"):
            # Python keeps microseconds.
            text = re.sub(r"(\.\d{6})\d+", r"\1", text)
            types = {"date-local": datetime.date, "time-local": datetime.time}
            return types.get(kind, datetime.datetime).fromisoformat(text)
        return {"integer": int, "float": float, "bool": "true".__eq__, "string": str}[kind](text)
    return {key: untagged(item) for key, item in value.items()}


def same(left, right):
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right or left != left and right != right


def accepted(reader, text):
    """Whether Python's reader takes a text, and the value it reads."""
    try:
        return True, reader(text)
    except (ValueError, RecursionError):
        return False, None


TABLES = ["[a]\n", "[[a]]\n", "[a.b]\n", "[[a.b]]\n", "[b]\n", "a.b = 1\n", "a.c = {}\n", "b = {c = 1, d.e = 2}\n", "b.c = []\n", "a = 1\n", "c = [{}]\n", "[c]\n", "[[c]]\n", "a.b.c = 2\n"]
TOML = ["=", "[", "]", "{", "}", ",", ".", '"', "'", '"""', "'''", "#", " ", "\t", "\r", "\r\n", "\n", "\\", "_", "0", "1", "-", "+", "e", ":", "T", "Z", "0x", "inf", "nan", "true", "\\u00e9", "\\ud800", "\x00", "\x7f", "\ufeff", "é", "2020-02-30", "07:32:00", ".5", "\\\n"]


def test_toml_against_tomllib(tmp_path):
    source = random.Random(7)
    lines = [line for line in (FIXTURES / "toml-cases.txt").read_text().splitlines() if line and not re.match(r"===|>>>|\{|.*[␣»⇔←␤␀∎]", line)]
    texts = []
    for _ in range(900):
        chosen = source.sample(lines, 3) if source.random() < 0.5 else source.choices(TABLES, k=4)
        texts.append(damaged(source, ["\n".join(line.rstrip("\n") for line in chosen) + "\n"], TOML).encode())
    # tomllib reads integers of any size and no leap seconds; TOML 1.0 wants 64 bits and allows second 60.
    texts = [text for text in texts if not re.search(rb"\d{17}|:60|[0-9a-fA-F]{15}", text)]
    count = 0
    for text, found in zip(texts, parse(tmp_path, texts, "toml", "--typed")):
        isValid, expected = accepted(lambda bytes: tomllib.loads(bytes.decode()), text.removeprefix(b"\xef\xbb\xbf"))
        assert isValid == (found is not None), text
        if isValid:
            count += 1
            assert same(untagged(found[0]), expected), text
    assert 100 < count < len(texts) - 100


JSON = ["{", "}", "[", "]", ",", ":", '"', "\\", "\\u0041", "\\/", "\\x", "1", "-", "0", ".", "e5", "E+", "01", "true", "nul", " ", "\n", "\r", "\x0b", "\x00", "é", "\x7f", "/", "'a'", "NaN", '"a":1', "\u2028", "-0"]


def test_json_against_python(tmp_path):
    source = random.Random(9)
    valid = ['{"a":[1,-2.5e3,"x\\n\\u00e9",null],"a":{"":true}}', "[[],[{}],0.1,-0,1E5]", ' "text" ', "-12", "[false , {\"b\" :\t1}]"]
    texts = [damaged(source, valid, JSON).encode() for _ in range(600)]

    def strict(text):
        def refuse(word):
            raise ValueError(word)

        return json.loads(text.decode(), parse_constant=refuse)

    # Python reads halves of surrogate pairs, infinite numbers and integers of any size.
    texts = [text for text in texts if not re.search(rb"\\u[dD][89a-fA-F]|[eE][-+]?\d{3}|\d{16}", text)]
    count = 0
    for text, found in zip(texts, parse(tmp_path, texts, "json")):
        isValid, expected = accepted(strict, text)
        assert isValid == (found is not None), text
        if isValid:
            count += 1
            assert found == [expected], text
    assert 50 < count < len(texts) - 50

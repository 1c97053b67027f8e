# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""The schema of a parameter type, which a unit test keeps in a file, in the validator that Python people use."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

SCHEMA = json.loads((Path(__file__).parent.parent / "Fixtures" / "ParameterLoading" / "service.schema.json").read_text())


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


VALID = ["{}", "rounds: 3", "timeout: 90s", "cache: 4096", "cache: 1.5 GiB", "model: {objective: ranking, layers: [1, 4096]}"]
VALID += ["weights: {UA: 0.5, AA: 1}", "model: {dropout: 1}", "$include: other.yaml", "model: {$replace: {}}", "name: a-1"]


@pytest.mark.parametrize("text", VALID)
def test_what_a_load_accepts(text):
    assert not list(Draft202012Validator(SCHEMA).iter_errors(yaml.safe_load(text)))


FAULTY = ["round: 3", "rounds: 1.5", "rounds: many", "timeout: 90", "model: {objective: rank}", "model: {layers: [0]}"]
FAULTY += ["weights: {UA: x}", "model: {dropout: 2}", "name: Flight", "token: 5", "model: {layer: [1]}"]


@pytest.mark.parametrize("text", FAULTY)
def test_what_a_load_refuses(text):
    assert list(Draft202012Validator(SCHEMA).iter_errors(yaml.safe_load(text)))

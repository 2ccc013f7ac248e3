"""`synterm ls PROJECT duplicates`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import Synterm

ROWS = [
    {"input": "what is on my to do list", "expected": "reminder"},
    {"input": "What is on my to-do list?", "expected": "todo_list"},
    {"input": "who has the best record in the nfl", "expected": "oos", "split": "dev"},
    {"input": "who has the best record in the nba", "expected": "oos", "split": "holdout"},
    {"input": "good morning", "expected": "oos"},
]


@pytest.fixture
def path(synterm: Synterm, tmp_path: Path) -> Path:
    made, rows = tmp_path / "near.db", tmp_path / "rows.jsonl"
    rows.write_text("\n".join(json.dumps({**row, "input": {"message": row["input"]}}) for row in ROWS))
    for words in (("new", made), ("add", made, "feature", "F"), ("add", made, "behavior", "F/B")):
        assert synterm(*words).code == 0
    assert synterm("add", made, "scenario", "F/B/s").code == 0
    assert synterm("add", made, "case", "F/B/s", "--file", rows).code == 0
    return made


def test_groups_are_listed_and_summed_up(synterm: Synterm, path: Path) -> None:
    done = synterm("ls", path, "duplicates")
    lines = [line.split("\t") for line in done.out.splitlines()]
    assert [line[4] for line in lines] == [row["input"] for row in ROWS[:4]]
    assert [line[1] for line in lines] == ["", "1.00", "", "0.92"]
    assert "2 groups among 5 cases" in done.err
    assert "1 expect different results · 1 lie in several splits" in done.err


def test_as_json_it_fits_its_schema(synterm: Synterm, path: Path) -> None:
    found = synterm("ls", path, "duplicates", "--json").json
    Draft202012Validator(synterm("schema", "duplicates").json).validate(found)
    assert [(group["expected_differs"], group["splits_differ"]) for group in found["groups"]] == [
        (True, False),
        (False, True),
    ]
    assert (found["cases"], found["redundant"], found["like"], found["by"]) == (5, 2, 0.9, "wording")


def test_the_threshold_and_the_cases_can_be_chosen(synterm: Synterm, path: Path) -> None:
    assert len(synterm("ls", path, "duplicates", "--like", "0.95", "--json").json["groups"]) == 1
    assert synterm("ls", path, "duplicates", "--split", "holdout", "--json").json["groups"] == []
    assert len(synterm("ls", path, "duplicates", "--limit", "1", "--json").json["groups"]) == 1
    refused = synterm("ls", path, "duplicates", "--like", "0.2")
    assert refused.code == 2
    assert "from 0.5 to 1" in refused.err

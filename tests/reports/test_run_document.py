"""A run's report as a JSON file, with its evaluations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from synterm.core.report import CheckReport, EvaluationReport, RunDocument
from synterm.errors import InputError
from synterm.evaluate.events import Halted
from synterm.reports.evaluations import evaluation_report, evaluation_reports
from synterm.reports.json import write_run
from tests.reports.conftest import Made, MakeReport, report_of
from tests.support.recorded import recorded

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
NUMBERS = st.none() | st.floats(0, 1e9)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
EVALUATIONS = st.builds(
    EvaluationReport,
    behavior=TEXTS,
    variant=TEXTS,
    repeat=st.integers(0, 9),
    input=st.dictionaries(TEXTS, VALUES, max_size=3),
    expected=VALUES,
    output=TEXTS,
    score=NUMBERS,
    checks=st.lists(st.builds(CheckReport, reason=TEXTS, score=NUMBERS, error=st.none() | TEXTS), max_size=2),
    error=st.none() | TEXTS,
    hint=st.none() | TEXTS,
    latency_ms=NUMBERS,
    cost_usd=NUMBERS,
    tokens=st.fixed_dictionaries({"prompt": st.none() | st.integers(0), "completion": st.none() | st.integers(0)}),
)


def rows(made: Made) -> Iterator[EvaluationReport]:
    return evaluation_reports(map(recorded, made.evaluations), made.result.tree)


def written(made: Made, folder: Path) -> Any:
    write_run(made.report, rows(made), str(folder / "report.json"))
    return json.loads((folder / "report.json").read_text(), parse_constant=pytest.fail)


@given(evaluations=st.lists(EVALUATIONS, max_size=4))
def test_it_is_the_document_that_would_be_written_at_once(
    tmp_path_factory: pytest.TempPathFactory, evaluations: list[EvaluationReport]
):
    report = report_of({"v1": "pf?", "v2": "fp"}, gate=0.5).report
    target = tmp_path_factory.getbasetemp() / "report.json"
    write_run(report, iter(evaluations), str(target))
    text = target.read_text()
    whole = RunDocument(**dict(report), evaluations=evaluations)
    assert json.loads(text) == json.loads(whole.model_dump_json(by_alias=True))
    assert not set("\x7f\x9b\u202e\u2028\ufeff\U000e0041") & set(text)


def test_it_fits_its_schema_and_can_be_read_back(make_report: MakeReport, tmp_path: Path):
    halted = Halted("the time limit is reached", "raise it", 1)
    made = make_report(
        {"v1": "pf?", "v2": "fp"}, gate=0.5, min_pass_rate=0.5, halted=halted, inputs=["\x1b[31m", "\U0001f600"]
    )
    document = written(made, tmp_path)
    schema = RunDocument.model_json_schema(mode="serialization")
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(document)
    assert (document["schema"], document["halted"]) == ("synterm.run/1", "the time limit is reached")
    assert RunDocument.model_validate(document) == RunDocument(**dict(made.report), evaluations=list(rows(made)))


def test_each_evaluation_has_what_the_contract_promises(make_report: MakeReport, tmp_path: Path):
    made = make_report({"v1": "pf?"})
    passed, failed, error = written(made, tmp_path)["evaluations"]
    assert set(passed) >= set(
        "case_id root_id behavior variant repeat input expected output label passed score checks error hint cached "
        "latency_ms cost_usd tokens".split()
    )
    assert (passed["behavior"], passed["variant"]) == ("Routing/Out of scope/off-topic", "router@v1 · rules")
    assert (passed["input"], passed["expected"], passed["label"]) == ({"message": "message 0"}, "schedule", "schedule")
    assert (passed["passed"], passed["error"], passed["hint"]) == (True, None, None)
    assert failed["checks"] == [
        {
            "type": "label",
            "passed": False,
            "score": 0.0,
            "reason": "found clarify",
            "error": None,
            "metric": None,
            "checks": [],
        }
    ]
    assert (error["passed"], error["error"], error["hint"]) == (None, "too many requests", "try later")
    assert (error["outcome"], error["checks"]) == ("rate limited", [])


def test_a_scenario_that_is_no_longer_there_has_no_path(make_report: MakeReport):
    one, other = make_report({"v1": "p"}), make_report({"v1": "p"})
    assert evaluation_report(recorded(one.evaluations[0]), other.result.tree).behavior == ""


def test_evaluations_are_written_as_they_are_taken(make_report: MakeReport, tmp_path: Path):
    made = make_report({"v1": "p"})
    [row] = rows(made)
    target = tmp_path / "report.json"
    target.write_text("old")
    sizes: list[int] = []

    def many() -> Iterator[EvaluationReport]:
        for _ in range(5000):
            sizes.append(max(file.stat().st_size for file in tmp_path.iterdir()))
            yield row

    write_run(made.report, many(), str(target))
    assert len(json.loads(target.read_text())["evaluations"]) == 5000
    assert sizes[0] == 3 and 0 < sizes[2500] < sizes[4999] < target.stat().st_size


def test_a_write_that_fails_midway_leaves_the_old_file(make_report: MakeReport, tmp_path: Path):
    made = make_report({"v1": "pf"})
    target = tmp_path / "report.json"
    target.write_text("old")

    def failing() -> Iterator[EvaluationReport]:
        yield from rows(made)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_run(made.report, failing(), str(target))
    assert target.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_a_dash_is_stdout(make_report: MakeReport, capsysbinary: pytest.CaptureFixture[bytes]):
    made = make_report({"v1": "pf"})
    write_run(made.report, rows(made), "-")
    assert len(json.loads(capsysbinary.readouterr().out)["evaluations"]) == 2


def test_a_place_where_no_report_can_be_is_an_error_with_its_name(make_report: MakeReport, tmp_path: Path):
    with pytest.raises(InputError, match=r"nowhere/report\.json: can't be written: No such file"):
        write_run(make_report({"v1": "p"}).report, (), str(tmp_path / "nowhere" / "report.json"))

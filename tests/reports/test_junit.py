"""JUnit files, read back by a reader that others use, and held against the schemas of those who show them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml

from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult, Evaluation
from synterm.errors import InputError
from synterm.reports.junit import write_junit
from synterm.reports.spool import Spool
from synterm.reports.xml import element, legal
from synterm.storage.runs import RunRecord
from tests.reports.conftest import Made, MakeReport, report_of
from tests.support.compared import broken_case, compared
from tests.support.recorded import recorded

SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))
RUN = RunRecord("01JZ", "2026-01-31T09:30:00.123Z", None, "complete", "kim", "abc123", {}, {})
Suites = dict[str, Any]


def written(made: Made, place: Path, evaluations: Iterable[Evaluation] | None = None) -> Suites:
    """The suites of a file that was written and is valid, by their names."""
    target = place / "report.xml"
    done = made.evaluations if evaluations is None else evaluations
    write_junit(made.report, RUN, map(recorded, done), made.result.tree, str(target))
    SCHEMA.validate(target)
    read = JUnitXml.fromfile(str(target))
    suites: Suites = {str(suite.name): suite for suite in read}
    assert (read.tests, read.failures, read.errors) == tuple(
        sum(getattr(suite, count) for suite in suites.values()) for count in ("tests", "failures", "errors")
    )
    for suite in suites.values():
        kinds = [type(result).__name__ for case in suite for result in case.result]
        assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (
            len(list(suite)), kinds.count("Failure"), kinds.count("Error"), kinds.count("Skipped")
        )  # fmt: skip
    return suites


def test_a_suite_for_each_scenario_under_each_variant_and_a_test_for_each_case(make_report: MakeReport, tmp_path: Path):
    suites = written(make_report({"v1": "pff", "v2": "ppp"}), tmp_path)
    path = "Routing/Out of scope/off-topic"
    assert list(suites) == ["gates", f"{path} [router@v1 · rules]", f"{path} [router@v2 · rules]"]
    first = suites[f"{path} [router@v1 · rules]"]
    assert [(case.classname, case.name) for case in first] == [
        ("Routing.Out of scope.off-topic [router@v1 · rules]", f"message {at}") for at in range(3)
    ]
    assert [len(case.result) for case in first] == [0, 1, 1]
    assert (first.timestamp, first.time) == ("2026-01-31T09:30:00", 1.236)
    known = {each.name: each.value for each in first.properties()}
    assert (known["git_commit"], known["prompt_version"], known["pass_rate"]) == ("abc123", "v1", "0.3333")


def test_names_do_not_change_with_the_version_of_the_only_prompt(make_report: MakeReport, tmp_path: Path):
    def classes(version: str) -> set[str]:
        suites = written(make_report({version: "pf"}, model="gpt-4.1"), tmp_path)
        return {case.classname for suite in suites.values() for case in suite}

    assert classes("v1") == classes("v2") == {"gates", "Routing.Out of scope.off-topic [router · gpt-4_1]"}


def test_cases_that_say_the_same_have_names_of_their_own(make_report: MakeReport, tmp_path: Path):
    suites = written(make_report({"v1": "ppp"}, inputs=["do it", "do it", "do it"]), tmp_path)
    assert [case.name for case in [*suites.values()][1]] == ["do it", "do it (2)", "do it (3)"]


def test_a_failure_says_what_was_expected_and_what_each_check_found(make_report: MakeReport, tmp_path: Path):
    [_, suite] = written(make_report({"v1": "f"}), tmp_path).values()
    [case] = suite
    [failure] = case.result
    assert (failure.type, failure.message) == ("assertion", "expected schedule, got summarize")
    assert failure.text.splitlines() == [
        "message: message 0", "expected: schedule", "got: summarize", "✗ label: found summarize"
    ]  # fmt: skip
    assert "case " in case.system_out
    assert "412 ms" in case.system_out


def test_a_case_without_a_verdict_is_an_error_and_no_failure(make_report: MakeReport, tmp_path: Path):
    [_, suite] = written(make_report({"v1": "p?"}), tmp_path).values()
    [error] = [result for case in suite for result in case.result]
    assert (type(error).__name__, error.type) == ("Error", "provider")
    assert error.message == "no verdict: too many requests (try later)"


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Outcome.TIMED_OUT, "timeout"),
        (Outcome.OVER_BUDGET, "budget"),
        (Outcome.CANCELLED, "cancelled"),
        (Outcome.NOT_SENT, "not sent"),
        (Outcome.MALFORMED, "provider"),
        (Outcome.COMPLETE, "judge"),
    ],
)
def test_an_error_says_of_what_kind_it_is(make_report: MakeReport, tmp_path: Path, outcome: Outcome, kind: str):
    made = make_report({"v1": "?"})
    judged = CheckResult("llm-rubric", None, None, "", error="no JSON", judge="openai/gpt-4o · 3f2a91")
    checks = (judged,) if outcome.answered else ()
    failed = replace(made.evaluations[0], completion=Completion(outcome, error="it broke"), checks=checks)
    [_, suite] = written(made, tmp_path, [failed]).values()
    assert [result.type for case in suite for result in case.result] == [kind]


def test_repeats_are_one_test_and_what_wavers_is_told(make_report: MakeReport, tmp_path: Path):
    made = make_report({"v1": "pf"})
    passed, failed = made.evaluations
    task = passed.task
    other = replace(failed, task=replace(task, repeat=1))
    unclear = Evaluation(replace(task, repeat=2), Completion(Outcome.TIMED_OUT, error="slow"))
    [_, suite] = written(made, tmp_path, [passed, other, unclear]).values()
    [case] = suite
    [failure] = case.result
    assert failure.type == "flaky"
    assert failure.message.startswith("flaky, 1 of 2 repeats passed: ")
    assert [f"repeat {number} · " in case.system_out for number in (1, 2, 3)] == [True] * 3
    [_, suite] = written(made, tmp_path, [passed, unclear]).values()
    assert [type(result).__name__ for case in suite for result in case.result] == ["Error"]


def test_a_failed_gate_is_a_failed_test_and_an_open_one_an_error(make_report: MakeReport, tmp_path: Path):
    suites = written(make_report({"v1": "ppff", "v2": "pppp", "v3": "ppp?"}, gate=0.9, min_pass_rate=0.1), tmp_path)
    told = {case.name: [(type(one).__name__, one.message) for one in case.result] for case in suites["gates"]}
    assert told == {
        "every planned evaluation was made": [],
        "the whole run [router@v1 · rules]: at least 10 % pass": [],
        "the whole run [router@v2 · rules]: at least 10 % pass": [],
        "the whole run [router@v3 · rules]: at least 10 % pass": [],
        "Routing/Out of scope [router@v1 · rules]: at least 90 % pass": [("Failure", "found: 50 % pass, 2 of 4")],
        "Routing/Out of scope [router@v2 · rules]: at least 90 % pass": [],
        "Routing/Out of scope [router@v3 · rules]: at least 90 % pass": [
            ("Error", "not decided; found: 100 % pass, 3 of 3; evaluations without a verdict could tip it")
        ],
    }


def test_a_run_that_was_cut_short_is_an_error_among_the_gates(make_report: MakeReport, tmp_path: Path):
    made = make_report({"v1": "pp"})
    totals = made.report.totals.model_copy(update={"not_made": 3})
    cut = made._replace(report=made.report.model_copy(update={"totals": totals, "halted": "the time limit"}))
    [error] = next(iter(written(cut, tmp_path)["gates"])).result
    assert (error.type, error.message) == ("incomplete", "the time limit; 3 evaluations not made")


def test_what_got_worse_is_a_failed_test_and_too_little_evidence_is_skipped(make_report: MakeReport, tmp_path: Path):
    made = make_report({"v2": "fp"})
    case = made.evaluations[0].task.case.id
    comparison = compared("router@v2 · rules", broken_case(case))
    suites = written(made._replace(report=made.report.model_copy(update={"comparison": comparison})), tmp_path)
    told = {case.name: [(type(one).__name__, one.message) for one in case.result] for case in suites["regressions"]}
    assert told == {
        "the whole run [router · rules] is no worse than in main": [],
        "Routing/Out of scope [router · rules] is no worse than in main": [
            ("Failure", "50 % before, 0 % now; 0 fixed, 5 broken, p = 0.01")
        ],
        "Routing/Ambiguous [router · rules] is no worse than in main": [
            ("Skipped", "not enough evidence: 50 % before, 60 % now; 1 fixed, 0 broken, p = 0.01; "
                        "about 40 more cases would tell")
        ],
        "Routing/Robustness [router · rules] is no worse than in main": [],
    }  # fmt: skip
    [failure] = next(iter([*suites.values()][-1])).result
    assert failure.type == "regression"
    assert "against main: passed before, with out_of_scope" in failure.text


def test_texts_are_cut_and_say_so(make_report: MakeReport, tmp_path: Path):
    made = make_report({"v1": "f"}, inputs=["x" * 1_000_000])
    long = replace(made.evaluations[0], completion=Completion(Outcome.COMPLETE, text="y\n" * 500_000))
    [_, suite] = written(made, tmp_path, [long]).values()
    [case] = suite
    assert (tmp_path / "report.xml").stat().st_size < 20_000
    assert len(case.name) == 200
    assert "more characters)" in case.system_out


@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=60))
def test_whatever_stands_in_it_is_xml_and_reads_back_as_it_was_shown(text: str, value: str):
    read = ET.fromstring(element("a", text, name=value))
    assert (read.tag, list(read), read.text or "") == ("a", [], legal(text))
    assert read.attrib == {"name": legal(value.replace("\n", " "))}


HOSTILE = "</failure></testcase>]]><!-- --> &amp; \x00\x1b[31m \ud800 \uffff \u202e ::error:: <script>alert(1)</script>"


def test_hostile_texts_stay_texts(make_report: MakeReport, tmp_path: Path):
    made = make_report({"v1": "f"}, inputs=[HOSTILE], names=("a::b,c", "</testsuite>", "\"'&"))
    hostile = replace(
        made.evaluations[0],
        completion=Completion(Outcome.COMPLETE, text=HOSTILE),
        checks=(CheckResult("equals", False, 0.0, HOSTILE),),
    )
    [_, suite] = written(made, tmp_path, [hostile]).values()
    assert suite.name == "a::b,c/</testsuite>/\"'& [router@v1 · rules]"
    [case] = suite
    assert "<script>alert(1)</script>" in case.system_out
    assert "␛[31m" in case.system_out
    assert "‹U+D800›" in case.system_out


def test_a_file_is_whole_or_not_there(make_report: MakeReport, tmp_path: Path):
    made, target = make_report({"v1": "pp"}), tmp_path / "report.xml"

    def breaking_off() -> Iterable[Any]:
        yield recorded(made.evaluations[0])
        raise InputError("the file is damaged")

    target.write_text("before")
    with pytest.raises(InputError, match="damaged"):
        write_junit(made.report, RUN, breaking_off(), made.result.tree, str(target))
    assert [(place.name, place.read_text()) for place in tmp_path.iterdir()] == [("report.xml", "before")]


def test_many_evaluations_are_not_held(tmp_path: Path):
    made = report_of({"v1": "p" * 2000})
    suites = written(made, tmp_path)
    assert [suite.tests for suite in suites.values()] == [1, 2000]


def test_a_spool_gives_each_group_what_is_its_own():
    with Spool() as spool:
        for number in range(1000):
            spool.add(number % 3, f"{number}é,")
        assert "".join(spool.of(1)) == "".join(f"{number}é," for number in range(1, 1000, 3))
        assert list(spool.of(9)) == []

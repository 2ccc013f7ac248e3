"""`synterm run --source production`: logged answers are judged as cases are, and recorded; none is asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from synterm.core.completion import Outcome
from synterm.core.production import LOGGED, PRODUCTION
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.cli.endpoint import PROJECT
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Stub
from tests.support.logged import call, log, log_unplaced

SOURCE = ("--source", "production")
LABELS = {"type": "label", "labels": ["yes", "no"]}


def project_text(checks: list[dict[str, Any]], cases: int = 60, *, gates: list[Any] | None = None) -> str:
    """A project whose model answers *yes*, which all cases expect but one in ten, in two behaviors."""

    def scenario(name: str) -> dict[str, Any]:
        made = [
            {"input": f"{name} {number}", "expected": "no" if number % 10 == 0 else "yes"} for number in range(cases)
        ]
        return {"behavior": name.title(), "scenarios": [{"scenario": name, "cases": made}]}

    feature = {"feature": "Manners", "checks": checks, "behaviors": [scenario("plain"), scenario("odd")]}
    models = [{"name": "gpt", "model": "scripted/rules", "params": {"default": "yes"}}]
    prompts = [{"name": "greeter", "messages": [{"role": "user", "content": "{{ message }}"}]}]
    tree = [feature | ({"gates": gates} if gates else {})]
    return json.dumps({"synterm": 1, "name": "manners", "models": models, "prompts": prompts, "tree": tree})


@pytest.fixture
def manners(make_project: MakeProject, synterm: Synterm) -> Path:
    """A project with label checks and a run that is pinned as release."""
    path = make_project(project_text([LABELS]), "manners.db")
    assert synterm("run", path, "--quiet").code == 0
    assert synterm("baseline", path, "set", "release").code == 0
    return path


def judged(report: Any) -> dict[str, Any]:
    """Verdicts by what the app was asked."""
    return {done["input"]["message"]: done["passed"] for done in report["evaluations"]}


def counts(path: Path) -> tuple[int, int, int]:
    """Runs, answers and contents in the file."""
    with Project.open(path) as project:
        answers = project.responses.count()
        return len(project.runs.all()), answers, len(dict(project.contents.inputs()))


def test_a_logged_call_gets_the_verdict_that_the_case_gets(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    judge = {"name": "judge", "model": "openai/judge", "api_base": stub.url}
    app = {"name": "gpt", "model": "openai/app", "api_base": stub.url, "params": {"max_tokens": 80}}
    checks = [
        {"type": "label", "labels": ["schedule", "clarify"], "path": "route"},
        {"type": "equals"},
        {"type": "is-json"},
        {"type": "contains", "value": "route", "weight": 2},
        {"type": "assert-set", "threshold": 0.5, "assert": [{"type": "equals"}, {"type": "icontains", "value": "S"}]},
        {"type": "latency", "threshold": 400},
        {"type": "llm-rubric", "value": "It is polite.", "model": "judge"},
    ]
    cases = [
        {"input": "book a room", "expected": '{"route": "schedule"}'},
        {"input": "what?", "expected": '{"route": "clarify"}'},
        {"input": "book two", "expected": '{"route": "schedule"}'},
        {"input": "no json", "expected": '{"route": "schedule"}'},
    ]
    tree = [{"feature": "R", "behaviors": [{"behavior": "B", "scenarios": [
        {"scenario": "s", "checks": checks, "cases": cases}]}]}]  # fmt: skip

    def reply(messages: Messages) -> str:
        if "You judge the answer" in messages[0]["content"]:
            return json.dumps({"reason": "so it is", "score": 2 if "clarify" in str(messages[-1]["content"]) else 5})
        asked = str(messages[-1]["content"])
        return "sorry" if "no json" in asked else json.dumps({"route": "clarify" if "two" in asked else "schedule"})

    stub.reply(reply)
    path = make_project(json.dumps({**PROJECT, "models": [app, judge], "tree": tree}))
    before = synterm("run", path, "--model", "gpt", "--json", "-").json
    assert before["totals"]["passed"] + before["totals"]["failed"] >= 3
    asked = len(stub.calls)
    log(path, "s", [
        call(number, done["input"], done["output"], expected=done["expected"], latency_ms=done["latency_ms"])
        for number, done in enumerate(before["evaluations"])
    ])  # fmt: skip
    after = synterm("run", path, *SOURCE, "--json", "-").json

    def verdicts(report: Any) -> dict[str, Any]:
        said = ("passed", "score", "label", "checks", "output", "expected")
        return {done["input"]["message"]: {name: done[name] for name in said} for done in report["evaluations"]}

    assert verdicts(after) == verdicts(before)
    # Neither the app nor the judge was asked: what the judge said of these answers is in the file.
    assert (len(stub.calls), after["totals"]["requests"]) == (asked, 0)
    assert after["variants"][0]["classification"] == before["variants"][0]["classification"]


def test_where_nothing_is_expected_checks_judge_by_what_can_be_said(
    synterm: Synterm, make_project: MakeProject
) -> None:
    path = make_project(project_text([LABELS, {"type": "equals"}, {"type": "icontains", "value": "e"}]))
    log(
        path,
        "plain",
        [call(1, "a", "yes"), call(2, "b", "no"), call(3, "c", "perhaps"), call(4, "d", "no", expected="yes")],
    )
    done = synterm("run", path, *SOURCE, "--json", "-")
    assert judged(done.json) == {"a": True, "b": False, "c": False, "d": False}
    kinds = {one["input"]["message"]: [check["type"] for check in one["checks"]] for one in done.json["evaluations"]}
    assert kinds == {
        **{name: ["label", "icontains"] for name in "abc"},
        "d": ["label", "equals", "icontains"],
    }
    production = done.json["production"]
    assert [(one["type"], one["calls"]) for one in production["left_out"]] == [("equals", 3)]
    assert production["expected"] == {"log": 1}
    assert "left out for 3 calls: equals" in done.err
    Draft202012Validator(synterm("schema", "run").json).validate(done.json)


def test_what_a_behavior_expects_can_be_taken_where_its_cases_agree(
    synterm: Synterm, make_project: MakeProject
) -> None:
    text = json.loads(project_text([LABELS]))
    for case in text["tree"][0]["behaviors"][0]["scenarios"][0]["cases"]:
        case["expected"] = "yes"
    path = make_project(json.dumps(text))
    log(path, "plain", [call(1, "a", "yes"), call(2, "b", "no"), call(3, "c", "no", expected="no")])
    log(path, "odd", [call(4, "d", "no")])
    plain = synterm("run", path, *SOURCE, "--json", "-")
    assert judged(plain.json) == dict.fromkeys("abcd", True)
    told = synterm("run", path, *SOURCE, "--expect", "behavior", "--json", "-")
    assert judged(told.json) == {"a": True, "b": False, "c": True, "d": True}
    assert told.json["production"]["expected"] == {"log": 1, "behavior": 2}
    assert "what was expected of 2 calls: all cases of the behavior expect the same" in told.err
    assert [one["expected"] for one in told.json["evaluations"] if one["input"]["message"] == "b"] == ["yes"]


def test_it_is_recorded_once_and_every_command_reads_it(synterm: Synterm, manners: Path, tmp_path: Path) -> None:
    ids = log(manners, "plain", [call(number, f"q {number}", "yes" if number % 4 else "hm") for number in range(40)])
    ids += log(manners, "odd", [call(100, "q 1", "yes"), call(101, "late", "", error="no answer within 30 s")])
    junit, page, comment = tmp_path / "j.xml", tmp_path / "p.html", tmp_path / "c.md"
    files = ("--junit", junit, "--html", page, "--comment", comment)
    done = synterm("run", manners, *SOURCE, "--baseline", "release", "--fail-on", "gate", "--by", "behavior", *files)
    assert done.code == 0
    assert "42 logged calls, answered from 2026-11-28 12:00 to 2026-11-28 12:01 UTC · 1 model" in done.out
    assert "No verdict (1): errors, not failures" in done.out
    assert 'tests="40" failures="10"' in junit.read_text()
    assert "logged calls" in page.read_text()
    assert "▼ 0 broken" not in page.read_text() + comment.read_text() + done.out
    runs, answers, _ = counts(manners)
    again = synterm("run", manners, *SOURCE, "--json", "-")
    assert {one["case_id"] for one in again.json["evaluations"]} == set(ids)
    assert counts(manners)[:2] == (runs + 1, answers)
    assert "42 logged calls" in synterm("history", manners).out
    assert "traffic" in synterm("history", manners, "last").out
    assert synterm("report", manners, "-o", page, "--against", "release").code == 0
    assert "Fisher" in page.read_text()
    assert "Fisher" in synterm("compare", manners, "release", "last").out
    assert synterm("ls", manners, "runs").code == 0
    # What is pinned unless a run is named is the last over cases.
    assert "greeter" in synterm("baseline", manners, "set", "newest").out + synterm("baseline", manners, "ls").out
    pinned = synterm("baseline", manners, "set", "week 48", "--run", "last")
    assert pinned.code == 0
    assert synterm("run", manners, *SOURCE, "--baseline", "week 48", "--quiet").code == 0
    assert len(synterm("ls", manners, "cases", "--where", "fails:last", "--json").json["cases"]) == 12


def test_an_input_that_comes_again_is_one_data_point(synterm: Synterm, manners: Path) -> None:
    log(manners, "plain", [call(number, "The  SAME" if number % 2 else "the same", "yes") for number in range(30)])
    log(manners, "plain", [call(100, "another", "yes")])
    done = synterm("run", manners, *SOURCE, "--json", "-").json
    assert len({one["root_id"] for one in done["evaluations"]}) == 2
    low, high = done["variants"][0]["pass_rate_ci"]
    assert (done["variants"][0]["n"], low < 0.4, high) == (31, True, 1.0)


def test_errors_of_the_app_are_no_failures_and_leave_nothing_open(synterm: Synterm, manners: Path) -> None:
    log(manners, "plain", [call(number, f"q {number}", "yes") for number in range(20)])
    log(manners, "plain", [call(100 + number, f"r {number}", "", error="overloaded") for number in range(10)])
    done = synterm("run", manners, *SOURCE, "--min-pass-rate", "1", "--json", "-")
    assert done.code == 0
    assert (done.json["totals"]["errors"], done.json["production"]["unanswered"]) == (10, 10)
    assert done.json["gates"][0]["state"] == "passed"
    assert done.json["behaviors"][0]["errors"] == 10


def test_worse_than_the_baseline_is_exit_1_and_names_the_behavior(synterm: Synterm, manners: Path) -> None:
    log(manners, "plain", [call(number, f"q {number}", "yes") for number in range(80)])
    log(manners, "odd", [call(100 + number, f"r {number}", "yes" if number % 2 else "hm") for number in range(80)])
    done = synterm("run", manners, *SOURCE, "--baseline", "release", "--json", "-")
    assert done.code == 1
    (one,) = done.json["comparison"]["comparisons"]
    assert (one["before"], one["after"]) == ("greeter@v1 · gpt", f"{PRODUCTION}@{LOGGED} · gpt")
    verdicts = {part["path"]: part["passes"]["verdict"] for part in one["behaviors"]}
    assert verdicts == {"Manners/Plain": "no difference found", "Manners/Odd": "worse"}
    # The cases are judged as the calls are: that some expect another label does not make production look better.
    assert [part["passes"]["rate_before"] for part in one["behaviors"]] == [1.0, 1.0]
    assert any(note.startswith("judged again") for note in done.json["comparison"]["notes"])
    row = next(row for row in done.json["behaviors"] if row["path"] == "Manners/Odd")
    assert (row["comparison"]["verdict"], row["comparison"]["sizes"]) == ("worse", [60.0, 80.0])


def test_where_the_log_tells_what_was_expected_recorded_verdicts_are_compared(synterm: Synterm, manners: Path) -> None:
    log(manners, "plain", [call(number, f"q {number}", "yes", expected="yes") for number in range(80)])
    done = synterm("run", manners, *SOURCE, "--baseline", "release", "--json", "-")
    (part,) = done.json["comparison"]["comparisons"][0]["behaviors"]
    assert (part["passes"]["rate_before"], part["passes"]["rate_after"]) == (0.9, 1.0)
    assert not any(note.startswith("judged again") for note in done.json["comparison"]["notes"])


def test_calls_of_both_kinds_are_compared_in_the_form_that_all_can_have(synterm: Synterm, manners: Path) -> None:
    log(manners, "plain", [call(number, f"q {number}", "no", expected="yes") for number in range(40)])
    log(manners, "plain", [call(100 + number, f"r {number}", "no") for number in range(40)])
    done = synterm("run", manners, *SOURCE, "--baseline", "release", "--json", "-")
    assert (done.json["totals"]["passed"], done.json["totals"]["failed"]) == (40, 40)
    (part,) = done.json["comparison"]["comparisons"][0]["behaviors"]
    assert (part["passes"]["rate_before"], part["passes"]["rate_after"]) == (1.0, 1.0)


def test_the_whole_is_mixed_before_as_it_is_after(synterm: Synterm, make_project: MakeProject) -> None:
    # Half of the baseline's cases are of a behavior that fails, and one in twenty calls is: nothing changed.
    text = json.loads(project_text([{"type": "equals", "value": "yes"}]))
    text["models"][0]["params"] = {"rules": [{"match": "odd", "in": "user", "answer": "no"}], "default": "yes"}
    path = make_project(json.dumps(text))
    synterm("run", path, "--quiet")
    synterm("baseline", path, "set", "release")
    log(path, "plain", [call(number, f"q {number}", "yes") for number in range(190)])
    log(path, "odd", [call(1000 + number, f"r {number}", "no") for number in range(10)])
    done = synterm("run", path, *SOURCE, "--baseline", "release", "--json", "-")
    whole = done.json["comparison"]["comparisons"][0]["whole"]["passes"]
    assert (round(whole["rate_before"], 3), round(whole["rate_after"], 3)) == (0.95, 0.95)
    assert whole["verdict"] in ("no difference found", "not enough evidence")


def test_too_few_calls_are_exit_4_only_where_it_is_asked_for(synterm: Synterm, manners: Path) -> None:
    log(manners, "plain", [call(number, f"q {number}", "yes") for number in range(4)])
    assert synterm("run", manners, *SOURCE, "--baseline", "release").code == 0
    done = synterm("run", manners, *SOURCE, "--baseline", "release", "--fail-on", "regression,insufficient")
    assert done.code == 4
    assert "not enough evidence" in done.out
    assert "would have shown" in done.out


def test_a_gate_on_regressions_takes_its_baseline(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project(project_text([LABELS], gates=[{"no_regression": True}]))
    synterm("run", path, "--quiet")
    synterm("baseline", path, "set", "main")
    log(path, "plain", [call(number, f"q {number}", "hm") for number in range(60)])
    done = synterm("run", path, *SOURCE, "--json", "-")
    assert done.code == 1
    gate = next(row["gate"] for row in done.json["behaviors"] if row["gate"])
    assert (gate["state"], gate["finding"]) == ("failed", "worse, against main: 100 % of 60 before, 0 % of 60 now")


def test_a_weighted_sample_is_estimated_by_its_weights(synterm: Synterm, manners: Path) -> None:
    log(manners, "plain", [call(number, f"q {number}", "yes", weight=20.0) for number in range(50)])
    log(manners, "plain", [call(100 + number, f"r {number}", "hm", weight=1.0) for number in range(50)])
    done = synterm("run", manners, *SOURCE, "--min-pass-rate", "0.9", "--json", "-")
    (variant,) = done.json["variants"]
    assert (variant["passed"], variant["n"]) == (50, 100)
    assert variant["pass_rate"] == pytest.approx(1000 / 1050)
    # 100 calls of such weights tell as much as (Σw)² / Σw² = 55 of equal ones.
    assert variant["pass_rate_ci"][1] - variant["pass_rate_ci"][0] > 0.1
    assert (done.code, done.json["gates"][0]["state"]) == (0, "passed")
    assert done.json["production"]["stands_for"] == 1050
    assert "standing for 1,050 calls; rates are estimated with their weights" in done.err
    assert "95 %" in synterm("history", manners).out
    reported = synterm("compare", manners, "release", "last", "--json", "-").json
    assert reported["comparisons"][0]["whole"]["passes"]["rate_after"] == pytest.approx(1000 / 1050)
    assert reported["comparisons"][0]["whole"]["passes"]["sizes"][1] == pytest.approx(55, abs=0.1)


def test_equal_weights_change_no_figure(synterm: Synterm, manners: Path) -> None:
    log(
        manners,
        "plain",
        [call(number, f"q {number}", "yes" if number % 5 else "hm", weight=20.0) for number in range(50)],
    )
    (variant,) = synterm("run", manners, *SOURCE, "--json", "-").json["variants"]
    assert (variant["passed"], variant["pass_rate"]) == (40, 0.8)


def test_each_model_has_a_column(synterm: Synterm, manners: Path) -> None:
    log(manners, "plain", [call(number, f"q {number}", "yes", model=f"m-{number % 30}") for number in range(90)])
    log(manners, "plain", [call(1000 + number, f"r {number}", "hm", model="m-3") for number in range(5)])
    log(manners, "odd", [call(2000, "no model", "yes", model="")])
    report = synterm("run", manners, *SOURCE, "--json", "-").json
    models = [variant["model"] for variant in report["variants"]]
    assert (models[0], models[-1], len(models)) == ("other models", "m-3", 21)
    assert sum(variant["n"] for variant in report["variants"]) == 96
    only = synterm("run", manners, *SOURCE, "--model", "m-3", "--json", "-").json
    assert [(variant["model"], variant["n"]) for variant in only["variants"]] == [("m-3", 8)]


def test_only_what_is_asked_for_is_judged(synterm: Synterm, manners: Path) -> None:
    now = datetime.now(UTC)
    log(
        manners,
        "plain",
        [call(0, "old", "yes", now - timedelta(days=3)), call(0, "new", "yes", now - timedelta(hours=1))],
    )
    log(manners, "odd", [call(0, "odd", "yes", now - timedelta(hours=2))])
    log(manners, "odd", [call(0, "unsure", "yes", now - timedelta(hours=2))], confidence=0.3)
    log_unplaced(
        manners, [call(0, "nowhere", "yes", now - timedelta(hours=1)), call(1, "far", "yes", now, placing="uncovered")]
    )

    def asked(*options: str) -> set[str]:
        return set(judged(synterm("run", manners, *SOURCE, *options, "--json", "-").json))

    assert asked() == {"old", "new", "odd", "unsure"}
    assert asked("--since", "24h") == {"new", "odd", "unsure"}
    assert asked("--since", "24h", "--until", "90m") == {"odd", "unsure"}
    assert asked("--behavior", "Plain") == {"old", "new"}
    assert asked("--min-confidence", "0.5") == {"old", "new", "odd"}
    assert asked("--limit", "2") == {"old", "odd"}
    report = synterm("run", manners, *SOURCE, "--min-confidence", "0.5", "--limit", "1", "--json", "-").json
    assert report["production"]["not_judged"] == {
        "not placed yet": 1, "uncovered": 1, "placed with too little confidence": 1, "over the limit": 2,
    }  # fmt: skip


def test_the_next_one_goes_on_where_the_last_one_ended(synterm: Synterm, manners: Path) -> None:
    log(manners, "plain", [call(1, "a", "yes"), call(2, "b", "yes")])
    first = synterm("run", manners, *SOURCE, "--since", "last", "--json", "-")
    assert set(judged(first.json)) == {"a", "b"}
    runs = counts(manners)[0]
    nothing = synterm("run", manners, *SOURCE, "--since", "last")
    assert (nothing.code, nothing.out) == (0, "")
    assert "nothing new; no run was recorded" in nothing.err
    quiet = synterm("run", manners, *SOURCE, "--since", "last", "--quiet", "--json", "-")
    assert (quiet.code, quiet.err, quiet.json["run_id"], quiet.json["evaluations"]) == (0, "", "", [])
    assert counts(manners)[0] == runs
    # Whenever it was answered: a log that comes late is not lost.
    log(manners, "plain", [call(-500, "late", "yes")])
    assert set(judged(synterm("run", manners, *SOURCE, "--since", "last", "--json", "-").json)) == {"late"}
    # A run over a part leaves the mark where it is.
    log(manners, "plain", [call(10, "c", "yes"), call(11, "d", "yes")])
    synterm("run", manners, *SOURCE, "--limit", "1")
    synterm("run", manners, *SOURCE, "--behavior", "Odd")
    assert set(judged(synterm("run", manners, *SOURCE, "--since", "last", "--json", "-").json)) == {"c", "d"}


def test_it_goes_on_in_a_project_that_was_written_out_and_read_in(
    synterm: Synterm, manners: Path, tmp_path: Path
) -> None:
    log(manners, "plain", [call(5, "a", "yes")])
    log(manners, "plain", [call(1, "b", "yes")])
    synterm("run", manners, *SOURCE, "--since", "last")
    copy = tmp_path / "copy.db"
    assert synterm("dump", manners, "-o", tmp_path / "copy.yaml", "--all").code == 0
    assert synterm("load", tmp_path / "copy.yaml", "-o", copy).code == 0
    log(copy, "plain", [call(9, "c", "yes")])
    assert "c" in judged(synterm("run", copy, *SOURCE, "--since", "last", "--json", "-").json)


def test_calls_that_nobody_placed_make_it_incomplete(synterm: Synterm, manners: Path) -> None:
    log_unplaced(manners, [call(1, "a", "yes")])
    done = synterm("run", manners, *SOURCE)
    assert (done.code, counts(manners)[0]) == (3, 1)
    assert "1 call waits to be placed" in done.err


def test_judges_are_asked_within_what_may_be_spent_or_left_out(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    price = {"input": 1000.0, "output": 1000.0}
    judge = {
        "name": "judge",
        "model": "openai/judge",
        "api_base": stub.url,
        "price": price,
        "params": {"max_tokens": 9},
    }
    app = {"name": "gpt", "model": "openai/app", "api_base": stub.url}
    rubric = {"type": "llm-rubric", "value": "It is polite.", "model": "judge"}
    scenario = {"scenario": "s", "checks": [rubric, {"type": "icontains", "value": "e"}], "cases": [{"input": "a"}]}
    tree = [{"feature": "R", "behaviors": [{"behavior": "B", "scenarios": [scenario]}]}]
    path = make_project(json.dumps({**PROJECT, "models": [app, judge], "tree": tree}))
    stub.reply(json.dumps({"reason": "fine", "score": 5}))
    log(path, "s", [call(number, f"q {number}", "yes") for number in range(3)])
    none = synterm("run", path, *SOURCE, "--max-cost", "0.000001", "--json", "-")
    assert (none.code, none.json["totals"]["evaluations"], len(stub.calls)) == (3, 0, 0)
    assert "budget" in none.json["halted"] or "cost" in none.json["halted"] or "$" in none.json["halted"]
    without = synterm("run", path, *SOURCE, "--no-judges", "--json", "-")
    assert (without.code, without.json["totals"]["passed"], len(stub.calls)) == (0, 3, 0)
    assert without.json["production"]["left_out"][0]["type"] == "llm-rubric"
    whole = synterm("run", path, *SOURCE, "--json", "-")
    assert (whole.code, whole.json["totals"]["passed"], whole.json["totals"]["requests"]) == (0, 3, 3)
    assert whole.json["totals"]["cost_usd"] > 0
    assert {call.body["model"] for call in stub.calls} == {"judge"}


def test_a_comparison_asks_no_judge(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    judge = {"name": "judge", "model": "openai/judge", "api_base": stub.url}
    app = {"name": "gpt", "model": "scripted/rules", "params": {"default": "yes"}}
    checks = [LABELS, {"type": "llm-rubric", "value": "It is polite.", "model": "judge"}]
    cases = [{"input": f"a {number}", "expected": "yes"} for number in range(30)]
    scenario = {"scenario": "s", "checks": checks, "cases": cases}
    tree = [{"feature": "R", "behaviors": [{"behavior": "B", "scenarios": [scenario]}]}]
    path = make_project(json.dumps({**PROJECT, "models": [app, judge], "tree": tree}))
    stub.reply(json.dumps({"reason": "fine", "score": 5}))
    synterm("run", path, "--model", "gpt", "--quiet")
    synterm("baseline", path, "set", "release")
    log(path, "s", [call(number, f"q {number}", "yes") for number in range(30)])
    asked = len(stub.calls)
    done = synterm("run", path, *SOURCE, "--no-judges", "--baseline", "release", "--json", "-")
    (part,) = done.json["comparison"]["comparisons"][0]["behaviors"]
    assert (len(stub.calls), part["passes"]["sizes"]) == (asked, [30.0, 30.0])
    # With them, what the judge said of the baseline's answers is found in the file.
    done = synterm("run", path, *SOURCE, "--baseline", "release", "--json", "-")
    (part,) = done.json["comparison"]["comparisons"][0]["behaviors"]
    assert (part["passes"]["sizes"], part["passes"]["rate_before"]) == ([30.0, 30.0], 1.0)
    asked = len(stub.calls)
    # Another rubric: nobody asked the judge about it yet, and a comparison does not.
    synterm(
        "edit",
        path,
        "node",
        "R/B/s",
        "--check",
        json.dumps(LABELS),
        "--check",
        json.dumps({**checks[1], "value": "Kind."}),
    )
    report = synterm("compare", path, "release", "last", "--json", "-").json
    assert len(stub.calls) == asked
    assert any("which a judge would have to be asked about" in note for note in report["notes"]), report["notes"]


def test_answers_that_were_cut_off_fail_as_they_do_in_any_run(synterm: Synterm, manners: Path) -> None:
    log(manners, "plain", [call(1, "a", "yes", outcome=Outcome.TRUNCATED), call(2, "b", "", outcome=Outcome.EMPTY)])
    done = synterm("run", manners, *SOURCE, "--json", "-")
    assert judged(done.json) == {"a": False, "b": False}


def test_failing_calls_are_there_for_distill(synterm: Synterm, manners: Path) -> None:
    log(manners, "plain", [call(number, f"refund {number}", "hm") for number in range(12)])
    log(manners, "plain", [call(100 + number, f"q {number}", "yes") for number in range(12)])
    synterm("run", manners, *SOURCE, "--quiet")
    done = synterm("distill", manners, "--json", "-")
    assert done.code == 0
    assert "refund 3" in done.out
    first = done.json["failing"][0]["case_id"]
    told = synterm("distill", manners)
    assert f"synterm inbox {manners} --promote" in told.err
    assert "--shrink" not in told.err
    confirmed = synterm("distill", manners, "--confirm", f"{first[-8:]}=model-error")
    assert confirmed.code == 0
    assert f"synterm inbox {manners} --promote {first[-8:]}" in confirmed.err
    for words in (("--shrink", first), ("--around", done.json["clusters"][0]["id"]), ("--attack", "jailbreak")):
        refused = synterm("distill", manners, *words)
        assert (refused.code, "logged calls, and no cases" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((*SOURCE, "--prompt", "greeter"), "--prompt is about evaluating cases"),
        ((*SOURCE, "--repeat", "3"), "--repeat asks for answers again"),
        ((*SOURCE, "--split", "all"), "--split is about cases"),
        ((*SOURCE, "--since", "last", "--limit", "3"), "--limit with --since last"),
        ((*SOURCE, "--since", "whenever"), "is no time"),
        ((*SOURCE, "--since", "1h", "--until", "2h"), "is not before"),
        ((*SOURCE, "--baseline", "nothing"), "nothing"),
        ((*SOURCE, "--behavior", "Nowhere"), "nothing in the tree matches"),
        (("--since", "24h"), "--since is about production's traffic"),
        (("--no-judges",), "--no-judges is about production's traffic"),
    ],
)
def test_what_does_not_fit_is_refused(synterm: Synterm, manners: Path, options: tuple[str, ...], words: str) -> None:
    done = synterm("run", manners, *options)
    assert done.code == 2
    assert words in done.err


def test_a_log_that_is_brought_in_is_judged(synterm: Synterm, manners: Path, tmp_path: Path) -> None:
    lines = [
        {"input": f"plain {number}", "output": "yes", "time": f"2026-11-28T10:00:{number:02}Z"} for number in range(5)
    ]
    file = tmp_path / "calls.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert synterm("import", manners, file, "--as", "production").code == 0
    with Project.open(manners) as project:
        calls = project.traffic.page()
        (plain,) = [node for node in project.nodes.tree().scenarios() if node.name == "plain"]
        project.traffic.place([replace(one, placing="placed", scenario_id=plain.id) for one in calls]).result()
    done = synterm("run", manners, *SOURCE, "--json", "-")
    assert (done.code, done.json["totals"]["passed"]) == (0, 5)

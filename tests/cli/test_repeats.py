"""Repeats, judging again and metrics by parts: `synterm run` against a real endpoint."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.cli.conftest import Synterm
from tests.cli.endpoint import PROJECT
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Reply, Stub

POLITE = {"type": "llm-rubric", "value": "The answer is polite.", "model": "judge"}
LABEL = {"type": "label", "labels": ["a", "b"]}


def _project(stub: Stub, scenarios: list[dict[str, Any]]) -> str:
    models = [
        {"name": "app", "model": "openai/app", "api_base": stub.url, "price": {"input": 0, "output": 1_000_000}},
        {"name": "judge", "model": "openai/judge", "api_base": stub.url},
    ]
    tree = [{"feature": "Routing", "behaviors": [{"behavior": "All", "scenarios": scenarios}]}]
    return json.dumps({**PROJECT, "models": models, "tree": tree})


def _one(checks: list[dict[str, Any]], *cases: Any) -> dict[str, Any]:
    made = [{"input": case} if isinstance(case, str) else case for case in cases]
    return {"scenario": "plain", "checks": checks, "cases": made}


class Play:
    """The app answers each message by its own list, one after the other, and so does the judge about each answer."""

    def __init__(self, app: dict[str, str] | None = None, judge: dict[str, str] | None = None) -> None:
        self.app = app or {}
        self.judge = judge or {}
        self.asked: Counter[str] = Counter()

    def __call__(self, messages: Messages) -> str | Reply:
        text = str(messages[-1]["content"])
        if "You judge the answer" in messages[0]["content"]:
            name = next(name for name in self.judge if f"\n{name}\n" in text)
            passed = self._next(f"judge {name}", self.judge[name]) == "p"
            return json.dumps({"reason": "so it is", "score": 5 if passed else 1})
        return self._next(text, self.app.get(text, text))

    def _next(self, name: str, letters: str) -> str:
        self.asked[name] += 1
        return letters[(self.asked[name] - 1) % len(letters)]


def _run(synterm: Synterm, path: Path, *options: str) -> dict[str, Any]:
    done = synterm("run", path, "--model", "app", "--prompt", "ask@v1", "--json", "-", *options)
    assert done.out, done.err
    return {"code": done.code, "err": done.err, **done.json}


def test_a_model_that_wavers_is_told_from_a_judge_that_does(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(_project(stub, [_one([POLITE], "steady", "model", "judge")]))
    stub.reply(Play({"steady": "x", "model": "xy", "judge": "z"}, {"x": "p", "y": "f", "z": "ppf"}))
    run = _run(synterm, path, "--repeat", "4", "--concurrency", "1")
    by_input = {done["input"]["message"]: done["stability"] for done in run["evaluations"]}
    assert by_input == {"steady": "stable", "model": "flaky:model", "judge": "flaky:judge"}
    [variant] = run["variants"]
    repeats = variant["repeats"]
    assert [repeats[name] for name in ("k", "cells", "stable", "flaky_model", "flaky_judge")] == [4, 3, 1, 1, 1]
    assert set(repeats["pass_at_k"]) == {"1", "2", "3", "4"} == set(repeats["intervals"]["pass_hat_k"])
    assert repeats["pass_at_k"]["4"] == 1.0
    assert repeats["pass_hat_k"]["4"] == 1 / 3
    assert [(cell["stability"], cell["passed"], cell["answers"]) for cell in run["flaky"]] == [
        ("flaky:model", 2, 2),
        ("flaky:judge", 3, 1),
    ]
    assert "Repeats  4 answers a case" in run["err"]
    assert "2/4 model  model  2 answers" in run["err"]


def test_split_judgements_are_a_flaky_judge_without_repeats(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(_project(stub, [_one([{**POLITE, "judgements": 3}], "x", "y")]))
    stub.reply(Play(judge={"x": "ppf", "y": "ppp"}))
    run = _run(synterm, path, "--concurrency", "1")
    checks = {done["input"]["message"]: done["checks"][0] for done in run["evaluations"]}
    assert (checks["x"]["agreed"], checks["y"]["agreed"]) == (2 / 3, 1.0)
    assert {done["input"]["message"]: done["stability"] for done in run["evaluations"]} == {
        "x": "flaky:judge",
        "y": "stable",
    }
    # One that counts for nothing makes nothing flaky.
    weightless = json.dumps({**POLITE, "judgements": 3, "weight": 0})
    equal = json.dumps({"type": "contains", "value": "x"})
    assert synterm("edit", path, "node", "Routing/All/plain", "--check", weightless, "--check", equal).code == 0
    again = _run(synterm, path)
    assert {done["stability"] for done in again["evaluations"]} == {None}
    assert again["variants"][0]["repeats"] is None


def test_stored_answers_are_judged_again_without_asking_for_any(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    unjudged = {"scenario": "other", "checks": [{"type": "contains", "value": "x"}], "cases": [{"input": "x"}]}
    path = make_project(_project(stub, [_one([POLITE], "x", "y"), unjudged]))
    play = Play(judge={"x": "p", "y": "pf"})
    stub.reply(play)
    first = _run(synterm, path, "--concurrency", "1")
    # The two messages that are equal make one request.
    assert first["totals"]["requests"] == 2 + 2
    options = ("--model", "app", "--prompt", "ask@v1", "--rejudge", "4")
    assert "up to 6 further requests" in synterm("run", path, *options, "--dry-run").out
    again = _run(synterm, path, "--rejudge", "4", "--concurrency", "1")
    # The first judging of each answer is the one that is there.
    assert again["totals"]["requests"] == 2 * 3
    assert (play.asked["x"], play.asked["y"]) == (1, 1)
    assert (again["totals"]["cases"], again["totals"]["evaluations"]) == (2, 8)
    repeats = again["variants"][0]["repeats"]
    assert (repeats["k"], repeats["judgings"], repeats["flaky_model"], repeats["flaky_judge"]) == (1, 4, 0, 1)
    assert repeats["pass_at_k"] == {}
    assert repeats["verdicts_differ"] is None
    assert repeats["same_answer_differ"] == (0 + 4 / 6) / 2
    assert [cell["stability"] for cell in again["flaky"]] == ["flaky:judge"]
    calls = len(stub.calls)
    assert _run(synterm, path, "--rejudge", "4")["variants"] == again["variants"]
    assert len(stub.calls) == calls


def test_judges_within_sets_are_asked_again_and_waver_as_those_beside_them(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    polite = {**POLITE, "judgements": 3, "metric": "polite"}
    whole = {"type": "assert-set", "metric": "manners", "assert": [polite, {"type": "contains", "value": "x"}]}
    shown = {**whole, "weight": 0}
    other = _one([shown, {"type": "contains", "value": "x"}], "x2") | {"scenario": "other"}
    path = make_project(_project(stub, [_one([whole], "x1"), other]))
    play = Play(judge={"x1": "ppf", "x2": "ppf"})
    stub.reply(play)
    first = _run(synterm, path, "--concurrency", "1")
    found = {done["input"]["message"]: done for done in first["evaluations"]}
    agreed = {name: done["checks"][0]["checks"][0]["agreed"] for name, done in found.items()}
    assert agreed == {"x1": 2 / 3, "x2": None}, "a set that counts for nothing makes no verdict unsteady"
    assert (found["x1"]["stability"], found["x2"]["stability"]) == ("flaky:judge", None)
    assert first["variants"][0]["metrics"]["polite"]["n"] == 2
    again = _run(synterm, path, "--rejudge", "2", "--concurrency", "1")
    assert (play.asked["x1"], play.asked["x2"]) == (1, 1)
    assert again["totals"]["requests"] == 2 * 3, "only the second judging of each"
    assert (again["totals"]["evaluations"], again["variants"][0]["metrics"]["manners"]["n"]) == (4, 4)
    assert "manners" in again["err"] and "Repeats" in again["err"]


def test_several_answers_judged_again_say_whose_the_noise_is(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(_project(stub, [_one([POLITE], "m")]))
    stub.reply(Play({"m": "xy"}, {"x": "p", "y": "f"}))
    _run(synterm, path, "--repeat", "2", "--concurrency", "1")
    run = _run(synterm, path, "--repeat", "2", "--rejudge", "3")
    repeats = run["variants"][0]["repeats"]
    assert (repeats["verdicts_differ"], repeats["same_answer_differ"], repeats["judge_share"]) == (1.0, 0.0, 0.0)
    assert "so 0 % of the noise is the judge's" in run["err"]


def test_an_answer_that_is_not_there_is_no_verdict(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    path = make_project(_project(stub, [_one([POLITE], "x")]))
    stub.reply(Play(judge={"x": "p"}))
    run = _run(synterm, path, "--rejudge", "2")
    assert (run["code"], len(stub.calls), run["totals"]["errors"]) == (3, 0, 2)
    assert "the project file has no answer to judge" in run["evaluations"][0]["error"]
    assert "without --rejudge" in run["evaluations"][0]["hint"]


def test_what_does_not_fit_together_is_refused(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    path = make_project(_project(stub, [_one([{"type": "contains", "value": "x"}], "x")]))
    for options, said in (
        (("--stop-early",), "--stop-early needs --repeat K"),
        (("--rejudge", "1"), "--rejudge needs 2 or more"),
        (("--rejudge", "2", "--no-cache"), "--no-cache does"),
        (("--rejudge", "2", "--repeat", "3", "--stop-early"), "--stop-early does"),
        (("--rejudge", "2"), "no check here asks a model"),
    ):
        done = synterm("run", path, "--model", "app", *options)
        assert (done.code, said in done.err) == (2, True), done.err
    assert stub.calls == []


def test_stopping_early_says_what_it_spared(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    path = make_project(_project(stub, [_one([{"type": "contains", "value": "x"}], "x", "m")]))
    stub.reply(Play({"m": "xy"}))
    run = _run(synterm, path, "--repeat", "6", "--stop-early")
    assert run["totals"]["requests"] == 2 + 6
    assert run["stopped_early"] == {"lead": 2, "rounds": 5, "settled": 1, "open": 1, "spared": 4}
    assert "2 cases × 1 variant × 2 to 6 repeats = 4 to 12 evaluations" in run["err"]
    assert "4 evaluations spared" in run["err"]
    assert {done["stability"] for done in run["evaluations"]} == {"stable", "flaky:model"}


def test_metrics_are_given_by_feature_behavior_scenario_and_tag(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    first = _one(
        [LABEL],
        {"input": "a", "expected": "a", "tags": ["short", "typo"]},
        {"input": "b", "expected": "a", "tags": ["short"]},
    )
    second = {"scenario": "other", "checks": [LABEL], "cases": [{"input": "b", "expected": "b", "tags": ["typo"]}]}
    path = make_project(_project(stub, [first, second]))
    stub.reply(lambda messages: Reply(text=messages[-1]["content"], usage=(10, 2)))
    run = _run(synterm, path, "--by", "tag", "--by", "label", "--by", "scenario")
    found = {(group["by"], group["name"]): group for group in run["groups"]}
    assert {key: (group["passed"], group["n"]) for key, group in found.items()} == {
        ("feature", "Routing"): (2, 3),
        ("behavior", "Routing/All"): (2, 3),
        ("scenario", "Routing/All/plain"): (1, 2),
        ("scenario", "Routing/All/other"): (1, 1),
        ("tag", "short"): (1, 2),
        ("tag", "typo"): (2, 2),
    }
    short = found["tag", "short"]
    assert (short["score"], short["tokens_per_case"], short["cost_usd_per_case"], short["turns"]) == (
        0.5,
        12,
        2.0,
        None,
    )
    assert short["classification"]["accuracy"] == 0.5
    assert short["classification"]["confusion"] == [[1, 1], [0, 0]]
    assert short["latency_ms"]["p50"] <= short["latency_ms"]["p95"]
    assert short["pass_rate_ci"][0] < 0.5 < short["pass_rate_ci"][1]
    [variant] = run["variants"]
    assert (variant["score"], variant["tokens_per_case"], variant["cost_usd_per_case"]) == (2 / 3, 12, 2.0)
    tags = ("By tag", "short     1/2     50 % [9–91]   0.50")
    for line in (*tags, "By label", "a           1.00    0.50  0.67        2", "By scenario"):
        assert line in run["err"], run["err"]


def test_turns_are_the_answers_of_dialogs(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    check = {"type": "turns-to-decision", "check": {"type": "contains", "value": "x"}}
    cases = [{"input": {"dialog": {"turns": turns}}} for turns in (["a"], ["a", "b", "x"])]
    path = make_project(_project(stub, [{"scenario": "talk", "checks": [check], "cases": cases}]))
    stub.reply(lambda messages: Reply(text=messages[-1]["content"], usage=(10, 2)))
    run = _run(synterm, path)
    assert run["variants"][0]["turns"] == 2.0
    assert {group["turns"] for group in run["groups"]} == {2.0}
    assert run["variants"][0]["tokens_per_case"] == 24

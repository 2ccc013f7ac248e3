"""`synterm run`: what is chosen, what comes out, and the exit codes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from synterm.providers.availability import Availability
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import SMALL, MakeProject

GATED = SMALL.replace("behavior: Ambiguous", "behavior: Ambiguous\n        gates: [{min_pass_rate: 0.9}]")
FLOODED = SMALL + '              - {input: "flood", expected: clarify}\n'
PAYLOAD = "x\x1b[31mred\x1b]52;c;Zm9v\x07 \x9b31m \u202egnp.exe \u200bz \x7f"


def test_a_run_gives_its_report_as_json_that_fits_its_schema(synterm: Synterm, make_project: MakeProject):
    report = synterm("run", make_project(), "--prompt", "router@all", "--json", "-").json
    Draft202012Validator(synterm("schema", "run").json).validate(report)
    assert report["schema"] == "synterm.run/1"
    assert report["project"] == "small router"
    assert [variant["passed"] for variant in report["variants"]] == [1, 3]
    assert report["totals"]["evaluations"] == 8
    assert report["exit_code"] == 0


def test_with_json_on_stdout_the_summary_goes_to_stderr(synterm_process: Synterm, make_project: MakeProject):
    done = synterm_process("run", make_project(), "--json", "-")
    assert done.json["totals"]["cases"] == 4
    assert "small router" in done.err
    assert "4 cases × 1 variant = 4 evaluations" in done.err


def test_without_it_the_summary_is_the_data(synterm: Synterm, make_project: MakeProject):
    done = synterm("run", make_project())
    assert "router@v2 · rules     3/4" in done.out
    assert done.err == "4 cases × 1 variant = 4 evaluations\n"


def test_quiet_writes_nothing_but_the_file(synterm: Synterm, make_project: MakeProject, tmp_path: Path):
    target = tmp_path / "report.json"
    done = synterm("run", make_project(), "--quiet", "--json", target)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert json.loads(target.read_text())["totals"]["passed"] == 3
    assert target.stat().st_mode & 0o777 == 0o644


def test_the_draft_of_every_prompt_under_every_model_is_the_default(synterm: Synterm, make_project: MakeProject):
    path = make_project()
    synterm("add", path, "model", "second", "--model", "scripted/rules", "--param", "default=schedule")
    names = [variant["name"] for variant in synterm("run", path, "--json", "-").json["variants"]]
    assert names == ["router@v2 · rules", "router@v2 · second"]
    chosen = synterm("run", path, "--prompt", "router@1", "--model", "second", "--json", "-").json
    assert [variant["name"] for variant in chosen["variants"]] == ["router@v1 · second"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["what's the capital of peru", "notes from the thing", "do it", "book a room"]),
        (["--behavior", "Ambiguous"], ["notes from the thing", "do it", "book a room"]),
        (["--behavior", "routing/amb*"], ["notes from the thing", "do it", "book a room"]),
        (["--behavior", "off-*", "--split", "all"], ["what's the capital of peru", "peru again"]),
        (["--behavior", "off*", "--behavior", "bord*", "--limit", "1"], ["what's the capital of peru"]),
        (["--tag", "terse"], ["what's the capital of peru", "do it"]),
        (["--tag", "terse", "--tag", "trivia"], ["what's the capital of peru"]),
        (["--split", "holdout"], ["peru again"]),
    ],
)  # fmt: skip
def test_options_choose_the_cases(synterm: Synterm, make_project: MakeProject, options: list[str], expected: list[str]):
    report = synterm("run", make_project(), "--json", "-", *options).json
    assert [done["input"]["message"] for done in report["evaluations"]] == expected


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--behavior", "Ambigous"], "did you mean Routing/Ambiguous?"),
        (["--split", "train"], "the project has 5 accepted cases: 4 in dev, 1 in holdout"),
        (["--tag", "nope"], "no case has the tag 'nope'"),
        (["--prompt", "ruoter"], "did you mean router?"),
        (["--prompt", "router@v9"], "it has: v1, v2"),
        (["--model", "nope"], "no model named 'nope'"),
        (["--limit", "0"], "--limit: must be at least 1"),
        (["--max-cost", "nan"], "--max-cost: must be at least 0"),
        (["--min-pass-rate", "90"], "from 0 to 1 (0.9 for 90 %)"),
        (["--concurrency", "two"], "invalid whole number value: 'two'"),
        (["--fail-on", "gats"], "did you mean gate?"),
        (["--baseline", "main"], "nothing is pinned as a baseline yet"),
        (["--executor", "ray"], "--executor ray needs ray, which is not installed"),
        (["--json", "no/such/report.json"], "no/such: there is no such folder"),
    ],
)
def test_what_can_not_be_is_a_usage_error_and_nothing_runs(
    synterm: Synterm, make_project: MakeProject, options: list[str], said: str
):
    path = make_project()
    done = synterm("run", path, *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert _runs(path) == []


def test_the_local_executor_may_be_named(synterm: Synterm, make_project: MakeProject):
    assert synterm("run", make_project(), "--executor", "local").code == 0


def test_a_gate_that_fails_is_exit_1(synterm: Synterm, make_project: MakeProject):
    path = make_project(GATED)
    done = synterm("run", path)
    assert done.code == 1
    assert "exit 1: a gate failed" in done.out
    assert synterm("run", path, "--fail-on", "error").code == 0


def test_a_pass_rate_for_the_whole_run_is_a_gate(synterm: Synterm, make_project: MakeProject):
    path = make_project()
    assert synterm("run", path, "--min-pass-rate", "0.75").code == 0
    done = synterm("run", path, "--min-pass-rate", "0.76", "--json", "-")
    assert done.code == 1
    [gate] = done.json["gates"]
    assert (gate["kind"], gate["limit"], gate["found"], gate["state"]) == ("min_pass_rate", 0.76, 0.75, "failed")


def test_an_error_is_no_failure_and_exit_3(synterm: Synterm, make_project: MakeProject):
    path = make_project(FLOODED)
    done = synterm("run", path, "--json", "-")
    assert done.code == 3
    assert (done.json["totals"]["errors"], done.json["totals"]["failed"]) == (1, 1)
    assert "No verdict (1): errors, not failures" in done.err
    assert "exit 3: the run is incomplete" in done.err
    assert synterm("run", path, "--fail-on", "gate").code == 0


def test_an_error_is_asked_again_and_an_answer_is_not(synterm: Synterm, make_project: MakeProject):
    path = make_project(FLOODED)
    first = synterm("run", path, "--json", "-").json["totals"]
    again = synterm("run", path, "--json", "-").json["totals"]
    assert (first["cached"], first["requests"]) == (0, 5)
    assert (again["cached"], again["requests"]) == (4, 1)
    assert synterm("run", path, "--no-cache", "--json", "-").json["totals"]["requests"] == 5


def test_repeats_are_requests_of_their_own(synterm: Synterm, make_project: MakeProject):
    report = synterm("run", make_project(), "--repeat", "3", "--json", "-").json
    assert report["totals"]["evaluations"] == 12
    assert {done["repeat"] for done in report["evaluations"]} == {0, 1, 2}


def test_the_time_limit_halts_the_run_and_says_what_is_left(synterm: Synterm, make_project: MakeProject):
    slow = SMALL.replace("answer: out_of_scope}", "answer: out_of_scope, delay_ms: 60000}")
    done = synterm("run", make_project(slow), "--max-seconds", "0.3", "--json", "-")
    assert done.code == 3
    assert "time limit" in done.json["halted"]
    assert done.json["totals"]["not_made"] == 1
    assert "1 evaluation not made" in done.err


def test_a_model_that_can_not_be_used_stops_the_run_before_it_starts(
    synterm: Synterm, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("ROUTER_KEY", raising=False)
    path = make_project()
    synterm("add", path, "model", "far", "--model", "openai/gpt-4o-mini", "--api-key-env", "ROUTER_KEY")
    done = synterm("run", path)
    assert done.code == 3
    assert "ROUTER_KEY" in done.err
    assert _runs(path) == []


def test_a_model_whose_answers_are_all_there_is_not_asked_for(
    synterm: Synterm, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
):
    path = make_project()
    synterm("run", path)

    def gone(*_: object) -> Availability:
        return Availability("missing", "gone", "get it")

    monkeypatch.setattr("synterm.cli.ready.usable", gone)
    assert synterm("run", path).code == 0
    refused = synterm("run", path, "--no-cache")
    assert (refused.code, refused.err) == (3, "synterm: model rules: gone\nhint: get it\n")


def test_a_run_records_who_made_it_and_on_which_commit(synterm: Synterm, make_project: MakeProject, tmp_path: Path):
    path = make_project()
    synterm("run", path)
    for words in ("init", "-c user.name=a -c user.email=a@b.c commit -m x --allow-empty"):
        subprocess.run(["git", "-C", str(tmp_path), *words.split()], check=True, capture_output=True)
    synterm("run", path)
    head = subprocess.run(["git", "-C", str(tmp_path), "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    outside, inside = _runs(path)
    assert (outside.git_commit, inside.git_commit) == (None, head.stdout.strip())
    assert outside.who == inside.who != ""


def test_what_a_case_holds_never_acts_on_the_terminal(synterm: Synterm, make_project: MakeProject):
    path = make_project()
    synterm("add", path, "case", "borderline", "--input", PAYLOAD, "--expected", f"schedule{PAYLOAD}", "--tag", PAYLOAD)
    bad = set("\x1b\x07\x9b\u202e\u200b\x7f")
    for words in (["run", path], ["run", path, "--json", "-"], ["ls", path, "cases"], ["ls", path, "cases", "--json"]):
        done = synterm(*words)
        assert not bad & set(done.out + done.err)
    written = synterm("ls", path, "cases", "--json").json["cases"][-1]
    assert written["input"] == {"message": PAYLOAD}
    assert not bad & set(synterm("show", path, "case", written["id"]).out)


def _runs(path: Path) -> list[Any]:
    with Project.open(path) as project:
        return project.runs.all()

"""`synterm run --baseline` and `--against`: what a run is held against, what comes of it, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import SMALL, MakeProject

KIND, STERN = "Be kind.", "Be stern."


def text(*prompts: str, plain: int = 12, odd: str = "") -> str:
    """A project whose model passes every case under a kind prompt, and only those of *Steady* under a stern one."""
    versions = "".join(
        f"""
      - messages:
          - {{role: system, content: "{prompt}"}}
          - {{role: user, content: "{{{{ message }}}}"}}"""
        for prompt in prompts
    )
    plain_cases = "".join(f"\n              - {{input: plain {n}, expected: yes}}" for n in range(plain))
    return f"""\
synterm: 1
name: manners
models:
  - name: rules
    model: scripted/rules
    params:
      rules:
        - {{match: flood, in: user, outcome: "rate limited"}}
        - {{match: steady, in: user, answer: "yes"}}
        - {{match: kind, in: system, answer: "yes"}}
      default: "no"
prompts:
  - name: greeter
    versions:{versions}
tree:
  - feature: Manners
    checks: [{{type: equals}}]
    behaviors:
      - behavior: Plain
        scenarios:
          - scenario: plain
            cases:{plain_cases}{odd}
      - behavior: Steady
        scenarios:
          - scenario: steady
            cases:
              - {{input: steady one, expected: "yes"}}
              - {{input: steady two, expected: "yes"}}
""".replace("expected: yes", 'expected: "yes"')


@pytest.fixture
def worse(make_project: MakeProject, synterm: Synterm) -> Path:
    """A project with a kind version 1, which is pinned as main, and a stern version 2, which is its draft."""
    path = make_project(text(KIND, STERN), "manners.db")
    assert synterm("run", path, "--prompt", "greeter@v1", "--quiet").code == 0
    assert synterm("baseline", path, "set", "main").code == 0
    return path


def compared(report: Any) -> list[tuple[str, str, str]]:
    return [
        (one["before"], one["after"], one["whole"]["passes"]["verdict"]) for one in report["comparison"]["comparisons"]
    ]


def names(report: Any) -> list[str]:
    return [variant["name"] for variant in report["variants"]]


def test_a_regression_against_a_baseline_is_exit_1(synterm: Synterm, worse: Path):
    done = synterm("run", worse, "--baseline", "main", "--json", "-")
    assert done.code == 1
    assert "a regression was found in 1 behavior" in done.err
    assert compared(done.json) == [("greeter@v1 · rules", "greeter@v2 · rules", "worse")]
    assert done.json["comparison"]["before"]["name"] == "main"
    plain, steady = done.json["behaviors"]
    assert (plain["path"], plain["comparison"]["baseline"]) == ("Manners/Plain", "main")
    assert (plain["comparison"]["fixed"], plain["comparison"]["broken"]) == (0, 12)
    assert plain["comparison"]["verdict"] == "worse"
    assert plain["comparison"]["p_value"] == pytest.approx(2 / 2**12)
    assert plain["comparison"]["p_adjusted"] == pytest.approx(4 / 2**12)
    assert steady["comparison"]["verdict"] == "not enough evidence"
    Draft202012Validator(synterm("schema", "run").json).validate(done.json)


def test_what_makes_it_fail_can_be_chosen(synterm: Synterm, worse: Path):
    assert synterm("run", worse, "--baseline", "main", "--fail-on", "gate,error").code == 0
    assert synterm("run", worse, "--baseline", "main", "--fail-on", "regression").code == 1
    assert synterm("run", worse, "--baseline", "main", "--fail-on", "insufficient").code == 0


def test_the_same_version_again_is_no_regression(synterm: Synterm, worse: Path):
    done = synterm("run", worse, "--prompt", "greeter@v1", "--baseline", "main", "--fail-on", "regression,insufficient")
    assert done.code == 0
    assert "no difference found" in done.out


def test_a_prompt_that_was_renamed_keeps_its_baseline(synterm: Synterm, worse: Path):
    synterm("add", worse, "prompt", "other", "--user", "{{ message }}")
    synterm("run", worse, "--prompt", "greeter@v1", "--prompt", "other", "--quiet")
    synterm("baseline", worse, "set", "main")
    synterm("edit", worse, "prompt", "greeter", "--name", "host")
    done = synterm("run", worse, "--baseline", "main", "--json", "-")
    assert sorted(compared(done.json))[0] == ("greeter@v1 · rules", "host@v2 · rules", "worse")
    assert [one[:2] for one in compared(done.json)].count(("other@v1 · rules", "other@v1 · rules")) == 1


def test_an_improvement_is_exit_0(synterm: Synterm, make_project: MakeProject):
    path = make_project(text(STERN, KIND))
    synterm("run", path, "--prompt", "greeter@v1", "--quiet")
    synterm("baseline", path, "set", "main")
    done = synterm("run", path, "--baseline", "main", "--json", "-")
    assert (done.code, compared(done.json)[0][2]) == (0, "better")


def test_too_little_evidence_is_exit_4_only_where_it_is_asked_for(synterm: Synterm, make_project: MakeProject):
    path = make_project(text(STERN, KIND, plain=3))
    synterm("run", path, "--prompt", "greeter@v1", "--quiet")
    synterm("baseline", path, "set", "main")
    done = synterm("run", path, "--baseline", "main", "--json", "-")
    assert (done.code, compared(done.json)[0][2]) == (0, "not enough evidence")
    asked = synterm("run", path, "--baseline", "main", "--fail-on", "regression,insufficient")
    assert asked.code == 4
    assert "exit 4: not enough evidence" in asked.out


@pytest.mark.parametrize(("fail_on", "code"), [("gate,regression,error", 1), ("error,insufficient", 3)])
def test_a_regression_comes_before_what_is_incomplete_and_that_before_what_is_not_enough(
    synterm: Synterm, make_project: MakeProject, fail_on: str, code: int
):
    plain = 12 if code == 1 else 3
    flood = '\n              - {input: "flood", expected: "yes"}'
    path = make_project(text(KIND, STERN, plain=plain, odd=flood))
    synterm("run", path, "--prompt", "greeter@v1", "--quiet")
    synterm("baseline", path, "set", "main")
    assert synterm("run", path, "--baseline", "main", "--fail-on", fail_on).code == code


def test_a_baseline_for_each_scenario(synterm: Synterm, worse: Path):
    synterm("run", worse, "--quiet")
    synterm("baseline", worse, "set", "main", "--scenario", "plain")
    done = synterm("run", worse, "--baseline", "main", "--json", "-")
    # The scenario that got worse was pinned as it is now; the other still stands against version 1.
    assert done.code == 0
    assert compared(done.json)[0][1:] == ("greeter@v2 · rules", "no difference found")
    assert done.json["comparison"]["comparisons"][0]["whole"]["passes"]["compared"] == 14
    synterm("baseline", worse, "set", "only", "--run", "last", "--scenario", "plain")
    only = synterm("run", worse, "--baseline", "only", "--json", "-").json
    assert only["comparison"]["comparisons"][0]["whole"]["passes"]["compared"] == 12


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--baseline", "man"], "did you mean main?"),
        (["--baseline", "main", "--split", "holdout"], "no case fits"),
        (["--baseline", "main", "--behavior", "Late"], "main has none of the cases that are to be evaluated"),
        (["--baseline", "main", "--against", "@v1"], "leave one of them out"),
        (["--against", "nix"], "nothing to compare with is called 'nix'"),
        (["--against", "@v9"], "has what --against @v9 names"),
        (["--against", "@all"], "names no version"),
        (["--against", "grater@v1"], "did you mean greeter?"),
        (["--against", "nix.db"], "nix.db: there is no such project file"),
        (["--fail-on", "insufficient"], "--fail-on insufficient needs something to compare with"),
        (["--fail-on", "worse"], "--fail-on 'worse' is not known"),
    ],
)
def test_what_can_not_be_compared_is_said_before_anything_runs(
    synterm: Synterm, worse: Path, options: list[str], said: str
):
    synterm("add", worse, "behavior", "Manners/Late")
    synterm("add", worse, "scenario", "Manners/Late/late")
    synterm("add", worse, "case", "late", "--input", "late", "--expected", "yes")
    before = runs(worse)
    done = synterm("run", worse, *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert runs(worse) == before


def test_without_a_baseline_the_error_says_how_to_make_one(synterm: Synterm, make_project: MakeProject):
    path = make_project()
    done = synterm("run", path, "--baseline", "main")
    assert done.code == 2
    assert f"synterm baseline {path} set main" in done.err


def test_regressions_may_be_named_where_nothing_is_compared(synterm: Synterm, make_project: MakeProject):
    done = synterm("run", make_project(), "--fail-on", "gate,regression,error")
    assert done.code == 0
    assert "nothing is compared" in done.err


def test_a_version_is_evaluated_beside_the_draft(synterm: Synterm, worse: Path):
    done = synterm("run", worse, "--against", "@v1", "--json", "-")
    assert done.code == 1
    assert names(done.json) == ["greeter@v1 · rules", "greeter@v2 · rules"]
    assert compared(done.json) == [("greeter@v1 · rules", "greeter@v2 · rules", "worse")]
    sides = done.json["comparison"]["before"], done.json["comparison"]["after"]
    assert [(side["name"], side["run_id"]) for side in sides] == [
        ("@v1", done.json["run_id"]),
        ("this run", done.json["run_id"]),
    ]
    assert done.json["comparison"]["notes"] == []
    assert synterm("run", worse, "--against", "greeter@v1", "--quiet").code == 1


def test_each_chosen_version_is_held_against_it(synterm: Synterm, worse: Path):
    done = synterm("run", worse, "--prompt", "greeter@all", "--against", "@1", "--json", "-")
    assert names(done.json) == ["greeter@v1 · rules", "greeter@v2 · rules"]
    assert [one[1:] for one in compared(done.json)] == [
        ("greeter@v1 · rules", "no difference found"),
        ("greeter@v2 · rules", "worse"),
    ]
    again = synterm("run", worse, "--prompt", "greeter@all", "--baseline", "main", "--json", "-").json
    assert [one[1:] for one in compared(again)] == [
        ("greeter@v1 · rules", "no difference found"),
        ("greeter@v2 · rules", "worse"),
    ]


def test_a_version_that_says_the_same_is_evaluated_once(synterm: Synterm, worse: Path):
    done = synterm("run", worse, "--against", "@latest", "--json", "-", "--fail-on", "insufficient")
    assert done.code == 0
    assert names(done.json) == ["greeter@v2 · rules"]
    assert compared(done.json) == [("greeter@v2 · rules", "greeter@v2 · rules", "no difference found")]
    assert "greeter@v2 says the same as @latest" in done.json["comparison"]["notes"][0]
    assert "greeter@v2 says the same as @latest" in done.err


@pytest.fixture
def base(make_project: MakeProject) -> Path:
    """The project file of a base branch: a kind prompt under the name that the other has, and a model of its own."""
    base = text(KIND).replace("name: rules", "name: theirs").replace("scripted/rules", "openai/elsewhere")
    return make_project(base, "base.db")


def test_the_prompts_of_another_project_file_are_evaluated_on_these_cases(
    synterm: Synterm, make_project: MakeProject, base: Path
):
    path = make_project(text(STERN), "head.db")
    before = base.read_bytes()
    done = synterm("run", path, "--against", base, "--json", "-")
    assert done.code == 1
    assert names(done.json) == ["greeter@base · rules", "greeter@v1 · rules"]
    assert compared(done.json) == [("greeter@base · rules", "greeter@v1 · rules", "worse")]
    assert done.json["comparison"]["before"]["name"] == str(base)
    assert {one["variant"] for one in done.json["evaluations"]} == set(names(done.json))
    # Nothing else of it is used, and it stays as it was.
    assert (base.read_bytes(), [*base.parent.glob("base.db-*")]) == (before, [])
    with Project.open(path) as project:
        assert [model.name for model in project.models.all()] == ["rules"]
        assert [prompt.versions[-1].label for prompt in project.prompts.all()] == ["v1"]
    again = synterm("run", path, "--against", f"{base}@v1", "--json", "-").json
    assert (again["totals"]["cached"], again["totals"]["requests"]) == (28, 0)


def test_another_file_with_the_same_prompt_says_so(synterm: Synterm, make_project: MakeProject, base: Path):
    path = make_project(text(KIND), "head.db")
    done = synterm("run", path, "--against", base)
    assert done.code == 0
    assert "greeter@v1 says the same as" in done.out
    assert "14 evaluations" in done.err


@pytest.mark.parametrize("there", ["--prompt", "name"])
def test_a_file_without_the_prompt_is_an_error(synterm: Synterm, make_project: MakeProject, there: str):
    path = make_project(text(STERN), "head.db")
    other = make_project(text(KIND).replace("name: greeter", "name: greater"), "base.db")
    done = synterm("run", path, "--against", other)
    assert done.code == 2
    assert "has no prompt that is to be evaluated: greeter" in done.err
    assert "did you mean greater?" in done.err


def test_the_project_itself_is_no_base(synterm: Synterm, worse: Path):
    done = synterm("run", worse, "--against", worse)
    assert done.code == 2
    assert "is the project itself" in done.err


def test_gates_are_about_the_runs_own_variants_only(synterm: Synterm, make_project: MakeProject, base: Path):
    gated = text(KIND).replace("behavior: Plain", "behavior: Plain\n        gates: [{min_pass_rate: 0.9}]")
    path = make_project(gated, "head.db")
    stern = make_project(text(STERN), "stern.db")
    done = synterm("run", path, "--against", stern, "--min-pass-rate", "0.9", "--json", "-")
    assert (done.code, compared(done.json)[0][2]) == (0, "better")
    assert len(done.json["gates"]) == 1
    gates = {row["variant"]: row["gate"] for row in done.json["behaviors"] if row["path"] == "Manners/Plain"}
    assert gates["greeter@base · rules"] is None
    assert gates["greeter@v1 · rules"]["state"] == "passed"


def test_gates_on_regressions_use_the_baseline_that_they_name_or_main(synterm: Synterm, worse: Path):
    set_gate = ("edit", worse, "node", "Plain", "--gate")
    assert synterm(*set_gate, '{"no_regression": true}').code == 0
    done = synterm("run", worse, "--fail-on", "gate", "--json", "-")
    assert (done.code, done.json["comparison"]["before"]["name"]) == (1, "main")
    assert "a gate failed" in done.err
    synterm("baseline", worse, "set", "release", "--run", "last")
    assert synterm(*set_gate, '{"no_regression": true, "baseline": "release"}').code == 0
    again = synterm("run", worse, "--fail-on", "gate", "--json", "-")
    assert (again.code, again.json["comparison"]["before"]["name"]) == (0, "release")


def test_a_baseline_that_only_gates_ask_for_fails_nothing_else(synterm: Synterm, worse: Path):
    synterm("edit", worse, "node", "Steady", "--gate", '{"no_regression": true}')
    done = synterm("run", worse, "--json", "-")
    assert (done.code, compared(done.json)[0][2]) == (0, "worse")
    assert synterm("run", worse, "--baseline", "main").code == 1
    synterm("add", worse, "case", "steady", "--input", "steady late", "--expected", "yes", "--split", "holdout")
    late = synterm("run", worse, "--split", "holdout")
    assert late.code == 3
    assert "main has none of the cases that are to be evaluated: gates on regressions stay open" in late.err


def test_a_prompt_that_was_not_touched_passes_its_gate_on_regressions(synterm: Synterm, worse: Path, base: Path):
    synterm("edit", worse, "node", "Plain", "--gate", '{"no_regression": true}')
    done = synterm("run", worse, "--prompt", "greeter@v1", "--against", base)
    assert done.code == 0, done.out
    assert "1 hold" in done.out


def test_a_dry_run_counts_both_sides_and_names_the_base(synterm: Synterm, worse: Path, base: Path):
    done = synterm("run", worse, "--against", base, "--dry-run")
    assert done.code == 0
    # Version 1 says the same, so its answers are in the file.
    assert "greeter@base · rules\n  14 from the file, 0 requests to send" in done.out
    assert "greeter@v2 · rules\n  0 from the file, 14 requests to send" in done.out
    assert f"held against {base}, evaluated with it: greeter@base" in done.out
    assert len(runs(worse)) == 1


def test_a_run_that_was_cut_short_goes_on_with_both_sides(synterm: Synterm, make_project: MakeProject, base: Path):
    slow = text(STERN).replace(
        'match: steady, in: user, answer: "yes"', 'match: steady, in: user, answer: "yes", delay_ms: 400'
    )
    path = make_project(slow, "head.db")
    cut = synterm("run", path, "--against", base, "--concurrency", "1", "--max-seconds", "0.2", "--json", "-")
    assert cut.code in (1, 3)
    assert cut.json["totals"]["not_made"] > 0
    done = synterm("run", path, "--against", base, "--json", "-")
    assert done.json["totals"]["evaluations"] == 28
    # Whatever it was answered before is not asked again.
    assert done.json["totals"]["cached"] == cut.json["totals"]["passed"] + cut.json["totals"]["failed"]


def test_a_run_with_a_base_can_be_pinned_and_its_own_side_counts(
    synterm: Synterm, make_project: MakeProject, base: Path
):
    path = make_project(text(STERN), "head.db")
    synterm("run", path, "--against", base, "--quiet")
    synterm("baseline", path, "set", "main")
    again = synterm("run", path, "--baseline", "main", "--json", "-").json
    assert compared(again) == [("greeter@v1 · rules", "greeter@v1 · rules", "no difference found")]


def test_a_recorded_run_is_named_by_its_id_or_as_the_last(synterm: Synterm, worse: Path):
    first = runs(worse)[0]
    assert compared(synterm("run", worse, "--against", first[-8:], "--json", "-").json)[0][2] == "worse"
    assert compared(synterm("run", worse, "--against", "last", "--json", "-").json)[0][2] == "no difference found"


def test_the_summary_names_the_base(synterm: Synterm, worse: Path, base: Path):
    done = synterm("run", worse, "--against", "@v1")
    assert "held against @v1" in done.err
    assert "worse" in done.out
    assert done.out.count("12 broken") == 1
    assert json.loads(synterm("run", worse, "--baseline", "main", "--json", "-").out)["exit_code"] == 1


def test_what_another_project_says_never_acts_on_the_terminal(
    synterm: Synterm, make_project: MakeProject, tmp_path: Path
):
    path = make_project(SMALL)
    other = make_project(SMALL, "other.db")
    with Project.open(other) as project:
        prompt = project.prompts.all()[0]
        body = prompt.draft.model_copy(update={"messages": prompt.draft.messages[:1]})
        project.prompts.save_draft(prompt.id, body).result()
    hostile = tmp_path / "a\x1b[31m\u202eb.db"
    other.rename(hostile)
    for words in (["run", path, "--against", hostile], ["run", path, "--against", hostile, "--dry-run"]):
        done = synterm(*words)
        assert done.code in (0, 1)
        assert not set("\x1b\u202e") & set(done.out + done.err)


def runs(path: Path) -> list[str]:
    with Project.open(path) as project:
        return [run.id for run in project.runs.all()]

"""`synterm add`, `edit` and `rm`: project data without the workbench."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.core.gate import Gate
from synterm.core.prompt import HalfTyped
from synterm.storage.project import Project
from tests.cli.conftest import Done, Synterm
from tests.conftest import MakeProject

LABEL = '{"type": "label", "labels": ["yes", "no"]}'


@pytest.fixture
def path(make_project: MakeProject) -> Path:
    return make_project()


def test_a_project_is_built_from_nothing_and_runs(synterm: Synterm, tmp_path: Path):
    path, told = tmp_path / "own.db", list[bool]()
    for words in (
        ["new", path, "--name", "own"],
        ["add", path, "feature", "Answers"],
        ["add", path, "behavior", "Answers/Polite", "--description", "Says yes."],
        ["add", path, "scenario", "Answers/Polite/short", "--check", LABEL, "--min-pass-rate", "0.5"],
        ["add", path, "prompt", "p", "--system", "Say yes or no.", "--user", "{{ question }}"],
        ["add", path, "model", "rules", "--model", "scripted/rules", "--param", "default=yes"],
        ["add", path, "case", "short", "--input", "is it?", "--expected", "yes", "--tag", "t"],
    ):
        done = synterm(*words)
        assert done.code == 0, done.err
        told.append("next: synterm" in done.err)
    assert told[1:] == [False] * 5 + [True], "once, when there is all that a run takes"
    report = synterm("run", path, "--json", "-").json
    assert report["variants"][0]["name"] == "p@v1 · rules"
    assert [row["gate"]["state"] for row in report["behaviors"] if row["gate"]] == ["passed"]


def test_new_nodes_come_last_among_their_siblings(synterm: Synterm, path: Path):
    synterm("add", path, "feature", "Zeta")
    synterm("add", path, "feature", "Alpha")
    nodes = synterm("ls", path, "--json").json["nodes"]
    assert [node["name"] for node in nodes if node["level"] == "feature"] == ["Routing", "Zeta", "Alpha"]


def test_a_check_may_be_named_by_its_type_alone(synterm: Synterm, path: Path):
    assert synterm("add", path, "scenario", "Routing/Ambiguous/new", "--check", "is-json").code == 0
    node = synterm("show", path, "node", "Routing/Ambiguous/new", "--json").json["nodes"][0]
    assert node["checks"] == [{"type": "is-json"}]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["feature", "Routing"], "name: there is a feature named 'Routing' here already"),
        (["feature", "a/b"], "nothing at 'a' in the tree"),
        (["feature", " "], "name: must not be empty"),
        (["behavior", "Only"], "behavior 'Only': that is the place of a feature"),
        (["behavior", "Nope/New"], "nothing at 'Nope' in the tree"),
        (["scenario", "Routing/Ambiguous/x", "--check", '{"type": "labl"}'], "--check 1: type: 'labl' is not a type"),
        (["scenario", "Routing/Ambiguous/x", "--check", '{"type": "label"}'], "labels: is missing"),
        (["scenario", "Routing/Ambiguous/x", "--check", '{"type": "label"'], "--check 1: not JSON"),
        (["scenario", "Routing/Ambiguous/x", "--min-pass-rate", "2"], "--min-pass-rate: must be from 0 to 1"),
        (["scenario", "Routing/Ambiguous/borderline/x"], "is a scenario"),
        (["case", "Ambiguous", "--input", "x"], "is a behavior: cases stand in scenarios"),
        (["case", "borderline"], "a case needs --input"),
        (["case", "borderline", "--input", '{"message": }'], "--input: not JSON"),
        (["case", "borderline", "--input", '{"message": NaN}'], "--input: not JSON"),
        (["case", "borderline", "--input", "x", "--expected", '{"a": 1'], "--expected: not JSON"),
        (["case", "borderline", "--input", "@/nowhere/at.all"], "/nowhere/at.all: No such file"),
        (["prompt", "router", "--user", "x"], "name: there is a prompt named 'router' already"),
        (["prompt", "a@b", "--user", "x"], "name: must be 1 to 200 characters long, without @"),
        (["prompt", "p"], "a prompt needs --system or --user"),
        (["prompt", "p", "--user", "{{ message"], "user message 1, line 1: "),
        (["prompt", "p", "--user", "{{ m }}", "--example", "no arrow"], "--example 1: no answer after the input"),
        (
            ["prompt", "p", "--user", "{{ a }} {{ b }}", "--example", "a -> b"],
            "--example 1: this prompt needs",
        ),
        (["prompt", "p", "--user", "x", "--param", "temperature"], "--param: 'temperature' is not NAME=VALUE"),
        (["model", "rules", "--model", "scripted/rules"], "name: there is a model named 'rules' already"),
        (["model", "m"], "arguments are required: --model"),
        (["model", "m", "--model", "openai/x", "--param", "api_key=sk-1"], "takes no parameter 'api_key'"),
        (["model", "m", "--model", "openai/x", "--api-key-env", "sk-not a name"], "api_key_env: must match"),
        (["model", "m", "--model", "openai/x", "--price", "0.15"], "'0.15' is not INPUT/OUTPUT"),
        (["model", "m", "--model", "openai/x", "--price", "-1/2"], "price"),
        (["model", "m", "--model", "openai/x", "--price", "nan/2"], "price"),
        (["model", "m", "--model", "openai/x", "--rpm", "0"], "rpm"),
        (["thing", "x"], "invalid choice: 'thing'"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changes(synterm: Synterm, path: Path, words: list[str], said: str):
    before = _everything(synterm, path)
    done = synterm("add", path, *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "internal error" not in done.err
    assert _everything(synterm, path) == before


def test_inputs_are_texts_for_the_only_variable_or_named_values(synterm: Synterm, path: Path, tmp_path: Path):
    (tmp_path / "long.txt").write_text("from a file\n", encoding="utf-8")
    for given in ("plain", '{"message": "named", "n": 3}', f"@{tmp_path / 'long.txt'}", "@@name"):
        assert synterm("add", path, "case", "borderline", "--input", given).code == 0
    cases = synterm("ls", path, "cases", "--json").json["cases"][-4:]
    assert [case["input"] for case in cases] == [
        {"message": "plain"},
        {"message": "named", "n": 3},
        {"message": "from a file"},
        {"message": "@name"},
    ]


def test_a_case_that_lacks_what_the_prompts_need_is_added_with_a_warning(synterm: Synterm, path: Path):
    done = synterm("add", path, "case", "borderline", "--input", '{"text": "hm"}')
    assert done.code == 0
    assert "note: 1 case has no value for message, which prompt 'router' needs" in done.err


def test_a_file_of_cases_is_added_as_a_whole(synterm: Synterm, path: Path, tmp_path: Path):
    file = tmp_path / "more.jsonl"
    file.write_text('{"input": "one", "expected": "clarify"}\n\n{"input": {"message": "two"}, "split": "train"}\n')
    done = synterm("add", path, "case", "borderline", "--file", file)
    assert "added 2 cases to Routing/Ambiguous/borderline" in done.err
    added = synterm("ls", path, "cases", "--json").json["cases"][-2:]
    assert [(case["input"]["message"], case["split"]) for case in added] == [("one", "dev"), ("two", "train")]
    assert added[0]["origin"] == {"kind": "import", "seed_id": None, "detail": {"file": "more.jsonl"}}


def test_a_file_with_a_bad_line_adds_nothing_and_names_every_line(synterm: Synterm, path: Path, tmp_path: Path):
    file = tmp_path / "bad.jsonl"
    file.write_text('{"input": "one"}\n{"input": 3}\n{"inputs": "x"}\nnot json\n')
    before = _everything(synterm, path)
    done = synterm("add", path, "case", "borderline", "--file", file)
    assert done.code == 2
    for line in (2, 3, 4):
        assert f"bad.jsonl line {line}: " in done.err
    assert "nothing was added" in done.err
    assert _everything(synterm, path) == before


def test_cases_come_from_stdin_too(synterm: Synterm, path: Path):
    given = b'{"input": "piped", "expected": "clarify"}\n'
    assert synterm("add", path, "case", "borderline", "--file", "-", given=given).code == 0
    assert synterm("ls", path, "cases", "--json").json["cases"][-1]["input"] == {"message": "piped"}
    bad = synterm("add", path, "case", "borderline", "--file", "-", given=b"[]\n")
    assert (bad.code, "stdin line 1: " in bad.err) == (2, True)


def test_an_edit_of_a_prompt_is_a_new_version_on_top_of_the_draft(synterm: Synterm, path: Path):
    done = synterm("edit", path, "prompt", "router", "--system", "New.", "--example", "hi -> clarify", "--note", "n")
    assert "its draft is version v3" in done.err
    prompt = synterm("show", path, "prompt", "router", "--json").json["prompts"][0]
    assert [version["number"] for version in prompt["versions"]] == [1, 2, 3]
    latest = prompt["versions"][2]["body"]
    assert latest == prompt["draft"]
    assert [message["content"] for message in latest["messages"]] == ["New.", "{{ message }}"]
    assert latest["examples"] == [{"input": {"message": "hi"}, "expected": "clarify"}]
    assert prompt["versions"][2]["note"] == "n"


def test_the_same_words_again_are_the_version_they_were(synterm: Synterm, path: Path):
    synterm("edit", path, "prompt", "router", "--system", "Be terse.")
    prompt = synterm("ls", path, "prompts", "--json").json["prompts"][0]
    assert len(prompt["versions"]) == 2
    assert prompt["draft"] == prompt["versions"][0]["body"]


def test_edits_change_what_is_named_and_keep_the_rest(synterm: Synterm, path: Path):
    case = synterm("ls", path, "cases", "--json").json["cases"][0]
    words = ["--expected", '["a", 1]', "--split", "train", "--status", "draft", "--scenario", "borderline", "--no-tags"]
    assert synterm("edit", path, "case", case["id"][-8:], *words).code == 0
    changed = synterm("show", path, "case", case["id"], "--json").json["cases"][0]
    assert changed["content_id"] != case["content_id"]
    assert {name: changed[name] for name in ("id", "input", "root_id")} == {
        name: case[name] for name in ("id", "input", "root_id")
    }
    assert (changed["expected"], changed["split"], changed["status"]) == (["a", 1], "train", "draft")
    assert (changed["tags"], changed["scenario"]) == ([], "Routing/Ambiguous/borderline")


def test_a_split_is_that_of_the_whole_lineage(synterm: Synterm, path: Path):
    with Project.open(path) as project:
        root, other, *_ = project.cases.page(project.cases.keys())
        kin = [
            Case(scenario_id=root.scenario_id, input={"message": text}, tags=("made",), root_id=root.id)
            for text in ("one", "two")
        ]
        project.cases.put(kin).result()

    def splits() -> set[str]:
        with Project.open(path) as project:
            return {case.split for case in project.cases.named([root.id, *(case.id for case in kin)])}

    done = synterm("edit", path, "case", kin[0].id, "--split", "holdout")
    assert (done.code, splits()) == (2, {"dev"})
    assert f"case {root.id[-8:]} --split holdout moves all of it" in done.err
    done = synterm("edit", path, "case", "--where", '"one"', "--split", "holdout")
    assert done.code == 2, "it is the only one, so it is refused, too"
    done = synterm("edit", path, "case", "--where", "scenario:*", "--where", "tag:made", "--split", "holdout")
    assert done.err == "changed 0 cases; 2 cases stayed in their split, as what they are made from does\n"
    done = synterm("edit", path, "case", root.id, "--split", "holdout")
    assert done.err == f"changed case {root.id[-8:]}; 2 cases of the same lineage went to holdout too\n"
    assert splits() == {"holdout"}
    assert synterm("edit", path, "case", kin[0].id, "--split", "holdout", "--expected", "clarify").code == 0
    assert synterm("show", path, "case", "c2").out.startswith(f"case {other.id}, c2 in the workbench\n")


def test_a_models_price_and_limits_are_set_shown_and_taken_away(synterm: Synterm, path: Path):
    added = ["add", path, "model", "m", "--model", "openai/x", "--price", "0.5/2", "--rpm", "60", "--tpm", "9000"]
    assert synterm(*added).code == 0
    shown = synterm("show", path, "model", "m", "--json").json["models"][0]
    assert (shown["price"], shown["rpm"], shown["tpm"]) == ({"input": 0.5, "output": 2.0}, 60, 9000)
    assert "price: $0.5 in, $2 out, for a million tokens" in synterm("show", path, "model", "m").out
    synterm("edit", path, "model", "m", "--no-price", "--no-limits", "--tpm", "5")
    shown = synterm("show", path, "model", "m", "--json").json["models"][0]
    assert (shown.get("price"), shown.get("rpm"), shown.get("tpm")) == (None, None, 5)
    assert "price: unknown" in synterm("show", path, "model", "m").out
    assert "price: free" in synterm("show", path, "model", "rules").out


def test_edits_of_nodes_and_models(synterm: Synterm, path: Path):
    synterm("edit", path, "node", "Ambiguous", "--name", "Unclear", "--min-pass-rate", "0.8", "--description", "Hm.")
    synterm("edit", path, "feature", "Routing", "--no-checks")
    synterm("edit", path, "model", "rules", "--name", "script", "--no-params", "--param", "default=clarify")
    with Project.open(path) as project:
        node = project.nodes.find("Routing/Unclear")
        assert (node.description, node.gates) == ("Hm.", (Gate(min_pass_rate=0.8),))
        assert project.nodes.find("Routing").checks == ()
        (model,) = project.models.all()
        assert (model.name, model.params) == ("script", {"default": "clarify"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["node", "Ambiguous"], "nothing to change was named"),
        (["feature", "Ambiguous", "--name", "X"], "'Ambiguous' is a behavior, not a feature"),
        (["node", "Ambiguous", "--name", "Out of scope"], "named 'Out of scope' here already"),
        (["node", "Ambiguous", "--name", "a/b"], "name: a name can't hold a /"),
        (["case", "ZZZZZZZZ", "--expected", "x"], "no case named 'ZZZZZZZZ'"),
        (["prompt", "router", "--user", "{% if %}"], "user message 2, line 1"),
        (["model", "rules", "--param", "temperature=hot"], "params: "),
        (["model", "ruels", "--no-params"], "did you mean rules?"),
    ],
)
def test_an_edit_that_is_wrong_changes_nothing(synterm: Synterm, path: Path, words: list[str], said: str):
    before = _everything(synterm, path)
    done = synterm("edit", path, *words)
    assert done.code == 2
    assert said in done.err
    assert _everything(synterm, path) == before


def test_a_half_typed_draft_survives_an_edit_of_the_messages(synterm: Synterm, path: Path):
    with Project.open(path) as project:
        prompt = project.prompts.get("router")
        project.prompts.save_draft(prompt.id, prompt.draft, HalfTyped("half a li")).result()
    synterm("edit", path, "prompt", "router", "--system", "New.")
    with Project.open(path) as project:
        assert project.prompts.get("router").draft_examples == "half a li"


def test_without_a_terminal_removing_needs_a_yes_and_says_what_it_destroys(synterm: Synterm, path: Path):
    before = _everything(synterm, path)
    done = synterm("rm", path, "feature", "Routing")
    assert done.code == 2
    assert "this would remove feature 'Routing' with 2 behaviors, 2 scenarios, 5 cases" in done.err
    assert _everything(synterm, path) == before
    assert "a copy from before is kept: synterm doctor" in synterm("rm", path, "feature", "Routing", "--yes").err
    assert synterm("ls", path, "--json").json["nodes"] == []
    assert synterm("ls", path, "cases", "--json").json["cases"] == []


@pytest.mark.parametrize(
    ("typed", "removed"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_on_a_terminal_removing_asks(
    synterm: Synterm, path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, removed: bool
):
    answers = io.StringIO(typed)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True, readline=answers.readline))
    done = synterm("rm", path, "prompt", "router")
    assert done.code == 0
    assert "remove prompt 'router' with its draft and 2 versions? [y/N]" in done.err
    assert (synterm("ls", path, "prompts", "--json").json["prompts"] == []) is removed


def test_several_are_removed_together_or_not_at_all(synterm: Synterm, path: Path):
    ids = [case["id"] for case in synterm("ls", path, "cases", "--json").json["cases"]]
    assert synterm("rm", path, "case", ids[0], "ZZZZZZZZ", "--yes").code == 2
    done = synterm("rm", path, "case", ids[0])
    assert re.match(rf"synterm: this would remove case {ids[0][-8:]} \(.*\), for good\n", done.err)
    assert synterm("rm", path, "case", ids[0], ids[1][-8:], ids[0], "--yes").code == 0
    assert [case["id"] for case in synterm("ls", path, "cases", "--json").json["cases"]] == ids[2:]
    assert synterm("rm", path, "model", "rules", "--yes").code == 0
    assert synterm("rm", path, "behavior", "Routing", "--yes").code == 2


def _everything(synterm: Synterm, path: Path) -> list[Any]:
    listings: list[Done] = [synterm("ls", path, what, "--json") for what in ("tree", "cases", "prompts", "models")]
    return [json.loads(listing.out) for listing in listings]


def test_a_case_that_is_there_already_is_not_added_again(synterm: Synterm, path: Path, tmp_path: Path):
    file = tmp_path / "more.jsonl"
    file.write_text('{"input": "one", "expected": "clarify"}\n{"input": "two", "expected": "clarify"}\n' * 2)
    first = synterm("add", path, "case", "borderline", "--file", file)
    again = synterm("add", path, "case", "borderline", "--file", file)
    assert "added 2 cases to Routing/Ambiguous/borderline; 2 already there" in first.err
    assert "added 0 cases to Routing/Ambiguous/borderline; 4 already there" in again.err


def test_a_prompt_goes_back_to_what_a_version_says(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    versions = synterm("ls", path, "prompts", "--json").json["prompts"][0]["versions"]
    assert synterm("edit", path, "prompt", "router", "--system", "Something else.").code == 0
    done = synterm("edit", path, "prompt", "router@v1")
    assert (done.code, done.err) == (0, "changed prompt router: its draft is version v1\n")
    assert synterm("ls", path, "prompts", "--json").json["prompts"][0]["draft"] == versions[0]["body"]
    synterm("edit", path, "prompt", "router@v1", "--note", "briefer", "--system", "Be brief.")
    draft = synterm("ls", path, "prompts", "--json").json["prompts"][0]["draft"]
    assert draft["messages"][0]["content"] == "Be brief."
    unknown = synterm("edit", path, "prompt", "router@v9")
    assert (unknown.code, "it has: v1, v2, v3, v4" in unknown.err) == (2, True)

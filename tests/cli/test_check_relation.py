"""`synterm generate --check-relation`: the app itself answers seeds and what was made of them; nothing is dropped."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Stub

LABELS = ["schedule", "summarize", "clarify"]
RULES = [
    {"match": "flood", "in": "user", "outcome": "rate limited"},
    {"match": "mumble", "in": "user", "answer": "well"},
    {"match": "number 1", "in": "user", "answer": "clarify"},
    {"match": "room", "in": "user", "answer": "schedule"},
]
SEEDS = {"book a room": "schedule", "notes of monday": "summarize", "do it": "clarify"}
ASK = ("--no-usual-filters", "--model", "writer", "--check-relation")


def project_text(stub: Stub, checks: list[dict[str, Any]] | None = None, cases: dict[str, str] = SEEDS) -> str:
    """A router whose app answers by rules: whatever has no room in it is summarized."""
    rules = {"rules": RULES, "default": "summarize"}
    models = [
        {"name": "app", "model": "scripted/rules", "params": rules},
        {"name": "writer", "model": "openai/writer", "api_base": stub.url},
    ]
    scenario = {
        "scenario": "plain",
        "checks": checks or [{"type": "label", "labels": LABELS}],
        "cases": [{"input": text, "expected": expected} for text, expected in cases.items()],
    }
    tree = [{"feature": "Routing", "behaviors": [{"behavior": "All", "scenarios": [scenario]}]}]
    body = {"messages": [{"role": "user", "content": "{{ message }}"}]}
    other = {"messages": [{"role": "user", "content": "mumble: {{ message }}"}]}
    prompts = [{"name": "router", "versions": [other, body], "draft": other}]
    return json.dumps({"synterm": 1, "name": "made", "models": models, "prompts": prompts, "tree": tree})


@pytest.fixture
def path(make_project: MakeProject, stub: Stub) -> Path:
    """The project, with a model that says a seed again and adds ``number 0``, ``number 1``."""
    written: Counter[str] = Counter()

    def write(messages: Messages) -> str:
        if "You sort" in messages[0]["content"]:
            return "who knows"
        seed = messages[-1]["content"].splitlines()[-2]
        wanted = int(messages[0]["content"].rpartition("exactly ")[2].split()[0])
        first = written[seed]
        written[seed] += wanted
        return json.dumps({"texts": [f"{seed} please, number {at}" for at in range(first, first + wanted)]})

    stub.reply(write)
    return make_project(project_text(stub))


def generated(path: Path) -> dict[str, Case]:
    """The cases that were generated, by their text."""
    with Project.open(path) as project:
        cases = [case for one in project.generations.all() for case in project.generations.cases(one.id)]
    return {case.title: case for case in cases}


def said(case: Case) -> tuple[str, float | None]:
    """Its status, and what came of asking the app."""
    return case.status, case.origin.detail["relation"]["score"]


def test_what_the_app_does_not_agree_with_is_kept_and_in_doubt(synterm: Synterm, path: Path) -> None:
    done = synterm("generate", path, *ASK, "--with", "paraphrase", "--count", "6", "--accept", "--json", "-")
    assert done.code == 0, done.err
    cases = generated(path)
    assert {text: said(case) for text, case in cases.items()} == {
        "book a room please, number 0": ("accepted", 1.0),
        "book a room please, number 1": ("draft", 0.0),
        "notes of monday please, number 0": ("accepted", 1.0),
        "notes of monday please, number 1": ("draft", 0.0),
        "do it please, number 0": ("draft", None),
        "do it please, number 1": ("draft", None),
    }
    funnel = done.json["generation"]["funnel"]
    assert (funnel["kept"], funnel["dropped"], funnel["unsure"]) == (6, {}, 4)
    assert funnel["doubts"] == {
        "the app says … of the seed, and … of this": 2,
        "the app gets the seed wrong (…), so it can't tell": 2,
    }
    assert "2 × the app says … of the seed, and … of this" in done.err
    odd = synterm("show", path, "case", cases["book a room please, number 1"].id).out
    assert "asked the app relation 0.00: the app says 'schedule' of the seed, and 'clarify' of this" in odd


def test_only_the_newest_version_under_the_first_model_is_asked_unless_one_is_named(
    synterm: Synterm, path: Path
) -> None:
    command = ("generate", path, *ASK, "--with", "casing", "--count", "2", "--dry-run")
    assert "the app that is asked: router@v2 · app" in synterm(*command).out
    for app, named in (("router@v1 · writer", "router@v1 · writer"), ("·writer", "router@v2 · writer")):
        assert f"the app that is asked: {named}" in synterm(*command, "--check-relation", app).out


@pytest.mark.parametrize(
    ("app", "words"),
    [
        ("rooter", "no prompt named 'rooter'"),
        ("router@v9", "has no version v9"),
        ("router·apt", "did you mean app"),
        ("router@all", "one app answers"),
    ],
)
def test_an_app_that_is_none_is_told(synterm: Synterm, path: Path, app: str, words: str) -> None:
    done = synterm("generate", path, "--with", "casing", "--count", "2", "--check-relation", app)
    assert (done.code, words in done.err) == (2, True), done.err
    assert generated(path) == {}


def test_another_app_is_another_generation(synterm: Synterm, path: Path) -> None:
    command = ("generate", path, "--no-usual-filters", "--with", "casing", "--count", "2")
    for app in ((), ("--check-relation",), ("--check-relation", "router@v1")):
        done = synterm(*command, *app)
        assert "made before" not in done.err
        assert "made before" in synterm(*command, *app).err
    configs = [one["config"] for one in synterm("ls", path, "generations", "--json").json["generations"]]
    assert [one.get("relation", {}).get("app") for one in configs] == [None, "router@v2 · app", "router@v1 · app"]


def test_where_the_expected_result_changes_the_answers_are_to_differ(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    new = {
        "book no hall": "summarize",
        "book no room": "clarify",
        "book nothing": "clarify",
        "book another room": "schedule",
        "flood": "clarify",
        "mumble": "clarify",
    }
    items = [{"text": text, "expected": expected} for text, expected in new.items()]
    stub.reply(lambda messages: json.dumps({"texts": items}))
    path = make_project(project_text(stub, cases={"book a room": "schedule"}))
    done = synterm("generate", path, *ASK, "--with", "contradict", "--count", "6", "--accept", "--json", "-")
    assert done.json["generation"]["funnel"]["dropped"].keys() <= {"repeated"}, done.err
    cases = generated(path)
    found = {text: said(cases[text]) for text in new}
    assert found == {
        "book no hall": ("accepted", 1.0),
        "book no room": ("draft", 0.0),
        "book nothing": ("draft", None),
        "book another room": ("accepted", 1.0),
        "flood": ("draft", None),
        "mumble": ("draft", None),
    }
    reasons = {text: cases[text].origin.detail["relation"]["reason"] for text in new}
    assert "though something else is expected" in reasons["book no room"]
    assert "not what is expected" in reasons["book nothing"]
    assert reasons["flood"].startswith("the app's answer got no verdict: ")
    assert "no label" in reasons["mumble"]


def test_without_labels_the_checks_of_the_seed_say_whether_the_answers_are_alike(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    stub.reply(lambda messages: json.dumps({"texts": ["a room, book it", "the hall, book it"]}))
    path = make_project(project_text(stub, [{"type": "equals"}], {"book a room": "schedule"}))
    synterm("generate", path, *ASK, "--with", "paraphrase", "--count", "2", "--accept")
    cases = generated(path)
    assert said(cases["a room, book it"]) == ("accepted", 1.0)
    assert said(cases["the hall, book it"]) == ("draft", 0.0)
    assert "that to this fails" in cases["the hall, book it"].origin.detail["relation"]["reason"]


def test_what_has_no_seed_or_no_known_result_is_not_asked_about(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    stub.reply(lambda messages: json.dumps({"texts": ["either one", "or the other"]}))
    path = make_project(project_text(stub, cases={"book a room": "schedule"}))
    done = synterm("generate", path, *ASK, "·writer", "--with", "borderline", "--count", "2", "--accept", "--json", "-")
    assert done.code == 0, done.err
    assert {said(case) for case in generated(path).values()} == {("draft", None)}
    assert len(stub.calls) == 1, "only the writer was asked"
    assert [*done.json["generation"]["funnel"]["doubts"]] == [
        "it was made of no case that the app could be asked about"
    ]


def test_a_check_of_labels_and_the_app_are_both_heard(synterm: Synterm, path: Path) -> None:
    # The writer sorts nothing: it says no label. So the app's word counts alone.
    command = ("generate", path, *ASK, "--check-labels", "writer", "--with", "casing", "--count", "3", "--accept")
    done = synterm(*command)
    assert done.code == 0, done.err
    found = {case.expected: said(case) for case in generated(path).values()}
    assert found["summarize"] == ("accepted", 1.0)
    assert found["clarify"] == ("draft", None)

"""Leaving out what an input does not need to fail: a scripted model, and an endpoint that wavers."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.cli.main import main
from synterm.core.case import Case
from synterm.core.distill import Shrunk
from synterm.core.evaluation import Variant
from synterm.distill.probing import Prober
from synterm.distill.shrink.change import change_words, distance
from synterm.distill.shrink.contrast import contrast_set, shrunk_finding
from synterm.distill.shrink.neighbours import passing_cases
from synterm.distill.shrink.parts import LEVELS, MOST, is_empty, only, parts_of, words_in
from synterm.distill.shrink.reduce import smallest
from synterm.distill.shrink.sense import Sense
from synterm.distill.shrink.shrink import shrink
from synterm.evaluate.traffic import Traffic
from synterm.providers.registry import Providers
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Stub, stub

__all__ = ["stub"]

FILLER = "please could you kindly have a look at this for me whenever there is a moment today or tomorrow".split()


def router(rules: Sequence[dict[str, Any]], cases: Sequence[Any], **more: Any) -> str:
    """A router that answers by rules, or as `more` says: `model`, `api_base`, `params`."""
    model = {"name": "m", "model": "scripted/rules", "params": {"rules": [*rules], "default": "schedule"}}
    scenario = {"scenario": "plain", "cases": [*cases]}
    tree = {
        "feature": "Routing",
        "checks": [{"type": "label", "labels": ["schedule", "summarize", "clarify"]}],
        "behaviors": [{"behavior": "All", "scenarios": [scenario]}],
    }
    prompts = [{"name": "router", "messages": [{"role": "user", "content": "{{ message }}"}]}]
    return json.dumps({"synterm": 1, "name": "r", "models": [{**model, **more}], "prompts": prompts, "tree": [tree]})


def model_of(stub: Stub, **params: Any) -> dict[str, Any]:
    """A model behind the stub."""
    return {"model": "openai/m", "api_base": stub.url, "params": params}


def not_before_notes(messages: Messages) -> str:
    """Answers clarify where "notes" comes some time after "not"."""
    return "clarify" if "notes" in messages[-1]["content"].partition("not ")[2] else "schedule"


async def shrunk(project: Project, **options: Any) -> tuple[Case, Shrunk]:
    [model] = project.models.all()
    [prompt] = project.prompts.all()
    case, *others = project.cases.select()
    async with Providers() as providers:
        prober = Prober(project, Traffic(providers), Variant(prompt.name, "draft", prompt.draft, model))
        return case, await shrink(prober, case, passing=others, **options)


async def test_only_the_words_that_make_it_fail_are_left(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(not_before_notes)
    text = " ".join([*FILLER, "do not", *FILLER, "send the notes", *FILLER])
    path = make_project(router([], [{"input": text, "expected": "schedule"}], **model_of(stub, temperature=0)))
    seen: list[Shrunk] = []
    with Project.open(path) as project:
        case, found = await shrunk(project, watch=seen.append)
        assert found.smallest.input == {"message": "not notes"}
        assert (found.smallest.failed, found.smallest.got, found.before.input) == (1, "clarify", case.input)
        assert (found.ended, found.flaky) == ("nothing more can be left out", False)
        assert found.passing
        assert found.passing.passed == 1
        assert distance(found.smallest.input, found.passing.input)[0] == 1, "one word turns it"
        assert '"not"' in found.change or '"notes"' in found.change
        assert found.requests <= 60
        lengths = [len(words_in(one.smallest.input)) for one in seen]
        assert lengths == sorted(lengths, reverse=True)
        assert lengths[-1] == 2
        # The same again costs nothing.
        _, again = await shrunk(project)
        assert (again.requests, again.cached > 0, again.smallest) == (0, True, found.smallest)


async def test_another_wrong_label_is_another_failure(make_project: MakeProject) -> None:
    rules = [
        {"match": "notes and budget", "in": "user", "answer": "clarify"},
        {"match": "budget", "in": "user", "answer": "summarize"},
    ]
    path = make_project(router(rules, [{"input": "the notes and budget of today", "expected": "schedule"}]))
    with Project.open(path) as project:
        _, found = await shrunk(project)
        assert found.smallest.input == {"message": "notes and budget"}
        assert found.smallest.got == "clarify"


async def test_what_passes_is_not_shrunk_and_says_so(make_project: MakeProject) -> None:
    path = make_project(router([], [{"input": "book a room", "expected": "schedule"}]))
    with Project.open(path) as project:
        case, found = await shrunk(project)
        assert found.ended == "it does not fail: 1 of 1 repeat passed"
        assert (found.smallest, found.passing, found.requests) == (found.before, None, 1)
        assert contrast_set(case, found) == []


async def test_it_ends_when_so_many_requests_were_made_with_the_smallest_so_far(
    make_project: MakeProject, stub: Stub
) -> None:
    stub.reply(not_before_notes)
    text = " ".join([*FILLER, "not", *FILLER, "notes", *FILLER])
    path = make_project(router([], [{"input": text, "expected": "schedule"}], **model_of(stub, temperature=0)))
    with Project.open(path) as project:
        _, found = await shrunk(project, most=8)
        assert (found.requests, found.ended) == (8, "8 requests were made")
        assert 2 < len(words_in(found.smallest.input)) < len(text.split())
        assert found.smallest.failed == 1


async def test_an_endpoint_that_wavers_does_not_fool_it(make_project: MakeProject, stub: Stub) -> None:
    path = make_project(
        router(
            [],
            [{"input": "move it not now please", "expected": "schedule"}],
            model="openai/m",
            api_base=stub.url,
            params={},
        )
    )
    asked = count()

    def reply(messages: Messages) -> str:
        text: str = messages[-1]["content"]
        if "not" in text:
            return "clarify"
        # Without it, it fails now and then: every third time.
        return "clarify" if next(asked) % 3 == 0 else "schedule"

    stub.reply(reply)
    with Project.open(path) as project:
        _, found = await shrunk(project)
        assert found.smallest.input == {"message": "not"}
        assert (found.smallest.failed, found.smallest.passed, found.flaky) == (3, 0, True)


async def test_a_first_repeat_that_passes_does_not_say_what_the_failure_is(
    make_project: MakeProject, stub: Stub
) -> None:
    text = "move it not now please"
    path = make_project(router([], [{"input": text, "expected": "schedule"}], **model_of(stub)))
    asked = count()
    # Of the whole input the first answer is right by luck, the other two are wrong; "not" always goes wrong.
    stub.reply(
        lambda messages: (
            "schedule"
            if "not" not in messages[-1]["content"] or (messages[-1]["content"] == text and next(asked) == 0)
            else "clarify"
        )
    )
    with Project.open(path) as project:
        _, found = await shrunk(project)
        assert (found.before.passed, found.before.failed) == (1, 2)
        assert found.smallest.input == {"message": "not"}


async def test_where_nothing_on_the_way_passes_the_nearest_case_that_does_is_the_other_side(
    make_project: MakeProject,
) -> None:
    cases = [
        {"input": "notes it", "expected": "schedule"},
        {"input": "book the big room for us", "expected": "schedule"},
        {"input": "book it", "expected": "schedule"},
        {"input": "notes of it", "expected": "clarify"},
    ]
    rules = [
        {"match": "notes it", "in": "user", "answer": "clarify"},
        {"match": "notes of", "in": "user", "answer": "clarify"},
        {"match": "book", "in": "user", "answer": "schedule"},
    ]
    path = make_project(router([], cases, params={"rules": rules, "default": "summarize"}))
    with Project.open(path) as project:
        case, found = await shrunk(project)
        assert found.passing
        assert found.passing.input == {"message": "book it"}
        assert found.change == '"book" in place of "notes"'
        pair = contrast_set(case, found)
        assert [(one.status, one.split, one.root_id, one.tags) for one in pair] == [
            ("draft", "dev", case.id, ("contrast",))
        ] * 2
        assert [one.origin.detail["side"] for one in pair] == ["fails", "passes"]
        assert len({one.origin.detail["contrast"] for one in pair}) == 1
        for _ in range(2):
            project.cases.put(pair).result()
        assert len([*project.cases.select(CaseFilter(status="draft"))]) == 2, "keeping it twice adds nothing"
        [model], [prompt] = project.models.all(), project.prompts.all()
        variant = Variant(prompt.name, "draft", prompt.draft, model)
        project.findings.put(shrunk_finding(found, variant, "ann")).result()
        [kept] = project.findings.all("shrink")
        assert Shrunk.model_validate(kept.body) == found


async def test_of_a_dialog_turns_are_left_out_first(make_project: MakeProject, stub: Stub) -> None:
    turns = ["good morning to you all", "never mind the notes, really", "what is for lunch", "thanks"]
    case = {"input": {"dialog": {"turns": turns}}, "expected": "schedule"}
    path = make_project(router([], [case], **model_of(stub, temperature=0)))
    stub.reply(lambda messages: "clarify" if any("never" in said["content"] for said in messages) else "schedule")
    with Project.open(path) as project:
        _, found = await shrunk(project)
        assert found.smallest.input["dialog"]["turns"] == ["never"]


TEXTS = st.text(alphabet="ab .!?\n会議ノ9", max_size=60)


@given(st.dictionaries(st.sampled_from("abc"), TEXTS | st.integers() | st.lists(st.integers()), max_size=3))
def test_all_parts_together_are_the_input_and_none_overlap(values: dict[str, Any]) -> None:
    for level in LEVELS:
        parts = parts_of(values, level)
        whole = only(values, parts)
        assert whole == {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
        for name, text in values.items():
            if isinstance(text, str):
                own = [part for part in parts if part.place == (name,)]
                assert "".join(text[part.start : part.end] for part in own) == text
    assert is_empty(only(values, []))


def test_a_very_long_input_is_cut_into_few_parts() -> None:
    values = {"a": "word " * 10_000, "b": "x"}
    parts = parts_of(values, "words")
    assert MOST / 2 < len(parts) <= MOST + 2
    assert words_in(only(values, parts)) == words_in(values)


@given(st.integers(1, 60), st.data())
def test_what_is_needed_stays_and_nothing_else(size: int, data: st.DataObject) -> None:
    needed = data.draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=4))
    tried = count()

    async def holds(parts: Sequence[int]) -> bool:
        next(tried)
        assert list(parts) == sorted(parts)
        return needed <= set(parts)

    left, whole = asyncio.run(smallest(range(size), holds))
    assert (set(left), whole) == (needed, True)


@given(st.integers(2, 40), st.integers(0, 2**32))
def test_whatever_the_answers_no_single_part_can_be_left_out_at_the_end(size: int, seed: int) -> None:
    # Answers without any rule, but always the same for the same parts.
    def answer(parts: Sequence[int]) -> bool:
        return random.Random(f"{seed}/{[*parts]}").random() < 0.4

    async def holds(parts: Sequence[int]) -> bool:
        return answer(parts)

    left, whole = asyncio.run(smallest(range(size), holds))
    assert whole
    assert left
    if len(left) > 1:
        assert not any(answer([other for other in left if other != one]) for one in left)


@pytest.mark.parametrize(
    ("before", "after", "words", "far"),
    [
        ("do not go", "do go", 'without "not"', (1, 1)),
        ("go", "please go", 'with "please"', (1, 1)),
        ("a b c", "a x c", '"x" in place of "b"', (1, 0)),
        ("a", "a", "other spaces or values", (0, 0)),
    ],
)
def test_what_changed_is_said_in_words(before: str, after: str, words: str, far: tuple[int, int]) -> None:
    assert change_words({"m": before}, {"m": after}) == words
    assert distance({"m": before}, {"m": after}) == far


def test_texts_that_say_one_word_over_and_over_are_compared_at_once() -> None:
    one, other = {"m": "a " * 2000}, {"m": "a b " * 1000}
    assert distance(one, other) == (1000, 0)
    assert len(change_words(one, other)) < 100_000


def test_a_held_out_case_that_passes_is_shown_beside_no_other(make_project: MakeProject) -> None:
    path = make_project()
    assert main(["run", str(path), "--prompt", "router@v2", "--split", "all", "--quiet", "--fail-on", ""]) == 0
    with Project.open(path) as project:
        [column] = project.runs.columns(project.runs.named("last").id)
        cases = [*project.cases.select()]
        [held_out] = [case for case in cases if case.split == "holdout"]
        of_dev = next(case for case in cases if case.split == "dev")
        assert {case.split for case in passing_cases(project, column, of_dev)} == {"dev"}
        assert [case.id for case in passing_cases(project, column, held_out)] == [held_out.id]


async def test_what_is_left_still_asks_for_what_is_expected_as_far_as_known_cases_tell(
    make_project: MakeProject, stub: Stub
) -> None:
    pytest.importorskip("wordllama")
    stub.reply("clarify")
    text = "ignore all of that and this too, then please send me the notes of the planning meeting"
    notes = ["the notes of the budget meeting", "send me the notes of monday's meeting", "meeting notes of last week"]
    vague = ["ignore that", "all of this and that too", "this or that then"]
    cases = [{"input": one, "expected": "summarize"} for one in (text, *notes)]
    cases += [{"input": one, "expected": "clarify"} for one in vague]
    path = make_project(router([], cases, **model_of(stub, temperature=0)))
    with Project.open(path) as project:
        case, blind = await shrunk(project)
        assert len(words_in(blind.smallest.input)) == 1
        assert not blind.sense

        def sense(got: str | None) -> Sense:
            return Sense(project, case, got)

        _, found = await shrunk(project, sense=sense)
        assert found.sense
        assert {"notes", "meeting"} & {*words_in(found.smallest.input)}
        assert "ignore" not in words_in(found.smallest.input)
        assert Sense(project, case, "clarify").holds({"message": "notes of the planning meeting"})
        assert not Sense(project, case, "clarify").holds({"message": "ignore all of that and this too"})
        few = Sense(project, case, "schedule")
        assert few.problem == "there are too few cases of these labels"
        assert few.holds({"message": "anything"})
        assert "not labels" in Sense(project, case, None).problem
        wrong = project.cases.get(case.id).model_copy(update={"expected": "clarify"})
        assert "even the whole input" in Sense(project, wrong, "summarize").problem

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.checks.label_reader import LabelReader
from synterm.checks.registry import load_check
from synterm.core.evaluation import CheckResult
from synterm.core.request import Labels
from synterm.errors import InputError

Ask = Callable[..., CheckResult]

LABELS = ["schedule", "summarize", "retrieve", "clarify", "out_of_scope"]
ROUTES: dict[str, Any] = {"type": "label", "labels": LABELS}
CHOICES = {**ROUTES, "choices": {"A": "schedule", "B": "summarize", "C": "retrieve"}}


@pytest.mark.parametrize(
    "text",
    [
        "out_of_scope",
        "Out of scope",
        "out-of-scope.",
        "OUT_OF_SCOPE\n",
        '"out_of_scope"',
        "`out_of_scope`",
        "**Out of scope**",
        "Route: out_of_scope",
        "Route: **out of scope**.",
        '{"route": "out_of_scope"}',
        "- out_of_scope",
        "I'd say this is out of scope, because the weather is not a meeting.",
        "label = out_of_scope",
        "ｏｕｔ_ｏｆ_ｓｃｏｐｅ",
    ],
)
def test_a_label_is_read_however_it_is_dressed(ask: Ask, text: str) -> None:
    result = ask(ROUTES, text, "out_of_scope")
    assert (result.passed, result.label, result.reason) == (True, "out_of_scope", "out_of_scope")


@pytest.mark.parametrize("text", ["rescheduled", "scheduler", "out of the scope", "summaries", "", "...", "\x00"])
def test_no_label_is_read_from_parts_of_words(ask: Ask, text: str) -> None:
    result = ask(ROUTES, text, "schedule")
    assert (result.passed, result.label, result.reason) == (False, None, "no label in the answer")


def test_another_label_fails_and_names_both(ask: Ask) -> None:
    result = ask(ROUTES, "summarize", "schedule")
    assert (result.passed, result.label, result.reason) == (False, "summarize", "summarize, expected schedule")


def test_several_labels_are_none_and_the_reason_names_them(ask: Ask) -> None:
    result = ask(ROUTES, "summarize it, then schedule the next one, and summarize that", "schedule")
    assert (result.passed, result.label) == (False, None)
    assert result.reason == "more than one label in the answer: schedule, summarize"


def test_an_exact_answer_wins_over_mentions_of_parts(ask: Ask) -> None:
    nested = {"type": "label", "labels": ["scope", "out of scope", "c", "c#"]}
    assert ask(nested, "out of scope", "scope").label == "out of scope"
    assert ask(nested, "This is out of scope, I think", "scope").label == "out of scope"
    assert ask(nested, "It is written in C#, surely", "c").label == "c#"
    assert ask(nested, "It is written in C, surely", "c").label == "c"


def test_a_prefix_that_is_a_label_itself_is_no_prefix(ask: Ask) -> None:
    assert ask(ROUTES, "Best route: schedule", "schedule").label == "schedule"
    assert ask(ROUTES, "summarize: schedule", "schedule").label is None
    assert (
        ask({"type": "label", "labels": ["intent", "schedule"]}, "Best intent: schedule", "schedule").label
        == "schedule"
    )


@pytest.mark.parametrize(
    ("labels", "text", "found"),
    [
        (["1", "2", "3"], "**2**", "2"),
        (["-1", "0", "1"], "Score: -1", "-1"),
        (["-1", "0", "1"], "- 1", "1"),
        (["👍", "👎"], "👎️!", "👎"),
        (["<=50K", ">50K"], "The income is >50K.", ">50K"),
        (["はい", "いいえ"], "「いいえ」", "いいえ"),
        (["Straße", "Weg"], "STRASSE", "Straße"),
    ],
)
def test_labels_of_signs_and_other_scripts(ask: Ask, labels: list[str], text: str, found: str) -> None:
    assert ask({"type": "label", "labels": labels}, text, labels[0]).label == found


def test_numbers_and_booleans_are_labels_too(ask: Ask) -> None:
    assert ask({"type": "label", "labels": [1, 2]}, "2", 2).passed is True
    assert ask({"type": "label", "labels": [True, False]}, "False", False).passed is True


def test_aliases_stand_for_their_label_in_answers_and_in_cases(ask: Ask) -> None:
    config = {**ROUTES, "aliases": {"not our job": "out_of_scope", "book": "schedule"}}
    assert ask(config, "Not our job.", "out_of_scope").label == "out_of_scope"
    assert ask(config, "schedule", "book").passed is True
    assert ask(config, "schedule, that is book", "schedule").passed is True


@pytest.mark.parametrize(
    "text",
    ["B", "b", "(b)", "B)", "B.", "[B]", "**B**", "Answer: B", "The answer is B.", "B) summarize", "I go with (B)"],
)
def test_a_letter_stands_for_its_choice(ask: Ask, text: str) -> None:
    assert ask(CHOICES, text, "summarize").label == "summarize"


@pytest.mark.parametrize(
    "text", ["a plan", "It needs a plan, a date and a place", "plan b", "the answer a person needs"]
)
def test_a_letter_within_prose_is_no_choice(ask: Ask, text: str) -> None:
    assert ask(CHOICES, text, "schedule").label is None


def test_a_letter_and_a_label_that_disagree_are_none(ask: Ask) -> None:
    assert ask(CHOICES, "B) schedule", "schedule").label is None
    assert ask(CHOICES, "A) or B)?", "schedule").label is None


def test_the_label_is_found_at_a_path_of_json(ask: Ask) -> None:
    config = {**ROUTES, "path": "route.name"}
    assert ask(config, '{"route": {"name": "Schedule"}, "also": "clarify"}', "schedule").passed is True
    assert ask(config, '```json\n{"route": {"name": "clarify"}}\n```', "clarify").passed is True
    assert ask(config, '{"route": {"name": "clarify"}}', {"route": {"name": "clarify"}}).passed is True
    assert ask({**ROUTES, "path": "items.1.label"}, '{"items": [1, {"label": "clarify"}]}', "clarify").passed is True


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"route": {}}', "the answer has no route.name"),
        ('{"route": ["schedule"]}', "the answer has no route.name"),
        ('{"route": {"name": null}}', "route.name holds no label"),
        ('{"route": {"name": "lunch"}}', "no label in the answer"),
        ("schedule", "not JSON: unexpected character, expected a JSON value: line 1 column 1 (char 0)"),
    ],
)
def test_a_path_without_a_label_fails_with_the_reason(ask: Ask, text: str, reason: str) -> None:
    result = ask({**ROUTES, "path": "route.name"}, text, "schedule")
    assert (result.passed, result.label, result.reason) == (False, None, reason)


@pytest.mark.parametrize("expected", [None, "lunch", {"route": "schedule"}, ""])
def test_a_case_that_expects_no_known_label_is_not_judged(ask: Ask, expected: Any) -> None:
    result = ask(ROUTES, "schedule", expected)
    assert (result.passed, result.score) == (None, None)
    assert result.error


def test_an_unknown_expected_label_is_named_with_what_is_near(ask: Ask) -> None:
    assert ask(ROUTES, "schedule", "shedule").error == (
        "the case expects 'shedule', which is not one of the labels; did you mean schedule?"
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"labels": ["only"]}, "labels: needs at least 2"),
        ({}, "labels: is missing"),
        ({"labels": ["a", "A."]}, "'A.' can't be told from 'a'"),
        ({"labels": ["a", "a"]}, "'a' can't be told from 'a'"),
        ({"labels": ["out of scope", "out_of_scope"]}, "can't be told"),
        ({"labels": ["a", "..."]}, "'...' has no word to look for"),
        ({"labels": ["a", "b"], "aliases": {"x": "c"}}, "'c' is not one of the labels; known: a, b"),
        ({"labels": ["a", "b"], "aliases": {"A": "b"}}, "'A' can't be told from 'a'"),
        ({"labels": ["a", "b"], "choices": {"A)": "a"}}, "choices.A): this name must match"),
        ({"labels": "a, b"}, "labels: must be a list"),
        ({"label": ["a", "b"]}, "label: is not a field here; did you mean labels?"),
    ],
)
def test_labels_that_can_not_be_told_apart_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match="check label") as error:
        load_check({"type": "label", **fields})
    assert message in error.value.message


def test_a_model_can_be_held_to_the_labels_or_their_letters() -> None:
    assert load_check(ROUTES).constraint() == Labels(tuple(LABELS))
    assert load_check(CHOICES).constraint() == Labels(("A", "B", "C"))
    assert load_check({**ROUTES, "path": "route"}).constraint() is None


def test_an_endless_answer_names_no_label(ask: Ask) -> None:
    result = ask(ROUTES, "schedule " * 200_000, "schedule")
    assert result.passed is False
    assert "characters long" in result.reason


READER = LabelReader(LABELS, {"book": "schedule"}, {"A": "schedule"})
DRESS = st.text(alphabet="*_`\"'.,!?()[] \n\t-", max_size=6)


@given(
    st.sampled_from(LABELS), DRESS, DRESS, st.sampled_from([str.upper, str.lower, str.title]), st.sampled_from("_- ")
)
def test_dress_around_a_label_never_changes_it(label: str, before: str, after: str, case: Any, joint: str) -> None:
    assert READER.read(before + case(label.replace("_", joint)) + after).label == label


@given(st.text())
def test_any_text_gives_a_label_of_the_set_or_a_reason(text: str) -> None:
    reading = READER.read(text)
    assert reading.label in LABELS or (reading.label is None and reading.reason)


@given(st.lists(st.sampled_from(LABELS), min_size=2, unique=True), st.sampled_from([" or ", ", ", "/", "\n", " "]))
def test_different_labels_are_never_one(labels: list[str], joint: str) -> None:
    assert READER.read(joint.join(labels)).label is None

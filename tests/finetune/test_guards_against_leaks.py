"""What gives evaluation cases away is refused, whatever the plan says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Origin
from synterm.core.prompt import Example, Message
from synterm.describe.likeness import likeness, units
from synterm.errors import InputError
from synterm.finetune.guards.alike import twins
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.finetune.guarded import answer, empty_project, example, guarded, put


@pytest.fixture
def project(make_project: MakeProject) -> Iterator[Project]:
    with Project.open(empty_project(make_project)) as opened:
        yield opened


def refused(project: Project, case: Any, **plan: Any) -> list[tuple[str, str]]:
    """The guard and the reason of each refusal of a case."""
    kept, refusals = guarded(project, example(project, case), **plan)
    assert [one.case.id for one in kept] == ([] if refusals else [case.id])
    return [(one.guard, one.reason) for one in refusals]


def test_what_leaks_nothing_goes_through_as_it_came(project: Project) -> None:
    put(project, "an invoice of last year is missing", "holdout")
    own = example(project, put(project, "book a room for monday"), wrong=["clarify"])
    [kept], refusals = guarded(project, own)
    assert refusals == []
    assert (kept.case, kept.prompt, kept.positives, kept.negatives) == (
        *(own.case, own.prompt, own.positives, own.negatives),
    )
    assert kept.tokens > 10


@pytest.mark.parametrize("split", ["dev", "holdout"])
def test_cases_of_the_evaluation_splits_are_refused(project: Project, split: str) -> None:
    case = put(project, "book a room", split)
    assert refused(project, case) == [("split", f"it is in {split}, which models are evaluated on")]


def test_a_case_that_was_moved_since_it_was_read_is_refused(project: Project) -> None:
    case = put(project, "book a room")
    project.cases.put([case.model_copy(update={"split": "holdout"})]).result()
    assert refused(project, case) == [("split", "it is in holdout, which models are evaluated on")]


def test_relatives_of_evaluation_cases_are_refused_each_naming_the_nearest(project: Project) -> None:
    root = put(project, "book a room for the team", "dev")
    child = put(project, "we need somewhere to sit on friday", "dev", seed=root)
    grandchild = put(project, "where could seven people meet", seed=child)
    sibling = put(project, "find us a place with a window", seed=root)
    assert refused(project, sibling) == [("lineage", f"the start of its lineage, case {root.id[-8:]}, is in dev")]
    assert refused(project, grandchild) == [("lineage", f"the start of its lineage, case {root.id[-8:]}, is in dev")]

    root = root.model_copy(update={"split": "train"})
    project.cases.put([root]).result()
    assert refused(project, grandchild) == [("lineage", f"what it was made of, case {child.id[-8:]}, is in dev")]
    assert refused(project, root) == [("lineage", f"what was made of it, case {child.id[-8:]}, is in dev")]
    assert refused(project, sibling) == [
        ("lineage", f"another variation of its lineage, case {child.id[-8:]}, is in dev")
    ]

    project.cases.put([child.model_copy(update={"split": "train"})]).result()
    assert refused(project, grandchild) == refused(project, sibling) == []


def test_a_lineage_is_held_together_by_a_root_that_is_gone_and_by_rejected_cases(project: Project) -> None:
    gone = put(project, "book a room for the team", "holdout")
    other = put(project, "where could seven people meet", seed=gone, split="holdout", status="rejected")
    case = put(project, "find us a place with a window", seed=gone)
    project.cases.remove([gone.id]).result()
    assert refused(project, case) == [
        ("lineage", f"another variation of its lineage, case {other.id[-8:]}, is in holdout")
    ]


def test_a_seed_of_another_root_is_a_relative_too(project: Project) -> None:
    seed = put(project, "book a room for the team", "holdout")
    case = put(project, "where could seven people meet", origin=Origin(kind="generated", seed_id=seed.id))
    assert case.root_id == case.id
    assert refused(project, case) == [("lineage", f"what it was made of, case {seed.id[-8:]}, is in holdout")]


@pytest.mark.parametrize("status", ["accepted", "draft"])
def test_near_duplicates_are_refused_by_name_and_likeness(project: Project, status: str) -> None:
    other = put(project, "Please book a meeting room for Monday at nine", "holdout", scenario="second", status=status)
    case = put(project, "please book a meeting room for monday at ten!")
    name = f"the holdout {'case' if status == 'accepted' else 'draft'} {other.id[-8:]}"
    assert refused(project, case) == [("near-duplicate", f"it is 93 % alike {name}")]
    assert refused(project, case, near=0.95) == []


def test_nothing_lets_the_same_words_through(project: Project) -> None:
    other = put(project, "Book a room", "dev", scenario="second")
    for text in ("book a room", "BOOK  A ROOM!!", "book\u00a0a\u200b room", "ｂｏｏｋ a room"):
        assert refused(project, put(project, text), near=1.0) == [
            ("near-duplicate", f"it says the same as the dev case {other.id[-8:]}")
        ]


def test_a_plan_can_t_ask_for_more_than_nearly_the_same(project: Project) -> None:
    text = "please book a meeting room for the whole team on monday morning at nine and tell anna about it"
    put(project, text, "holdout")
    [(guard, reason)] = refused(project, put(project, f"{text}s"), near=1.0)
    assert guard == "near-duplicate"
    assert "% alike" in reason


def test_rejected_and_train_cases_are_no_evaluation_cases(project: Project) -> None:
    put(project, "book a room", "holdout", status="rejected")
    put(project, "book a room", "train")
    assert refused(project, put(project, "book a room")) == []


def test_a_likeness_that_says_nothing_is_an_error(project: Project) -> None:
    with pytest.raises(InputError, match="near must be at least"):
        guarded(project, example(project, put(project, "book a room")), near=0.2)


def test_dialogs_are_compared_by_what_is_said_not_by_how_they_are_held(project: Project) -> None:
    def dialog(*turns: str, **more: Any) -> dict[str, Any]:
        return {"dialog": {"turns": list(turns), **more}}

    other = put(project, dialog("hi", "where is my parcel", "it is late"), "dev")
    said = [("near-duplicate", f"it says the same as the dev case {other.id[-8:]}")]
    assert refused(project, put(project, dialog("Hi!", "where is my parcel?", "it is late", max_turns=3))) == said
    # A greeting opens any dialog.
    assert refused(project, put(project, dialog("hi", "cancel the order"))) == []
    opening = "where is the parcel that I ordered on monday"
    other = put(project, opening, "holdout")
    [(guard, reason)] = refused(project, put(project, dialog(opening, "and the other one?")))
    assert (guard, reason) == ("near-duplicate", f"it says the same as the holdout case {other.id[-8:]}")
    goal = {"user": "m", "goal": "wants a refund for a broken lamp"}
    other = put(project, {"dialog": goal}, "dev")
    assert refused(project, put(project, {"dialog": goal | {"temper": "angry"}})) == [
        ("near-duplicate", f"it says the same as the dev case {other.id[-8:]}")
    ]


def shot(project: Project, text: str) -> None:
    """Have the prompt show an example."""
    prompt = project.prompts.get("router")
    before = Example(input={"message": "what is it?"}, expected="clarify")
    body = prompt.draft.model_copy(update={"examples": (before, Example(input={"message": text}, expected="schedule"))})
    project.prompts.keep(prompt.id, body, "").result()


def test_rows_whose_prompt_shows_an_evaluation_case_are_refused(project: Project) -> None:
    other = put(project, "Book a room.", "dev")
    case = put(project, "an invoice is missing")
    assert refused(project, case) == []
    shot(project, "book a ROOM")
    assert refused(project, case) == [
        ("prompt-leak", f"example 2 of the prompt holds what is asked in the dev case {other.id[-8:]}")
    ]


def test_an_instruction_that_quotes_an_evaluation_case_is_refused_and_routine_words_are_not(project: Project) -> None:
    other = put(project, "where is the parcel that I ordered on monday", "holdout")
    put(project, "yes please", "holdout")
    case = put(project, "an invoice is missing")

    def under(words: str) -> list[tuple[str, str]]:
        prompt = (Message(role="system", content=words), Message(role="user", content="an invoice is missing"))
        _, refusals = guarded(project, example(project, case, prompt=prompt, instruction=words))
        return [(one.guard, one.reason) for one in refusals]

    assert under("Say yes please, or no thanks.") == []
    assert under('Asked "Where is the parcel, that I ordered on Monday?" say clarify.') == [
        ("prompt-leak", f"the instruction holds what is asked in the holdout case {other.id[-8:]}")
    ]


def test_an_input_that_quotes_a_whole_evaluation_case_is_refused(project: Project) -> None:
    other = put(project, "where is the parcel that I ordered on monday", "holdout")
    text = "my daughter wrote to you before, and nobody answered: where is the parcel that I ordered on monday? help!"
    assert refused(project, put(project, text)) == [
        ("prompt-leak", f"what it asks holds what is asked in the holdout case {other.id[-8:]}")
    ]


def test_of_several_values_all_must_be_quoted(project: Project) -> None:
    text = "The office is open from nine to five on all days of the week."
    other = put(project, {"message": text, "question": "and on sundays?"}, "dev")

    def asking(question: str) -> list[tuple[str, str]]:
        case = put(project, {"message": f"{text} More is said here, of lunch and of keys.", "question": question})
        prompt = (Message(role="user", content=f"{case.input['message']}\n\n{question}"),)
        _, refusals = guarded(project, example(project, case, prompt=prompt))
        return [(one.guard, one.reason) for one in refusals]

    assert asking("who has the keys?") == []
    assert asking("And on Sundays?") == [
        ("prompt-leak", f"what it asks holds what is asked in the dev case {other.id[-8:]}")
    ]


def test_later_turns_of_a_dialog_are_looked_at(project: Project) -> None:
    other = put(project, "where is the parcel that I ordered on monday", "holdout")
    turns = (
        Message(role="assistant", content="How can I help?"),
        Message(role="user", content="Where is the parcel that I ordered on Monday?"),
        Message(role="assistant", content="schedule"),
    )
    case = put(project, "an invoice is missing")
    held = replace(answer("schedule", "passed", score=1.0), messages=turns)
    _, refusals = guarded(project, example(project, case, [held]))
    assert [(one.guard, one.reason, one.other) for one in refusals] == [
        ("prompt-leak", f"a later turn of its dialog holds what is asked in the holdout case {other.id[-8:]}", other.id)
    ]


TEXTS = st.lists(st.text("ab c", max_size=12) | st.text(max_size=8), max_size=8)


@given(TEXTS, TEXTS, st.sampled_from([0.5, 0.7, 0.9, 0.97]))
def test_no_pair_that_is_near_enough_survives(some: list[str], others: list[str], least: float) -> None:
    found = twins([(text,) for text in some], [(text,) for text in others], least)
    for number, text in enumerate(some):
        alike = [likeness(units(text), units(other)) for other in others]
        best = max(alike, default=0.0)
        if best >= least:
            assert found[number].likeness == pytest.approx(best)
            assert alike[found[number].other] == pytest.approx(best)
        else:
            assert number not in found


def test_no_pair_survives_among_thousands(project: Project) -> None:
    words = "room team parcel monday invoice refund lamp office call anna move cancel".split()

    def text(number: int) -> str:
        return " ".join(words[(number * step + number // 7) % len(words)] for step in (1, 3, 5, 7, 11, 13))

    ours, theirs = [f"{text(n)} {n % 90}" for n in range(900)], [f"{text(n * 3)} {n % 70}" for n in range(900)]
    found = twins([(one,) for one in ours], [(one,) for one in theirs], 0.9)
    ready = [units(one) for one in theirs]
    for number in range(0, 900, 9):
        best = max(likeness(units(ours[number]), other) for other in ready)
        assert (number in found) == (best >= 0.9)

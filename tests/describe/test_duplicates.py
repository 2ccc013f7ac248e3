"""Near-duplicates among the cases of a project."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.describe.duplicates import By, Duplicates, near_duplicates
from synterm.errors import InputError
from synterm.storage.project import Project
from tests.conftest import MakeProject

SOME = (
    "where is my order|where's my order|where is my order?|i want a refund|i want refund|hello|hello there|hallo".split(
        "|"
    )
)
texts = st.lists(st.one_of(st.sampled_from(SOME), st.text(max_size=12)), max_size=25)


def cases(held: Iterable[str]) -> list[Case]:
    return [Case(scenario_id="s", input={"message": text}) for text in held]


def groups(found: Iterable[Duplicates]) -> set[frozenset[str]]:
    return {frozenset(group.ids) for group in found}


@settings(max_examples=60, deadline=None)
@given(texts, st.randoms(use_true_random=False), st.sampled_from([0.6, 0.8, 0.9, 1.0]))
def test_any_order_gives_the_same_groups(held: list[str], dice: random.Random, like: float) -> None:
    made = cases(held)
    mixed = dice.sample(made, len(made))
    assert groups(near_duplicates(made, like)) == groups(near_duplicates(mixed, like))


@settings(max_examples=60, deadline=None)
@given(texts, st.sampled_from([0.6, 0.8, 0.9, 1.0]))
def test_the_same_text_twice_is_always_found(held: list[str], like: float) -> None:
    made = cases([*held, *held])
    found = groups(near_duplicates(made, like))
    for one, other in zip(made, made[len(held) :], strict=False):
        assert any({one.id, other.id} <= group for group in found)


@settings(max_examples=60, deadline=None)
@given(texts)
def test_a_lower_threshold_only_joins_groups(held: list[str]) -> None:
    made = cases(held)
    strict, loose = groups(near_duplicates(made, 0.9)), groups(near_duplicates(made, 0.7))
    assert all(any(group <= wider for wider in loose) for group in strict)


def test_each_case_says_how_near_it_is_to_the_first() -> None:
    made = cases(["where is my order 4711", "Where is my order 4711?", "where is my order 4712", "good morning"])
    [group] = near_duplicates(made, 0.9)
    assert group.ids == tuple(case.id for case in made[:3])
    assert group.likeness == (1.0, 1.0, 0.934)


def test_many_texts_of_one_template_are_one_group() -> None:
    made = cases(f"please tell me where the parcel with the number {number} is at the moment" for number in range(3000))
    [group] = near_duplicates(made, 0.9)
    assert len(group.ids) == 3000


def test_documents_and_names_of_values_do_not_count() -> None:
    one = Case(scenario_id="s", input={"message": "where is my order", "documents": ["a.md"]})
    other = Case(scenario_id="s", input={"question": "where is my order", "documents": ["b.md", "c.md"]})
    assert len(near_duplicates([one, other])) == 1


def test_by_meaning_finds_other_words() -> None:
    pytest.importorskip("wordllama")
    made = cases(["how busy is cheesecake factory right now", "is cheesecake factory busy right now", "talk to me"])
    assert near_duplicates(made) == []
    [group] = near_duplicates(made, by="meaning")
    assert group.ids == (made[0].id, made[1].id)


def test_by_meaning_misses_no_pair() -> None:
    pytest.importorskip("wordllama")
    from synterm.analysis.embeddings import embedder
    from synterm.describe.near_meanings import NearMeanings

    dice = random.Random(2)
    words = "refund order parcel invoice card delivery address please late broken money today cancel email".split()
    held = [" ".join(dice.sample(words, dice.randint(2, 6))) for _ in range(2500)]
    index = NearMeanings(0.9)
    index.add(held)
    found = {(int(a), int(b)) for block in index.pairs() for a, b in zip(block.some, block.others, strict=True)}
    vectors = embedder().embed(held)
    cosines = vectors @ vectors.T
    # Those at the very edge may go either way.
    sure = {(a, b) for a in range(0, 2500, 5) for b in range(a + 1, 2500) if cosines[a, b] > 0.9001}
    assert sure <= found
    assert all(cosines[a, b] > 0.8999 for a, b in found)
    near = {near.number for near in index.near(held[7])}
    assert near == {b for b in range(2500) if cosines[7, b] >= 0.9}


@pytest.mark.parametrize("by", ["wording", "meaning"])
@pytest.mark.parametrize("like", [0.0, 0.49, 1.01])
def test_a_threshold_that_says_nothing_is_refused(by: By, like: float) -> None:
    with pytest.raises(InputError, match=r"from 0\.5 to 1"):
        near_duplicates([], like, by)


def test_nothing_and_hostile_texts_are_no_trouble() -> None:
    assert near_duplicates([]) == []
    made = cases(["", " ", "\ud800", "a" * 100_000, "\u202e", "𝕏" * 500, "\x00"])
    near_duplicates(made)


def test_a_project_is_looked_through(make_project: MakeProject) -> None:
    with Project.open(make_project()) as project:
        listing = project.cases.listing()
        assert all(len(group.ids) > 1 for group in near_duplicates(listing, 0.6))

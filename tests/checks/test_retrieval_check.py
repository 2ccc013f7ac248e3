"""The retrieval check, against values worked by hand."""

from __future__ import annotations

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.checks.base import Answer
from synterm.checks.judge import judge
from synterm.checks.registry import load_check
from synterm.checks.retrieval import MEASURES
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.context import Retrieval, Retrieved
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

# Found: x is irrelevant, a comes twice; relevant are a, b and c.
FOUND = ("x", "a", "a", "b")
RELEVANT = ["a", "b", "c"]


def judged(
    found: tuple[str, ...] | None, given: object = RELEVANT, problem: str | None = None, **fields: object
) -> CheckResult:
    chunks = tuple(Retrieved(name, "text", 1.0) for name in found or ())
    retrieval = None if found is None else Retrieval(chunks, problem)
    case = Case(scenario_id="s", input={"message": "hi"} | ({} if given is None else {"documents": given}))
    answer = Answer(Completion(Outcome.COMPLETE, "anything"), case, retrieval=retrieval)
    [result] = judge([load_check({"type": "retrieval", **fields})], answer)[0]
    return result


@pytest.mark.parametrize(
    ("measure", "k", "score"),
    [
        ("precision", None, 3 / 4),
        ("precision", 2, 1 / 2),
        ("precision", 1, 0.0),
        ("recall", None, 2 / 3),
        ("recall", 3, 1 / 3),
        ("mrr", None, 1 / 2),
        ("mrr", 1, 0.0),
        ("ndcg", None, (1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3) + 1 / log2(4))),
        ("ndcg", 2, (1 / log2(3)) / (1 + 1 / log2(3))),
    ],
)
def test_scores_are_those_worked_by_hand(measure: str, k: int | None, score: float) -> None:
    result = judged(FOUND, measure=measure, k=k, threshold=0.5)
    assert result.score == pytest.approx(score)
    assert result.passed is (score >= 0.5)


def test_what_was_found_at_once_scores_one() -> None:
    for measure in MEASURES:
        assert judged(("a", "b", "c"), measure=measure).score == 1.0
        assert judged(("x", "y"), measure=measure).score == 0.0
        assert judged((), measure=measure).score == 0.0, "nothing fits the query"


names = st.sampled_from("abcdef")


@given(st.lists(names, max_size=8), st.sets(names, min_size=1), st.sampled_from(sorted(MEASURES)))
def test_every_score_is_between_0_and_1(found: list[str], relevant: set[str], measure: str) -> None:
    score = judged(tuple(found), sorted(relevant), measure=measure).score
    assert score is not None and 0 <= score <= 1
    assert (score == 0) == (not relevant & set(found))


def test_a_failure_names_what_was_not_found() -> None:
    assert judged(FOUND, measure="recall", threshold=1).reason == 'recall 0.667, needs 1: not found "c"'
    assert judged(("x", "a", "b", "c"), measure="mrr", threshold=1, k=4).reason == (
        "mrr@4 0.5, needs 1: what is relevant stands too far down"
    )


@pytest.mark.parametrize(
    ("found", "given", "problem", "words"),
    [
        (None, RELEVANT, None, "takes no context"),
        (FOUND, None, None, "names no relevant documents"),
        (FOUND, [], None, "names no relevant documents"),
        ((), RELEVANT, "the project has no documents", "the project has no documents"),
        (FOUND, [1, 2], None, "must be a list of names"),
    ],
)
def test_without_what_it_needs_it_abstains_with_words(
    found: tuple[str, ...] | None, given: object, problem: str | None, words: str
) -> None:
    result = judged(found, given, problem)
    assert result.passed is None and result.score is None and words in (result.error or "")


def test_wrong_fields_are_named() -> None:
    for fields, words in (({"measure": "bleu"}, "measure"), ({"k": 0}, "k:"), ({"threshold": 2}, "threshold")):
        with pytest.raises(InputError, match=words):
            load_check({"type": "retrieval", **fields})


def test_an_answer_has_the_text_of_its_context() -> None:
    case = Case(scenario_id="s", input={})
    found = Retrieval((Retrieved("a.md", "one\n", 2.0), Retrieved("b.md", "two", 1.0)))
    assert (
        Answer(Completion(Outcome.COMPLETE), case, retrieval=found).context == "--- a.md ---\none\n\n--- b.md ---\ntwo"
    )
    assert Answer(Completion(Outcome.COMPLETE), case).context is None

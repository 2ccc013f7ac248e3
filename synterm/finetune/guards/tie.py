"""Pairs of which nothing says that one answer is better."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.review import Review, Subject, majority
from synterm.core.training import TrainingAnswer, TrainingExample
from synterm.finetune.guards.base import Kept, Known, Sorting, what_of
from synterm.finetune.guards.wording import said_by, said_in

_SOURCES = ("passed", "failed", "human")
"""Where verdicts are what an answer comes from; a case's own expected answer needs none."""


def refuse_ties(known: Known, examples: Sequence[TrainingExample]) -> Kept:
    """Refuse answers about which checks or people say one thing as often as the other, and wrong answers that score no
    less than the right one.

    What most people say goes before what checks say. Of each variant the newest verdict counts.
    """
    sorting = Sorting("tie")
    verdicts = _Verdicts(known, examples)
    for example in examples:
        dropped: list[tuple[TrainingAnswer, str]] = []
        right: list[TrainingAnswer] = []
        for answer in example.positives:
            if why := verdicts.against(example, answer, wrong=False):
                dropped.append((answer, f"{what_of(example, answer)}: {why}"))
            else:
                right.append(answer)
        for answer in example.negatives:
            if why := verdicts.against(example, answer, wrong=True):
                dropped.append((answer, f"{what_of(example, answer)}: {why}"))
            elif why := _even(answer, right):
                dropped.append((answer, f"{what_of(example, answer)} {why}"))
        sorting.sift(example, dropped, "pair")
    return sorting.kept


class _Verdicts:
    """What checks and people said about the answers of examples."""

    def __init__(self, known: Known, examples: Sequence[TrainingExample]) -> None:
        self._checks: dict[tuple[str, str], tuple[int, int]] = {}
        contents = {example.case.id: example.case.content_id for example in examples}
        subjects: dict[Subject, tuple[str, str]] = {}
        for _, answers in known.project.training.answers(contents):
            for case_id, said in answers.items():
                for one in said:
                    subject = (contents[case_id], said_in(one.text))
                    subjects[contents[case_id], one.name] = subject
                    passed, failed = self._checks.get(subject, (0, 0))
                    self._checks[subject] = passed + one.passed, failed + one.failed
        for example in examples:
            for answer in (*example.positives, *example.negatives):
                name = said_by(answer)
                subjects.setdefault((example.case.content_id, name), (example.case.content_id, name))
        self._people: dict[tuple[str, str], list[Review]] = {}
        for subject, reviews in known.project.reviews.for_outputs(sorted(subjects)).items():
            self._people.setdefault(subjects[subject], []).extend(reviews)

    def against(self, example: TrainingExample, answer: TrainingAnswer, *, wrong: bool) -> str:
        """Why an answer is not what it is taken for; empty where it is."""
        if answer.source not in _SOURCES:
            return ""
        subject = (example.case.content_id, said_by(answer))
        if people := self._people.get(subject, []):
            said = majority(people)
            passed = sum(review.passed for review in people)
            if said is None:
                return f"people disagree about it, {passed} for it and {len(people) - passed} against"
            return f"people say it is {'right' if said else 'wrong'}" if said == wrong else ""
        passed, failed = self._checks.get(subject, (0, 0))
        if not passed + failed or (failed > passed if wrong else passed > failed):
            return ""
        return f"the same answer passed {_times(passed)} and failed {_times(failed)}"


def _even(wrong: TrainingAnswer, right: Sequence[TrainingAnswer]) -> str:
    """Why a wrong answer is no worse than the right ones by what checks scored; empty where it is, or people say so."""
    if wrong.source == "human" or wrong.score is None:
        return ""
    scored = [answer.score for answer in right if answer.source == "passed" and answer.score is not None]
    if not scored or wrong.score < min(scored):
        return ""
    return f"scores {wrong.score:.2f}, and the right one {min(scored):.2f}: nothing prefers one"


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count:,} times")

"""What checks and people together say about each answer to a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from synterm.core.case import Case
from synterm.core.completion import Outcome
from synterm.core.review import Review, majority, plain
from synterm.storage.project import Project
from synterm.storage.training import Said
from synterm.text import one_line, plural

_WHOLE = (Outcome.COMPLETE, Outcome.REFUSED)
"""Outcomes of answers that are what the model meant to say: one that was cut off teaches nothing either way."""
_NOTE = 300


@dataclass(slots=True)
class Opinion:
    """One answer to one case."""

    name: str
    """`output_id` of its text."""
    text: str
    said: Said | None = None
    """What checks said; None where no run that counts gave it."""
    reviews: list[Review] = field(default_factory=list[Review])
    feedback: list[Review] = field(default_factory=list[Review])

    @property
    def human(self) -> bool | None:
        """What most reviewers say. Where neither they nor checks say anything: what most users of the app say."""
        if self.reviews:
            return majority(self.reviews)
        return majority(self.feedback) if self.feedback and self.checks is None else None

    @property
    def checks(self) -> bool | None:
        """What most verdicts of checks say."""
        if self.said is None or self.said.passed == self.said.failed:
            return None
        return self.said.passed > self.said.failed

    @property
    def checked(self) -> bool | None:
        """The same where it counts: no reviewer judged the answer, and users do not say otherwise."""
        if self.reviews or not self.is_whole or (self.feedback and majority(self.feedback) is not self.checks):
            return None
        return self.checks

    @property
    def is_whole(self) -> bool:
        """Whether the model said all that it meant to, and anything at all."""
        return bool(plain(self.text)) and (self.said is None or self.said.outcome in _WHOLE)

    @property
    def torn(self) -> str:
        """Why nobody can say whether it is right, though it was judged; empty where that can be said."""
        if self.reviews:
            up = sum(review.passed for review in self.reviews)
            return (
                "" if self.human is not None else f"people disagree, {up} for it and {len(self.reviews) - up} against"
            )
        if self.said is not None and self.checks is None:
            return f"it passed {plural(self.said.passed, 'time')} and failed as often"
        if self.feedback and self.checks is not None and majority(self.feedback) is not self.checks:
            return f"checks {'pass' if self.checks else 'fail'} it, and users of the app do not agree"
        return ""

    @property
    def votes(self) -> int:
        """How many people say what most of them say, less those who do not."""
        people = self.reviews or self.feedback
        return abs(2 * sum(review.passed for review in people) - len(people))

    @property
    def score(self) -> float | None:
        """What checks gave it."""
        return None if self.said is None else self.said.score

    def count(self, *, passed: bool) -> int:
        """How often it was given and judged so."""
        return 0 if self.said is None else self.said.passed if passed else self.said.failed

    def human_reason(self) -> str:
        """What people said of it, in words. Without their names: a training set goes places."""
        people = self.reviews or self.feedback
        right = bool(self.human)
        agreeing = [review for review in people if review.passed == right]
        who = plural(len(agreeing), "reviewer" if self.reviews else "user")
        notes = dict.fromkeys(one_line(review.note, _NOTE) for review in agreeing if review.note.strip())
        said = f"{who} {'says' if len(agreeing) == 1 else 'say'} it is {'right' if right else 'wrong'}"
        return f"{said}: {'; '.join(notes)}" if notes else said


def opinions(
    project: Project, page: Sequence[Case], answers: Mapping[str, Sequence[Said]], *, reviewed: bool
) -> dict[str, list[Opinion]]:
    """The answers to these cases, by case id, each case's in the order of their names. `reviewed`: whether the project
    has verdicts of people at all."""
    found = {
        case.id: {said.name: Opinion(said.name, said.text, said) for said in answers.get(case.id, ())} for case in page
    }
    if reviewed:
        _add_people(project, page, found)
    return {case_id: [named[name] for name in sorted(named)] for case_id, named in found.items()}


def _add_people(project: Project, page: Sequence[Case], found: Mapping[str, dict[str, Opinion]]) -> None:
    cases: dict[str, list[str]] = {}
    for case in page:
        cases.setdefault(case.content_id, []).append(case.id)
    for source in ("review", "feedback"):
        for review, text in project.reviews.for_contents(cases, source):
            for case_id in cases[review.content_id]:
                opinion = found[case_id].setdefault(review.output_id, Opinion(review.output_id, text))
                (opinion.reviews if source == "review" else opinion.feedback).append(review)

"""Whether a new case stands to its seed as its generator says: the app answers both, and the answers are held together.

A metamorphic relation: where the expected result stays, both answers are to be judged alike; where it changes, they
are to differ. An app that gets the seed wrong can't tell. And where the relation is broken, either the expected result
of the new case is wrong, or the app is: so nothing is ever dropped for it, a person looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from synterm.core.case import Case
from synterm.core.evaluation import Evaluation, Variant
from synterm.core.ids import content_id
from synterm.core.review import output_id
from synterm.describe.candidate import Candidate
from synterm.text import one_line

NAME = "relation"
_LONG = 120


@dataclass(frozen=True, slots=True)
class RelationCheck:
    """Which app answers."""

    app: Variant

    def config(self) -> dict[str, Any]:
        """What the project file keeps of it."""
        model = self.app.model.model_dump(mode="json")
        says = content_id("app", {"prompt": self.app.body.id, "model": model})[:12]
        return {"type": NAME, "app": self.app.name, "says": says}


@dataclass(frozen=True, slots=True)
class Related:
    """What came of it."""

    verdict: bool | None
    """Whether the relation holds, and speaks for what is expected; None: it can't tell."""
    reason: str

    @property
    def score(self) -> float | None:
        """1 or 0; None where it can't tell."""
        return None if self.verdict is None else float(self.verdict)

    def detail(self) -> dict[str, Any]:
        """As the case's origin keeps it."""
        return {"filter": NAME, "score": self.score, "reason": self.reason}


_UNASKED = Related(None, "the app was not asked")


class _Labels(NamedTuple):
    expected: str
    read: str | None

    @property
    def told(self) -> str:
        return "no label" if self.read is None else repr(one_line(self.read, 60))


def untold(candidate: Candidate, seed: Case | None) -> Related | None:
    """Why there is no relation to hold answers against, before anybody is asked; None where there is one."""
    if seed is None:
        return Related(None, "it was made of no case that the app could be asked about")
    if candidate.keeps == "unknown":
        return Related(None, "its generator does not say what becomes of the expected result")
    return None


def unfit(of_seed: Evaluation | None) -> Related | None:
    """Why an app's answer to a seed can't be held against another answer; None where it can."""
    if of_seed is None:
        return _UNASKED
    if of_seed.passed is None:
        return Related(None, f"the app's answer to the seed got no verdict: {_short(of_seed.error)}")
    found = _labels(of_seed)
    if found and found.read != found.expected:
        return Related(None, f"the app gets the seed wrong ({found.told}), so it can't tell")
    if not found and not of_seed.passed:
        return Related(None, f"the app gets the seed wrong, so it can't tell: {_short(of_seed.reason)}")
    return None


def related(candidate: Candidate, seed: Case, of_seed: Evaluation, of_new: Evaluation | None) -> Related:
    """What the app's answers say, of which that to the seed is fit."""
    if of_new is None:
        return _UNASKED
    if of_new.passed is None:
        return Related(None, f"the app's answer got no verdict: {_short(of_new.error)}")
    stays = candidate.keeps == "same" or candidate.expected == seed.expected
    before, after = _labels(of_seed), _labels(of_new)
    if before is None or after is None:
        return _stays(of_new) if stays else _changes(of_seed, of_new)
    both = f"the app says {before.told} of the seed, and {after.told} of this"
    if stays:
        return Related(before.read == after.read, both)
    if before.read == after.read:
        return Related(False, f"{both}, though something else is expected")
    if after.read == after.expected:
        return Related(True, both)
    return Related(None, f"{both}: something else, as it should be, but not what is expected")


def _stays(of_new: Evaluation) -> Related:
    if of_new.passed:
        return Related(True, "the app's answers to the seed and to this pass")
    return Related(False, f"the app's answer to the seed passes, and that to this fails: {_short(of_new.reason)}")


def _changes(of_seed: Evaluation, of_new: Evaluation) -> Related:
    if output_id(of_seed.completion.said) == output_id(of_new.completion.said):
        return Related(False, "the app answers the seed and this in the same words, though something else is expected")
    return Related(None, "the app's answers differ, as they should, and no label tells whether in what is expected")


def _labels(evaluation: Evaluation) -> _Labels | None:
    """Those of the first check that compares labels; None without one."""
    return next((_Labels(*check.reading) for check in evaluation.checks if check.reading is not None), None)


def _short(text: str | None) -> str:
    return one_line(text or "", _LONG)

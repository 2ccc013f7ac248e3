"""Placing traffic: which behavior a call belongs to, and whether there is one for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

from synterm.analysis.embeddings import embedder
from synterm.analysis.grouping import can_tell_meanings
from synterm.analysis.regression import Regression
from synterm.core.ids import content_id
from synterm.core.placing import PlacingReport
from synterm.core.traffic import LoggedCall, Placing
from synterm.production.calibration import Decision, signs, trial
from synterm.production.likeness import Likeness, Prepared
from synterm.production.nearest import Nearest
from synterm.production.own_cases import key, own_cases, text_of
from synterm.production.placing_report import decided
from synterm.storage.base import chunks
from synterm.storage.project import Project

_SAME = 0.3
"""Texts that differ in nothing but capital letters and punctuation are this near, and much nearer as a rule."""
_METHOD = "placing/1"
_AT_ONCE = 2048
_DIGITS = 4
EXTRA = "placing needs the extra analysis: pip install 'synterm[analysis]'"
NO_CASES = "the project has no accepted cases to place calls by: add some with synterm add or synterm import"


@dataclass(frozen=True, slots=True)
class _Found:
    """What is found of one text."""

    placing: Placing
    scenario_id: str
    confidence: float | None
    nearest: str
    likeness: float


class Placer:
    """Places calls by the accepted cases of a project, of all splits, as they are when it is made.

    Each call is placed in the behavior that kernel ridge regression over the cases says most of, by meaning and by
    wording; or called uncovered, where that is as little as it is for own cases whose behavior is left out. The
    confidence is fitted on the project's own cases as well (`synterm.production.calibration`). Of a placed call it is
    the chance that its behavior is the right one; of an uncovered one that it belongs to none. Both take it that half
    of the traffic is covered: `synterm.production.estimates` says how much is.
    """

    def __init__(self, project: Project, told: Callable[[str], None] = lambda _: None) -> None:
        """Reads and compares the cases: some seconds for very many. `told` gets what is being done, in words.

        Without the extra ``analysis``, or without cases, it places nothing, and `why_not` says why. Raises ProjectError
        when the file can't be read, ModelError when embeddings can't be made though the extra is there.
        """
        self.fingerprint = fingerprint(project)
        """What tells the cases, their places, and how calls are placed: equal ones place alike."""
        self.why_not = ""
        """Why it places nothing, and what to do about it; empty where it places."""
        self.report = PlacingReport(cases=0, used=0, lineages=0, behaviors=0, calibrated=False)
        """How well it places, as the project's own cases tell."""
        if not can_tell_meanings():
            self.why_not = EXTRA
        else:
            self._fit(project, told)
        if self.why_not:
            self.report = self.report.model_copy(update={"doubt": self.why_not})

    def place(self, calls: Sequence[LoggedCall]) -> list[LoggedCall]:
        """The calls as they are placed, in their order; as they are where `why_not` says why.

        Takes some 0.1 ms of CPU for each. Raises ModelError.
        """
        if self.why_not:
            return [*calls]
        texts = [text_of(call.input) for call in calls]
        found: dict[str, _Found] = {}
        for part in chunks(dict.fromkeys(texts), _AT_ONCE):
            found.update(zip(part, self._looked_at(part), strict=True))
        return [_placed(call, found[text]) for call, text in zip(calls, texts, strict=True)]

    def _fit(self, project: Project, told: Callable[[str], None]) -> None:
        import numpy as np

        embedder().warm()
        self._cases = cases = own_cases(project, told)
        if not cases.ids:
            self.why_not = NO_CASES
            return
        classes, roots = (np.array([some[at] for at in cases.chosen]) for some in (cases.classes, cases.roots))
        likeness = Likeness(cases.texts, cases.vectors[cases.chosen])
        kernel, cosines = likeness.own()
        regression = Regression(kernel, classes, _weights(classes, roots))
        tried = trial(regression, cosines, classes, roots, told)
        self._prepared: Prepared = likeness.prepared(regression.coefficients)
        self._nearest = Nearest(cases.vectors, cases.classes, cases.chosen)
        cases.vectors = cases.vectors[:0]  # it has them now, in its order
        bare = self.report.model_copy(
            update={
                "cases": len(cases.ids),
                "used": len(cases.chosen),
                "lineages": len(np.unique(roots)),
                "behaviors": len(cases.behaviors),
            }
        )
        self._decision: Decision
        self._decision, self.report = decided(tried, bare, cases.behaviors, cases.paths)

    def _looked_at(self, texts: Sequence[str]) -> Iterator[_Found]:
        """What is found of each of some texts."""
        import numpy as np

        cases = self._cases
        said, vectors, cosines = self._prepared.said_of(texts)
        seen = signs(said, cosines.max(axis=1))
        # What says the same is near, unless it says nothing that has a meaning.
        near = (seen.likeness >= _SAME) | (seen.likeness == 0)
        same = [cases.said.get(key(text), []) if maybe else [] for text, maybe in zip(texts, near, strict=True)]
        # What says the same as a case is covered, and belongs where that case does.
        winner = np.array(
            [cases.classes[known[0]] if known else at for known, at in zip(same, seen.winner, strict=True)]
        )
        called, sure = self._decision.of(seen)
        is_covered = called | np.array([bool(known) for known in same])
        nearest, likeness = self._nearest.of(vectors, cosines, np.where(is_covered, winner, -1))
        for at, known in enumerate(same):
            case = known[0] if known else int(nearest[at])
            chance = 1 / len({cases.classes[one] for one in known}) if known else float(sure[at])
            yield _Found(
                placing="placed" if is_covered[at] else "uncovered",
                scenario_id=cases.scenario_ids[case] if is_covered[at] else "",
                confidence=None if isnan(chance) else round(chance, _DIGITS),
                nearest=cases.ids[case],
                likeness=round(self._nearest.cosine(case, vectors[at]) if known else float(likeness[at]), _DIGITS),
            )


def fingerprint(project: Project) -> str:
    """What tells a project's accepted cases and their places from others, and how calls are placed by them."""
    return content_id("placing", [_METHOD, embedder().name, project.accepted.fingerprint()])[:16]


def _placed(call: LoggedCall, found: _Found) -> LoggedCall:
    return replace(
        call,
        placing=found.placing,
        scenario_id=found.scenario_id,
        confidence=found.confidence,
        nearest=found.nearest,
        likeness=found.likeness,
    )


def _weights(classes: Any, roots: Any) -> Any:
    """Each behavior counts as much as another, and in it each lineage: their mean is 1."""
    import numpy as np

    pairs = np.stack([classes, roots], axis=1)
    _, own, sizes = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    lineages = np.bincount(np.unique(pairs, axis=0)[:, 0])
    weights = 1 / (sizes[own.ravel()] * lineages[classes])
    return weights / weights.mean()

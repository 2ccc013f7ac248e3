"""What the project's own cases say of placing: how it is decided what is covered, and how often that is right."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from synterm.core.placing import BehaviorPlacing, OwnRate, PlacingBin, PlacingReport
from synterm.evaluate.statistics import wilson
from synterm.production.calibration import ENOUGH, LIKE, Decision, Trial
from synterm.text import plural

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from synterm.analysis.regression import Floats, Places

    Flags = NDArray[np.bool_]

_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class _Tried(NamedTuple):
    """Each case as it was placed by figures that were fitted on other lineages."""

    called: Flags
    """Covered, without its lineage."""
    right: Flags
    """Placed in its behavior, without its lineage."""
    sure: Floats
    """How sure that was; NaN where it is not known."""
    found: Flags
    """Called uncovered, without its behavior."""
    sure_of_found: Floats


def decided(
    tried: Trial, bare: PlacingReport, behaviors: Sequence[str], paths: Sequence[str]
) -> tuple[Decision, PlacingReport]:
    """How to decide, and how well that goes: by cases whose behavior is left out where they tell, else by how like each
    other own cases are, and where there are too few by a rule of thumb."""
    import numpy as np

    everything = np.ones(len(tried.classes), bool)
    if tried.lineages < ENOUGH:
        doubt = f"{_few(tried)}; by a rule of thumb, calls are covered from a likeness of {LIKE:.2f} on"
        return Decision(LIKE), bare.model_copy(update={"doubt": doubt})
    if tried.tells_behaviors:
        report = _report(bare, tried, _cross(tried, apart=True), behaviors, paths)
        if report.covered and report.left_out and report.covered.interval[0] + report.left_out.interval[0] > 1:
            return tried.fit(everything), report.model_copy(update={"calibrated": True})
        why = "behaviors are about the same things: to the others a case looks alike with its own behavior and without"
    else:
        why = "only one behavior has cases enough: nothing shows how traffic looks that it does not cover"
    decision = tried.fit(everything, apart=False)
    doubt = (
        f"what is uncovered can't be told by the project's cases, since {why}; calls are covered from a likeness of "
        f"{decision.limit:.2f} on, which nine of ten own cases have"
    )
    report = _report(bare, tried, _cross(tried, apart=False), behaviors, paths)
    known = report.right if tried.tells_behaviors else None
    return decision, report.model_copy(update={"doubt": doubt, "right": known, "left_out": None, "bins": ()})


def _few(tried: Trial) -> str:
    where = "the behavior that has" if tried.behaviors == 1 else "behaviors that have"
    return f"{plural(tried.lineages, 'lineage')} of cases in {where} several are too few to tell: it takes {ENOUGH}"


def _cross(tried: Trial, *, apart: bool) -> _Tried:
    import numpy as np

    count = len(tried.classes)
    called, found = np.zeros(count, bool), np.zeros(count, bool)
    sure, sure_of_found = np.zeros(count), np.zeros(count)
    for fold in tried.folds():
        if fold.any():
            decision = tried.fit(~fold, apart=apart)
            called[fold], sure[fold] = decision.of(tried.without_kin.part(fold))
            placed, sure_of_found[fold] = decision.of(tried.without_behavior.part(fold))
            found[fold] = ~placed
    return _Tried(called, called & (tried.without_kin.winner == tried.classes), sure, found, sure_of_found)


def _report(
    bare: PlacingReport, tried: Trial, so: _Tried, behaviors: Sequence[str], paths: Sequence[str]
) -> PlacingReport:
    import numpy as np

    return bare.model_copy(
        update={
            "right": _rate(so.right, tried.testable, tried),
            "covered": _rate(so.called, tried.testable, tried),
            "left_out": _rate(so.found, np.ones(len(tried.classes), bool), tried),
            "bins": _bins(tried, so),
            "by_behavior": tuple(_behavior(tried, so, kind, behaviors, paths) for kind in range(len(behaviors))),
        }
    )


def _rate(flags: Flags, chosen: Flags, tried: Trial) -> OwnRate:
    import numpy as np

    lineages = len(np.unique(tried.roots[chosen]))
    rate = _share(flags, chosen, tried)
    return OwnRate(rate=rate, interval=wilson(rate * lineages, lineages), cases=int(chosen.sum()), lineages=lineages)


def _share(flags: Flags, chosen: Flags, tried: Trial) -> float:
    """The share of those chosen, each lineage counted as one."""
    weights = tried.weights[chosen]
    # Rounding must not push it over 1.
    return min(float(weights @ flags[chosen] / weights.sum()), 1.0) if len(weights) else 0.0


def _bins(tried: Trial, so: _Tried) -> tuple[PlacingBin, ...]:
    """Of cases without their lineage and of cases without their behavior, which count for half each. What is placed
    though its behavior is left out is wrong."""
    import numpy as np

    tested = tried.testable
    said = np.concatenate([so.sure[tested], so.sure_of_found])
    right = np.concatenate([so.right[tested], so.found])
    halves = tried.weights[tested], tried.weights
    weights = np.concatenate([half / half.sum() for half in halves])
    bins: list[PlacingBin] = []
    for low, high in pairwise(_EDGES):
        inside = (said >= low) & ((said < high) | (high == 1.0))
        if inside.any():
            of: Any = weights[inside] / weights[inside].sum()
            bins.append(
                PlacingBin(
                    low=low,
                    high=high,
                    cases=int(inside.sum()),
                    confidence=float(of @ said[inside]),
                    right=float(of @ right[inside]),
                )
            )
    return tuple(bins)


def _behavior(tried: Trial, so: _Tried, kind: int, behaviors: Sequence[str], paths: Sequence[str]) -> BehaviorPlacing:
    import numpy as np

    members = tried.classes == kind
    astray: Places = tried.without_kin.winner[members & so.called & ~so.right]
    return BehaviorPlacing(
        behavior_id=behaviors[kind],
        behavior=paths[kind],
        cases=int(members.sum()),
        right=_share(so.right, members, tried) if tried.testable[members].all() else None,
        called_uncovered=_share(~so.called, members, tried),
        elsewhere=paths[int(np.bincount(astray).argmax())] if len(astray) else "",
        found_left_out=_share(so.found, members, tried),
    )

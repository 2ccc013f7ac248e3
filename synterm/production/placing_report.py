"""What the project's own cases say of placing, as figures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from synterm.core.placing import BehaviorPlacing, OwnRate, PlacingBin, PlacingReport
from synterm.evaluate.statistics import wilson
from synterm.production.calibration import Trial

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from synterm.analysis.regression import Floats, Places

    Flags = NDArray[np.bool_]

_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def report_of(bare: PlacingReport, tried: Trial, behaviors: Sequence[str], paths: Sequence[str]) -> PlacingReport:
    """The report with its figures: each of cases that the chances were not fitted on."""
    import numpy as np

    count = len(tried.classes)
    covered, right, strange, sure = (np.zeros(count) for _ in range(4))
    for fold in tried.folds():
        if fold.any():
            chances = tried.fit(~fold)
            covered[fold], right[fold] = chances.of(tried.without_kin.part(fold))
            strange[fold], sure[fold] = chances.of(tried.without_behavior.part(fold))
    called, found = covered >= 0.5, strange < 0.5
    is_right = called & (tried.without_kin.winner == tried.classes)
    sure_of_strange = np.where(found, 1 - strange, strange * sure)
    tested = tried.testable
    return bare.model_copy(
        update={
            "right": _rate(is_right, tested, tried),
            "covered": _rate(called, tested, tried),
            "left_out": _rate(found, np.ones(count, bool), tried),
            "bins": _bins(tried, np.where(called, covered * right, 1 - covered), is_right, sure_of_strange, found),
            "by_behavior": tuple(
                _behavior(tried, kind, behaviors, paths, called, is_right, found) for kind in range(len(behaviors))
            ),
        }
    )


def _rate(so: Flags, chosen: Flags, tried: Trial) -> OwnRate:
    import numpy as np

    lineages = len(np.unique(tried.roots[chosen]))
    rate = _share(so, chosen, tried)
    return OwnRate(rate=rate, interval=wilson(rate * lineages, lineages), cases=int(chosen.sum()), lineages=lineages)


def _share(so: Flags, chosen: Flags, tried: Trial) -> float:
    """The share of those chosen, each lineage counted as one."""
    weights = tried.weights[chosen]
    # Rounding must not push it over 1.
    return min(float(weights @ so[chosen] / weights.sum()), 1.0) if len(weights) else 0.0


def _bins(tried: Trial, sure: Floats, is_right: Flags, sure_of_strange: Floats, found: Flags) -> tuple[PlacingBin, ...]:
    """Of cases without their lineage and of cases without their behavior, which count for half each. What is placed
    though its behavior is left out is wrong."""
    import numpy as np

    tested = tried.testable
    said = np.concatenate([sure[tested], sure_of_strange])
    so = np.concatenate([is_right[tested], found])
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
                    right=float(of @ so[inside]),
                )
            )
    return tuple(bins)


def _behavior(
    tried: Trial,
    kind: int,
    behaviors: Sequence[str],
    paths: Sequence[str],
    called: Flags,
    is_right: Flags,
    found: Flags,
) -> BehaviorPlacing:
    import numpy as np

    members = tried.classes == kind
    astray: Places = tried.without_kin.winner[members & called & ~is_right]
    return BehaviorPlacing(
        behavior_id=behaviors[kind],
        behavior=paths[kind],
        cases=int(members.sum()),
        right=_share(is_right, members, tried) if tried.testable[members].all() else None,
        called_uncovered=_share(~called, members, tried),
        elsewhere=paths[int(np.bincount(astray).argmax())] if len(astray) else "",
        found_left_out=_share(found, members, tried),
    )

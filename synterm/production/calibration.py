"""How sure placing can be, as the project's own cases tell: each is placed as if it and its kin had not been known.

Covered traffic looks as a case does to the others, without its own lineage; uncovered traffic as a case does where its
behavior has no cases. What tells one from the other is fitted on both, each counted as half of the traffic, and so is
how often the behavior is the right one. The figures of the report are of cases that the fit did not see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synterm.analysis.logistic import Logistic
from synterm.analysis.regression import Regression

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from synterm.analysis.regression import Floats, Places

ENOUGH = 10
"""With fewer lineages nothing is fitted."""
LIKE = 0.4
"""The rule of thumb where there are too few cases to tell: what is less like its nearest case is uncovered. On CLINC150
it keeps two of three that are covered, with two cases for a behavior, and finds more than nine of ten others."""
_LEFT = 0.1
"""So many own cases are below the limit, where it is told by them."""
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Signs:
    """What is seen of some texts. Arrays of one length."""

    winner: Places
    """The class that most is said of."""
    top: Floats
    """How much that is: about 1 for what is like a case, about 0 for what is like none."""
    margin: Floats
    """How much more than of the class that comes second."""
    likeness: Floats
    """The cosine with the nearest case."""

    @property
    def of_covered(self) -> Floats:
        """What tells whether a text is covered."""
        import numpy as np

        return np.stack([self.top, self.likeness], axis=1)

    @property
    def of_right(self) -> Floats:
        """What tells whether the class is the right one."""
        import numpy as np

        return np.stack([self.top, self.margin], axis=1)

    def part(self, chosen: Any) -> Signs:
        """Those of some of the texts."""
        return Signs(self.winner[chosen], self.top[chosen], self.margin[chosen], self.likeness[chosen])


def signs(said: Any, likeness: Any) -> Signs:
    """From what is said of each class, a row for each text, and the cosine with the nearest case."""
    import numpy as np

    values = np.array(said, np.float64)
    winner = values.argmax(axis=1)
    every = np.arange(len(values))
    top = values[every, winner]
    if values.shape[1] > 1:
        values[every, winner] = -np.inf
        margin = top - values.max(axis=1)
    else:
        margin = top
    return Signs(winner, top, np.minimum(margin, 1.0), np.asarray(likeness, np.float64))


@dataclass(frozen=True, slots=True)
class Decision:
    """What is covered, and how sure that is."""

    limit: float
    """Where `covered` is None, texts are covered from this likeness on."""
    covered: Logistic | None = None
    """How likely it is that a text is covered."""
    right: Logistic | None = None
    """How likely it is that its class is the right one, if it is covered."""

    def of(self, seen: Signs) -> tuple[NDArray[np.bool_], Floats]:
        """Whether each text is covered, and the chance that its class is right, or that it is not covered: NaN where
        that is not known."""
        import numpy as np

        chance = self.covered.chance(seen.of_covered) if self.covered else None
        right = self.right.chance(seen.of_right) if self.right else np.full(len(seen.top), np.nan)
        if chance is None:
            called = seen.likeness >= self.limit
            return called, np.where(called, right, np.nan)
        called = chance >= 0.5
        return called, np.where(called, chance * right, 1 - chance)


@dataclass(frozen=True, slots=True)
class Trial:
    """The cases that decide, each placed as if some had not been known. Arrays of one length, one entry for a case."""

    classes: Places
    roots: Places
    weights: Floats
    """1 / how many cases of its lineage there are."""
    testable: NDArray[np.bool_]
    """Whether its behavior has another lineage: else it could not be placed in it."""
    without_kin: Signs
    """As it looks to the cases of other lineages."""
    without_behavior: Signs
    """As it looks to those of other behaviors."""

    @property
    def behaviors(self) -> int:
        """How many there are."""
        import numpy as np

        return len(np.unique(self.classes))

    @property
    def lineages(self) -> int:
        """How many there are of behaviors that have several: by the others nothing can be tried."""
        import numpy as np

        return len(np.unique(self.roots[self.testable]))

    @property
    def tells_behaviors(self) -> bool:
        """Whether several behaviors can be tried."""
        import numpy as np

        return len(np.unique(self.classes[self.testable])) > 1

    @property
    def limit(self) -> float:
        """The likeness that nine of ten cases have to one of another lineage, each lineage counted as one; at most that
        of the rule of thumb."""
        import numpy as np

        likeness, weights = self.without_kin.likeness[self.testable], self.weights[self.testable]
        order: Places = np.argsort(likeness)
        below: Floats = np.cumsum(weights[order])
        at = int(np.searchsorted(below, _LEFT * float(below[-1])))
        return min(float(likeness[order[at]]), LIKE)

    def fit(self, chosen: Any, *, apart: bool = True) -> Decision:
        """The decision, by some of the cases. `apart`: whether what is not covered is told by cases whose behavior is
        left out; else by the limit."""
        import numpy as np

        tested = chosen & self.testable
        own, for_own = self.without_kin.part(tested), self.weights[tested]
        right = None
        if self.tells_behaviors:
            right = Logistic(own.of_right, (own.winner == self.classes[tested]).astype(np.float64), for_own)
        if not apart:
            return Decision(self.limit, None, right)
        others, for_others = self.without_behavior.part(chosen), self.weights[chosen]
        # Half of the traffic each, whatever the cases are.
        for_others = for_others * (for_own.sum() / for_others.sum())
        truths = np.concatenate([np.ones(len(for_own)), np.zeros(len(for_others))])
        figures = np.vstack([own.of_covered, others.of_covered])
        return Decision(self.limit, Logistic(figures, truths, np.concatenate([for_own, for_others])), right)

    def folds(self) -> list[Any]:
        """The cases in parts, by lineage: masks. Lineages of one behavior follow each other, so that no part holds all
        of one that has several."""
        import numpy as np

        _, firsts, lineage = np.unique(self.roots, return_index=True, return_inverse=True)
        turn = np.empty(len(firsts), np.int64)
        turn[np.argsort(self.classes[firsts], kind="stable")] = np.arange(len(firsts))
        return [turn[lineage] % _FOLDS == fold for fold in range(_FOLDS)]


def trial(
    regression: Regression, cosines: Floats, classes: Places, roots: Places, told: Callable[[str], None]
) -> Trial:
    """Place each case without its lineage, and without its behavior."""
    import numpy as np

    count, kinds = len(classes), int(classes.max()) + 1
    _, lineage, sizes = np.unique(roots, return_inverse=True, return_counts=True)
    kin, kin_near = np.zeros((count, kinds)), np.zeros(count)
    told("placing own cases without their lineages")
    for block in _blocks(lineage):
        kin[block] = regression.without(block)
        kin_near[block] = _nearest(cosines, block, block)
    strange, strange_near = np.zeros((count, kinds)), np.zeros(count)
    told("placing own cases without their behaviors")
    testable = np.zeros(count, bool)
    for kind, members in enumerate(_blocks(classes)):
        testable[members] = len(np.unique(lineage[members])) > 1
        block = np.flatnonzero((classes == kind) | np.isin(lineage, lineage[members]))
        inside = np.searchsorted(block, members)
        strange[members] = regression.without(block)[inside]
        strange_near[members] = _nearest(cosines, members, block)
        strange[members, kind] = -np.inf
    if kinds == 1:
        strange[:] = 0.0
    return Trial(classes, lineage, 1 / sizes[lineage], testable, signs(kin, kin_near), signs(strange, strange_near))


def _blocks(labels: Places) -> list[Places]:
    """The places of each label, sorted."""
    import numpy as np

    order = np.argsort(labels, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)


def _nearest(cosines: Floats, members: Places, block: Places) -> Floats:
    """Of members, the cosine with the nearest case outside a block; -1 where there is none."""
    import numpy as np

    rows = cosines[members].copy()
    rows[:, block] = -1.0
    return np.asarray(rows.max(axis=1))

"""How many cases say something of their own.

By age: a case counts where none that counts already is of its lineage, or says nearly the same. So a new case never
makes fewer of those before it, whatever it is like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from synterm.core.case import Case
from synterm.describe.coverage.looks import Look
from synterm.describe.duplicates import THRESHOLDS, By, near_duplicates
from synterm.describe.likeness import likeness, units
from synterm.describe.wording import compared
from synterm.errors import InputError

_MOST_HEADS = 64
"""With so many cases that differ a further one of their group is compared, the oldest; each is near to another one, so
there are hardly ever more."""

Named = Callable[[Sequence[str]], Sequence[Case]]
"""The cases of some ids."""


class Tally:
    """Counts the cases of one place, given by age."""

    __slots__ = ("_most", "_roots", "_says", "cases", "have")

    def __init__(self, most: int | None = None) -> None:
        """`most`: so many independent ones are enough to know."""
        self.cases = 0
        """All cases, each by itself."""
        self.have = 0
        """Independent cases."""
        self._most = most
        self._roots: set[str] = set()
        self._says: set[str] = set()

    def add(self, look: Look) -> None:
        """Count one more."""
        self.cases += 1
        if self.have == self._most or look.root_id in self._roots or look.says in self._says:
            return
        self.have += 1
        self._roots.add(look.root_id)
        self._says.add(look.says)

    def has(self, look: Look) -> bool:
        """Whether a case of this lineage counts here already, so that one made of it adds nothing."""
        return look.root_id in self._roots


def looked_at(cases: Iterable[Case], look: Callable[[Case], Look], by: By, named: Named) -> tuple[list[Look], str]:
    """What cases, given by age, are like, each with the oldest one that says nearly the same; and a note where they
    could not be compared.

    Reads them once, and holds no text for longer than the comparison takes. Raises ModelError where embeddings are
    asked for and can't be made.
    """
    looks: list[Look] = []

    def tapped() -> Iterator[Case]:
        for case in cases:
            looks.append(look(case))
            yield case

    try:
        groups = near_duplicates(tapped(), by=by)
    except InputError as error:
        return looks, f"near-duplicates were not looked for: {error.message}"
    known = {one.id: one for one in looks}
    for group in groups:
        rest: list[str] = []
        for case_id, near in zip(group.ids, group.likeness, strict=True):
            if near >= THRESHOLDS[by]:
                known[case_id].says = group.ids[0]
            else:
                rest.append(case_id)
        _say(rest, known, by, named)
    return looks, ""


def _say(ids: Sequence[str], known: dict[str, Look], by: By, named: Named) -> None:
    """Of cases that are near to others, but not to the first of their group: give each the oldest that is near."""
    heads: list[tuple[str, Any]] = []
    for at in range(0, len(ids), 500):
        cases = named(ids[at : at + 500])
        for case, ready in zip(cases, _ready([compared(case.input) for case in cases], by), strict=True):
            head = next((name for name, other in heads if _near(ready, other, by)), None)
            if head:
                known[case.id].says = head
            elif len(heads) < _MOST_HEADS:
                heads.append((case.id, ready))


def _ready(texts: list[str], by: By) -> Sequence[Any]:
    if by == "wording":
        return [units(text) for text in texts]
    from synterm.analysis.embeddings import embedder

    return list(embedder().embed(texts)) if texts else []


def _near(one: Any, other: Any, by: By) -> bool:
    least = THRESHOLDS[by]
    return (likeness(one, other, least) if by == "wording" else round(float(one @ other), 6)) >= least

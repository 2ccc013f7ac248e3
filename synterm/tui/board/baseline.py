"""The column of a baseline: verdicts that a run recorded, for the draft to be held against."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from synterm.core.case import Case
from synterm.core.completion import Outcome
from synterm.core.evaluation import Variant
from synterm.storage.comparing import StandingVerdict
from synterm.storage.project import Project
from synterm.text import one_line
from synterm.tui.board.column import Column
from synterm.tui.board.slots import Slots
from synterm.tui.board.verdicts import SHOWN, Verdicts

if TYPE_CHECKING:
    from synterm.evaluate.compare.sides import SideVariant

_CHUNK = 500
_BREATH_S = 0.001
"""So many verdicts are put in their places before keys and drawing get their turn: half a millisecond."""


class Said(NamedTuple):
    """What a baseline says of a case that says today what it said then."""

    case_id: str
    scenario_id: str
    root_id: str
    passed: bool | None
    """With repeats: whether more of them passed than not."""
    text: str
    """The answer in short."""
    stored: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was read of a baseline."""

    name: str
    """The variants that its verdicts are of: ``router@v2 · smollm2``; empty where it has none of the prompt."""
    variant: Variant | None
    """The last of them."""
    said: Sequence[Said]


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What is to be read of a baseline. Each wish is one of its own: what is under way may be older than the next."""

    case_ids: frozenset[str] | None = None
    """Only these cases; None: all."""


class BaselineColumn(Column):
    """What a baseline says of a prompt under a model. Typing does not age it; a case that changed is forgotten.

    It is empty until it was read: `wanted` says what is to be read, `read_baseline` does that, `take` takes it.
    """

    recorded = True

    def __init__(self, name: str, variant: Variant, slots: Slots) -> None:
        """`variant`: what is held against it, until it is known what it is of."""
        super().__init__(variant, slots)
        self.name = name
        self.prompt, self.model = variant.prompt, variant.model.name
        """What it was asked of."""
        self.of = ""
        """The variants that its verdicts are of."""
        self.wanted: Wanted | None = Wanted()
        """What is to be read."""
        self.absent = False
        """Whether it turned out to have nothing of the prompt."""

    @property
    def known(self) -> bool:
        """Whether it was read yet."""
        return bool(self.of) or self.absent

    @property
    def title(self) -> str:
        """``baseline main``."""
        return f"baseline {one_line(self.name, 30)}"

    @property
    def label(self) -> str:
        """``= main``."""
        return f"= {one_line(self.name, 30)}"

    def supersede(self, variant: Variant) -> None:
        """Nothing: what was recorded stays."""

    def forget(self) -> None:
        """Any case may say something else: it is read again, and what is there stands until then."""
        self.wanted = Wanted()

    def drop(self, case_id: str) -> None:
        """A case says something else now, or is gone: what was known of it is forgotten, and looked for again."""
        super().drop(case_id)
        if self.wanted is None or self.wanted.case_ids is not None:
            known = self.wanted.case_ids if self.wanted and self.wanted.case_ids else frozenset[str]()
            self.wanted = Wanted(known | {case_id})

    def is_due(self, case_id: str, *, errors: bool) -> bool:
        """Never: there is nothing to evaluate."""
        return False

    def remaining(self, rows: Sequence[Case]) -> Iterator[Case]:
        """None, for the same reason."""
        return iter(())

    async def take(self, found: Found, wanted: Wanted) -> None:
        """Take what was found where that was `wanted`. It is there in one step, however much it is; while it is
        put in its place, keys and drawing get their turn."""
        verdicts = Verdicts() if wanted.case_ids is None else self._verdicts
        for start in range(0, len(found.said), _CHUNK):
            for case_id, scenario_id, root_id, passed, text, stored in found.said[start : start + _CHUNK]:
                slot = self.slots.place(case_id, scenario_id, root_id)
                verdicts.write(slot, passed, text, stored, self.generation)
            await asyncio.sleep(_BREATH_S)
        if self.wanted is wanted:
            self.wanted = None
        self.of, self.absent = found.name, not found.name
        self.variant = found.variant or self.variant
        self._verdicts = verdicts
        self.recount()


def read_baseline(project: Project, name: str, prompt: str, model: str, case_ids: Collection[str] | None) -> Found:
    """What a baseline says of a prompt, under a model if it has that; `case_ids`: only of these.

    Reads all its verdicts: in a thread, on a connection of its own. Raises ProjectError.
    """
    from synterm.evaluate.compare.names import baseline
    from synterm.evaluate.compare.sides import of_prompt, side_variants

    chosen = baseline(project, name)
    side = of_prompt(side_variants(chosen), prompt, model) if chosen else None
    if side is None:
        return Found("", None, ())
    return Found(side.name, side.each[-1].variant if side.each else None, list(_said(side, case_ids)))


def _said(side: SideVariant, case_ids: Collection[str] | None) -> Iterator[Said]:
    # Most answers are one of a few labels.
    texts: dict[tuple[str, str], str] = {}
    for page in side.standing(case_ids):
        for one in page:
            passed = 2 * one.passed > one.judged if one.judged else None
            yield Said(one.case_id, one.scenario_id, one.root_id, passed, _text(one, texts), one.stored)


def _text(one: StandingVerdict, known: dict[tuple[str, str], str]) -> str:
    key = (one.label or one.text or "", one.outcome)
    if key not in known:
        said = key[0] if Outcome(one.outcome).answered else ""
        made = one_line(said, SHOWN) if said else one.outcome
        if one.label is None:
            return made
        known[key] = made
    return known[key]

"""What is there already, and what was kept so far: as a candidate's neighbours are looked up and named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

from synterm.core.case import Case, value_text
from synterm.core.ids import canonical_json
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Known
from synterm.describe.likeness import units
from synterm.describe.near_texts import Near, NearTexts
from synterm.describe.wording import compared, named, shown
from synterm.text import one_line

By = Literal["wording", "meaning"]
_PART = 500


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A case, or a candidate that was kept before."""

    case_id: str
    """Empty for a candidate."""
    name: str
    """For people."""
    key: bytes
    """What is the same for the same text."""
    expects: bytes
    """The expected result, as canonical JSON."""
    expected: str
    """The same for people, shortened."""
    likeness: float
    lineage: str = ""
    """The id of the case with which its lineage began; empty for one that has no seed."""
    form: str = ""
    """How its form alone was changed."""


@dataclass(frozen=True, slots=True)
class _Entry:
    case_id: str
    name: str
    key: bytes
    expects: bytes
    lineage: str
    form: str


class Neighbours:
    """All that a candidate may be near to. Reads the known cases when it is first asked."""

    def __init__(self, known: Known, least: float, by: By) -> None:
        """Raises ModelError where meanings can't be compared here."""
        self._known = known
        self._entries: list[_Entry] = []
        self._add, self._near = _by_wording(least) if by == "wording" else _by_meaning(least)
        self._read = False

    def near(self, text: str) -> Iterator[Neighbour]:
        """Those that are near, the nearest first."""
        self._take()
        for number, likeness in self._near(text):
            entry = self._entries[number]
            expected = one_line(value_text(_value(entry.expects)), 40)
            yield Neighbour(
                entry.case_id, entry.name, entry.key, entry.expects, expected, likeness, entry.lineage, entry.form
            )

    def keep(self, candidate: Candidate) -> None:
        """Take in a candidate."""
        self._take()
        text = compared(candidate.input)
        name = f"one kept before it, {shown(text)}"
        expects = canonical_json(candidate.expected)
        self._entries.append(_Entry("", name, _key(text), expects, candidate.lineage, candidate.form))
        self._add([text])

    def _take(self) -> None:
        if self._read:
            return
        self._read = True
        waiting: list[str] = []
        for case in self._known.cases:
            text = compared(case.input)
            form = str(case.origin.detail.get("form", ""))
            expects = canonical_json(case.expected)
            self._entries.append(_Entry(case.id, named(case), _key(text), expects, case.root_id, form))
            waiting.append(text)
            if len(waiting) == _PART:
                self._add(waiting)
                waiting = []
        self._add(waiting)


def _by_wording(least: float) -> tuple[Callable[[list[str]], object], Callable[[str], list[Near]]]:
    index = NearTexts(least)

    def add(texts: list[str]) -> None:
        for text in texts:
            index.add(units(text))

    return add, lambda text: index.near(units(text))


def _by_meaning(least: float) -> tuple[Callable[[list[str]], object], Callable[[str], list[Near]]]:
    from synterm.describe.near_meanings import NearMeanings

    index = NearMeanings(least)
    return index.add, index.near


def _value(expects: bytes) -> Any:
    import orjson

    return orjson.loads(expects)


def is_seed(neighbour: Neighbour, seed: Case | None, text: str) -> bool:
    """Whether a neighbour is the candidate's own seed, in other words than its own: near by its nature."""
    return seed is not None and neighbour.case_id == seed.id and neighbour.key != _key(text)


def is_other_form(neighbour: Neighbour, candidate: Candidate) -> bool:
    """Whether both are of one lineage, and differ in how their form alone was changed."""
    return bool(candidate.lineage) and neighbour.lineage == candidate.lineage and neighbour.form != candidate.form


def _key(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()

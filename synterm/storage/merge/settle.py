"""What counts where files say different things of one row: who changed what since the base, column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from synterm.storage.merge.tables import Edited

Prefer = Literal["newest", "first"]
"""Which side counts where both changed the same: what was changed last, or the file that was named first."""
Values = dict[str, Any]

REMOVED = "removed"
"""What stands in a difference for a row that a side does not have any more."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one file says of a row, and maybe others after it."""

    file: int
    """0: the base."""
    values: Values


@dataclass(frozen=True, slots=True)
class Difference:
    """A column, or some that belong together, of which sides say different things."""

    field: str
    said: tuple[Side, ...]
    gone: tuple[int, ...] = ()
    """The files that do not have the row any more."""


@dataclass(slots=True)
class Settled:
    """What a row comes to."""

    side: Side | None
    """None: it was removed."""
    differences: list[Difference]
    """What nobody settled: every one of them is a conflict, unless a side was preferred."""


def settle(one: Edited, sides: Sequence[Side], gone: Sequence[int], prefer: Prefer | None) -> Settled:
    """Settle a row. `sides` are what is said of it, by files; `gone`: the files that removed it since the base.

    What only some changed since the base is taken from them. Without a base nobody can tell who changed it.
    """
    base = next((side for side in sides if side.file == 0), None)
    others = [side for side in sides if side.file]
    units = _units(one, sides[0].values)
    if base is not None and gone:
        changed = [side for side in others if any(_value(side, unit) != _value(base, unit) for unit in units)]
        if not changed:
            return Settled(None, [])
        if not one.latest:
            # What somebody still works on is not lost to somebody who removed it, whoever is preferred.
            kept = settle(one, sides, (), prefer)
            removed = Difference(REMOVED, tuple(changed), tuple(gone))
            return Settled(kept.side, [removed, *kept.differences])
    if one.latest:
        newest = max(others or sides, key=lambda side: (_outranks(one, side), _age(one, side)))
        return Settled(Side(newest.file, _latest(one, sides, newest)), [])
    newest = max(sides, key=lambda side: _age(one, side))
    values, differences = dict(newest.values), list[Difference]()
    for unit in units:
        said = _said(base, others, unit)
        if len(said) > 1:
            differences.append(Difference(unit[0], tuple(said)))
        if chosen := _chosen(one, [side for side in others if _is_said(side, said, unit)], prefer) or base:
            values.update({column: chosen.values[column] for column in unit})
    _add_least(one, sides, values)
    return Settled(Side(newest.file, values), differences)


def _units(one: Edited, columns: Iterable[str]) -> list[tuple[str, ...]]:
    together = {column for unit in one.units for column in unit}
    apart = {*together, *one.key, *one.least, *one.along, *([one.time] if one.time else [])}
    return [*one.units, *((column,) for column in columns if column not in apart)]


def _value(side: Side, unit: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(side.values[column] for column in unit)


def _said(base: Side | None, others: Sequence[Side], unit: tuple[str, ...]) -> list[Side]:
    """The first side of each thing that is said, without what the base says."""
    found: dict[tuple[Any, ...], Side] = {}
    for side in others:
        found.setdefault(_value(side, unit), side)
    if base is not None:
        found.pop(_value(base, unit), None)
    return list(found.values())


def _is_said(side: Side, said: Sequence[Side], unit: tuple[str, ...]) -> bool:
    return any(_value(side, unit) == _value(other, unit) for other in said)


def _chosen(one: Edited, sides: Sequence[Side], prefer: Prefer | None) -> Side | None:
    if not sides:
        return None
    if prefer == "newest":
        return max(sides, key=lambda side: _age(one, side))
    return min(sides, key=lambda side: side.file)


def _age(one: Edited, side: Side) -> tuple[str, list[str]]:
    """What sorts sides by when they were changed, and those of one moment by what they say."""
    time = str(side.values[one.time]) if one.time else ""
    return time, [repr(value) for value in side.values.values()]


def _outranks(one: Edited, side: Side) -> bool:
    return one.outranks is not None and one.outranks(side.values)


def _latest(one: Edited, sides: Sequence[Side], newest: Side) -> Values:
    values = dict(newest.values)
    _add_least(one, sides, values)
    if values.get("response_pk", 0) is None:
        known = [pk for side in sides if (pk := side.values["response_pk"]) is not None]
        if known:
            values.update(response_pk=min(known), answer=None)
    return values


def _add_least(one: Edited, sides: Sequence[Side], values: Values) -> None:
    for column in one.least:
        values[column] = min(side.values[column] for side in sides)


Tell = Callable[[Edited, Side, Difference], None]
"""Called with what is not settled: the table, the row, and what is said of it."""

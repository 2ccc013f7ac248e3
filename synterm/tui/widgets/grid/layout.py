"""Where the parts of a row of the result grid stand: some that stay, then as many columns as fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MARK = 3
"""The mark of a flip, with a blank on both sides."""
NARROWEST, WIDEST = 6, 120
"""Between these a column can be made as wide as one likes."""

_LEAST_COLUMN = 13
_LEAST_TEXT = 20
_COMFORT = 22
"""So wide a column becomes where there is room to spare: what streams into it may be longer than its answers."""
_MOST_COLUMN = 44
_LEAST_INPUT = 12
_MOST_INPUT = 90
_ROOM_FOR_NAMES = 78
"""From this width on rows have names."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How wide the contents are, in cells."""

    name: int
    given: int
    expected: int
    columns: tuple[int, ...]
    chosen: tuple[int | None, ...]
    """The widths that someone gave to columns; None where nobody did."""


NOTHING = Wishes(0, 0, 0, (), ())


@dataclass(frozen=True, slots=True)
class Span:
    """A column on the screen: where it begins, after the blank before it, and how wide it is."""

    index: int
    start: int
    width: int

    @property
    def end(self) -> int:
        """Where the next begins."""
        return self.start + self.width


@dataclass(frozen=True, slots=True)
class Layout:
    """Widths in cells. Parts that have any are followed by a blank."""

    name: int
    given: int
    expected: int
    spans: tuple[Span, ...]
    """The columns that are in sight."""
    more_left: bool
    more_right: bool

    @property
    def expected_start(self) -> int:
        """Where the expected values begin."""
        return MARK + (self.name + 1 if self.name else 0) + self.given + 1

    def span(self, index: int) -> Span | None:
        """Where a column stands; None when it is out of sight."""
        return next((span for span in self.spans if span.index == index), None)

    def at(self, x: int) -> Span | None:
        """The column at a place of the row."""
        return next((span for span in self.spans if span.start - 1 <= x < span.end), None)


def lay_out(width: int, wishes: Wishes, left: int = 0) -> Layout:
    """The layout of rows that are `width` wide; where not all columns fit, from column `left` on."""
    name = wishes.name if width >= _ROOM_FOR_NAMES else 0
    expected = max(min(wishes.expected, max(14, width // 8) if width >= 70 else 8), 3)
    taken = MARK + (name + 1 if name else 0) + expected
    least = max(min(_LEAST_INPUT if width < 70 else width // 5, wishes.given), 8)
    room = width - taken - least - 1
    widths = _widths(wishes, room)
    fits = sum(widths) + len(widths) <= room
    if not fits:
        given, spans = least, _window(widths, width - room, width, left)
    else:
        given, widths = _spend(wishes, widths, room, least)
        spans = _place(enumerate(widths), taken + given + 1, width)
    more = not fits and bool(spans) and spans[-1].index < len(widths) - 1
    return Layout(name, given, expected, spans, not fits and left > 0, more)


def furthest(width: int, wishes: Wishes) -> int:
    """The leftmost column in sight when one went as far to the right as there are columns."""
    last = len(wishes.columns) - 1
    return next((left for left in range(last + 1) if not lay_out(width, wishes, left).more_right), max(last, 0))


def _widths(wishes: Wishes, room: int) -> list[int]:
    """As wide as the contents where all fit so; less wide where they fit then; else as can be read well."""
    wanted = [max(min(wish, _MOST_COLUMN), _LEAST_COLUMN) for wish in wishes.columns]
    least = [min(wish, _LEAST_TEXT if wish > _LEAST_TEXT else _LEAST_COLUMN) for wish in wanted]
    room -= len(wanted)
    if sum(wanted) > room:
        spare = max(room - sum(least), 0)
        missing = sum(wanted) - sum(least)
        shares = [
            (wish - small) * spare // missing if missing else 0 for wish, small in zip(wanted, least, strict=True)
        ]
        wanted = [small + share for small, share in zip(least, shares, strict=True)]
    return [own or wish for own, wish in zip(wishes.chosen, wanted, strict=True)]


def _spend(wishes: Wishes, widths: Sequence[int], room: int, least: int) -> tuple[int, list[int]]:
    """The width of the input, and of the columns, when there is room left: first for the input, then for texts."""
    spare = room - sum(widths) - len(widths)
    more = min(spare, max(min(wishes.given, _MOST_INPUT) - least, 0))
    wanted = [
        max(wish, _COMFORT) if own is None else 0 for wish, own in zip(wishes.columns, wishes.chosen, strict=True)
    ]
    cut = [index for index, wish in enumerate(wanted) if wish > widths[index]]
    wider = list(widths)
    for index in cut:
        wider[index] += min((spare - more) // len(cut), wanted[index] - wider[index])
    return room + least - sum(wider) - len(wider), wider


def _window(widths: Sequence[int], first: int, width: int, left: int) -> tuple[Span, ...]:
    """The columns from `left` on, as many as fit, one at the least; what is left over goes to the last."""
    spans = _place(list(enumerate(widths))[left:], first, width)
    whole = [span for span in spans if span.end <= width] or list(spans[:1])
    if whole:
        last = whole[-1]
        whole[-1] = Span(last.index, last.start, max(width - last.start, 1))
    return tuple(whole)


def _place(columns: Iterable[tuple[int, int]], first: int, width: int) -> tuple[Span, ...]:
    spans: list[Span] = []
    start = first
    for index, wide in columns:
        if start + 1 >= width:
            break
        spans.append(Span(index, start + 1, wide))
        start += 1 + wide
    return tuple(spans)

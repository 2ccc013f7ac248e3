"""What other thresholds would keep: a line for each filter, on which the threshold is moved."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message

from synterm.describe.pipeline.effects import FilterEffect
from synterm.tui.widgets.cells import padded
from synterm.tui.widgets.line_list import LineList

_NAME = 15
_FIGURES = 32
_LEVELS = " ▁▂▃▄▅▆▇█"


class ThresholdList(LineList):
    """Filters with their thresholds; left and right move that of the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move_threshold(-1)", "Lower", id="thresholds.lower", tooltip="A lower threshold"),
        Binding("right,l", "move_threshold(1)", "Higher", id="thresholds.higher", tooltip="A higher threshold"),
        Binding("backspace", "reset", "Back", id="thresholds.reset", show=False, tooltip="As it was made"),
        Binding("enter", "apply", "Apply", id="thresholds.apply", tooltip="Drop and restore by this threshold"),
        Binding("m", "rerun", "Make again", id="thresholds.rerun", tooltip="Take it back, and make it again with it"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "threshold--kept", "threshold--dropped", "threshold--here", "threshold--dim",
    }  # fmt: skip
    DEFAULT_CSS = """
    ThresholdList {
        height: auto; max-height: 50%;
        & > .threshold--kept { color: $text-success; }
        & > .threshold--dropped { color: $text-error; }
        & > .threshold--here { color: $text-accent; text-style: bold; }
        & > .threshold--dim { color: $text-muted; }
    }
    """
    header_height = 1

    class Moved(Message):
        """The threshold under the cursor is another one."""

        def __init__(self, control: ThresholdList) -> None:
            super().__init__()
            self.list = control

        @property
        def control(self) -> ThresholdList:
            """The list."""
            return self.list

        def can_replace(self, message: Message) -> bool:
            """The newest says it all."""
            return isinstance(message, ThresholdList.Moved)

    class Asked(Message):
        """The threshold under the cursor is to be taken up."""

        def __init__(self, control: ThresholdList, what: str) -> None:
            super().__init__()
            self.list = control
            self.what = what
            """``apply`` or ``rerun``."""

        @property
        def control(self) -> ThresholdList:
            """The list."""
            return self.list

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.effects: Sequence[FilterEffect] = ()
        self._chosen: dict[str, float] = {}
        """Thresholds by the name of the filter, where one was moved."""

    def show(self, effects: Sequence[FilterEffect], hint: str) -> None:
        """Show other figures; thresholds that were moved stay so."""
        if not self.effects and effects:
            # The one that dropped most is what one looks at first.
            dropped = [sum(not one.kept for one in each.scored) for each in effects]
            self.set_reactive(LineList.cursor, dropped.index(max(dropped)))
        self.effects, self.hint = effects, hint
        self.row_count = len(effects)
        self.styles.height = len(effects) + 3
        self.refresh()
        self.post_message(self.Moved(self))

    def forget(self) -> None:
        """Have all thresholds as they were made."""
        self._chosen.clear()

    @property
    def effect(self) -> FilterEffect | None:
        """The filter under the cursor."""
        return self.effects[self.cursor] if self.effects else None

    def threshold(self, one: FilterEffect) -> float:
        """Where its threshold stands."""
        return self._chosen.get(one.name, one.threshold)

    def watch_cursor(self, before: int, now: int) -> None:
        """Another filter."""
        super().watch_cursor(before, now)
        self.post_message(self.Moved(self))

    def action_move_threshold(self, by: int) -> None:
        """To the next threshold at which one can see a difference, or the last one."""
        one = self.effect
        if one is None:
            return
        there, here = one.thresholds(), self.threshold(one)
        at = bisect_left(there, here)
        self._choose(one, there[max(0, min(at + by, len(there) - 1))])

    def action_reset(self) -> None:
        """The threshold that it was made with."""
        if one := self.effect:
            self._choose(one, one.threshold)

    def action_apply(self) -> None:
        """Take the threshold up."""
        self.post_message(self.Asked(self, "apply"))

    def action_rerun(self) -> None:
        """Make all of it again with the threshold."""
        self.post_message(self.Asked(self, "rerun"))

    def _choose(self, one: FilterEffect, threshold: float) -> None:
        self._chosen[one.name] = threshold
        self.refresh()
        self.post_message(self.Moved(self))

    def draw_header(self, width: int, line: int) -> list[Segment]:
        """What stands below."""
        if not self.row_count:
            return [Segment(" " * width)]
        titles = (("filter", _NAME + 1), ("keeps", 15), ("kept", _FIGURES - 16), ("scores", 10))
        return [Segment(" "), *(Segment(padded(title, room)) for title, room in titles)]

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Name, threshold, what it keeps, and how the scores lie around it."""
        one = self.effects[index]
        here = self.threshold(one)
        own = f" ({one.threshold:g})" if here != one.threshold else ""
        change = one.kept(here) - one.kept_now
        figures = f"{one.kept(here):,}" + (f" ({change:+,})" if change else "")
        mark = "<" if one.side == "below" else "≥"
        return [
            Segment(f" {padded(one.name, _NAME)} "),
            Segment(padded(f"{mark} {here:g}{own}", 15), self._ink("here")),
            Segment(padded(figures, _FIGURES - 16)),
            *self._scores(one, here, max(width - _NAME - _FIGURES - 2, 0)),
        ]

    def _scores(self, one: FilterEffect, here: float, width: int) -> list[Segment]:
        """A histogram of the scores, those that would be kept in another colour, with the threshold in it."""
        if width < 12 or one.high <= one.low:
            return []
        counts = [0] * width

        def place(score: float) -> int:
            return max(0, min(int((score - low) / (one.high - low) * width), width - 1))

        low = min([one.low, *(each.score for each in one.scored)])
        for each in one.scored:
            counts[place(each.score)] += 1
        most, border = max(counts), place(here)
        inks = ("kept", "dropped") if one.side == "below" else ("dropped", "kept")
        bars = [_LEVELS[-(-count * 8 // most)] if count else "·" for count in counts]
        return [
            Segment("".join(bars[:border]), self._ink(inks[0])),
            Segment("│", self._ink("here")),
            Segment("".join(bars[border : width - 1]), self._ink(inks[1])),
        ]

    def _ink(self, name: str) -> Style:
        return self.get_component_rich_style(f"threshold--{name}", partial=True)

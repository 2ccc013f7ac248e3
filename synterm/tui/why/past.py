"""What recorded runs found about a case, as lines."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from synterm.core.dialog import is_transcript
from synterm.core.evaluation import variant_name
from synterm.storage.runs import PastVerdict
from synterm.text import one_line, printable
from synterm.tui.board.column import Column

_MARKS = {True: "✓", False: "✗", None: "!"}
_STYLES = {True: "$text-success", False: "$text-error", None: "$text-warning"}


def past_lines(history: Sequence[PastVerdict], column: Column) -> Content:
    """A row of marks for each variant, the oldest run first, that of `column` on top; then a line for each verdict."""
    if not history:
        return Content("No recorded run has this case. synterm run PROJECT records one.")
    by_variant: dict[str, list[PastVerdict]] = {}
    for past in reversed(history):
        by_variant.setdefault(_variant(past), []).append(past)
    own = column.variant.name
    lines = [_marks(name, by_variant[name]) for name in sorted(by_variant, key=lambda name: name != own)]
    return Content("\n").join([*lines, Content(""), *(_line(past) for past in history)])


def _variant(past: PastVerdict) -> str:
    return variant_name(past.prompt, past.version, past.model_name)


def _marks(name: str, verdicts: Sequence[PastVerdict]) -> Content:
    marks = ((_MARKS[past.passed], _STYLES[past.passed]) for past in verdicts)
    passed = sum(past.passed is True for past in verdicts)
    return Content.assemble(*marks, (f"  {passed}/{len(verdicts)}  {one_line(name, 60)}", "$text-muted"))


def _line(past: PastVerdict) -> Content:
    repeat = f" #{past.repeat + 1}" if past.repeat else ""
    return Content.assemble(
        (f"{printable(past.started[:16]).replace('T', ' ')}  ", "$text-muted"),
        (f"{_MARKS[past.passed]} ", _STYLES[past.passed]),
        "a dialog" if is_transcript(past.answer) else one_line(past.answer or past.error or "(empty)", 60),
        (f"  {one_line(_variant(past), 60)}{repeat}", "$text-muted"),
    )

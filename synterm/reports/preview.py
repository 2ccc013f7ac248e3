"""What a run would do, as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from synterm.evaluate.preview import Preview
from synterm.reports.figures import dollars
from synterm.text import one_line, plural, printable


def print_preview(previews: Sequence[Preview], stream: TextIO) -> None:
    """Write a few lines for each variant, and a last one for all, to `stream`."""
    for made in previews:
        stream.write(f"{one_line(made.variant.name)}\n")
        for line in _lines(made):
            stream.write(f"  {printable(line)}\n")
    requests = sum(made.requests for made in previews)
    stream.write(f"\n{plural(requests, 'request')} in all, {_cost([made.worst_usd for made in previews])}\n")


def _lines(made: Preview) -> list[str]:
    cost = f", {_cost([made.worst_usd])}" if made.requests else ""
    lines = [f"{made.cached:,} from the file, {plural(made.requests, 'request')} to send{cost}"]
    if made.asked:
        lines.append(f"up to {plural(made.asked, 'further request')}: judges' questions and turns of dialogs")
    if made.problems:
        lines.append(f"{plural(made.problems, 'case')} can't be rendered")
    explained = made.reasons.total()
    for reason, count in made.reasons.most_common(8):
        share = f"{count:,}" if explained == made.requests else f"{count:,} of the first {explained:,}"
        lines.append(f"  {share}: {one_line(reason)}")
    return lines


def _cost(worst: Sequence[float | None]) -> str:
    known = [cost for cost in worst if cost is not None]
    if len(known) < len(worst):
        return "of unknown cost (a model can be given a price: --price)"
    return f"{dollars(sum(known))} at most" if sum(known) else "free"

"""What a run would do, as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from synterm.evaluate.preview import Preview
from synterm.reports.figures import dollars
from synterm.text import one_line, plural, printable


def print_preview(previews: Sequence[Preview], stream: TextIO, budget: Sequence[str] = ()) -> None:
    """Write a few lines for each variant, and a last one for all, to `stream`; `budget`: what is said of caps."""
    for made in previews:
        stream.write(f"{one_line(made.variant.name)}\n")
        for line in _lines(made):
            stream.write(f"  {printable(line)}\n")
    requests = sum(made.requests for made in previews)
    cached = sum(made.cached for made in previews)
    cost = _cost([made.worst_usd for made in previews])
    stream.write(f"\n{plural(requests, 'request')} in all, {cost}; {cached:,} from the file\n")
    if requests:
        stream.write(f"{_tokens(previews)}\n")
    for line in budget:
        stream.write(f"{printable(line)}\n")


def _lines(made: Preview) -> list[str]:
    cost = f", {_cost([made.worst_usd])}" if made.requests else ""
    lines = [f"{made.cached:,} from the file, {plural(made.requests, 'request')} to send{cost}"]
    if made.requests:
        lines.append(_tokens([made]))
    if made.waiting:
        lines.append(f"{plural(made.waiting, 'request')} in batches at the provider: waited for, not sent again")
    if made.asked:
        lines.append(f"up to {plural(made.asked, 'further request')}: judges' questions and turns of dialogs")
    if made.problems:
        lines.append(f"{plural(made.problems, 'case')} can't be rendered")
    if made.unanswered:
        lines.append(f"{plural(made.unanswered, 'evaluation')} without an answer to judge: it is not asked for")
    if made.further:
        lines.append(f"up to {plural(made.further, 'further evaluation')} of cells that are not settled by then")
    explained = made.reasons.total()
    for reason, count in made.reasons.most_common(8):
        share = f"{count:,}" if explained == made.requests else f"{count:,} of the first {explained:,}"
        lines.append(f"  {share}: {one_line(reason)}")
    return lines


def _tokens(previews: Sequence[Preview]) -> str:
    given = sum(made.tokens_in for made in previews)
    answers = [made.tokens_out for made in previews if made.requests]
    known = [tokens for tokens in answers if tokens is not None]
    if len(known) < len(answers):
        return f"about {given:,} tokens in; out: no limit is set (--param max_tokens=…)"
    return f"about {given:,} tokens in, {sum(known):,} out at most"


def _cost(worst: Sequence[float | None]) -> str:
    known = [cost for cost in worst if cost is not None]
    if len(known) < len(worst):
        return "of unknown cost (a model can be given a price: --price)"
    return f"{dollars(sum(known))} at most" if sum(known) else "free"

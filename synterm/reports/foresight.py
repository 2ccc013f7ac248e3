"""How long a run would take and what it comes to, in words; what is an estimate says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import floor, log10
from typing import TextIO

from synterm.evaluate.foresight import (
    EVALUATION_BYTES,
    LITELLM_MS,
    OWN_MS,
    USUAL_BYTES,
    Bound,
    Foresight,
    Leg,
    Load,
    Pace,
    Span,
)
from synterm.evaluate.preview import Preview
from synterm.reports.figures import dollars
from synterm.text import one_line, plural, printable

_NAMED = 8
"""So many files of shares are named one by one."""
_TOLD_BYTES = 100e6
"""A run in this process tells of the file where it grows by more."""


def print_foresight(
    found: Foresight, previews: Sequence[Preview], file: str, address: str | None, stream: TextIO
) -> None:
    """Write some lines about time, workers, price and file to `stream`.

    `file`: the project file as the user calls it; `address`: where the engine is, None: on this machine. In this
    process nothing is said where nothing is known.
    """
    lines = [*_lines(found, previews, file, address)]
    if lines:
        stream.write("\n" + "".join(f"{printable(line)}\n" for line in lines))


def _lines(found: Foresight, previews: Sequence[Preview], file: str, address: str | None) -> Iterator[str]:
    elsewhere = found.hands.engine != "local"
    if not found.loads and not elsewhere:
        return
    if elsewhere:
        yield from _workers(found, address)
    if elsewhere or not found.unknown:
        yield from _time(found, file)
        yield from _price(found, previews)
    if elsewhere or found.file_bytes > _TOLD_BYTES:
        yield _file(found)
    if found.shares > 1:
        yield from _shares(found, file)


def _workers(found: Foresight, address: str | None) -> Iterator[str]:
    hands = found.hands
    requests = sum(load.requests for load in found.loads)
    if not hands.known:
        yield f"workers: as many as {hands.engine} has at {address} when it runs; what follows is for one"
    else:
        where = f"at {address}" if address else "on this machine"
        share = f", about {plural(round(requests / hands.workers), 'request')} each" if requests else ""
        yield f"workers: {hands.workers:,} of {hands.engine} {where}{share}"
    endpoints: dict[str, Load] = {}
    for load in found.loads:
        endpoints.setdefault(load.way.endpoint, load)
    for endpoint, load in endpoints.items():
        each, together = hands.each(load.way), hands.at_a_time(load.way)
        grows = f", up to {together.high:,.0f} while all goes well" if together.high > together.low else ""
        yield f"  {endpoint}: {each.low:,.0f} calls at a time each, {together.low:,.0f} in all{grows}"


def _time(found: Foresight, file: str) -> Iterator[str]:
    if found.unknown:
        names = ", ".join(load.spec.name for load in found.unknown)
        yield f"time: unknown, as no answer of {names} is recorded; synterm run {file} --limit 20 tells"
        if (leg := found.longest) and leg.bound is not Bound.DRIVER:
            yield f"  at least {_seconds(Span(leg.seconds.low, leg.seconds.low))}: {_why(leg, found)}"
        return
    leg, seconds = found.longest, found.seconds
    if leg and seconds:
        yield f"time: about {_seconds(seconds)}, by {plural(found.rests_on, 'answer')} in the file"
        yield f"  bound by {_why(leg, found)}"
        if found.worst and found.worst.bound is not leg.bound:
            yield f"  at worst by {_why(found.worst, found)}"
        if any(load.way.kind.name in ("LITELLM", "EMBEDDED") for load in found.loads) or found.hands.engine != "local":
            yield "  the start of workers and models is not in it"


def _why(leg: Leg, found: Foresight) -> str:
    match leg.bound:
        case Bound.RPM:
            [load] = leg.loads
            return f"the rate of {load.spec.name} (rpm {load.spec.rpm:,}): more workers make it no faster"
        case Bound.TPM:
            [load] = leg.loads
            return f"the rate of {load.spec.name} (tpm {load.spec.tpm:,}): more workers make it no faster"
        case Bound.CALLS:
            return _calls(leg, found)
        case Bound.LITELLM:
            helps = "" if found.hands.engine != "local" else "; workers have one each (--executor)"
            return f"LiteLLM: about {LITELLM_MS:g} ms of CPU a call, in one process{helps}"
        case Bound.EMBEDDED:
            spans = [load.pace.seconds for load in leg.loads if load.pace and load.pace.seconds]
            each = Span(min(span.low for span in spans), max(span.high for span in spans))
            return f"the embedded model: {_seconds(each)} an answer in each process; cores and machines make it faster"
        case Bound.DRIVER:
            own = f"about {OWN_MS[found.hands.engine]:g} ms of CPU an evaluation with light checks"
            return f"this process: {own}; more workers make it no faster, shares do (--shard)"


def _calls(leg: Leg, found: Foresight) -> str:
    together = found.hands.at_a_time(leg.loads[0].way)
    grows = f" to {together.high:,.0f}" if together.high > together.low else ""
    spans = [load.pace.seconds for load in leg.loads if load.pace and load.pace.seconds]
    each = Span(min(span.low for span in spans), max(span.high for span in spans))
    return f"calls at a time × latency: {together.low:,.0f}{grows} × {_seconds(each)} (--concurrency N sets the first)"


def _price(found: Foresight, previews: Sequence[Preview]) -> Iterator[str]:
    worst = [made.worst_usd for made in previews if made.requests]
    if not found.loads or (worst and all(cost == 0 for cost in worst)):
        return
    known = [cost for cost in worst if cost is not None]
    most = f"; at most {dollars(sum(known))}" if len(known) == len(worst) and known else ""
    further = (
        ", judges' questions and further turns not counted" if most and any(made.asked for made in previews) else ""
    )
    if (usd := found.usd) is not None:
        answers = plural(found.rests_on, "answer")
        yield f"price: about {_dollars(usd)}, by {answers} in the file{most}{further}"
    else:
        yield f"price: no recorded answer tells it{most}{further}"


def _file(found: Foresight) -> str:
    measured = [load.pace for load in found.loads if load.pace]
    each = found.file_bytes / max(1, found.evaluations)
    how = _measured(measured) if measured else f"taking an answer for {_bytes(USUAL_BYTES)}"
    return (
        f"file: about {_bytes(found.file_bytes)} more, {_bytes(each)} an evaluation ({how}, "
        f"{_bytes(EVALUATION_BYTES)} besides); now {_bytes(found.file_now)}"
    )


def _measured(paces: Sequence[Pace]) -> str:
    sizes = [pace.size for pace in paces]
    low, high = _bytes(min(sizes)), _bytes(max(sizes))
    return f"answers in the file have {low if low == high else f'{low} to {high}'}"


def _shares(found: Foresight, file: str) -> Iterator[str]:
    stem = file.removesuffix(".db")
    count = found.shares
    why = ["one process is what bounds it"] if found.shares_by_driver > 1 else []
    if found.shares_by_file > 1:
        why.append(f"the file would have about {_bytes(found.file_now + found.file_bytes)}")
    if found.shares_by_memory > 1:
        why.append(f"one process would take about {_bytes(found.memory_bytes)} of memory")
    reasons = ", and ".join(why)
    yield f"shares: {reasons}; divided over {count} machines, each with a copy of the file, with the same options:"
    yield f"  synterm run {stem}-1.db --shard 1/{count}    … and so on to {stem}-{count}.db --shard {count}/{count}"
    parts = [f"{stem}-{number}.db" for number in range(1, count + 1)]
    named = " ".join(parts if count <= _NAMED else [parts[0], parts[1], "…", parts[-1]])
    yield f"  synterm merge -o {stem}-all.db {named}"
    if any(load.spec.rpm or load.spec.tpm for load in found.loads):
        yield f"  each share counts rpm and tpm by itself: give each 1/{count} of them (synterm edit … --rpm)"


def _seconds(span: Span) -> str:
    """``2–5 min``, ``0.4–2 s``, ``about`` left to the caller; two figures that count."""
    high = span.high
    for unit, size, most in (("ms", 0.001, 0.95), ("s", 1, 90), ("min", 60, 5400), ("h", 3600, 172_800)):
        if high < most:
            return f"{_range(span, size)} {unit}"
    return f"{_range(span, 86_400)} days"


def _dollars(span: Span) -> str:
    low, high = _figure(span.low), _figure(span.high)
    if low == high or span.high < 0.0001:
        return dollars(span.high) if span.high < 0.0001 else f"${high}"
    return f"${low}–{high}"


def _range(span: Span, size: float) -> str:
    low, high = _figure(span.low / size), _figure(span.high / size)
    return low if low == high else f"{low}–{high}"


def _figure(value: float) -> str:
    """Two figures that count."""
    if value <= 0:
        return "0"
    digits = 1 - floor(log10(value))
    rounded = round(value, digits)
    return (
        f"{rounded:,.0f}"
        if rounded >= 10
        else f"{rounded:.{max(0, 1 - floor(log10(rounded)))}f}".rstrip("0").rstrip(".")
    )


def _bytes(size: float) -> str:
    for unit, one in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= 0.95 * one:
            return f"{_figure(size / one)} {unit}"
    return f"{one_line(f'{size:.0f}')} bytes"

"""What looking into one failure brought to light: the smallest input, a boundary, its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from synterm.core.case import Case, input_text, value_text
from synterm.core.distill import Boundary, Neighbourhood, Round, Shrunk, Tried
from synterm.reports.boundary_plot import boundary_plot, plot_head
from synterm.reports.distill import ID
from synterm.reports.figures import dollars, percent
from synterm.text import one_line, plural

_TEXT = 2000
_LABEL = 60
_SAMPLES = 5


def shrunk_lines(found: Shrunk, left_out: str) -> Iterator[str]:
    """Before and after, what was left out, the nearest that passes, and what it took.

    `left_out`: what tells the input from the smallest, in words.
    """
    expected = f", expected {one_line(value_text(found.expected), _LABEL)}" if found.expected is not None else ""
    yield f"case {found.case_id[-ID:]} under {_variant(found)}{expected}"
    yield f"  before   {_tried(found.before)}"
    yield f"           {_text(found.before.input)}"
    if found.smallest.input != found.before.input:
        yield f"  after    {_tried(found.smallest)}"
        yield f"           {_text(found.smallest.input)}"
        yield f"           {one_line(left_out, _TEXT)}"
    if found.passing:
        yield f"  passes   {_tried(found.passing)}"
        yield f"           {_text(found.passing.input)}"
        yield f"           {one_line(found.change, _TEXT)}"
    elif found.before.failed:
        yield "  passes   nothing that was tried"
    yield f"  {_costs(found)}; {one_line(found.ended, 200)}"
    if found.smallest.input != found.before.input:
        yield f"  {_sense(found)}"
    if found.flaky:
        yield "  some input on the way passed in some repeats and failed in others"


def _sense(found: Shrunk) -> str:
    what = one_line(value_text(found.expected), _LABEL) or "the same"
    if found.sense:
        return f"what is left is nearer to cases that expect {what} than to those that expect {found.smallest.got}"
    return f"whether what is left still asks for {what} was not looked at: that is for you to say"


def boundary_lines(found: Boundary) -> Iterator[str]:
    """The plot, and the sentence."""
    yield f"case {found.case_id[-ID:]} under {_variant(found)}, along {one_line(found.dimension, _LABEL)}"
    if found.steps:
        yield f"  {plot_head(found)}"
        yield from (f"  {line}" for line in boundary_plot(found))
    yield f"  {one_line(found.words, 400)}"
    yield f"  {_costs(found)}; {one_line(found.ended, 200)}"


def round_line(number: int, one: Round) -> str:
    """``round 1: 24 made, 12 kept by the filters; 5 fail too, 7 pass``."""
    errors = f", {one.errors:,} without a verdict" if one.errors else ""
    cached = f" ({plural(one.requests, 'request')}, {one.cached:,} from the project file)"
    return (
        f"round {number}: {one.made:,} made, {one.kept:,} kept by the filters; {one.failed:,} fail too, "
        f"{one.passed:,} pass{errors}{cached}"
    )


def around_lines(found: Neighbourhood, variant: str, drafts: Iterable[Case], project: str) -> Iterator[str]:
    """The funnel round by round, and the new scenario. `drafts`: the cases in it; `project`: its file, in a command."""
    yield f"around {one_line(found.cluster, _LABEL) or 'these cases'} under {one_line(variant)}"
    for number, one in enumerate(found.rounds, 1):
        yield f"  {round_line(number, one)}"
    yield f"  {one_line(found.ended, 200)}"
    if not found.scenario:
        yield "  no neighbour fails too, so there is no new scenario"
        return
    judged = found.failed + found.passed
    yield f"  new scenario {one_line(found.scenario, 200)}: {plural(found.failed, 'draft')} that fail too"
    yield f"  pass rate of all neighbours: {percent(found.pass_rate)}, {found.passed:,} of {judged:,}"
    cases = [*drafts]
    for case in cases[:_SAMPLES]:
        yield f"    {case.id[-ID:]}  {one_line(case.title, 90)}"
    if len(cases) > _SAMPLES:
        yield f"    … and {len(cases) - _SAMPLES:,} more: synterm ls {project} cases --status draft"


def _variant(found: Shrunk | Boundary) -> str:
    return one_line(f"{found.prompt}@{found.version} · {found.model}")


def _tried(tried: Tried) -> str:
    repeats = tried.passed + tried.failed + tried.errors
    got = f": {one_line(tried.got, _LABEL)}" if tried.got else ""
    words = plural(len(input_text(tried.input).split()), "word")
    if repeats == 1:
        verdict = "passes" if tried.passed else "fails" if tried.failed else "no verdict"
    else:
        verdict = f"passes in {tried.passed} of {plural(repeats, 'repeat')}"
    return f"{words}, {verdict}{got}"


def _text(values: dict[str, Any]) -> str:
    return one_line(input_text(values), _TEXT)


def _costs(found: Shrunk | Boundary) -> str:
    cost = f", {dollars(found.cost_usd)}" if found.cost_usd else ""
    return f"{plural(found.requests, 'request')}, {found.cached:,} from the project file{cost}"

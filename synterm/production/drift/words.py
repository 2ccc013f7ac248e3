"""What was found, in words: what changed, from what to what, how sure that is, and what to do next."""

from __future__ import annotations

import shlex

from synterm.core.drift import AlarmKind, AlarmState, DriftRate
from synterm.production.drift.questions import Question
from synterm.reports.figures import interval, milliseconds, percent
from synterm.text import one_line, plural

_PATH = 80
_ID = 8


def sure_words(state: AlarmState, p_adjusted: float) -> str:
    """How sure it is, in words."""
    if state in ("alarm", "better"):
        if p_adjusted <= 0.001:
            return "very sure"
        return "sure" if p_adjusted <= 0.01 else "fairly sure"
    return "not known yet" if state == "not enough evidence" else "no sign of it"


def sentence(
    asked: Question, state: AlarmState, before: DriftRate | None, after: DriftRate | None, *, may_be: bool = False
) -> str:
    """All of it in a sentence. `may_be`: whether there are signs of a change, of which one can't be sure."""
    place = one_line(asked.behavior, _PATH)
    if may_be:
        since = asked.names[asked.since]
        return (
            f"{_subject(asked.kind, place)}: there may be a change, but it is not sure{_figures(before, after, since)}"
        )
    if state == "no change found":
        return f"{_subject(asked.kind, place)}: no change found{_figures(before, after)}"
    if state == "not enough evidence":
        return f"{_subject(asked.kind, place)}: not enough evidence{_figures(before, after)}"
    return f"{_changed(asked, place)}{_figures(before, after, asked.names[asked.since] if asked.names else '')}"


def points(kind: AlarmKind) -> float:
    """The change of a rate that there is to be enough evidence for, 0 to 1."""
    return 0.2 if kind in ("length", "latency") else 0.1


def more_words(asked: Question, more_calls: int | None, before: DriftRate | None, *, may_be: bool = False) -> str:
    """How many calls it takes until something could be said."""
    change = "it" if may_be else f"a change of {points(asked.kind) * 100:.0f} points"
    if more_calls is not None:
        return f"about {plural(more_calls, 'more call')} would show {change}"
    held = f"the {before.n:,.0f} before" if before else "none before"
    return f"{held} are too few for {change}"


def next_step(asked: Question, project: str, run_id: str = "") -> str:
    """What to do about a change."""
    file = shlex.quote(project)
    since = asked.names[asked.since] if asked.names else ""
    at = f" --since {since}" if len(since) == len("2026-11-28") and since[4:5] == "-" else ""
    place = f" --behavior {shlex.quote(asked.behavior)}" if asked.behavior else ""
    match asked.kind:
        case "pass rate":
            run = f" --run {run_id[-_ID:]}" if run_id else ""
            return f"synterm distill {file}{run} says why they fail"
        case "uncovered":
            return f"synterm inbox {file}{at} shows what is asked; promote what the app should answer"
        case "input mix":
            return f"synterm inbox {file}{at}{place} shows the calls; synterm coverage {file} whether cases keep up"
        case "errors":
            return f"synterm inbox {file}{at} shows them; the app or its provider fails"
        case "latency":
            return "look at the provider, the model and the length of answers"
        case _:
            return f"synterm inbox {file}{at} shows the calls; add cases like them"


def _subject(kind: AlarmKind, place: str) -> str:
    of = f" of {place}" if place else ""
    match kind:
        case "input mix":
            return f"share{of}" if place else "spread over behaviors"
        case "uncovered":
            return "share of what no case covers"
        case "errors":
            return "calls without an answer"
        case "language":
            return "languages"
        case "meaning":
            return "what inputs mean"
        case "pass rate":
            return f"pass rate{of}"
        case _:
            return kind


def _changed(asked: Question, place: str) -> str:
    up = asked.is_up
    match asked.kind:
        case "pass rate":
            return f"{place or 'all together'} pass{'es' if place else ''} {'more' if up else 'less'} often"
        case "input mix" if place:
            return f"{place} is asked {'more' if up else 'less'} than before"
        case "input mix":
            return f"calls spread over behaviors otherwise than before ({', '.join(asked.moved)})"
        case "uncovered":
            return f"{'more' if up else 'less'} of it is covered by no case"
        case "errors":
            return f"{'more' if up else 'fewer'} calls get no answer"
        case "length":
            many = f"{asked.limit:,.0f} characters" if asked.limit else ""
            return f"inputs are {'longer' if up else 'shorter'}: those above {many}"
        case "latency":
            return f"answers are {'slower' if up else 'faster'}: those above {milliseconds(asked.limit)}"
        case "language":
            return f"the mix of languages is another ({', '.join(asked.moved)})"
        case "meaning":
            moved = f" ({', '.join(asked.moved)})" if asked.moved else ""
            return f"inputs mean something else than before{moved}"
        case _:
            return asked.kind


def _figures(before: DriftRate | None, after: DriftRate | None, since: str = "") -> str:
    if before is None or after is None:
        return f" in {since}" if since else ""
    when = f" since {since}" if since else ""
    return f", {_rate(before)} → {_rate(after)}{when}"


def _rate(one: DriftRate) -> str:
    return f"{percent(one.rate)} ({interval(one.ci)}) of {one.n:,.0f}"

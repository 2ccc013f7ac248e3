"""What questions come to: alarms, changes for the better, nothing, or not enough to tell."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.drift import AlarmState, DriftAlarm
from synterm.evaluate.statistics import adjust
from synterm.evaluate.unpaired import Rate, newcombe
from synterm.evaluate.verdict import ALPHA
from synterm.production.drift.anytime import needed
from synterm.production.drift.questions import Question, pooled
from synterm.production.drift.tally import rate_of
from synterm.production.drift.words import more_words, next_step, points, sentence, sure_words

_ORDER: dict[AlarmState, int] = {"alarm": 0, "better": 1, "not enough evidence": 2, "no change found": 3}
_OPEN = ("not enough evidence", "no change found")
_GOOD = {("pass rate", True), ("errors", False), ("latency", False), ("uncovered", False)}
"""Changes that nobody needs to be alarmed by."""


def findings(questions: Sequence[Question], project: str, run_id: str = "") -> list[DriftAlarm]:
    """What each question comes to, alarms first and the surest of them first. `project` and `run_id`: the file, and the
    newest run over traffic in it, for commands.

    The p-values are adjusted together (Benjamini and Hochberg), over all behaviors and kinds of the look.
    """
    adjusted = adjust([one.p_value for one in questions])
    # What a further one has to come below, besides those that are found already.
    level = ALPHA * min(1.0, (1 + sum(p <= ALPHA for p in adjusted)) / max(len(questions), 1))
    found = [_finding(one, p, level, (project, run_id)) for one, p in zip(questions, adjusted, strict=True)]
    return sorted(found, key=_place)


def _place(one: DriftAlarm) -> tuple[int, bool, float, float]:
    """What is surest comes first; where nothing is sure, one asks for pass rates first."""
    return _ORDER[one.state], one.state in _OPEN and one.kind != "pass rate", one.p_adjusted, one.p_value


def _finding(asked: Question, p_adjusted: float, level: float, names: tuple[str, str]) -> DriftAlarm:
    more: int | None = None
    may_be = asked.p_value <= ALPHA < p_adjusted and bool(asked.windows)
    if p_adjusted <= ALPHA:
        state: AlarmState = "better" if (asked.kind, asked.is_up) in _GOOD else "alarm"
    else:
        state, more = _without_change(asked, level, may_be=may_be)
    changed = state in ("alarm", "better")
    seen = asked.after if changed or may_be else asked.last
    before, after = rate_of(asked.before), rate_of(seen)
    words = sentence(asked, state, before, after, may_be=may_be)
    if state == "not enough evidence":
        few = f"it takes {asked.few} inputs a side"
        rest = more_words(asked, more, before, may_be=may_be) if asked.windows else few
        words = f"{words}; {rest}"
    return DriftAlarm(
        kind=asked.kind,
        behavior=asked.behavior,
        state=state,
        is_up=asked.is_up,
        before=before,
        after=after,
        difference_ci=newcombe(Rate(asked.before.hits, asked.before.n), Rate(seen.hits, seen.n)),
        since=asked.names[asked.since] if (changed or may_be) and asked.names else "",
        p_value=asked.p_value,
        p_adjusted=p_adjusted,
        sure=sure_words(state, p_adjusted),
        words=words,
        next=next_step(asked, *names) if state == "alarm" else "",
        more_calls=more,
        examples=asked.examples if changed else (),
        moved=asked.moved if changed else (),
    )


def _without_change(asked: Question, level: float, *, may_be: bool) -> tuple[AlarmState, int | None]:
    """Whether there was enough to find a change of some points, or the one that there may be; and how much there is
    still to come."""
    if not asked.windows:
        return ("not enough evidence", None) if asked.few else ("no change found", None)
    seen, before = asked.after if may_be else pooled(asked.windows), asked.before
    total = needed(before, seen.share if may_be else _changed(asked), level) if before.n else None
    if may_be:
        return "not enough evidence", max(1, round(total - seen.n)) if total else None
    if total is None:
        return "not enough evidence", None
    return ("no change found", None) if seen.n >= total else ("not enough evidence", max(1, round(total - seen.n)))


def _changed(asked: Question) -> float:
    """A rate that is so many points off that it should be found, towards the middle."""
    share = asked.before.share
    return share - points(asked.kind) if share > 0.5 else share + points(asked.kind)

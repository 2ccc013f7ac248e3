"""What questions come to: alarms, changes for the better, nothing, or not enough to tell."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.drift import AlarmState, DriftAlarm
from synterm.evaluate.statistics import adjust
from synterm.evaluate.unpaired import Rate, newcombe
from synterm.evaluate.verdict import ALPHA
from synterm.production.drift.anytime import Seen, needed
from synterm.production.drift.questions import Question, pooled
from synterm.production.drift.tally import rate_of
from synterm.production.drift.words import POINTS, more_words, next_step, sentence, sure_words

_ORDER: dict[AlarmState, int] = {"alarm": 0, "better": 1, "not enough evidence": 2, "no change found": 3}
_GOOD = {("pass rate", True), ("errors", False), ("latency", False), ("uncovered", False)}
"""Changes that nobody needs to be alarmed by."""


def findings(questions: Sequence[Question], project: str) -> list[DriftAlarm]:
    """What each question comes to, alarms first and the surest of them first. `project`: the file, for commands.

    The p-values are adjusted together (Benjamini and Hochberg), over all behaviors and kinds of the look.
    """
    adjusted = adjust([one.p_value for one in questions])
    # What a further one has to come below, besides those that are found already.
    level = ALPHA * min(1.0, (1 + sum(p <= ALPHA for p in adjusted)) / max(len(questions), 1))
    found = [_finding(one, p, level, project) for one, p in zip(questions, adjusted, strict=True)]
    return sorted(found, key=lambda one: (_ORDER[one.state], one.p_adjusted, one.p_value))


def _finding(asked: Question, p_adjusted: float, level: float, project: str) -> DriftAlarm:
    more: int | None = None
    if p_adjusted <= ALPHA:
        state: AlarmState = "better" if (asked.kind, asked.is_up) in _GOOD else "alarm"
    else:
        state, more = _without_change(asked, level)
    changed = state in ("alarm", "better")
    may_be = not changed and asked.p_value <= ALPHA and bool(asked.windows)
    seen = asked.after if changed or may_be else asked.last
    before, after = rate_of(asked.before), rate_of(seen)
    words = sentence(asked, state, before, after, may_be=may_be)
    if state == "not enough evidence":
        words = f"{words}; {more_words(more, before)}" if asked.windows else f"{words}: {asked.few} inputs a side"
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
        next=next_step(asked, project) if state == "alarm" else "",
        more_calls=more,
        examples=asked.examples if changed else (),
        moved=asked.moved if changed else (),
    )


def _without_change(asked: Question, level: float) -> tuple[AlarmState, int | None]:
    """Whether there was enough to find a change of ten points; and how much there is still to come."""
    if not asked.windows:
        return ("not enough evidence", None) if asked.few else ("no change found", None)
    seen, before = pooled(asked.windows), asked.before
    total = needed(before, _changed(before), level) if before.n else None
    if total is None:
        return "not enough evidence", None
    return ("no change found", None) if seen.n >= total else ("not enough evidence", max(1, round(total - seen.n)))


def _changed(before: Seen) -> float:
    """A rate that is ten points off, towards the middle."""
    return before.share - POINTS if before.share > 0.5 else before.share + POINTS

"""The cases that changed, and those that were not compared, as the report lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import nsmallest
from typing import Any, Literal

from synterm.core.comparison import ChangedCase, SideOfCase, UnpairedCase, Verdict
from synterm.evaluate.compare.pairing import Pair, Paired
from synterm.evaluate.compare.sides import Found, SideVariant, Source
from synterm.evaluate.recount import evaluation_of
from synterm.storage.comparing import CaseVerdict
from synterm.storage.project import Project
from synterm.storage.recorded import Recorded

MOST = 200
"""Cases in each list."""
_LONGEST = 20_000
"""Characters of an answer."""
Why = Literal["only before", "only after", "no verdict before", "no verdict after", "no verdict"]
_WHYS: tuple[Why, ...] = ("no verdict after", "no verdict before", "no verdict", "only after", "only before")
"""In this order the list has them."""
PathOf = Callable[[str], str]


def changed_cases(
    pairs: Iterable[Pair], sides: tuple[SideVariant, SideVariant], path: PathOf, verdict_of: Callable[[str], Verdict]
) -> tuple[list[ChangedCase], list[ChangedCase]]:
    """The cases that came out better, and those that came out worse: of each at most 200.

    First those of parts that came out so as a whole, since a reader sees few; within them the largest changes.
    `path` gives the path of a scenario of the later side, or nothing where it is gone; `verdict_of` the verdict on the
    part that it belongs to. Raises ProjectError.
    """
    turns = [(pair.turn, pair) for pair in pairs]
    first = {verdict: _first_of(verdict, verdict_of) for verdict in ("better", "worse")}
    fixed = nsmallest(MOST, (pair for turn, pair in turns if turn > 0), key=first["better"])
    broken = nsmallest(MOST, (pair for turn, pair in turns if turn < 0), key=first["worse"])
    shown = fixed + broken
    before = sides[0].recorded(pair.before for pair in shown)
    after = sides[1].recorded(pair.after for pair in shown)
    made = list(_changed(shown, before, after, path))
    return made[: len(fixed)], made[len(fixed) :]


def _first_of(verdict: str, verdict_of: Callable[[str], Verdict]) -> Callable[[Pair], tuple[bool, float, float, str]]:
    return lambda pair: (verdict_of(pair.after.scenario_id) != verdict, *_largest(pair))


def _largest(pair: Pair) -> tuple[float, float, str]:
    scores = (pair.before.score, pair.after.score)
    score = 0.0 if scores[0] is None or scores[1] is None else abs(scores[1] - scores[0])
    return -abs(pair.turn), -score, pair.after.case_id


def _changed(pairs: Sequence[Pair], before: Found, after: Found, path: PathOf) -> Iterator[ChangedCase]:
    for pair in pairs:
        done = after.get(pair.after, ())
        yield ChangedCase(
            case_id=pair.after.case_id,
            path=path(pair.after.scenario_id),
            input=done[0][0].input if done else {},
            expected=done[0][0].expected if done else None,
            before=_side(pair.before, before.get(pair.before, ())),
            after=_side(pair.after, done),
        )


def _side(case: CaseVerdict, found: Sequence[tuple[Recorded, Source]]) -> SideOfCase:
    rate = case.passed / case.judged if case.judged else None
    if not found:  # someone removed the run meanwhile
        return SideOfCase(passed=None, rate=rate, score=case.score, output="", reason="")
    done, source = next((one for one in found if one[0].passed is False), found[0])
    text = done.text if len(done.text) <= _LONGEST else done.text[:_LONGEST] + "…"
    return SideOfCase(
        passed=done.passed,
        rate=rate,
        score=case.score,
        output=text,
        reason="" if done.passed else evaluation_of(done, source.variant).reason,
    )


def unpaired_cases(
    paired: Paired, projects: tuple[Project, Project], paths: tuple[PathOf, PathOf]
) -> tuple[list[UnpairedCase], dict[str, int]]:
    """The cases that were not compared, at most 200, and how many there are of each kind. Raises ProjectError."""
    found: dict[Why, list[CaseVerdict]] = {why: [] for why in _WHYS}
    for pair in paired.pairs:
        if not pair.judged:
            found[_why(pair)].append(pair.after)
    found["only after"] += paired.only_after
    found["only before"] += paired.only_before
    shown: list[tuple[Why, CaseVerdict]] = []
    for why, cases in found.items():
        shown += _first(why, cases, MOST - len(shown))
    early = _values(projects[0], (case for why, case in shown if why == "only before"))
    late = _values(projects[1], (case for why, case in shown if why != "only before"))
    listed: list[UnpairedCase] = []
    for why, case in shown:
        values, path = (early, paths[0]) if why == "only before" else (late, paths[1])
        given, _ = values.get(case.content_id.hex(), ({}, None))
        listed.append(UnpairedCase(case_id=case.case_id, path=path(case.scenario_id), input=given, why=why))
    return listed, {why: len(cases) for why, cases in found.items() if cases}


def _first(why: Why, cases: Iterable[CaseVerdict], most: int) -> list[tuple[Why, CaseVerdict]]:
    return [(why, case) for case in nsmallest(most, cases, key=_id)]


def _id(case: CaseVerdict) -> str:
    return case.case_id


def _why(pair: Pair) -> Why:
    if not pair.before.judged:
        return "no verdict before" if pair.after.judged else "no verdict"
    return "no verdict after"


def _values(project: Project, cases: Iterable[CaseVerdict]) -> dict[str, tuple[dict[str, Any], Any]]:
    return project.contents.values({case.content_id.hex() for case in cases})

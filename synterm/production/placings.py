"""Placing traffic again: the cases of a project change, and what was placed before is as it was then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from synterm.core.placing import PlacingReport
from synterm.core.traffic import LoggedCall, TrafficLog
from synterm.production.placing import Placer, fingerprint
from synterm.storage.project import Project
from synterm.storage.traffic import EVERY_CALL, TrafficFilter

_PAGE = 4000


@dataclass(frozen=True, slots=True)
class Replaced:
    """What placing again came to."""

    calls: int = 0
    """That were looked at."""
    changed: int = 0
    """Those that are elsewhere now, or uncovered where they were not, or the other way round."""
    placed: int = 0
    uncovered: int = 0
    report: PlacingReport | None = None
    """How well it was placed."""
    why_not: str = ""
    """Why nothing was placed, and what to do about it."""


def place_again(
    project: Project,
    which: TrafficFilter = EVERY_CALL,
    placer: Placer | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Replaced:
    """Place stored calls by the cases as they are now, page by page; `told` gets what is being done, in words.

    Whatever became of them stays: promoted, dismissed. May be stopped at any time and begun again: pages that were done
    are written. Raises ProjectError and ModelError.
    """
    done = Replaced()
    for done in placing_again(project, which, placer, told):
        told(f"placed {done.calls:,} calls")
    return done


def placing_again(
    project: Project,
    which: TrafficFilter = EVERY_CALL,
    placer: Placer | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Iterator[Replaced]:
    """The same, page by page: gives after each what it came to so far; and once before the first."""
    by = placer or Placer(project, told)
    done = Replaced(report=by.report, why_not=by.why_not)
    yield done
    if by.why_not:
        return
    for page in project.traffic.pages(which, _PAGE):
        placed = by.place(page)
        project.traffic.place(placed).result()
        done = _counted(done, page, placed)
        yield done
    for log in project.traffic.logs():
        if _all_meant(which, log) and log.placed_by != by.fingerprint:
            project.traffic.put_log(log.model_copy(update={"placed_by": by.fingerprint})).result()


def is_stale(project: Project) -> bool:
    """Whether calls of some log were placed by other cases than there are now, or not at all. Reads which cases there
    are, not what they say: quick."""
    logs = [log for log in project.traffic.logs() if log.kept]
    return bool(logs) and {log.placed_by for log in logs} != {fingerprint(project)}


def _counted(done: Replaced, page: list[LoggedCall], placed: list[LoggedCall]) -> Replaced:
    moved = sum(_place(before) != _place(now) for before, now in zip(page, placed, strict=True))
    return replace(
        done,
        calls=done.calls + len(page),
        changed=done.changed + moved,
        placed=done.placed + sum(one.placing == "placed" for one in placed),
        uncovered=done.uncovered + sum(one.placing == "uncovered" for one in placed),
    )


def _place(call: LoggedCall) -> tuple[str, str]:
    return call.placing, call.scenario_id


def _all_meant(which: TrafficFilter, log: TrafficLog) -> bool:
    """Whether all calls of a log fit: only then it can be said by which cases they are placed."""
    return which in (EVERY_CALL, TrafficFilter(log_id=log.id))

"""What to know before one believes a comparison."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from synterm.core.evaluation import CheckResult
from synterm.evaluate.compare.chosen import Chosen
from synterm.evaluate.compare.pairing import Paired
from synterm.evaluate.compare.sides import SideVariant
from synterm.storage.runs import RunRecord
from synterm.text import plural

NO_COUNTERPART = "has no counterpart of the same prompt or model"
SAME_RUN = "both sides are the same run"
_NAMED = 3
_STATUS = {
    "running": "is still under way, or was cut off",
    "incomplete": "is incomplete",
    "interrupted": "was interrupted",
}


def notes_on_sides(before: Chosen, after: Chosen) -> Iterator[str]:
    """What is to be said of the runs."""
    for word, side in (("before", before), ("after", after)):
        for run in side.each:
            if run.status in _STATUS:
                yield f"{word}: run {run.id} {_STATUS[run.status]}{_not_made(run)}"
        own = [scenario for scenario in side.runs if scenario]
        if own and "" in side.runs:
            yield f"{word}: {plural(len(own), 'scenario')} of {side.name} taken from runs of their own"
        elif own:
            yield f"{word}: {side.name} is pinned for {plural(len(own), 'scenario')} only; nothing else is compared"
    if before.project.id == after.project.id and [run.id for run in before.each] == [run.id for run in after.each]:
        yield SAME_RUN


def _not_made(run: RunRecord) -> str:
    count = run.totals.get("not_made")
    return f": {plural(count, 'evaluation')} not made" if isinstance(count, int) and count > 0 else ""


def notes_on_variants(
    left_before: Sequence[SideVariant], pairs: Iterable[tuple[SideVariant, SideVariant]]
) -> Iterator[str]:
    """What is to be said of which variant stands against which."""
    if left_before:
        yield f"before: nothing stands against {_several([one.name for one in left_before])}"
    for before, after in pairs:
        if before.model != after.model and before.prompt != after.prompt:
            yield f"{after.name} {NO_COUNTERPART}; it is held against {before.name}"


def notes_on_cases(paired: Iterable[Paired]) -> Iterator[str]:
    """What is to be said of which case is which."""
    edited = max((one.edited for one in paired), default=0)
    if edited:
        was = "was" if edited == 1 else "were"
        yield f"{plural(edited, 'case')} {was} edited in between, and can't be compared: only before, and only after"


def notes_on_checks(
    sides: tuple[Chosen, Chosen],
    pairs: Iterable[tuple[SideVariant, SideVariant]],
    scenarios: Mapping[str, tuple[str, str]],
) -> Iterator[str]:
    """Which scenarios were judged by other checks, or by other judges. `scenarios`: the ids of those that were
    compared, of either side, by path. Raises ProjectError.

    Runs say what their checks were; of older ones it is known only from what kinds of checks gave verdicts.
    """
    changed: dict[str, None] = {}
    judges: dict[tuple[str, str], None] = {}
    said = [_checks_said(side) for side in sides]
    for pair in pairs:
        samples = [_samples(variant) for variant in pair]
        for path, (old, new) in scenarios.items():
            first, second = samples[0].get(old, ()), samples[1].get(new, ())
            if old in said[0] and new in said[1]:
                differ = said[0][old] != said[1][new]
            else:
                differ = bool(first and second) and [one.type for one in first] != [one.type for one in second]
            if differ:
                changed[path] = None
            judges.update(dict.fromkeys(_other_judges(first, second)))
    if changed:
        yield f"the checks changed in between: {_several([*changed])}"
    for old, new in judges:
        yield f"judged by {old} before, by {new} after"


def _checks_said(side: Chosen) -> dict[str, str]:
    """What each scenario's checks are known by, as its run says."""
    said: dict[str, str] = {}
    for run in side.each:
        found: object = run.config.get("checks")
        if isinstance(found, dict):
            for scenario, checks in cast("dict[str, object]", found).items():
                taken = side.runs.get(scenario, side.runs.get(""))
                if taken is not None and taken.id == run.id:
                    said[scenario] = str(checks)
    return said


def _samples(variant: SideVariant) -> dict[str, Sequence[CheckResult]]:
    found: dict[str, Sequence[CheckResult]] = {}
    for source in variant.each:
        samples = variant.project.comparing.samples(source.column)
        found.update((scenario, checks) for scenario, checks in samples.items() if variant.source(scenario) is source)
    return found


def _other_judges(first: Sequence[CheckResult], second: Sequence[CheckResult]) -> Iterator[tuple[str, str]]:
    """The judges of the same checks, in order, where they are not the same."""
    old, new = ([(check.type, check.judge) for check in _flat(checks) if check.judge] for checks in (first, second))
    if [kind for kind, _ in old] == [kind for kind, _ in new]:
        yield from ((a, b) for (_, a), (_, b) in zip(old, new, strict=True) if a != b)


def _flat(checks: Iterable[CheckResult]) -> Iterator[CheckResult]:
    for check in checks:
        yield check
        yield from _flat(check.parts)


def _several(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more

"""The failures that stay: cases that fail in each of the last runs, and not by chance in one repeat."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from synterm.core.case import input_text, value_text
from synterm.core.distill import Failing, Triage
from synterm.core.finding import Finding
from synterm.core.review import output_id
from synterm.core.tree import Tree
from synterm.errors import NotFoundError
from synterm.storage.project import Project
from synterm.storage.recorded import Column, Recorded
from synterm.storage.runs import RunRecord
from synterm.storage.stubborn import Standing

RUNS = 3
"""How many runs are looked at unless one says otherwise."""
_LONGEST = 2000
"""Characters of an input, answer or reason that are kept."""


@dataclass(slots=True)
class Failures:
    """What keeps failing, and what does not any more."""

    run: RunRecord
    """The newest of the runs that were looked at."""
    runs: int = 1
    """How many runs were looked at; the most, where variants differ."""
    evaluated: int = 0
    """Cases with a verdict in the newest run, counted for each variant."""
    failing: list[Failing] = field(default_factory=list[Failing])
    """By variant, and then in the order of case ids."""
    passing_now: int = 0
    """Cases that failed in an earlier one, and pass in the newest."""
    flaky: int = 0
    """Cases of which some repeat failed in the newest, and that do not keep failing."""


@dataclass(slots=True)
class _Kept:
    """What the runs say of one case together."""

    last: Standing
    runs: set[str]
    """The runs that evaluated what it says now, by id."""
    judged: int
    failed: int
    errors: int
    stays: bool = True
    """Whether it failed in each of them that has a verdict on what it says now."""


def failures(
    project: Project,
    run: str = "last",
    *,
    runs: int = RUNS,
    scenarios: Collection[str] | None = None,
    variants: Collection[tuple[str, str]] | None = None,
    prompts: Collection[str] | None = None,
) -> Failures:
    """The cases that keep failing, up to the run that `run` names.

    A case fails in a run when more than half of its repeats with a verdict do; it keeps failing when it fails in each
    of the last `runs` runs of the same prompt, in whatever version, and model that have a verdict on what it says now.
    A case without any verdict is an error: it counts where the newest run has none. `scenarios`: only cases of these,
    by id; `variants`: only these, as (version, model); `prompts`: only these, by name. Raises NotFoundError and
    UsageError for a name that is no run's.
    """
    chosen = project.runs.named(run)
    found, tree = Failures(chosen), project.nodes.tree()
    columns = [column for column in project.runs.columns(chosen.id) if is_meant(column, variants, prompts)]
    if not columns:
        raise NotFoundError("that run has no such variant", hint=f"synterm history {project.path} --show {chosen.id}")
    for column in columns:
        kept = _kept(project, column, chosen.id, runs, scenarios, found)
        found.failing += _described(project, column, kept, tree)
    triaged = project.findings.about("triage", (one.subject for one in found.failing))
    found.failing = [_with_triage(one, triaged.get(one.subject)) for one in found.failing]
    return found


def is_meant(
    column: Column, variants: Collection[tuple[str, str]] | None, prompts: Collection[str] | None = None
) -> bool:
    """Whether a column is of these variants, as (version, model), and of these prompts, by name; None for all."""
    return (variants is None or (column[2], column[4]) in variants) and (prompts is None or column[1] in prompts)


def _kept(
    project: Project,
    column: Column,
    run_id: str,
    runs: int,
    scenarios: Collection[str] | None,
    found: Failures,
) -> Mapping[str, _Kept]:
    """What stays of a column's failures once the runs before are looked at, by case id."""
    last = {
        one.case_id: one
        for one in project.stubborn.standings(column[0])
        if scenarios is None or one.scenario_id in scenarios
    }
    found.evaluated += sum(not one.is_error for one in last.values())
    kept = {
        name: _Kept(one, {run_id}, one.judged, one.failed, one.made - one.judged)
        for name, one in last.items()
        if one.fails or one.is_error
    }
    passing = {name for name, one in last.items() if one.judged and not one.failed}
    failed_before: set[str] = set()
    before = project.stubborn.before(column, run_id, runs - 1)
    for column_pk, run in before:
        for one in project.stubborn.standings(column_pk):
            now = last.get(one.case_id)
            if now is None or now.content_id != one.content_id:
                continue
            if one.fails and one.case_id in passing:
                failed_before.add(one.case_id)
            if one.case_id in kept:
                _add(kept[one.case_id], one, run)
    found.runs = max(found.runs, 1 + len({run for _, run in before}))
    found.passing_now += len(failed_before)
    stays = {name: one for name, one in kept.items() if one.stays}
    found.flaky += sum(bool(one.failed) for name, one in last.items() if name not in stays)
    return stays


def _add(kept: _Kept, one: Standing, run_id: str) -> None:
    kept.runs.add(run_id)
    kept.judged += one.judged
    kept.failed += one.failed
    kept.errors += one.made - one.judged
    # A run without any verdict tells nothing either way.
    kept.stays = kept.stays and (one.fails or one.is_error)


def _described(project: Project, column: Column, kept: Mapping[str, _Kept], tree: Tree) -> Iterator[Failing]:
    paths: dict[str, str] = {}
    for recorded in _last_failed(project.stubborn.evaluations(column, kept.keys())):
        standing = kept[recorded.case_id]
        scenario = recorded.scenario_id or standing.last.scenario_id
        if scenario not in paths:
            paths[scenario] = _behavior(tree, scenario)
        yield Failing(
            case_id=recorded.case_id,
            content_id=standing.last.content_id,
            output_id=output_id(recorded.text) if recorded.text else "",
            root_id=recorded.root_id,
            scenario_id=scenario,
            behavior=paths[scenario],
            prompt=column[1],
            version=column[2],
            model=column[4],
            input=input_text(recorded.input)[:_LONGEST],
            expected=None if recorded.expected is None else value_text(recorded.expected)[:_LONGEST],
            got=(recorded.label or recorded.text or recorded.error or "")[:_LONGEST],
            reason=_reason(recorded)[:_LONGEST],
            tags=recorded.tags,
            runs=len(standing.runs),
            judged=standing.judged,
            failed=standing.failed,
            errors=standing.errors,
        )


def _last_failed(evaluations: Iterable[Recorded]) -> Iterator[Recorded]:
    """Of each case the last repeat that failed, else the last one."""
    chosen: Recorded | None = None
    for one in evaluations:
        if chosen is not None and chosen.case_id != one.case_id:
            yield chosen
            chosen = None
        if chosen is None or one.passed is False or chosen.passed is not False:
            chosen = one
    if chosen is not None:
        yield chosen


def _reason(recorded: Recorded) -> str:
    if recorded.passed is None:
        return recorded.error or ""
    return next((check.reason for check in recorded.checks if check.passed is False), "")


def _behavior(tree: Tree, scenario_id: str) -> str:
    """The path of the behavior above a scenario; empty where the tree no longer has it."""
    path = tree.path(scenario_id) if scenario_id in tree else ""
    return path.rpartition("/")[0]


def _with_triage(failing: Failing, finding: Finding | None) -> Failing:
    triage = finding.read(Triage) if finding else None
    return failing.model_copy(update={"triage": triage}) if triage else failing

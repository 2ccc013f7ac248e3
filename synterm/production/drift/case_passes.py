"""How often the cases of a baseline passed, judged as production's calls are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from synterm.core.tree import Tree
from synterm.evaluate.compare.chosen import Chosen
from synterm.evaluate.compare.manner import Judges, Manner, common, same_as_recorded
from synterm.evaluate.compare.sides import SideVariant, side_variants
from synterm.production.drift.anytime import Seen
from synterm.production.drift.tally import Share, behavior_of
from synterm.storage.project import Project
from synterm.storage.runs import RunRecord
from synterm.text import one_line, plural


@dataclass(slots=True)
class CasePasses:
    """The pass rates of cases, each lineage once."""

    by_behavior: dict[str, Seen] = field(default_factory=dict[str, Seen])
    """By the behavior's path; of all under the empty one."""
    notes: list[str] = field(default_factory=list[str])


def case_passes(project: Project, chosen: Chosen, tree: Tree, calls: Mapping[str, float]) -> CasePasses:
    """The pass rates under the last variant of a baseline over cases.

    Where production's calls were judged in another form, since nobody said what they should have been answered, the
    cases are judged again in that form: a case that expects another label passes when there is any. `calls`: how many
    judged calls each behavior has; all together are mixed as these are. Raises ProjectError.
    """
    variants = side_variants(chosen)
    found = CasePasses()
    if not variants:
        return found
    roots = _roots(project, variants[-1], tree, found)
    every = Share()
    for path, rates in roots.items():
        own = Share()
        for passes in rates.values():
            own.add(1.0, sum(passes) / len(passes))
        found.by_behavior[path] = own.seen
        for passes in rates.values():
            if calls.get(path):
                every.add(calls[path] / len(rates), sum(passes) / len(passes))
    if every.weight:
        found.by_behavior = {"": every.seen, **found.by_behavior}
    return found


def _roots(project: Project, variant: SideVariant, tree: Tree, found: CasePasses) -> dict[str, dict[str, list[bool]]]:
    """The verdicts of each lineage, by the behavior's path."""
    judges, newest = Judges(project, tree), _newest(project)
    manners: dict[str, Manner | None] = {}
    roots: dict[str, dict[str, list[bool]]] = {}
    for source in variant.each:
        for page in project.comparing.pages(source.column):
            own = [done for done in page if variant.source(done.scenario_id) is source]
            for done in own:
                if done.scenario_id not in manners:
                    manners[done.scenario_id] = _manner(judges, source.run, newest, done.scenario_id)
            verdicts = judges.verdicts(own, source.variant, [manners[done.scenario_id] for done in own])
            for done, passed in zip(own, verdicts, strict=True):
                if passed is not None:
                    path = behavior_of(done.scenario_id, tree)
                    roots.setdefault(path, {}).setdefault(done.root_id, []).append(passed)
    if again := dict.fromkeys(behavior_of(name, tree) for name, manner in manners.items() if manner):
        names = one_line(", ".join(again), 120)
        found.notes.append(f"judged again, in the form that logged calls were judged in: the cases of {names}")
    if judges.unasked:
        found.notes.append(f"{plural(judges.unasked, 'case')} left out, which a judge would have to be asked about")
    return roots


def _manner(judges: Judges, run: RunRecord, newest: RunRecord | None, scenario_id: str) -> Manner | None:
    """How the cases of a scenario are judged again, to be judged as calls were; None: they need not be."""
    if newest is None:
        return None
    was, calls = judges.manner(run, scenario_id), judges.manner(newest, scenario_id)
    if same_as_recorded(was, calls):
        return None
    bare, asking = common(was, calls)
    wanted = judges.today(scenario_id, bare=bare, judges=asking)
    return None if same_as_recorded(was, wanted) else wanted


def _newest(project: Project) -> RunRecord | None:
    """The newest run over logged calls."""
    ids = [one.run_id for one in project.traffic.over_time.columns()]
    return project.runs.get(max(ids)) if ids else None

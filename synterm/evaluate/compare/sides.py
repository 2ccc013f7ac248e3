"""The variants of a side, and what they say of its cases."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass

from synterm.core.evaluation import Variant
from synterm.evaluate.compare.chosen import Chosen
from synterm.evaluate.compare.renamed import names_now
from synterm.evaluate.recount import repeating_of, variants_of
from synterm.evaluate.repeating import LEAD, Repeating
from synterm.storage.comparing import CaseVerdict, StandingVerdict
from synterm.storage.project import Project
from synterm.storage.recorded import Column, Recorded
from synterm.storage.runs import RunRecord


@dataclass(frozen=True, slots=True)
class Source:
    """A column of a recorded run."""

    run: RunRecord
    variant: Variant
    column: Column
    how: Repeating


@dataclass(frozen=True, slots=True)
class SideVariant:
    """A prompt under a model on one side. Each scenario is taken from one run, under its last version there."""

    project: Project
    prompt: str
    """As it is called now."""
    model: str
    sources: dict[str, Source | None]
    """By scenario id; ``""``: all others. None: the run of that scenario does not have it."""

    @property
    def name(self) -> str:
        """``router@v2 · smollm2``; several where scenarios are taken from runs of different versions."""
        return ", ".join(dict.fromkeys(source.variant.name for source in self.each))

    @property
    def each(self) -> list[Source]:
        """Its columns, each once."""
        return list({source.column[0]: source for source in self.sources.values() if source}.values())

    def source(self, scenario_id: str) -> Source | None:
        """Where the cases of a scenario are taken from."""
        return self.sources[scenario_id] if scenario_id in self.sources else self.sources.get("")

    def verdicts(self) -> Iterator[CaseVerdict]:
        """What it says of each case, by column and case id."""
        for source in self.each:
            found = self.project.comparing.verdicts(source.column, counting(source.how))
            if len(self.sources) == 1 and "" in self.sources:
                yield from found
            else:
                yield from (one for one in found if self.source(one.scenario_id) is source)

    def standing(self, case_ids: Collection[str] | None = None) -> Iterator[list[StandingVerdict]]:
        """What it says of the cases that the project has today and that say what they said then, page by page;
        `case_ids`: only of these."""
        for source in self.each:
            for page in self.project.comparing.standing(source.column, counting(source.how), case_ids):
                yield [one for one in page if self.source(one.scenario_then) is source]

    def recorded(self, cases: Iterable[CaseVerdict]) -> Found:
        """The evaluations of some of its cases in full: those that count, each with where it stands."""
        wanted: dict[int, dict[str, CaseVerdict]] = {}
        for case in cases:
            if source := self.source(case.scenario_id):
                wanted.setdefault(source.column[0], {})[case.case_id] = case
        found: Found = {}
        for source in self.each:
            its = wanted.get(source.column[0], {})
            for done in self.project.comparing.recorded(source.column, its):
                if source.how.counts(done.repeat):
                    found.setdefault(its[done.case_id], []).append((done, source))
        return found


Found = dict[CaseVerdict, list[tuple[Recorded, Source]]]
"""Evaluations of cases, each with the column that it stands in."""


def counting(how: Repeating) -> int | None:
    """How many repeats of a case count, which `Repeating.counts` explains; None: all."""
    return LEAD if how.stop_early else None if how.repeated else 1


def side_variants(side: Chosen) -> list[SideVariant]:
    """What a side is compared by: for each prompt and model the last version of each run. Raises ProjectError."""
    found: dict[tuple[str, str], dict[str, Source | None]] = {}
    for run in side.each:
        scenarios = [scenario for scenario, its in side.runs.items() if its.id == run.id]
        for kind, source in _last_versions(side, run).items():
            found.setdefault(kind, {}).update(dict.fromkeys(scenarios, source))
    for sources in found.values():
        sources.update({scenario: None for scenario in side.runs if scenario not in sources})
    return [SideVariant(side.project, *kind, sources) for kind, sources in found.items()]


def _last_versions(side: Chosen, run: RunRecord) -> dict[tuple[str, str], Source]:
    columns = {column[3:5]: column for column in side.project.runs.columns(run.id)}
    now = names_now(side.project, [*columns.values()])
    how = repeating_of(run)
    chosen = None if side.variants is None else set(side.variants)
    return {
        (now.get(variant.prompt, variant.prompt), variant.model.name): Source(run, variant, columns[key], how)
        for key, variant in variants_of(side.project, run).items()
        if chosen is None or key in chosen
    }


def stand_against(
    before: list[SideVariant], after: list[SideVariant]
) -> tuple[list[tuple[SideVariant, SideVariant]], list[SideVariant], list[SideVariant]]:
    """The variants in pairs, and those of either side that are in none.

    Of the same prompt and model; where there are no such, of the same prompt, the last of each; else of the same
    model; else the last variant of each side.
    """
    for kind in _KINDS:
        old, new = {kind(one): one for one in before}, {kind(one): one for one in after}
        pairs = [(old[name], one) for name, one in new.items() if name in old]
        if pairs:
            taken = {id(one) for pair in pairs for one in pair}
            return pairs, *_left(before, after, taken)
    return [], before, after


def of_prompt(side: list[SideVariant], prompt: str, model: str) -> SideVariant | None:
    """What stands against a prompt under a model, whatever else there is: the same, or else the last of the prompt."""
    found = {one.model: one for one in side if one.prompt == prompt}
    return found.get(model) or next(reversed(found.values()), None)


_KINDS: tuple[Callable[[SideVariant], Hashable], ...] = (
    lambda one: (one.prompt, one.model),
    lambda one: one.prompt,
    lambda one: one.model,
    lambda _: "",
)


def _left(
    before: list[SideVariant], after: list[SideVariant], taken: set[int]
) -> tuple[list[SideVariant], list[SideVariant]]:
    return [one for one in before if id(one) not in taken], [one for one in after if id(one) not in taken]

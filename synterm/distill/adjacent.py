"""From failures to their neighbours: new cases that are like them, of which those that fail too become a scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from synterm.core.case import Case
from synterm.core.distill import Neighbourhood, Round
from synterm.core.evaluation import Variant
from synterm.core.generation import mark, untouched
from synterm.core.tree import Node, Tree
from synterm.describe.filters.base import Filter
from synterm.describe.pipeline.generate import Watch as WatchGeneration
from synterm.describe.pipeline.generate import generate
from synterm.describe.pipeline.keeping import rejected
from synterm.describe.pipeline.planning import Wishes, plan_of
from synterm.describe.pipeline.written import Chain, read_chain
from synterm.distill.probing import Prober
from synterm.errors import InputError
from synterm.evaluate.limits import DEFAULT_LIMITS, Limits
from synterm.evaluate.traffic import Traffic
from synterm.providers.registry import Providers
from synterm.storage.case_filter import CaseFilter
from synterm.storage.project import Project
from synterm.text import one_line, plural

ROUNDS = 3
COUNT = 12
"""How many neighbours a round makes, unless one says otherwise."""
OFFLINE = ("misspellings", "contractions", "fillers", "shorthand", "punctuation", "casing")
"""What makes neighbours where no model is to write."""
WRITTEN = ("paraphrase", "vary", "elaborate")
"""What makes them where one is."""
_LONGEST_NAME = 80

Watch = Callable[[Neighbourhood], None]


@dataclass(frozen=True, slots=True)
class Around:
    """What is to be looked around."""

    cases: Sequence[Case]
    """The failures, all of one feature."""
    name: str
    """What the new scenario is called; numbered where the behavior has one of that name."""
    cluster: str = ""
    """The id of the cluster that they are, for lineage."""
    chains: Sequence[Chain] = ()
    """What makes neighbours; empty: the usual, with a model where `writer` names one."""
    filters: Sequence[Filter] = ()
    """Beside the usual ones."""
    writer: str | None = None
    """The name of the project's model that writes; None: none does."""
    rounds: int = ROUNDS
    count: int = COUNT
    """How many each round keeps of what it makes."""
    repeats: int = 1
    limits: Limits = DEFAULT_LIMITS


def usual_chains(*, written: bool) -> tuple[Chain, ...]:
    """What makes neighbours unless one says otherwise: with a model that writes, or without."""
    return tuple(read_chain(name) for name in ((*WRITTEN, *OFFLINE[:2]) if written else OFFLINE))


async def look_around(
    project: Project,
    providers: Providers,
    variant: Variant,
    wanted: Around,
    *,
    watch: Watch | None = None,
    watch_generation: WatchGeneration | None = None,
) -> Neighbourhood:
    """Make neighbours of failures, evaluate them by the checks that the failures have, and keep those that fail.

    Round by round: the first is made of the failures, each other one of the new failures of the one before; it ends
    with a round that finds none. What fails stays in a new scenario beside that of most of the failures, as drafts for
    review; what passes is kept there too, rejected with that reason, and can be restored. The scenario has the checks
    of that other one. Without any new failure there is no scenario. What was made is on disk after each round; a round
    that is cut short is taken back, but for its answers, so that the same again makes the same of it for nothing.
    Raises InputError where the failures don't fit together, or what `generate` raises.
    """
    work = _Looking(project, providers, variant, wanted, watch, watch_generation)
    return await work.run()


@dataclass(slots=True)
class _Counts:
    rounds: list[Round] = field(default_factory=list[Round])
    ended: str = ""


class _Looking:
    def __init__(
        self,
        project: Project,
        providers: Providers,
        variant: Variant,
        wanted: Around,
        watch: Watch | None,
        watch_generation: WatchGeneration | None,
    ) -> None:
        if not wanted.cases:
            raise InputError("no failure to look around")
        self._project = project
        self._providers = providers
        self._wanted = wanted
        self._watch = watch
        self._watch_generation = watch_generation
        self._scenario = _scenario(project.nodes.tree(), wanted)
        self._path = ""
        self._chains = wanted.chains or usual_chains(written=wanted.writer is not None)
        self._variant = variant
        self._counts = _Counts()
        self._prober: Prober | None = None

    async def run(self) -> Neighbourhood:
        self._project.nodes.put(self._scenario).result()
        self._path = self._project.nodes.tree().path(self._scenario.id)
        traffic = Traffic(self._providers)
        # With the new scenario in the tree, so that its checks judge.
        self._prober = Prober(self._project, traffic, self._variant, self._wanted.limits)
        try:
            await self._rounds()
        except BaseException:
            self._take_back()
            raise
        finally:
            failed = sum(one.failed for one in self._counts.rounds)
            if not failed:
                self._remove_if_empty()
        return self._told()

    async def _rounds(self) -> None:
        seeds = list(self._wanted.cases)
        for number in range(1, self._wanted.rounds + 1):
            found = await self._round(number, seeds)
            if self._watch:
                self._watch(self._told())
            if not found:
                last = self._counts.rounds[-1]
                self._counts.ended = self._counts.ended or (
                    "nothing could be made of them" if not last.made else f"round {number} found nothing new that fails"
                )
                return
            seeds = found
        self._counts.ended = f"ended after {plural(self._wanted.rounds, 'round')}, as many as were wanted"

    async def _round(self, number: int, seeds: Sequence[Case]) -> list[Case]:
        wanted = self._wanted
        wishes = Wishes(
            chains=self._chains,
            seeds=seeds,
            scenarios=[self._scenario.id],
            count=wanted.count,
            filters=wanted.filters,
            model=wanted.writer,
            into=self._scenario.id,
            split=seeds[0].split,
            random_seed=number,
            limits=wanted.limits,
        )
        planned = plan_of(self._project, wishes)
        outcome = await generate(self._project, self._providers, planned.plan, self._watch_generation)
        made = [one for one in self._project.generations.cases(outcome.generation_id) if one.status == "draft"]
        assert self._prober
        before = self._prober.requests, self._prober.cached
        probes = await self._prober.judge(made, wanted.repeats)
        failing = [probe.case for probe in probes if 2 * probe.failed > len(probe.evaluations)]
        errors = sum(not (probe.passed or probe.failed) for probe in probes)
        passing = [probe.case for probe in probes if (probe.passed or probe.failed) and probe.case not in failing]
        kept = [_distilled(case, wanted.cluster, self._variant) for case in failing]
        dropped = [rejected(case, _passes(self._variant)) for case in passing]
        self._put(made, [*kept, *dropped])
        self._counts.rounds.append(
            Round(
                generation_id=outcome.generation_id,
                made=outcome.funnel.made,
                kept=len(made),
                failed=len(failing),
                passed=len(passing),
                errors=errors,
                requests=self._prober.requests - before[0],
                cached=self._prober.cached - before[1],
            )
        )
        if self._prober.halted:
            self._counts.ended = f"{self._prober.halted.reason}; {self._prober.halted.hint}"
            return []
        return kept

    def _put(self, before: Sequence[Case], after: Sequence[Case]) -> None:
        """Put cases in place of what they were, but for those that somebody changed while they were judged."""
        was = {case.id: case for case in before}
        there = self._project.cases.named([case.id for case in after])
        same = {case.id for case in there if case == was[case.id]}
        self._project.cases.put([case for case in after if case.id in same]).result()

    def _take_back(self) -> None:
        """What a round made that did not come to its end: nobody knows whether it fails. Its answers stay."""
        done = {one.generation_id for one in self._counts.rounds}
        for one in self._project.generations.all():
            if one.config.get("into") == self._scenario.id and one.id not in done:
                self._project.generations.undo(one.id).result()

    def _remove_if_empty(self) -> None:
        """Without a new failure there is no scenario; what stands in it, also what people put there, stays with the
        first failure's own."""
        home = self._wanted.cases[0].scenario_id
        there = CaseFilter(scenario_ids=[self._scenario.id], status=None)
        moved = [_moved(case, home) for case in self._project.cases.select(there)]
        if moved:
            self._project.cases.put(moved).result()
        self._project.nodes.remove(self._scenario.id).result()
        self._path = ""

    def _told(self) -> Neighbourhood:
        rounds = tuple(self._counts.rounds)
        failed, passed = sum(one.failed for one in rounds), sum(one.passed for one in rounds)
        return Neighbourhood(
            cluster=self._wanted.cluster,
            scenario=self._path,
            rounds=rounds,
            failed=failed,
            passed=passed,
            pass_rate=passed / (failed + passed) if failed + passed else None,
            ended=self._counts.ended or "looking",
        )


def _moved(case: Case, scenario_id: str) -> Case:
    """In another scenario, and still as it was made where it was."""
    origin = case.origin.model_copy(update={"detail": {**case.origin.detail}})
    moved = case.model_copy(update={"scenario_id": scenario_id, "origin": origin})
    return mark(moved) if untouched(case) else moved


def _distilled(case: Case, cluster: str, variant: Variant) -> Case:
    """The case, with what it was found by; undoing the generation still takes it back."""
    detail = {**case.origin.detail, "distilled": {"cluster": cluster, "fails_under": variant.name}}
    return case.model_copy(update={"origin": case.origin.model_copy(update={"detail": detail})})


def _passes(variant: Variant) -> dict[str, Any]:
    return {"filter": "fails-too", "score": None, "reason": f"it passes under {variant.name}: no failure of this kind"}


def _scenario(tree: Tree, wanted: Around) -> Node:
    """A new scenario beside the one that most of the failures stand in, with its checks."""
    homes = Counter(case.scenario_id for case in wanted.cases if case.scenario_id in tree)
    if not homes:
        raise InputError("the failures stand in no scenario any more")
    home = tree[homes.most_common(1)[0][0]]
    features = {tree.lineage(scenario)[0].id for scenario in homes}
    if len(features) > 1:
        raise InputError(f"the failures stand in {len(features)} features", hint="choose those of one")
    siblings = {node.name for node in tree.children(home.parent_id)}
    return Node(
        parent_id=home.parent_id,
        level="scenario",
        name=_free(one_line(wanted.name, _LONGEST_NAME), siblings),
        description="Neighbours of failures that fail too; found by distilling.",
        checks=home.checks,
        position=len(siblings),
    )


def _free(name: str, taken: set[str]) -> str:
    name = name.replace("/", " ").strip() or "near failures"
    if name not in taken:
        return name
    return next(new for number in range(2, 10_000) if (new := f"{name} {number}") not in taken)

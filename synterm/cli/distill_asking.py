"""The acts of ``synterm distill`` that ask models: judging types, shrinking, boundaries, neighbours."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from synterm.cli.distill_attacks import Attacks, attacks_of, keep_attacks, make
from synterm.cli.distill_choice import Choice, cluster_named, column_name
from synterm.cli.distill_keeping import keep
from synterm.cli.distill_progress import DistillProgress
from synterm.cli.output import data, say
from synterm.cli.ready import make_models_ready
from synterm.cli.trusting import require_trust
from synterm.core.case import Case
from synterm.core.distill import AttackReport, Boundary, Cluster, Neighbourhood, Shrunk
from synterm.core.evaluation import Variant
from synterm.core.finding import Finding
from synterm.core.model import ModelSpec
from synterm.describe.pipeline.planning import asks, limits_of, writer
from synterm.describe.pipeline.written import read_chain
from synterm.distill.adjacent import COUNT, ROUNDS, Around, look_around, usual_chains
from synterm.distill.attacks.words import attack_words
from synterm.distill.boundary.choosing import read_dimension
from synterm.distill.boundary.dimensions import Dimension
from synterm.distill.boundary.search import REQUESTS as BOUNDARY_REQUESTS
from synterm.distill.boundary.search import boundary_finding, find_boundary
from synterm.distill.clusters.asking import named_by_model
from synterm.distill.probing import Prober
from synterm.distill.shrink.change import change_words
from synterm.distill.shrink.contrast import contrast_set, shrunk_finding
from synterm.distill.shrink.neighbours import passing_cases
from synterm.distill.shrink.sense import Sense
from synterm.distill.shrink.shrink import REQUESTS, shrink
from synterm.distill.triage.triage import judged, triaged
from synterm.errors import InputError, NotFoundError
from synterm.evaluate.provenance import who
from synterm.evaluate.traffic import Traffic
from synterm.providers.registry import Providers
from synterm.reports.attacks import attack_lines
from synterm.reports.distilled import around_lines, boundary_lines, shrunk_lines
from synterm.settings import load_settings
from synterm.storage.cases import CaseFilter
from synterm.storage.recorded import Column
from synterm.text import plural

_CAP_HINT = "raise --max-cost, and the same command goes on"
_GONE_ON = ("nothing more can be left out", "each turn is found", "it does not fail", "all ", "none of ")
"""How reasons begin for which nothing is left to be done."""


class Asking:
    """What is to be looked into, chosen and checked before anything is sent."""

    def __init__(self, choice: Choice, clusters: Sequence[Cluster]) -> None:
        """Raises UsageError, InputError and NotFoundError for what can't be, ModelError for models that can't."""
        args = choice.args
        self.progress = DistillProgress(quiet=args.quiet)
        self.shrunk: list[Shrunk] = []
        self.boundaries: list[Boundary] = []
        self.neighbourhoods: list[Neighbourhood] = []
        self.attacks: list[AttackReport] = []
        self._choice = choice
        self._project = choice.project
        self._settings = load_settings()
        self._limits = limits_of(args.max_cost, self._settings.day_cap_usd, _CAP_HINT)
        self._naming = choice.project.models.get(args.writer) if args.cluster and args.writer else None
        self._clusters = clusters
        self._judge = choice.project.models.get(args.judge) if args.judge else None
        self._shrinks = [self._case(name) for name in dict.fromkeys(args.shrink)]
        self._boundaries = [*self._dimensions()]
        self._around = self._around_what(clusters) if args.around else None
        self._attacks = attacks_of(choice) if args.attack else None
        self._ready()

    async def all(self) -> bool:
        """Do all of it, one after the other; whether each was done to its end."""
        whole = True
        async with Providers.of(self._project) as providers:
            if self._judge:
                whole = await self._judged(providers, self._judge) and whole
            if self._naming:
                whole = await self._named(providers, self._naming) and whole
            for case, column, variant in self._shrinks:
                whole = await self._shrink(providers, case, column, variant) and whole
            for case, variant, dimension in self._boundaries:
                whole = await self._boundary(providers, case, variant, dimension) and whole
            if self._around:
                whole = await self._look_around(providers, *self._around) and whole
            for kind in self._attacks.kinds if self._attacks else ():
                assert self._attacks
                whole = await self._attack(providers, self._attacks, kind) and whole
        return whole

    async def _judged(self, providers: Providers, model: ModelSpec) -> bool:
        found = self._choice.found
        failing = triaged(self._project, found.run.id, found.failing)
        self.progress.begin(f"{model.name} judges {plural(len(failing), 'failure')}")
        told, problems = await judged(
            self._project, Traffic(providers), failing, model, self._limits, self.progress.event
        )
        new = [one for one, before in zip(told, failing, strict=True) if one.triage and one.triage != before.triage]
        kept = [Finding("triage", one.subject, one.triage.model_dump(mode="json"), who()) for one in new if one.triage]
        if kept:
            self._project.findings.put(*kept).result()
        self.progress.close()
        say(f"{model.name} gave {plural(len(kept), 'failure')} a type")
        for problem in problems:
            say(f"note: {problem}")
        return not problems

    async def _named(self, providers: Providers, model: ModelSpec) -> bool:
        self.progress.begin(f"{model.name} names {plural(len(self._clusters), 'cluster')}")
        failing = self._choice.found.failing
        found, problems = await named_by_model(
            self._project, Traffic(providers), self._clusters, failing, model, self._limits, self.progress.event
        )
        keep(self._choice, found)
        self.progress.close()
        for problem in problems:
            say(f"note: {problem}")
        return not problems

    async def _shrink(self, providers: Providers, case: Case, column: Column, variant: Variant) -> bool:
        args = self._choice.args
        self.progress.begin(f"shrinking case {case.id[-8:]} under {variant.name}")
        prober = Prober(self._project, Traffic(providers), variant, self._limits, self.progress.event)
        found = await shrink(
            prober,
            case,
            repeats=args.repeats,
            most=args.requests or REQUESTS,
            passing=passing_cases(self._project, column, case),
            watch=self.progress.shrunk,
            sense=None if args.unguarded else lambda got: Sense(self._project, case, got),
        )
        self.shrunk.append(found)
        if found.before.failed:
            self._project.findings.put(shrunk_finding(found, variant, who())).result()
        pair = contrast_set(case, found) if args.keep else []
        new = self._project.cases.put_new(pair).result()
        self._tell(shrunk_lines(found, change_words(found.before.input, found.smallest.input)))
        if args.keep and not args.quiet:
            kept = f"{'kept as drafts' if new else 'kept before'}: {', '.join(one.id[-8:] for one in pair)}"
            say(kept if pair else "nothing that passes was found, so there is no pair to keep")
        return found.ended.startswith(_GONE_ON)

    async def _boundary(self, providers: Providers, case: Case, variant: Variant, dimension: Dimension) -> bool:
        args = self._choice.args
        self.progress.begin(f"varying case {case.id[-8:]} along {dimension.name} under {variant.name}")
        traffic = Traffic(providers)
        found = await find_boundary(
            lambda at: Prober(self._project, traffic, at, self._limits, self.progress.event),
            variant,
            case,
            dimension,
            repeats=args.repeats,
            most=args.requests or BOUNDARY_REQUESTS,
            watch=self.progress.boundary,
        )
        self.boundaries.append(found)
        if found.steps:
            self._project.findings.put(boundary_finding(found, variant, who())).result()
        self._tell(boundary_lines(found))
        return found.ended.startswith(_GONE_ON)

    async def _look_around(self, providers: Providers, wanted: Around, variant: Variant) -> bool:
        self.progress.begin(f"looking around {plural(len(wanted.cases), 'case')} under {variant.name}")
        found = await look_around(
            self._project,
            providers,
            variant,
            wanted,
            watch=self.progress.around,
            watch_generation=self.progress.generating,
        )
        self.neighbourhoods.append(found)
        self._tell(
            around_lines(found, variant.name, self._drafts(found.scenario), shlex.quote(self._choice.args.project))
        )
        return "; " not in found.ended

    async def _attack(self, providers: Providers, wanted: Attacks, kind: str) -> bool:
        args = self._choice.args
        self.progress.begin(f"attacking {plural(len(wanted.cases), 'case')} by {kind} under {wanted.variant.name}")
        found = await make(self._choice, providers, wanted, kind, self._limits, self.progress.attack)
        self.attacks.append(found)
        titles = {case.id: case.title for case in wanted.cases}
        self._tell(attack_lines(found, attack_words(found), titles))
        if args.keep:
            kept = keep_attacks(self._choice, found, wanted.cases)
            if not args.quiet:
                say(f"kept {plural(kept, 'draft')} beside their cases")
        return found.ended.startswith(_GONE_ON)

    def _drafts(self, path: str) -> Iterator[Case]:
        """Those in a scenario; none where there is no scenario."""
        if path:
            chosen = CaseFilter(scenario_ids=[self._project.nodes.find(path).id], split=None, status="draft")
            yield from self._project.cases.select(chosen)

    def _tell(self, lines: Iterator[str]) -> None:
        self.progress.close()
        args = self._choice.args
        if not args.quiet:
            for line in lines:
                (say if args.json == "-" else data)(line)

    def _case(self, name: str) -> tuple[Case, Column, Variant]:
        case = self._project.cases.get(name)
        column = self._choice.column_of(case)
        return case, column, self._choice.variant(column)

    def _dimensions(self) -> Iterator[tuple[Case, Variant, Dimension]]:
        args = self._choice.args
        if args.boundary:
            case, _, variant = self._case(args.boundary)
            for text in dict.fromkeys(args.along):
                yield case, variant, read_dimension(self._project, case, variant, text)

    def _around_what(self, clusters: Sequence[Cluster]) -> tuple[Around, Variant]:
        args = self._choice.args
        cluster, cases = self._seeds(clusters)
        column, failing = self._choice.column_of_most(cases)
        if len(failing) < len(cases):
            say(
                f"{len(failing):,} of {plural(len(cases), 'case')}: those that keep failing under {column_name(column)}"
            )
        chains = tuple(read_chain(text) for text in args.chains)
        if asks(chains) and not args.writer:
            raise InputError("some of these generators have a model write", where="--with", hint="--writer MODEL")
        if cluster:
            keep(self._choice, [cluster])
        wanted = Around(
            cases=failing,
            name=cluster.name if cluster else "near failures",
            cluster=cluster.id if cluster else "",
            chains=chains,
            writer=args.writer,
            rounds=args.rounds or ROUNDS,
            count=args.count or COUNT,
            repeats=args.repeats or 1,
            limits=self._limits,
        )
        return wanted, self._choice.variant(column)

    def _seeds(self, clusters: Sequence[Cluster]) -> tuple[Cluster | None, list[Case]]:
        """A cluster and its cases; or no cluster and the cases that are named."""
        names: list[str] = self._choice.args.around
        if len(names) == 1:
            try:
                cluster = cluster_named(clusters, names[0])
            except NotFoundError:
                if len(names[0]) < 6 or not names[0].isalnum():
                    raise
            else:
                return cluster, self._project.cases.named(cluster.case_ids)
        return None, [self._project.cases.get(name) for name in dict.fromkeys(names)]

    def _ready(self) -> None:
        """See to it that every model that is to be asked can be. Raises ModelError, RestrictedError."""
        require_trust(self._project)
        variants = [one[-1] for one in self._shrinks] + [one[1] for one in self._boundaries]
        specs = [one.model for one in variants] + [one for one in (self._judge, self._naming) if one]
        if self._around:
            wanted, variant = self._around
            specs.append(variant.model)
            chains = wanted.chains or usual_chains(written=wanted.writer is not None)
            if written := writer(self._project, chains, wanted.writer):
                specs.append(written)
        if self._attacks:
            specs += [one for one in (self._attacks.variant.model, self._attacks.attacker) if one]
        make_models_ready({one.name: one for one in specs}.values(), self._settings.approved_endpoints, say)

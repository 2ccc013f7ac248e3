"""From the options of `synterm generate` to what is to be done."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec

from synterm.cli.choose import choose_cases, scenario_ids
from synterm.cli.output import data, say
from synterm.core.case import Case, Split
from synterm.core.ids import canonical_json
from synterm.core.model import ModelSpec
from synterm.describe.filters.base import Filter
from synterm.describe.generators.base import Asker
from synterm.describe.pipeline.label_check import LabelCheck
from synterm.describe.pipeline.places import Places
from synterm.describe.pipeline.plan import GenerationPlan
from synterm.describe.pipeline.requests import number_of, random_of
from synterm.describe.pipeline.steering import Steering
from synterm.describe.pipeline.written import Chain, read_chain, read_filter
from synterm.errors import InputError, NotFoundError, UsageError
from synterm.evaluate.limits import Limits
from synterm.evaluate.provenance import who
from synterm.evaluate.purse import Purse
from synterm.settings import load_settings
from synterm.storage.project import Project
from synterm.text import one_line, plural

USUAL = ("well-formed", "length", "too-close", "too-far", "no-secrets", "contradiction", "near-duplicate")
"""The filters that are at work unless one says otherwise, as far as they are there."""
_MOST_SEEDS = 2000
"""More seeds than this would hardly be tried in turn."""


def generation_plan(project: Project, args: argparse.Namespace) -> GenerationPlan:
    """What is to be done. Raises UsageError, InputError and NotFoundError for what can't be."""
    if not args.chains:
        raise UsageError("nothing says how to make cases", hint="--with paraphrase; --list names the generators")
    chains = tuple(read_chain(text) for text in args.chains)
    seeds = _seeds(project, args) if any(chain[0].needs_seed for chain in chains) else []
    model = _model(project, args, chains)
    return GenerationPlan(
        chains=chains,
        seeds=seeds,
        scenarios=_scenarios(project, args),
        count=args.count,
        filters=tuple(_filters(args)),
        model=model,
        label_check=_label_check(project, args, model),
        into=_into(project, args),
        split="dev" if args.split == "all" else args.split,
        accept=args.accept,
        random_seed=args.seed,
        limits=_limits(args),
        concurrency=args.concurrency,
        who=who(),
    )


def tell_plan(project: Project, plan: GenerationPlan) -> None:
    """Say what would be done, with the first question that a model would be asked."""
    places = Places(project)
    labels = sorted({label for case in plan.seeds if (label := str(case.expected or ""))})
    data(f"{plural(len(plan.seeds), 'seed')}, {plural(len(plan.scenarios), 'scenario')}, {plan.count:,} wanted")
    if labels:
        data(f"expected: {one_line(', '.join(labels), 200)}")
    for chain in plan.chains:
        data("generators: " + " | ".join(canonical_json(one.config()).decode() for one in chain))
    for one in plan.filters:
        data(f"filter: {canonical_json(one.config()).decode()}")
    if plan.label_check:
        data(f"label check: {canonical_json(plan.label_check.config()).decode()}")
    data(f"at most {plan.attempts:,} would be made")
    for line in _first_question(plan, places):
        data(line)


def _first_question(plan: GenerationPlan, places: Places) -> Iterator[str]:
    for slot in Steering(plan).next(1):
        generator = plan.chains[slot.chain][0]
        if not isinstance(generator, Asker) or plan.model is None:
            return
        random = random_of(number_of("shown"))
        small = plan.model.provider == "embedded"
        split = slot.seed.split if slot.seed else plan.split
        around = places.around(
            slot.scenario_id, slot.seed, split, random, small=small, documents=generator.reads_documents
        )
        try:
            question = generator.settled(slot.seed, around, random).ask(slot.seed, around, 5, random)
        except ValueError as error:
            raise InputError(str(error), where=generator.type) from error
        yield f"\na question as {plan.model.name} would be asked:"
        for message in question.messages:
            yield f"\n{message.role}"
            yield from (f"  {line}" for line in message.content.split("\n"))


def _seeds(project: Project, args: argparse.Namespace) -> list[Case]:
    if args.case:
        return [project.cases.get(name) for name in dict.fromkeys(args.case)]
    split: Split | None = None if args.split == "all" else args.split
    found = choose_cases(project, split=split, behaviors=args.seeds, tags=args.tag, where=args.where)
    if len(found) <= _MOST_SEEDS:
        return [*found]
    chosen = random_of(args.seed, "seeds").sample(range(len(found)), _MOST_SEEDS)
    return [found[at] for at in sorted(chosen)]


def _scenarios(project: Project, args: argparse.Namespace) -> list[str]:
    if args.into:
        return [_scenario(project, args.into)]
    tree = project.nodes.tree()
    if args.case:
        return list(dict.fromkeys(project.cases.get(name).scenario_id for name in args.case))
    found = scenario_ids(tree, args.seeds)
    return [node.id for node in tree.scenarios()] if found is None else found


def _into(project: Project, args: argparse.Namespace) -> str | None:
    return _scenario(project, args.into) if args.into else None


def _scenario(project: Project, path: str) -> str:
    node = project.nodes.find(path)
    if node.level != "scenario":
        raise InputError(f"{path!r} is a {node.level}: cases stand in scenarios", where="--into")
    return node.id


def _model(project: Project, args: argparse.Namespace, chains: Sequence[Chain]) -> ModelSpec | None:
    if args.model:
        return project.models.get(args.model)
    if not any(isinstance(one, Asker) for chain in chains for one in chain) and args.check_labels != []:
        return None
    usable = [spec for spec in project.models.all() if not spec.takes_values]
    if not usable:
        raise NotFoundError("the project has no model that could write", hint="synterm add PROJECT model --help")
    return usable[0]


def _label_check(project: Project, args: argparse.Namespace, model: ModelSpec | None) -> LabelCheck | None:
    if args.check_labels is None:
        return None
    named = [project.models.get(name) for name in dict.fromkeys(args.check_labels)]
    models = named or ([model] if model else [])
    return LabelCheck(models, args.agreement)


def _filters(args: argparse.Namespace) -> Iterable[Filter]:
    given = [read_filter(text) for text in args.filters]
    named = {one.type for one in given}
    usual = [] if args.no_usual_filters else [read_filter(name) for name in USUAL if name not in named]
    if left_out := [one.type for one in usual if one.extra and not _installed()]:
        say(f"note: without {', '.join(left_out)}, for which synterm[analysis] is to be installed")
    return [*(one for one in usual if one.type not in left_out), *given]


def _installed() -> bool:
    """Whether the extra `analysis` is."""
    return find_spec("wordllama") is not None


def _limits(args: argparse.Namespace) -> Limits:
    day_cap = load_settings().day_cap_usd
    purse = None if args.max_cost is None else Purse(args.max_cost, "raise --max-cost, and the same command goes on")
    return Limits(purse=purse, day_cap_usd=day_cap)

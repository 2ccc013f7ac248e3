"""From the options of `synterm generate` to what is to be done."""

from __future__ import annotations

import argparse
import asyncio

from synterm.cli.choose import choose_cases
from synterm.cli.output import data, say
from synterm.core.case import Case, Split, input_text
from synterm.core.ids import canonical_json
from synterm.describe.pipeline.plan import GenerationPlan
from synterm.describe.pipeline.planning import Wishes, limits_of, needs_seeds, plan_of, sampled
from synterm.describe.pipeline.preview import preview_of
from synterm.describe.pipeline.written import read_chain, read_filter
from synterm.errors import InputError, UsageError
from synterm.evaluate.scenarios import scenario_ids
from synterm.settings import load_settings
from synterm.storage.project import Project
from synterm.text import one_line, plural


def generation_plan(project: Project, args: argparse.Namespace) -> GenerationPlan:
    """What is to be done. Raises UsageError, InputError and NotFoundError for what can't be."""
    if not args.chains:
        raise UsageError("nothing says how to make cases", hint="--with paraphrase; --list names the generators")
    chains = tuple(read_chain(text) for text in args.chains)
    cap_hint = "raise --max-cost, and the same command goes on"
    planned = plan_of(
        project,
        Wishes(
            chains=chains,
            seeds=_seeds(project, args) if needs_seeds(chains) else [],
            scenarios=_scenarios(project, args),
            count=args.count,
            filters=[read_filter(text) for text in args.filters],
            usual_filters=not args.no_usual_filters,
            model=args.model,
            check_labels=args.check_labels,
            agreement=args.agreement,
            check_relation=args.check_relation,
            into=_into(project, args),
            split="dev" if args.split == "all" else args.split,
            accept=args.accept,
            random_seed=args.seed,
            limits=limits_of(args.max_cost, load_settings().day_cap_usd, cap_hint),
            concurrency=args.concurrency,
        ),
    )
    if planned.left_out:
        say(f"note: without {', '.join(planned.left_out)}, for which synterm[analysis] is to be installed")
    return planned.plan


def tell_plan(project: Project, plan: GenerationPlan) -> None:
    """Say what would be done, with the first question that a model would be asked."""
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
    if plan.relation:
        data(f"the app that is asked: {plan.relation.app.name}")
    data(f"at most {plan.attempts:,} would be made")
    found = asyncio.run(preview_of(project, plan))
    for one in found.shown:
        data(f"  {one_line(input_text(one.candidate.input), 90)}  ({one_line(one.candidate.note, 80)})")
    for problem in found.problems:
        data(f"  nothing: {problem}")
    if found.question and plan.model:
        data(f"\na question as {plan.model.name} would be asked:")
        for message in found.question.messages:
            data(f"\n{message.role}")
            for line in message.content.split("\n"):
                data(f"  {line}")


def _seeds(project: Project, args: argparse.Namespace) -> list[Case]:
    if args.case:
        return [project.cases.get(name) for name in dict.fromkeys(args.case)]
    split: Split | None = None if args.split == "all" else args.split
    found = choose_cases(project, split=split, behaviors=args.seeds, tags=args.tag, where=args.where)
    return sampled(found, args.seed)


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

"""From what people want to a plan: which seeds, which model writes, which filters are at work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from synterm.core.case import Case, Split
from synterm.core.model import ModelSpec
from synterm.describe.filters.base import Filter
from synterm.describe.generators.base import Asker
from synterm.describe.pipeline.label_check import LabelCheck
from synterm.describe.pipeline.plan import GenerationPlan
from synterm.describe.pipeline.relation import RelationCheck
from synterm.describe.pipeline.requests import random_of
from synterm.describe.pipeline.written import Chain, read_filter
from synterm.errors import InputError, NotFoundError
from synterm.evaluate.limits import DEFAULT_LIMITS, Limits
from synterm.evaluate.provenance import who
from synterm.evaluate.purse import Purse
from synterm.evaluate.variants import choose_prompts, make_variants
from synterm.storage.case_list import CaseList
from synterm.storage.project import Project

USUAL = ("well-formed", "length", "too-close", "too-far", "no-secrets", "contradiction", "near-duplicate")
"""The filters that are at work unless one says otherwise, as far as they are there."""
MOST_SEEDS = 2000
"""More seeds than this would hardly be tried in turn."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted, in plain words and numbers; `plan_of` makes the plan of it."""

    chains: Sequence[Chain]
    seeds: Sequence[Case]
    """May be empty where no generator needs one."""
    scenarios: Sequence[str]
    """By id, for generators that need no seed."""
    count: int
    filters: Sequence[Filter] = ()
    """Each takes the place of the one of its name among the usual ones."""
    usual_filters: bool = True
    model: str | None = None
    """The name of the project's model that writes; None: the first that can."""
    check_labels: Sequence[str] | None = None
    """The names of the models that check labels; empty: the one that writes; None: no check."""
    agreement: float = 0.5
    """The share of the models that can tell which must agree."""
    check_relation: str | None = None
    """The app that answers seeds and what is made of them: ``router@v2 · gpt``, either part or none of it; None: no
    check."""
    into: str | None = None
    """The scenario, by id, that gets them; None: that of the seed."""
    split: Split = "dev"
    """Of cases without a seed."""
    accept: bool = False
    random_seed: int = 0
    limits: Limits = DEFAULT_LIMITS
    concurrency: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what it had to leave out."""

    plan: GenerationPlan
    left_out: Sequence[str]
    """Usual filters for which something is to be installed."""


def plan_of(project: Project, wishes: Wishes) -> Planned:
    """The plan. Raises NotFoundError for models, prompts and versions that the project does not have."""
    own_check = wishes.check_labels is not None and not wishes.check_labels
    model = writer(project, wishes.chains, wishes.model, needed=own_check)
    filters, left_out = filters_of(wishes.filters, usual=wishes.usual_filters)
    plan = GenerationPlan(
        chains=tuple(wishes.chains),
        seeds=wishes.seeds,
        scenarios=wishes.scenarios,
        count=wishes.count,
        filters=tuple(filters),
        model=model,
        label_check=label_check(project, wishes.check_labels, model, wishes.agreement),
        relation=relation_check(project, wishes.check_relation),
        into=wishes.into,
        split=wishes.split,
        accept=wishes.accept,
        random_seed=wishes.random_seed,
        limits=wishes.limits,
        concurrency=wishes.concurrency,
        who=who(),
    )
    return Planned(plan, left_out)


def needs_seeds(chains: Iterable[Chain]) -> bool:
    """Whether any of the chains makes cases of cases."""
    return any(chain[0].needs_seed for chain in chains)


def asks(chains: Iterable[Chain]) -> bool:
    """Whether any of their generators asks a model."""
    return any(isinstance(one, Asker) for chain in chains for one in chain)


def sampled(found: CaseList, random_seed: int) -> list[Case]:
    """All of them, or as many as are worth trying, drawn at random and in their order."""
    if len(found) <= MOST_SEEDS:
        return [*found]
    chosen = random_of(random_seed, "seeds").sample(range(len(found)), MOST_SEEDS)
    return [found[at] for at in sorted(chosen)]


def writer(
    project: Project, chains: Iterable[Chain], name: str | None = None, *, needed: bool = False
) -> ModelSpec | None:
    """The model that writes: the one of that name, or the first that writes text; None where none is asked, unless it
    is `needed` all the same.

    Raises NotFoundError.
    """
    if name:
        return project.models.get(name)
    if not (needed or asks(chains)):
        return None
    usable = [spec for spec in project.models.all() if not spec.takes_values]
    if not usable:
        raise NotFoundError("the project has no model that could write", hint="synterm add PROJECT model --help")
    return usable[0]


def label_check(
    project: Project, names: Sequence[str] | None, model: ModelSpec | None, agreement: float = 0.5
) -> LabelCheck | None:
    """The check by the models of these names; without any by the one that writes; None for no check.

    Raises NotFoundError.
    """
    if names is None:
        return None
    named = [project.models.get(name) for name in dict.fromkeys(names)]
    return LabelCheck(named or ([model] if model else []), agreement)


def relation_check(project: Project, app: str | None) -> RelationCheck | None:
    """The check by the app of that name, as variants are called: by default the newest version of the first prompt,
    under the project's first model. None for no check.

    Raises NotFoundError, InputError where it names no app or several, ProjectError without a prompt or model.
    """
    if app is None:
        return None
    prompt, _, model = (part.strip() for part in app.partition("·"))
    prompts, models = project.prompts.all(), project.models.all()
    chosen = choose_prompts(prompts, [prompt or one.name for one in prompts[:1]])
    found = make_variants(chosen, [project.models.get(model)] if model else models[:1])
    if len(found) > 1:
        raise InputError(f"{prompt!r} names several versions: one app answers", where="relation", hint="NAME@v2")
    return RelationCheck(found[0])


def filters_of(given: Sequence[Filter], *, usual: bool = True) -> tuple[list[Filter], list[str]]:
    """The usual filters and those that are given, and the names of usual ones that can't be had here."""
    named = {one.type for one in given}
    there = [read_filter(name) for name in USUAL if name not in named] if usual else []
    left_out = [one.type for one in there if one.extra and not _installed()]
    return [*(one for one in there if one.type not in left_out), *given], left_out


def limits_of(max_cost: float | None, day_cap: float | None, hint: str) -> Limits:
    """What may be spent; `hint` says how to raise the first cap."""
    purse = None if max_cost is None else Purse(max_cost, hint)
    return Limits(purse=purse, day_cap_usd=day_cap)


def _installed() -> bool:
    """Whether the extra `analysis` is."""
    return find_spec("wordllama") is not None

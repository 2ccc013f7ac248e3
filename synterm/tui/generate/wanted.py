"""What the form of the Generate screen says, and the plan that it comes to."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from synterm.core.case import Case
from synterm.describe.filters.base import Filter
from synterm.describe.generators.base import Asker
from synterm.describe.pipeline.planning import MOST_SEEDS, Planned, Wishes, limits_of, needs_seeds, plan_of, sampled
from synterm.describe.pipeline.written import read_filter
from synterm.errors import InputError
from synterm.settings import Settings
from synterm.storage.case_filter import CaseFilter
from synterm.storage.project import Project
from synterm.tui.generate.chains import AS_WRITTEN, read_chains, with_noise, with_tone
from synterm.tui.session import Session

NO_CHECK = "-"
BY_WRITER = ""
APP_CHOICES = ((NO_CHECK, "not asked"), ("", "answers too: its doubts wait for review"))
"""Whether the newest version of the first prompt, under the first model, answers seeds and what is made of them."""
MOST = 10_000
"""More than so many are not made in one go."""
_BREATH_S = 0.001
"""So long the event loop is left to keys and drawing, in seconds, after each attempt."""


@dataclass(frozen=True, slots=True)
class SeedSource:
    """Where seeds come from."""

    name: str
    words: str
    load: Callable[[Project], list[Case]]
    """Reads them; in a thread."""


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the form, as it is typed."""

    chains: str
    tone: str = AS_WRITTEN
    noise: str = AS_WRITTEN
    count: str = "20"
    model: str = ""
    """Its name; empty: the first that writes."""
    check: str = NO_CHECK
    app: str = NO_CHECK
    cap: str = ""
    into: str = ""
    """A scenario, by id; empty: that of each seed."""
    filters: str = ""


def wishes_of(form: Form, seeds: Sequence[Case], scenarios: Sequence[str], settings: Settings) -> Wishes:
    """What is wanted. Raises InputError whose `where` names the field that is wrong."""
    chains = read_chains(form.chains)
    if form.tone:
        chains = with_tone(chains, form.tone)
    if form.noise:
        chains = with_noise(chains, float(form.noise))
    needed = needs_seeds(chains)
    if needed and not seeds:
        raise InputError("no case to make others of", where="seeds", hint="accept some, or take other seeds")
    cap = _number(form.cap, "cap") if form.cap.strip() else None
    limits = limits_of(cap, settings.day_cap_usd, "raise the cap here, and start again: it goes on")
    return Wishes(
        chains=chains,
        seeds=seeds if needed else [],
        scenarios=[form.into] if form.into else list(scenarios),
        count=_count(form.count),
        filters=_filters(form.filters),
        model=form.model or None,
        check_labels=None if form.check == NO_CHECK else [form.check] if form.check else [],
        check_relation=None if form.app == NO_CHECK else form.app,
        into=form.into or None,
        limits=replace(limits, breath_s=_BREATH_S),
        concurrency=settings.concurrency,
    )


def plan_for(project: Project, wishes: Wishes) -> Planned:
    """The plan. Raises InputError where models are too few or of a kind that can't write."""
    planned = plan_of(project, wishes)
    model = planned.plan.model
    asks = any(isinstance(one, Asker) for chain in wishes.chains for one in chain)
    if model and model.takes_values and asks:
        raise InputError(f"{model.name} is an app, which writes nothing", where="model", hint="take another model")
    return planned


def seed_sources(session: Session, chosen: Sequence[str], words: str) -> list[SeedSource]:
    """What can be taken, the likeliest first. `chosen`: cases by id; `words`: what they are."""
    found: list[SeedSource] = []
    if chosen:
        ids = list(chosen)
        found.append(SeedSource("chosen", words, lambda project: _usable(project.cases.named(ids))))
    found.append(SeedSource("scope", _scope_words(session), _in_scope(session)))
    everything = CaseFilter(split="dev", status="accepted")
    found.append(
        SeedSource("all", "all accepted dev cases", lambda project: sampled(project.cases.listing(everything), 0))
    )
    return found


def _in_scope(session: Session) -> Callable[[Project], list[Case]]:
    if session.arrangement.terms:
        # What is found by results is known to the workbench only.
        keys = list(session.shown.keys)
        return lambda project: sampled_cases(_accepted(project.cases.page(keys)))
    wanted = replace(session.wanted(session.node_id, session.query).filter, status="accepted")
    return lambda project: sampled(project.cases.listing(wanted), 0)


def sampled_cases(cases: list[Case]) -> list[Case]:
    """All of them; of very many every so manieth."""
    step = math.ceil(len(cases) / MOST_SEEDS)
    return cases[::step] if step > 1 else cases


def _scope_words(session: Session) -> str:
    place = session.tree.path(session.node_id) if session.node_id else "everything"
    query = f" · {session.query.strip()}" if session.query.strip() else ""
    return f"in scope: {place}{query}"


def _accepted(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.status == "accepted"]


def _usable(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.status != "rejected"]


def _filters(text: str) -> list[Filter]:
    found: list[Filter] = []
    for part in text.split():
        try:
            found.append(read_filter(part))
        except InputError as error:
            raise InputError(error.message, where="filters", hint=error.hint) from error
    return found


def _count(text: str) -> int:
    try:
        count = int(text)
    except ValueError as error:
        raise InputError("how many are wanted?", where="count", hint="a number, such as 20") from error
    if not 1 <= count <= MOST:
        raise InputError(f"from 1 to {MOST:,} can be made in one go", where="count")
    return count


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no amount", where=where, hint="US dollars, such as 0.50") from error
    if not 0 <= value < math.inf:
        raise InputError("the cap is 0 or more", where=where)
    return value

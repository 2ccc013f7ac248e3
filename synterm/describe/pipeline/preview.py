"""What a plan would make first, before anything is asked, spent or put on disk.

It goes the same way as the generation itself, with the same random numbers: what is shown is what is made then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.generation import Funnel
from synterm.core.request import Request
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Known
from synterm.describe.pipeline.making import Ask, Made, Making, wave_of
from synterm.describe.pipeline.places import Places
from synterm.describe.pipeline.plan import GenerationPlan
from synterm.describe.pipeline.sieve import Sieve
from synterm.describe.pipeline.steering import Steering
from synterm.storage.project import Project

FIRST = 8
"""Attempts that are shown."""
OTHERS = ("near-duplicate", "same-meaning", "contradiction", "diverse")
"""Filters that hold a candidate against all cases of the project."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A candidate, and what it was made of."""

    seed: Case | None
    candidate: Candidate
    dropped: str
    """Why a filter that looks at it alone would drop it; empty where none would."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The first things that come of a plan."""

    shown: Sequence[Shown] = ()
    question: Request | None = None
    """The first one that a model would be asked; None where none is."""
    about: Case | None = None
    """What the question is made of; None where it is of a description."""
    problems: Sequence[str] = field(default=())
    """What can't be made, and why."""


async def preview_of(project: Project, plan: GenerationPlan) -> Preview:
    """What comes first, without asking. Raises InputError where checks or filters can't work."""
    questions: list[tuple[Case, Request]] = []

    async def note(wanted: Sequence[tuple[Case, Request]]) -> dict[str, Completion]:
        questions.extend(wanted)
        return {}

    made, problems = await _first(project, plan, FIRST, note)
    case, question = questions[0] if questions else (None, None)
    about = case if case is not None and case.input else None
    return Preview(_sifted(plan, made), question, about, problems)


async def try_one(project: Project, plan: GenerationPlan, ask: Ask) -> Preview:
    """What comes of the first question, asked. The generation asks the same, and finds the answer in the file."""
    questions: list[tuple[Case, Request]] = []

    async def first(wanted: Sequence[tuple[Case, Request]]) -> dict[str, Completion]:
        questions.extend(wanted[:1])
        return await ask(wanted[:1])

    made, problems = await _first(project, plan, 1, first)
    return Preview(_sifted(plan, made), questions[0][1] if questions else None, None, problems)


async def _first(project: Project, plan: GenerationPlan, most: int, ask: Ask) -> tuple[list[Made], list[str]]:
    funnel = Funnel()
    wave = wave_of(plan, funnel, Steering(plan))[:most]
    await Making(plan, Places(project), funnel, ask).make(wave)
    return wave, [*funnel.failed, *funnel.unreadable]


def _sifted(plan: GenerationPlan, wave: Sequence[Made]) -> list[Shown]:
    # Those that need something installed take a while to load, and those that know all cases grow with the project.
    sieve = Sieve([one for one in plan.filters if not one.extra and one.type not in OTHERS], Known((), ()))
    found: list[Shown] = []
    most = max((len(made.candidates) for made in wave), default=0)
    for place in range(most):
        for made in wave:
            if place < len(made.candidates):
                candidate = made.candidates[place]
                dropped = sieve.judge(candidate, made.slot.seed).dropped
                why = f"{dropped['filter']}: {dropped['reason']}" if dropped else ""
                found.append(Shown(made.slot.seed, candidate, why))
    return found

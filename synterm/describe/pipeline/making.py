"""From seeds to candidates, through the generators of their chains; models are asked together."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from random import Random
from typing import Any

from synterm.core.case import Case, Origin
from synterm.core.completion import Completion
from synterm.core.generation import Funnel
from synterm.core.request import Request
from synterm.describe.candidate import Candidate, Keeps
from synterm.describe.generators.base import Asker, Generator, Maker, Surroundings
from synterm.describe.pipeline.places import Places
from synterm.describe.pipeline.plan import GenerationPlan
from synterm.describe.pipeline.requests import number_of, random_of, written
from synterm.describe.pipeline.steering import Slot, Steering
from synterm.errors import InputError
from synterm.plugins import as_words
from synterm.text import one_line

Ask = Callable[[Sequence[tuple[Case, Request]]], Awaitable[dict[str, Completion]]]
_WAVE = 32
"""Attempts that are made together, at most."""
_SMALL_WAVE = 4
_EACH = 8
"""Candidates of one attempt, at most."""
_DOUBT: dict[Keeps, int] = {"same": 0, "changed": 1, "unknown": 2}


@dataclass(slots=True)
class Made:
    """What one attempt has made so far."""

    slot: Slot
    attempt: int
    number: int
    """How many candidates are wanted of it."""
    candidates: list[Candidate] = field(default_factory=list[Candidate])

    @property
    def name(self) -> str:
        """What tells it from others of the plan."""
        return f"{self.slot.name}.{self.attempt}"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that is open."""

    made: Made
    before: Candidate | None
    """What the generator before it in the chain made."""
    seed: Case | None
    asker: Asker
    around: Surroundings
    step: dict[str, Any]
    request: Request


def wave_of(plan: GenerationPlan, funnel: Funnel, steering: Steering) -> list[Made]:
    """The attempts that are made next, together."""
    missing = plan.count - funnel.kept
    # What share is kept shows as it goes; before anything is known, half.
    rate = (funnel.kept + 1) / (funnel.made + 2)
    wanted = math.ceil(missing / max(rate, 0.1))
    # A model on this machine answers a few at a time: what comes of those is to be seen, and to steer, before more.
    small = any(spec.provider == "embedded" for spec in plan.models)
    slots = steering.next(min(_SMALL_WAVE if small else _WAVE, max(wanted, 1)))
    each = min(_EACH, max(1, math.ceil(wanted / max(len(slots), 1))))
    return [Made(slot, slot.attempts, each) for slot in slots]


class Making:
    """Makes candidates. What can't be made, asked or read is counted in the funnel with its reason."""

    def __init__(self, plan: GenerationPlan, places: Places, funnel: Funnel, ask: Ask) -> None:
        self._plan = plan
        self._places = places
        self._funnel = funnel
        self._ask = ask

    async def make(self, wave: Sequence[Made]) -> None:
        """Take each attempt through its chain."""
        depth = max((len(self._plan.chains[made.slot.chain]) for made in wave), default=0)
        for position in range(depth):
            asked: list[_Asked] = []
            for made in wave:
                chain = self._plan.chains[made.slot.chain]
                if position < len(chain):
                    asked += self._step(made, chain[position], position)
                    # Others get their turn: what makers make of long texts takes a while.
                    await asyncio.sleep(self._plan.limits.breath_s)
            await self._answer(asked)
        for made in wave:
            self._leave_out_unchanged(made)

    def _leave_out_unchanged(self, made: Made) -> None:
        """A generator that finds nothing to change lets a candidate pass; where all of a chain did, it is the seed."""
        changed = [one for one in made.candidates if one.steps]
        if len(changed) < len(made.candidates):
            names = " | ".join(one.type for one in self._plan.chains[made.slot.chain])
            self._funnel.count(self._funnel.unreadable, f"{names}: the text has nothing that could be changed so")
            made.slot.ended = True
        made.candidates = changed

    def _step(self, made: Made, generator: Generator, position: int) -> Iterable[_Asked]:
        """Have a maker make, and give the questions that an asker has."""
        sources: list[Candidate | None] = [None] if position == 0 else list(made.candidates)
        made.candidates = []
        for place, before in enumerate(sources):
            number = made.number if before is None else 1
            names = (self._plan.random_seed, made.name, position, place)
            seed = _as_seed(made.slot.seed, before)
            around = self._around(made.slot, generator, random_of("around", *names))
            if isinstance(generator, Maker):
                self._by_maker(made, generator, before, seed, around, number, names)
            elif isinstance(generator, Asker):
                yield from self._question(made, generator, before, seed, around, number, names)

    def _around(self, slot: Slot, generator: Generator, random: Random) -> Surroundings:
        model = self._plan.model
        split = slot.seed.split if slot.seed else self._plan.split
        small = model is not None and model.provider == "embedded"
        return self._places.around(
            slot.scenario_id, slot.seed, split, random, small=small, documents=generator.reads_documents
        )

    def _by_maker(
        self,
        made: Made,
        maker: Maker,
        before: Candidate | None,
        seed: Case | None,
        around: Surroundings,
        number: int,
        names: tuple[object, ...],
    ) -> None:
        step = {**maker.config(), "random": number_of(*names)}
        try:
            with as_words(maker, "it", ValueError):
                found = list(islice(maker.make(seed, around, random_of(step["random"])), number))
        except (ValueError, InputError) as error:
            if seed is not None and len(self._plan.chains[made.slot.chain]) > 1:
                made.candidates.append(before or _unchanged(seed))
                return
            self._funnel.count(self._funnel.unreadable, f"{maker.type}: {one_line(str(error), 200)}")
            found = []
        if not found and before is None:
            made.slot.ended = True
        made.candidates += [_after(before, one, step, made.slot) for one in found]

    def _question(
        self,
        made: Made,
        asker: Asker,
        before: Candidate | None,
        seed: Case | None,
        around: Surroundings,
        number: int,
        names: tuple[object, ...],
    ) -> Iterable[_Asked]:
        model = self._plan.model
        assert model, "a plan with generators that ask has a model"
        drawn = number_of(*names)
        random = random_of(drawn)
        try:
            with as_words(asker, "it", ValueError):
                settled = asker.settled(seed, around, random)
                question = settled.ask(seed, around, 1 if around.small else number, random)
        except (ValueError, InputError) as error:
            self._funnel.count(self._funnel.unreadable, f"{asker.type}: {one_line(str(error), 200)}")
            made.slot.ended = before is None
            return
        step = {**settled.config(), "random": drawn, "model": model.resolved, "version": settled.version}
        yield _Asked(made, before, seed, settled, around, step, written(question, model, drawn))

    async def _answer(self, asked: Sequence[_Asked]) -> None:
        if not asked:
            return
        about = [(one.seed or _nothing(one.made.slot), one.request) for one in asked]
        replies = await self._ask(about)
        for one in asked:
            if (reply := replies.get(one.request.key)) is not None:
                one.made.candidates += self._read(one, reply)

    def _read(self, asked: _Asked, reply: Completion) -> list[Candidate]:
        funnel = self._funnel
        funnel.questions += 1
        if not reply.outcome.answered:
            funnel.count(funnel.failed, one_line(reply.error or reply.outcome.value, 200))
            return []
        found: list[Candidate] = []
        most = 1 if asked.before else asked.made.number
        try:
            with as_words(asked.asker, "it", ValueError):
                for candidate in islice(asked.asker.read(reply, asked.seed, asked.around), most):
                    found.append(_after(asked.before, candidate, asked.step, asked.made.slot))
        except (ValueError, InputError) as error:
            funnel.count(funnel.unreadable, f"{asked.asker.type}: {one_line(str(error), 200)}")
        return found


def _as_seed(seed: Case | None, before: Candidate | None) -> Case | None:
    """What a generator takes: the seed, or what the one before made of it."""
    if before is None:
        return seed
    if seed is None:
        return Case(scenario_id="", input=before.input, expected=before.expected, tags=before.tags)
    return seed.model_copy(update={"input": before.input, "expected": before.expected})


def _unchanged(seed: Case) -> Candidate:
    """A seed on its way to the next generator of a chain."""
    return Candidate(seed.input, seed.expected, "same", "")


def _after(before: Candidate | None, candidate: Candidate, step: dict[str, Any], slot: Slot) -> Candidate:
    """A candidate with what it went through before, and the greatest doubt of all its steps."""
    lineage = slot.seed.root_id if slot.seed else ""
    if before is None or not before.steps:
        return replace(candidate, lineage=lineage, steps=(step,))
    return replace(
        candidate,
        lineage=lineage,
        # One with other words has them still after its form was changed.
        form=f"{before.form} | {candidate.form}" if before.form and candidate.form else "",
        steps=(*before.steps, step),
        keeps=max(before.keeps, candidate.keeps, key=_DOUBT.__getitem__),
        note=f"{before.note}; {candidate.note}",
        tags=tuple(dict.fromkeys((*before.tags, *candidate.tags))),
        beyond=before.beyond | candidate.beyond,
    )


def _nothing(slot: Slot) -> Case:
    """What stands for the case in a question that is about none."""
    return Case(id=slot.scenario_id, scenario_id=slot.scenario_id, input={}, origin=Origin(kind="generated"))

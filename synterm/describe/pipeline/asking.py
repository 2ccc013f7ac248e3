"""Filters that ask a model, at work in a generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synterm.checks.label_reader import LabelReader
from synterm.core.case import Case, Origin
from synterm.core.completion import Completion
from synterm.core.generation import Funnel
from synterm.core.model import ModelSpec
from synterm.core.request import Labels, Request
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Asking, Filter, Found
from synterm.describe.pipeline.making import Ask
from synterm.describe.pipeline.requests import decided
from synterm.describe.pipeline.sieve import Passed, detail_of
from synterm.describe.pipeline.steering import Slot
from synterm.errors import InputError
from synterm.text import one_line

_TOKENS = 8
About = Mapping[str, tuple[Slot, Candidate]]
"""Candidates, by their names in the generation."""


def asked_by(
    filters: Sequence[Filter], models: Sequence[ModelSpec], writer: ModelSpec | None
) -> list[tuple[Asking, ModelSpec]]:
    """Whom each filter asks that asks one. Raises InputError where that is nobody."""
    known = {spec.name: spec for spec in models}
    return [(one, _asked_by(one, known, writer)) for one in filters if isinstance(one, Asking)]


def _asked_by(one: Asking, models: Mapping[str, ModelSpec], writer: ModelSpec | None) -> ModelSpec:
    if one.model in models:
        return models[one.model]
    if not one.model and writer is not None:
        return writer
    problem = f"there is no model {one.model!r}" if one.model else "no model is named that could be asked"
    raise InputError(
        problem, where=f"filter {one.type}", hint=f"--filter {one.type}:model=NAME; known: {', '.join(models)}"
    )


class Askers:
    """Has models judge, all of a wave together."""

    def __init__(self, filters: Sequence[tuple[Asking, ModelSpec]], ask: Ask, funnel: Funnel) -> None:
        self._filters = filters
        self._ask = ask
        self._funnel = funnel
        self._doubts: dict[int, str] = {}
        """By the place of a filter, why its model can't be asked; empty where it can."""

    async def judge(self, about: About) -> dict[str, Passed]:
        """What they say of each, by name, until one drops it."""
        said = dict.fromkeys(about, Passed((), None))
        left = about
        for at, (one, model) in enumerate(self._filters):
            if at not in self._doubts:
                self._doubts[at] = doubt = await self._doubt(one, model, next(iter(about.values()))[0])
                if doubt:
                    self._funnel.count(self._funnel.unreadable, f"{one.type}: {doubt}")
            found = await self._found(one, model, left, self._doubts[at])
            for name, each in found.items():
                detail = detail_of(one.type, each)
                said[name] = said[name].then(Passed((detail,), None if each.kept else detail))
            left = {name: pair for name, pair in left.items() if found[name].kept}
        return said

    async def _found(self, one: Asking, model: ModelSpec, about: About, doubt: str) -> dict[str, Found]:
        if doubt:
            return {name: Found(True, None, doubt) for name in about}
        asked = {name: self._asked(one, model, slot, candidate.input) for name, (slot, candidate) in about.items()}
        replies = await self._ask([*asked.values()]) if asked else {}
        found: dict[str, Found] = {}
        for name, (_, request) in asked.items():
            answer = _answer(one, replies.get(request.key))
            found[name] = one.found(answer, model.name) if answer else Found(True, None, f"{model.name} does not say")
        return found

    async def _doubt(self, one: Asking, model: ModelSpec, slot: Slot) -> str:
        asked = [self._asked(one, model, slot, {"text": text}) for text, _ in one.probes]
        replies = await self._ask(asked)
        for (text, right), (_, request) in zip(one.probes, asked, strict=True):
            answer = _answer(one, replies.get(request.key))
            if answer != right:
                return f'{model.name} can\'t tell: it says {answer or "nothing"} of "{one_line(text, 48)}"'
        return ""

    def _asked(self, one: Asking, model: ModelSpec, slot: Slot, values: dict[str, Any]) -> tuple[Case, Request]:
        case = Case(
            id=slot.seed.id if slot.seed else slot.scenario_id,
            scenario_id=slot.scenario_id,
            input=values,
            origin=Origin(kind="generated"),
        )
        return case, decided(one.question(values), model, Labels(one.answers), _TOKENS)


def _answer(one: Asking, reply: Completion | None) -> str:
    """The word that a reply names; empty for none."""
    if reply is None or not reply.outcome.answered:
        return ""
    return LabelReader(one.answers, {}, {}).read(reply.text).label or ""

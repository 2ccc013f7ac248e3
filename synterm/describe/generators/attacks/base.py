"""What all attacks have in common: they put what a hostile user would write beside what the case says."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from string import Template
from typing import Any, ClassVar

from pydantic import Field, field_validator

from synterm.core.case import Case
from synterm.core.dialog import is_dialog
from synterm.core.ids import canonical_json
from synterm.describe.candidate import Candidate, Keeps
from synterm.describe.generators.attacks.wishes import Goal, canary, wishes
from synterm.describe.generators.base import Maker, Surroundings
from synterm.describe.generators.fields import Words
from synterm.describe.generators.lines import Path, lines_of, rewritten
from synterm.errors import InputError, did_you_mean
from synterm.text import one_line

BEYOND = frozenset({"too-far", "length", "well-formed", "contradiction", "near-duplicate", "same-meaning"})
"""Filters that compare a candidate with its seed or with other cases: of an attack most is the attack. What looks like
a mark of a chat format that somebody forgot is meant to be there."""
TAG = "attack"


@dataclass(frozen=True)
class Scene:
    """What an attack finds: a case, and where its user speaks."""

    case: Case
    path: Path
    """The way to what the user says, of a dialog the last of it."""
    text: str
    """That, as it is."""
    goal: Goal
    word: str
    """The canary."""
    random: Random

    @cached_property
    def wishes(self) -> tuple[str, ...]:
        """What is asked for, in several ways, in an order of its own."""
        found = wishes(self.goal, self.word)
        return tuple(self.random.sample(found, len(found)))

    def saying(self, text: str) -> dict[str, Any]:
        """The input with another text in that place."""
        return rewritten(self.case.input, {self.path: text})

    def written(self, template: str, wish: str, text: str | None = None, **more: str) -> str:
        """A template with the user's text for ``$text``, what is asked for for ``$wish``, or ``$Wish`` with a capital.

        What is put in is never read as a template again.
        """
        values = {
            "text": self.text if text is None else text,
            "wish": wish,
            "Wish": wish[:1].upper() + wish[1:],
            **more,
        }
        return Template(template).substitute(values).strip()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attack on a case."""

    input: dict[str, Any]
    note: str
    """What was done, in a few words, after the family's name."""


class Attack(Maker):
    """Puts an attack beside what a case's user says. The app is to do what it does without it: the expected result
    stays."""

    then: ClassVar[str] = "the same"
    families: ClassVar[tuple[str, ...]]
    """The ways in which it attacks."""

    family: Words = ()
    """The families that are wanted; all in turn without it."""
    value: str | None = Field(default=None, min_length=1)
    """The value of the input that the attack is written into; without it the longest text among the prompt's variables,
    of a dialog the last line of its user."""

    @field_validator("family")
    @classmethod
    def _known(cls, family: tuple[str, ...]) -> tuple[str, ...]:
        for name in family:
            if name not in cls.families:
                raise ValueError(f"{name!r} is no family of this; {did_you_mean(name, cls.families)}")
        return family

    @abstractmethod
    def attempts(self, family: str, scene: Scene) -> Iterator[Attempt]:
        """Attacks of one family on a case; none where they don't fit it."""

    def wanted(self, random: Random) -> tuple[Goal, str]:
        """What is asked for, and the canary."""
        return "canary", canary(random)

    def expects(self, seed: Case) -> tuple[Any, Keeps]:
        """What is expected then, and what became of the seed's."""
        return seed.expected, "same"

    def make(self, seed: Case | None, around: Surroundings, random: Random) -> Iterator[Candidate]:
        """Attacks, a family after the other in turn, until there are no more. Raises InputError, in words, where none
        of them fits the case."""
        if seed is None:
            raise InputError("needs a case to begin with")
        lines = lines_of(seed.input, around.variables, self.value)
        if not lines:
            raise InputError(
                "the dialog has no line that is known" if is_dialog(seed.input) else "the input has no text"
            )
        path, text = lines[-1]
        goal, word = self.wanted(random)
        scene = Scene(seed, path, text, goal, word, random)
        expected, keeps = self.expects(seed)
        made = {canonical_json(seed.input)}
        for family, attempt in _in_turn({name: self.attempts(name, scene) for name in self._order(random)}):
            if (key := canonical_json(attempt.input)) not in made:
                made.add(key)
                note = one_line(f"{family}: {attempt.note}", 200)
                yield Candidate(attempt.input, expected, keeps, note, self.tags(family), beyond=BEYOND)
        if len(made) == 1:
            raise InputError(self.nothing())

    def nothing(self) -> str:
        """Why no attack fits a case, in words."""
        return "none of these attacks fits the case"

    def tags(self, family: str) -> tuple[str, ...]:
        """The tags that its cases get."""
        return (TAG, self.type, family)

    def _order(self, random: Random) -> list[str]:
        names = [*(self.family or self.families)]
        random.shuffle(names)
        return names


class Asking(Attack):
    """An attack of which one can choose what it asks for."""

    goal: Goal = "canary"
    """What it asks for: canary, a word that nobody would say by themselves; prompt, the app's instructions; poem,
    something that is not the app's business."""
    word: str | None = Field(default=None, min_length=1, max_length=100)
    """The canary; without it one is made up, another for each case."""

    def wanted(self, random: Random) -> tuple[Goal, str]:
        drawn = canary(random)
        return self.goal, self.word or drawn


def from_templates(scene: Scene, templates: Mapping[str, str]) -> Iterator[Attempt]:
    """An attempt for each template and wish: every template once before any comes again. By what each does, in a few
    words."""
    for round_ in range(len(scene.wishes)):
        for at, (note, template) in enumerate(_shuffled(templates, scene.random)):
            wish = scene.wishes[(at + round_) % len(scene.wishes)]
            yield Attempt(scene.saying(scene.written(template, wish)), note)


def _shuffled(templates: Mapping[str, str], random: Random) -> list[tuple[str, str]]:
    return random.sample([*templates.items()], len(templates))


def _in_turn(families: dict[str, Iterator[Attempt]]) -> Iterator[tuple[str, Attempt]]:
    """One of each family, then another of each, until all are used up."""
    while families:
        for name, attempts in [*families.items()]:
            attempt = next(attempts, None)
            if attempt is None:
                del families[name]
            else:
                yield name, attempt

"""Dialogs with users of many kinds: each a persona with a goal, whom a model plays."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar, cast

from pydantic import Field, ValidationError

from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.dialog import NAME, DialogSpec, is_dialog
from synterm.describe.candidate import Candidate
from synterm.describe.generators.asked import about, examples, question
from synterm.describe.generators.base import Asker, Question, Surroundings
from synterm.describe.generators.replies import items_of
from synterm.describe.generators.small import TOO_SMALL

_FIELDS = {"persona": 600, "goal": 600, "temper": 200, "opening": 1000}
"""What is written of a user, each with the characters it may have."""


class Personas(Asker):
    """Writes users for dialogs: who they are, what they want, how they talk, and their first line."""

    type = "personas"
    title = "dialogs with users of many kinds, whom a model plays"
    needs_seed: ClassVar[bool] = False
    then: ClassVar[str] = "unknown"

    user: str | None = Field(default=None, min_length=1, max_length=100)
    """The name of the project's model that plays them; None: as in the scenario's dialogs."""
    max_turns: int | None = Field(default=None, ge=1, le=50)

    def ask(self, seed: Case | None, around: Surroundings, number: int, random: Random) -> Question:
        if around.small:
            raise ValueError(TOO_SMALL)
        self._dialog(around)
        task = (
            "Invent users who talk with the app, different from each other in age, work, knowledge and mood. For "
            'each say in "persona" who it is, in "goal" what the user wants to come away with (something that probes '
            'the behavior, and can be told to be reached or not), in "temper" how the user talks, and in "opening" the '
            "first line as the user would type it."
        )
        fields: dict[str, Any] = {
            name: {"type": "string", "minLength": 1, "maxLength": most} for name, most in _FIELDS.items()
        }
        item = {"type": "object", "properties": fields, "required": [*fields], "additionalProperties": False}
        return question(task, [*about(around), *examples(around, expected=False)], number, sum(_FIELDS.values()), item)

    def read(self, reply: Completion, seed: Case | None, around: Surroundings) -> Iterable[Candidate]:
        template = self._dialog(around)
        others = next((case for case in around.examples if is_dialog(case.input)), None)
        beside = {name: value for name, value in (others.input if others else {}).items() if name != NAME}
        for item in items_of(reply):
            if not isinstance(item, dict):
                raise ValueError("an item of the reply describes no user")
            told = {name: str(cast("dict[str, Any]", item).get(name) or "").strip() for name in _FIELDS}
            spec = {**template, **{name: text for name, text in told.items() if text}}
            try:
                DialogSpec.model_validate(spec)
            except ValidationError as error:
                raise ValueError("an item of the reply describes no user that can be played") from error
            yield Candidate({**beside, NAME: spec}, None, "unknown", "a user was invented", (self.type,))

    def _dialog(self, around: Surroundings) -> dict[str, Any]:
        """What all dialogs share: who plays the user, for how long, and when it ends."""
        dialogs = [case for case in around.examples if is_dialog(case.input)]
        known: dict[str, Any] = dialogs[0].input[NAME] if dialogs else {}
        kept = {name: known[name] for name in ("user", "max_turns", "variable", "stop_when") if known.get(name)}
        given = {"user": self.user, "max_turns": self.max_turns}
        made = {**kept, **{name: value for name, value in given.items() if value is not None}}
        if not made.get("user"):
            raise ValueError("nothing says which model plays the user: personas:user=NAME")
        return made if "variable" in made or not around.variables else {**made, "variable": around.variables[0]}

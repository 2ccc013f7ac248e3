"""Dialogs: a case that is a conversation, and the transcript that comes of it.

A case is a dialog when its input has a value named ``dialog`` that says who the user is. Its other values fill the
prompt as always; each turn of the user fills one variable of the prompt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from synterm.core.ids import canonical_json
from synterm.core.problems import InvalidError, problems_of

NAME = "dialog"
"""The value of an input that makes the case a dialog."""
VARIABLE = "message"
"""The variable of the prompt that each turn of the user fills, if nothing else is said."""
FINISH = "dialog: "
"""How the finish reason of a dialog's answer begins; how it ended follows."""

End = Literal["goal reached", "given up", "decided", "script ended", "no turns left", "going in circles"]
"""goal reached, given up: the simulated user says so · decided: the check of `stop_when` passes · script ended: the
lines that were given are used up · no turns left: `max_turns` · going in circles: the same answer a third time."""


class DialogSpec(BaseModel):
    """Who talks with the app, and for how long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    turns: tuple[str, ...] = Field(default=(), max_length=50)
    """What the user says, turn by turn, whatever the app answers; then nobody is simulated."""
    user: str | None = Field(default=None, min_length=1, max_length=100)
    """The name of the project's model that plays the user."""
    persona: str = Field(default="", max_length=4000)
    """Who the user is."""
    goal: str = Field(default="", max_length=4000)
    """What the user wants to come away with."""
    temper: str = Field(default="", max_length=1000)
    """How the user talks: patient, terse, angry …"""
    opening: str | None = Field(default=None, min_length=1, max_length=20_000)
    """The first line; without it the model makes one up."""
    max_turns: int = Field(default=6, ge=1, le=50)
    """After so many answers it ends."""
    variable: str = Field(default=VARIABLE, min_length=1)
    stop_when: dict[str, Any] | None = None
    """A check; the dialog ends with the first answer that passes it."""

    @model_validator(mode="after")
    def _somebody_talks(self) -> DialogSpec:
        if bool(self.turns) == bool(self.user):
            raise ValueError("needs either turns, or a user (the name of a model) with a goal")
        if self.user and not (self.goal or self.persona):
            raise ValueError("a simulated user needs a goal or a persona")
        if self.turns and self.opening:
            raise ValueError("the opening is the first of the turns")
        return self


def is_dialog(values: Mapping[str, Any]) -> bool:
    """Whether an input makes its case a dialog."""
    return isinstance(values.get(NAME), dict)


def dialog_of(values: Mapping[str, Any]) -> DialogSpec | None:
    """The dialog that an input asks for; None for a single question. Raises InvalidError naming what is wrong."""
    return _read(canonical_json(values[NAME])) if is_dialog(values) else None


@lru_cache(maxsize=256)
def _read(source: bytes) -> DialogSpec:
    try:
        return DialogSpec.model_validate(orjson.loads(source))
    except ValidationError as error:
        raise InvalidError(problems_of(error, DialogSpec), where=NAME) from error


def names_of(values: Mapping[str, Any]) -> frozenset[str]:
    """The variables of a prompt that an input has values for, or will have turn by turn."""
    if not is_dialog(values):
        return frozenset(values)
    return frozenset(values) - {NAME} | {str(values[NAME].get("variable", VARIABLE))}


def opened(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the first turn of a dialog fills the prompt with, … for a line that nobody knows yet; for a
    single question the input as it is. Raises InvalidError."""
    spec = dialog_of(values)
    if spec is None:
        return dict(values)
    line = spec.opening or next(iter(spec.turns), "…")
    return {name: value for name, value in values.items() if name != NAME} | {spec.variable: line}


def turns_of(values: Mapping[str, Any]) -> int:
    """How many requests answering an input takes at most: 1, or the turns of both sides. Raises InvalidError."""
    spec = dialog_of(values)
    if spec is None:
        return 1
    return len(spec.turns) or 2 * spec.max_turns


def headline(spec: Mapping[str, Any]) -> str:
    """A dialog in a line, also one that is not right: how it begins, or what its user wants."""
    turns: Any = spec.get("turns")
    known: list[Any] = [spec.get("opening"), *(turns[:1] if isinstance(turns, list | tuple) else ())]
    return f"💬 {next(filter(None, [*known, spec.get('goal'), spec.get('persona')]), '(empty)')}"


class Turn(NamedTuple):
    """What one side said."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """A dialog that was held."""

    turns: Sequence[Turn]
    end: str
    """How it ended: one of `End`."""

    @property
    def answers(self) -> list[str]:
        """What the app said, in order."""
        return [turn.content for turn in self.turns if turn.role == "assistant"]

    @property
    def lines(self) -> list[str]:
        """What the user said, in order."""
        return [turn.content for turn in self.turns if turn.role == "user"]

    @property
    def last(self) -> str:
        """The app's last answer; empty without any."""
        return next(iter(self.answers[::-1]), "")

    @property
    def readable(self) -> str:
        """The whole of it, a paragraph for each turn."""
        count = len(self.answers)
        told = [f"{turn.role}: {turn.content}" for turn in self.turns]
        return "\n\n".join([*told, f"({self.end}, after {count} {'answer' if count == 1 else 'answers'})"])

    def json(self) -> str:
        """As one text: what the project file holds as the answer."""
        turns = [{"role": turn.role, "content": turn.content} for turn in self.turns]
        return orjson.dumps({"dialog": turns, "end": self.end}).decode()


def is_transcript(text: str) -> bool:
    """Whether a text, perhaps cut off, is what `Transcript.json` makes."""
    return text.startswith('{"dialog":')


@lru_cache(maxsize=256)
def transcript_of(text: str) -> Transcript | None:
    """The transcript that a text says; None for a text that is none."""
    if not is_transcript(text):
        return None
    try:
        value = orjson.loads(text)
        return Transcript([Turn(turn["role"], str(turn["content"])) for turn in value["dialog"]], str(value["end"]))
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None

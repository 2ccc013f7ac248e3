"""What came of making a copy to give away, as JSON: a contract with whoever reads it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SharePart = Literal["runs", "traffic", "verdicts", "names"]
"""What can be left out. ``runs``: with answers, what checks found, baselines, spending and batches; ``traffic``: with
runs over it; ``names``: of people and machines, which become numbers."""


class SharedFind(BaseModel):
    """Something that was found in the copy, and is never repeated."""

    kind: str
    """``openai``, ``private-key``, ``e-mail``, ``card`` …; or the name of a variable whose value it is."""
    place: str
    """Where it stands: ``cases``, ``answers``, ``logged calls`` …"""
    count: int
    sample: str
    """Enough of the first one to find it again, and never it itself."""
    row: str
    """The row of the first one: its id, or its number."""


class ShareReport(BaseModel):
    """What was made."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.share/1"] = Field(default="synterm.share/1", alias="schema")
    project: str
    out: str | None
    """The copy; None: nothing was written."""
    size: int
    """Bytes of the copy."""
    exit_code: int
    """0: it was made; 1: it holds keys, so that it was not."""
    left_out: list[SharePart]
    counts: dict[str, int]
    """What is in it, by what people call it."""
    removed: dict[str, int]
    """What was deleted in the project and would have been in a plain copy still: texts, answers, verdicts of checks."""
    asks: list[str]
    """What whoever opens it is asked to trust it with, in words."""
    keys: list[SharedFind]
    people: list[SharedFind]
    """Personal data: told, and no reason not to share."""
    names: int
    """How many people are named as having run, judged or found something."""
    waiting: int
    """How many answers wait outside of the project file, which could not take them: they are not in the copy."""
    not_looked_for: list[str]
    """Kinds of personal data that can't be told without the extra ``analysis``."""

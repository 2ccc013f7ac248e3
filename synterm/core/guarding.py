"""What a guard says of one answer: whether the app may give it, and what each check found."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

GUARD_SCHEMA = "synterm.guard/1"
GUARD_LOG = "guard-log/1"
"""What a line of a guard's log has under ``synterm``."""

FailMode = Literal["open", "closed"]
"""What a guard does without a verdict, because a check broke, took too long, or its judge can't be reached: ``open``
lets the answer through, ``closed`` holds it back."""


class GuardCheck(BaseModel):
    """What one check found."""

    model_config = ConfigDict(frozen=True)

    type: str
    passed: bool | None
    """None: no verdict; `error` or `skipped` says why."""
    score: float | None = None
    reason: str = ""
    error: str | None = None
    skipped: str | None = None
    """Why it was not asked, and counts for nothing: it needs an expected result, or asks a judge and judges are off."""
    label: str | None = None
    """The label that was read from the answer."""
    took_ms: float = 0.0
    """Milliseconds."""


class GuardVerdict(BaseModel):
    """The verdict on one answer. `allowed` is what to do; `passed` is what the checks say."""

    model_config = ConfigDict(frozen=True)

    schema_version: Literal["synterm.guard/1"] = Field(default=GUARD_SCHEMA, alias="schema")
    id: str
    """A ULID: the log of verdicts has it too."""
    allowed: bool
    passed: bool | None
    """None: there is no verdict, and `fail` decided."""
    reason: str
    """In one line, why: of the first check that failed, else why there is no verdict."""
    behavior: str
    """The path of the behavior, or of the part of the tree, whose checks judged."""
    fail: FailMode
    checks: tuple[GuardCheck, ...] = ()
    took_ms: float = 0.0
    """All of it, in milliseconds."""
    project: str = ""
    """The project's name."""
    checks_id: str = ""
    """A name for the checks that judged: equal for equal checks, as runs record it."""

"""What `synterm doctor` finds, as JSON: a contract with whoever reads it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

HealthState = Literal["well", "note", "warning", "broken"]
"""``note``: worth knowing, and nothing to do; ``warning``: should be seen to; ``broken``: does not work so."""


class HealthFinding(BaseModel):
    """One thing that was looked at."""

    part: str
    """What: ``SQLite``, ``settings``, ``runs`` …"""
    state: HealthState
    """As it was found, before anything was repaired."""
    said: str
    hint: str | None = None
    """What to do about it."""
    can_mend: bool = False
    """Whether ``--fix`` repairs it."""
    mended: str | None = None
    """What ``--fix`` did about it; None: nothing."""
    refused: str | None = None
    """Why ``--fix`` could not repair it."""

    @property
    def is_open(self) -> bool:
        """Whether it is still to be seen to."""
        return self.state in ("warning", "broken") and self.mended is None


class HealthReport(BaseModel):
    """All that was looked at."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.doctor/1"] = Field(default="synterm.doctor/1", alias="schema")
    synterm: str
    """The version."""
    project: str | None
    """The project file that was examined; None: the installation."""
    exit_code: int
    """0: nothing is left to be seen to; 1: something is."""
    findings: list[HealthFinding]

"""Tunings as a JSON document and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.tuning import Tuning
from synterm.reports.baselines import age
from synterm.reports.figures import dollars
from synterm.text import one_line, plural


class TuningList(BaseModel):
    """Tunings, the newest first."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.tunings/1"] = Field(default="synterm.tunings/1", alias="schema")
    tunings: list[Tuning]


def tuning_rows(tunings: Sequence[Tuning]) -> list[list[str]]:
    """A row for people each: id, state, what of what, on how much, when, what it cost, and why it failed."""
    return [
        [
            one.id[-8:],
            one.status,
            f"{one.base} → {one.model_name}" if one.model_name else one.base,
            f"{one.method}, {plural(one.rows, 'row')}, {one.prompt}",
            age(one.started),
            "" if one.cost_usd is None else dollars(one.cost_usd),
            one_line(one.error) or one.job_id,
        ]
        for one in tunings
    ]


def ended_lines(tuning: Tuning) -> Iterator[str]:
    """What came of a tuning that ended."""
    name = f"tuning {tuning.id[-8:]}"
    if tuning.status == "done":
        yield f"{name} is done: {tuning.result} is the model {tuning.model_name!r} of the project"
        if words := _spent(tuning):
            yield f"  {words}"
        if tuning.losses:
            first, last = tuning.losses[0][1], tuning.losses[-1][1]
            watched = (
                f", {tuning.validation_losses[-1][1]:.3f} on what it did not see" if tuning.validation_losses else ""
            )
            yield f"  loss {first:.3f} → {last:.3f} in {plural(tuning.losses[-1][0], 'step')}{watched}"
    elif tuning.status == "cancelled":
        yield f"{name} was cancelled"
    else:
        why = f": {tuning.error}" if tuning.error else ", and the provider does not say why"
        yield f"{name} failed{why}"


def _spent(tuning: Tuning) -> str:
    parts = [] if tuning.tokens is None else [f"{plural(tuning.tokens, 'token')} trained on"]
    parts += [] if tuning.cost_usd is None else [dollars(tuning.cost_usd)]
    return ", ".join(parts)

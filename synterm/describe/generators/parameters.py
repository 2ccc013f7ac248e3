"""What a template's parameters can be: a list of values, or a range of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_VALUES = 1000
"""One parameter has no more values."""


@dataclass(frozen=True, slots=True)
class Valued:
    """A value, with what is expected where it stands, if that is told."""

    value: Any
    expected: Any = None


def valued(given: Any) -> Valued:
    """A value as it is given: alone, or as ``{"value": …, "expected": …}``."""
    if isinstance(given, dict) and {*cast("dict[str, Any]", given)} == {"value", "expected"}:
        return Valued(**cast("dict[str, Any]", given))
    return Valued(given)


class Range(BaseModel):
    """Numbers from one to another, that one too: ``{"from": 1, "to": 12}``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    first: Annotated[int | float, Field(alias="from", allow_inf_nan=False)]
    last: Annotated[int | float, Field(alias="to", allow_inf_nan=False)]
    step: Annotated[int | float, Field(gt=0, allow_inf_nan=False)] = 1

    @model_validator(mode="after")
    def _some(self) -> Range:
        if self.first > self.last:
            raise ValueError("from must not be over to")
        if (self.last - self.first) / self.step >= MAX_VALUES:
            raise ValueError(f"has more than {MAX_VALUES:,} numbers")
        return self

    @property
    def values(self) -> list[int | float]:
        """The numbers, without the errors that adding up steps would make."""
        count = int((self.last - self.first) / self.step + 1e-9) + 1
        return [_neat(self.first + at * self.step) for at in range(count)]


def _neat(number: int | float) -> int | float:
    return number if isinstance(number, int) else round(number, 10)

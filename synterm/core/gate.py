"""A gate: a condition that fails CI when a run breaks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from synterm.text import plural

Kind = Literal[
    "min_pass_rate",
    "no_regression",
    "max_cost_usd_per_case",
    "max_cost_usd",
    "max_latency_ms",
    "must_pass",
    "must_pass_tag",
    "min_score",
    "min_metric",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The conditions, of which a gate has one, each by the name of its field."""

_WITH: dict[str, Kind] = {"bound": "min_pass_rate", "baseline": "no_regression", "percentile": "max_latency_ms"}
"""What may be said beside a condition."""
_ENDING = 6
"""So much of the end of a case's id names it, as everywhere."""
ALL = "all"

Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


def _unset(value: object) -> bool:
    return value is None


def _field(**bounds: Any) -> Any:
    """A field that stands in the JSON form only where it says something."""
    return Field(default=None, exclude_if=_unset, **bounds)


class MetricFloor(BaseModel):
    """The lowest mean of a metric that is good enough."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: Name
    """The `metric` that checks name."""
    at_least: Share
    """The mean, 0 to 1."""


class Gate(BaseModel):
    """One condition, and what belongs to it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    min_pass_rate: Share | None = _field()
    """The lowest share of passed evaluations, 0 to 1, that is good enough."""
    bound: Literal["lower"] | None = _field()
    """``lower``: it is the lower end of the rate's 95 % interval that must reach it."""
    no_regression: bool | None = _field(strict=True)
    """Whether the comparison with a baseline must not find it worse."""
    baseline: Name | None = _field()
    """The name of that baseline; without it, whichever the run is held against."""
    max_cost_usd_per_case: float | None = _field(ge=0)
    """The highest mean cost of an answer, in US dollars."""
    max_cost_usd: float | None = _field(ge=0)
    """The highest cost of all answers together, in US dollars."""
    max_latency_ms: float | None = _field(gt=0)
    """The longest time of an answer, in milliseconds, at `percentile`."""
    percentile: float | None = _field(gt=0, le=100)
    """95 where it is not said."""
    must_pass: Literal["all"] | tuple[str, ...] | None = _field()
    """The cases of which none may fail: their ids, or the last 6 or more characters of them; ``all`` for every one."""
    must_pass_tag: Name | None = _field()
    """The tag of the cases of which none may fail."""
    min_score: Share | None = _field()
    """The lowest mean score, 0 to 1, that is good enough."""
    min_metric: MetricFloor | None = _field()
    """The lowest mean of a named metric that is good enough."""

    @field_validator("no_regression")
    @classmethod
    def _only_true(cls, value: bool | None) -> bool | None:
        if value is False:
            raise ValueError("must be true; leave the gate out where it is not wanted")
        return value

    @field_validator("must_pass", mode="before")
    @classmethod
    def _all_or_cases(cls, value: object) -> object:
        if value is None or value == ALL:
            return value
        if not isinstance(value, list | tuple) or not value:
            raise ValueError("must be all, or a list of cases")
        names = list[object](value)  # pyright: ignore[reportUnknownArgumentType]
        if not all(isinstance(name, str) and len(name) >= _ENDING for name in names):
            raise ValueError(f"each must be a case's id, or the last {_ENDING} or more characters of it")
        return tuple(names)

    @model_validator(mode="after")
    def _one_condition(self) -> Gate:
        said = [kind for kind in KINDS if getattr(self, kind) is not None]
        if not said:
            raise ValueError(f"needs a condition, one of {', '.join(KINDS)}")
        if len(said) > 1:
            raise ValueError(f"has {' and '.join(said)}: a gate has one condition, so write several gates")
        for extra, kind in _WITH.items():
            if getattr(self, extra) is not None and kind != said[0]:
                raise ValueError(f"has {extra}, which goes with {kind} only")
        if self.bound and self.min_pass_rate == 1:
            raise ValueError("min_pass_rate must be under 1 with a bound: an interval's lower end never reaches 1")
        return self

    @property
    def kind(self) -> Kind:
        """Its condition."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def share(self) -> float:
        """The share of answers, 0 to 1, that must come within `max_latency_ms`."""
        return (95 if self.percentile is None else self.percentile) / 100

    @property
    def words(self) -> str:
        """What must hold, for people: "at least 90 % pass"."""
        return _WORDS[self.kind](self)

    @property
    def short(self) -> str:
        """The same for where there is little room: ``≥ 90 %``."""
        return _SHORT[self.kind](self)


def rate_words(rate: float, places: int = 2) -> str:
    """``90 %``, ``92.5 %``: to so many places of a percent; 100 and 0 are said only of all and none."""
    rounded, least = round(rate * 100, places), decimal(10.0**-places)
    if rounded >= 100 and rate < 1:
        return f">{decimal(100 - 10.0**-places)} %"
    return f"<{least} %" if rounded <= 0 < rate else f"{decimal(rounded)} %"


def dollar_words(cost: float) -> str:
    """``$0.002``, ``$12.5``."""
    return f"${cost:,.2f}" if cost >= 100 else f"${decimal(float(f'{cost:.3g}'))}"


def time_words(milliseconds: float) -> str:
    """``1,500 ms``."""
    return f"{milliseconds:,.0f} ms" if milliseconds >= 10 else f"{milliseconds:.3g} ms"


def decimal(number: float) -> str:
    """A number as people write it: ``1``, ``0.00001``, never ``1.0`` or ``1e-05``."""
    return f"{number:.12f}".rstrip("0").rstrip(".")


def _cases(gate: Gate) -> str:
    named = gate.must_pass or ()
    return f"case …{named[0][-8:]}" if len(named) == 1 else plural(len(named), "named case")


def _metric(gate: Gate) -> MetricFloor:
    if gate.min_metric is None:
        raise ValueError("a gate of another kind")
    return gate.min_metric


_Say = Callable[[Gate], str]
_WORDS: dict[Kind, _Say] = {
    "min_pass_rate": lambda gate: (
        f"at least {rate_words(gate.min_pass_rate or 0)} pass" + (", on the interval's lower end" if gate.bound else "")
    ),
    "no_regression": lambda gate: f"no regression against {gate.baseline or 'the baseline'}",
    "max_cost_usd_per_case": lambda gate: f"at most {dollar_words(gate.max_cost_usd_per_case or 0)} a case",
    "max_cost_usd": lambda gate: f"at most {dollar_words(gate.max_cost_usd or 0)} in all",
    "max_latency_ms": lambda gate: (
        f"{decimal(gate.share * 100)} % of answers within {time_words(gate.max_latency_ms or 0)}"
    ),
    "must_pass": lambda gate: "no case may fail" if gate.must_pass == ALL else f"{_cases(gate)} must pass",
    "must_pass_tag": lambda gate: f"no case tagged {gate.must_pass_tag} may fail",
    "min_score": lambda gate: f"a mean score of at least {decimal(gate.min_score or 0)}",
    "min_metric": lambda gate: f"a mean of {_metric(gate).name} of at least {decimal(_metric(gate).at_least)}",
}
_SHORT: dict[Kind, _Say] = {
    "min_pass_rate": lambda gate: f"≥ {rate_words(gate.min_pass_rate or 0)}" + (" (lower end)" if gate.bound else ""),
    "no_regression": lambda gate: "no regression" + (f" against {gate.baseline}" if gate.baseline else ""),
    "max_cost_usd_per_case": lambda gate: f"≤ {dollar_words(gate.max_cost_usd_per_case or 0)} a case",
    "max_cost_usd": lambda gate: f"≤ {dollar_words(gate.max_cost_usd or 0)}",
    "max_latency_ms": lambda gate: f"p{decimal(gate.share * 100)} ≤ {time_words(gate.max_latency_ms or 0)}",
    "must_pass": lambda gate: "all must pass" if gate.must_pass == ALL else f"{_cases(gate)} must pass",
    "must_pass_tag": lambda gate: f"#{gate.must_pass_tag} must pass",
    "min_score": lambda gate: f"score ≥ {decimal(gate.min_score or 0)}",
    "min_metric": lambda gate: f"{_metric(gate).name} ≥ {decimal(_metric(gate).at_least)}",
}

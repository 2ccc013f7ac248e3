"""Parameters of a call, as project files give them: known names and right types only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from synterm.errors import ModelError, did_you_mean

Stop = str | list[str]
TIMEOUT_S = 60.0
LONGEST_S = 3600.0


_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)


class EmbeddedParams(BaseModel):
    """What the embedded model takes."""

    model_config = _STRICT

    temperature: float = Field(default=0.0, ge=0, le=2)
    top_p: float = Field(default=0.95, gt=0, le=1)
    max_tokens: int = Field(default=256, ge=1)
    seed: int = Field(default=0, ge=0, lt=2**32 - 1)
    stop: Stop = []


class EndpointParams(BaseModel):
    """What is passed to an endpoint. Nothing here names a host, a key, a file or code: projects are not trusted."""

    model_config = _STRICT

    timeout: float = Field(default=TIMEOUT_S, gt=0, le=LONGEST_S)
    """Seconds for the whole call, its retries included."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    seed: int | None = None
    stop: Stop | None = None
    max_completion_tokens: int | None = Field(default=None, ge=1)
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    logit_bias: dict[str, float] | None = None
    reasoning_effort: str | None = None
    top_k: int | None = None
    min_p: float | None = None
    verbosity: str | None = None


def wall_limit(params: Mapping[str, Any]) -> float:
    """The parameter `timeout` in seconds, or its default where it is missing or wrong (the call says what is wrong)."""
    given = params.get("timeout")
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 < given <= LONGEST_S:
        return float(given)
    return TIMEOUT_S


P = TypeVar("P", bound=BaseModel)


def read_params(kind: type[P], params: Mapping[str, Any], what: str) -> P:
    """`params` as `kind`. Raises ModelError naming the first parameter that is unknown or wrong; `what` takes them."""
    try:
        return kind.model_validate(dict(params))
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        if first["type"] == "extra_forbidden":
            known = f"known: {', '.join(sorted(kind.model_fields))}"
            near = did_you_mean(name, kind.model_fields)
            hint = f"{near} {known}" if near and near.startswith("did") else known
            raise ModelError(f"{what} takes no parameter {name!r}", hint=hint) from error
        raise ModelError(
            f"the parameter {name!r} is wrong: {first['msg']}", hint=f"it is {first['input']!r}"
        ) from error

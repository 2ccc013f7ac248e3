"""Parameters of a call, as project files give them: known names and right types only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from synterm.core.problems import Path, path_text
from synterm.errors import ModelError, did_you_mean
from synterm.text import one_line

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


class Function(BaseModel):
    """A function that a model may call."""

    model_config = _STRICT

    name: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    description: str | None = None
    parameters: dict[str, Any] | None = None
    """A JSON schema of its arguments; without it, it takes none."""
    strict: bool | None = None


class Tool(BaseModel):
    """A tool, as OpenAI's protocol says it. Functions only: other kinds name hosts, or run things for the project."""

    model_config = _STRICT

    type: Literal["function"]
    function: Function


class Named(BaseModel):
    """The name of a function."""

    model_config = _STRICT

    name: str


class Chosen(BaseModel):
    """The one function that must be called."""

    model_config = _STRICT

    type: Literal["function"]
    function: Named


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
    tools: list[Tool] | None = Field(default=None, min_length=1, max_length=128)
    """The functions that the model may call. What it calls becomes the answer's text."""
    tool_choice: Literal["none", "auto", "required"] | Chosen | None = None
    parallel_tool_calls: bool | None = None


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
        unknown = first["type"] == "extra_forbidden"
        if unknown and len(first["loc"]) == 1:
            known = f"known: {', '.join(sorted(kind.model_fields))}"
            near = did_you_mean(name, kind.model_fields)
            hint = f"{near} {known}" if near and near.startswith("did") else known
            raise ModelError(f"{what} takes no parameter {name!r}", hint=hint) from error
        # Within a list the place is said; within alternatives pydantic's own words for them would stand there.
        place = path_text(first["loc"]) if _in_list(first["loc"]) else name
        said = "is not known here" if unknown else f"is wrong: {first['msg']}"
        raise ModelError(
            f"the parameter {place!r} {said}", hint=f"it is {one_line(repr(first['input']), 200)}"
        ) from error


def _in_list(path: Path) -> bool:
    return len(path) > 1 and isinstance(path[1], int)

"""How an app's HTTP endpoint is asked: what stands in the parameters of a model ``http/NAME``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, cast

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from synterm.core.ids import canonical_json
from synterm.core.model import ModelSpec
from synterm.core.problems import Path, path_text, problems_of
from synterm.core.template import compile_template
from synterm.errors import InputError, ModelError
from synterm.providers.http_paths import JsonPath
from synterm.providers.params import LONGEST_S, TIMEOUT_S

_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)
_MOST_BYTES = 200_000
_MOST_STRINGS = 1000
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", re.A)
_HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,4000}")
# They frame the request or name another host: the client's own business.
_RESERVED = frozenset(
    "host content-length transfer-encoding connection keep-alive upgrade te trailer expect proxy-authorization "
    "proxy-connection".split()
)
_SECRET = re.compile(r"authorization|cookie|key|token|secret|password|credential", re.I)
_VARIABLE = re.compile(r"\$(?:\$|(?P<plain>[A-Za-z_][A-Za-z0-9_]*)|\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)\})")
_HINT = 'path: /chat, body: {text: "{{ message }}"}, answer: $.reply.text'
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


def strings_in(body: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """The texts in a JSON value, and where each stands."""
    if isinstance(body, str):
        yield path, body
    elif isinstance(body, list):
        for index, item in enumerate(cast("list[Any]", body)):
            yield from strings_in(item, (*path, index))
    elif isinstance(body, Mapping):
        for name, item in cast("Mapping[str, Any]", body).items():
            yield from strings_in(item, (*path, name))


def _body(body: Any) -> Any:
    try:
        size = len(orjson.dumps(body))
    except TypeError as error:
        raise ValueError(f"can't be sent as JSON: {error}") from error
    if size > _MOST_BYTES:
        raise ValueError(f"is over {_MOST_BYTES:,} bytes long")
    texts = list(strings_in(body))
    if len(texts) > _MOST_STRINGS:
        raise ValueError(f"holds over {_MOST_STRINGS:,} texts")
    for path, text in texts:
        _compiled(text, path_text(path))
    return body


def _path(text: str) -> str:
    _compiled(text, "")
    return text


def _compiled(text: str, place: str) -> None:
    try:
        compile_template(text)
    except InputError as error:
        raise ValueError(f"{place}: {error}" if place else str(error)) from error


def _json_path(text: str) -> str:
    try:
        JsonPath(text)
    except InputError as error:
        raise ValueError(f"{error.message}; like {error.hint}" if error.hint else error.message) from error
    return text


def _headers(headers: dict[str, str]) -> dict[str, str]:
    """What is wrong is told without the value, which may be a secret."""
    for name, value in headers.items():
        if _HEADER_NAME.fullmatch(name) is None or _HEADER_VALUE.fullmatch(value) is None:
            raise ValueError(f"{name!r} is no header that can be sent")
        if name.lower() in _RESERVED:
            raise ValueError(f"{name} is set by itself and can't be given")
        if _SECRET.search(name) and not variables_in(value):
            raise ValueError(f"{name} must name the variable that holds it, such as Bearer $APP_TOKEN: files travel")
    return headers


def variables_in(text: str) -> set[str]:
    """The environment variables that a header names: ``$NAME`` or ``${NAME}``; ``$$`` stands for a ``$``."""
    return {match["plain"] or match["braced"] for match in _VARIABLE.finditer(text) if match[0] != "$$"}


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """A header with its variables replaced."""
    return _VARIABLE.sub(lambda match: "$" if match[0] == "$$" else values[match["plain"] or match["braced"]], text)


BodyTemplate = Annotated[Any, AfterValidator(_body)]
PathTemplate = Annotated[str, Field(max_length=4000), AfterValidator(_path)]
PathInJson = Annotated[str, AfterValidator(_json_path)]


class CallConfig(BaseModel):
    """One call: its method, its path below `api_base`, its body."""

    model_config = _STRICT

    method: Method = "POST"
    path: PathTemplate = ""
    """A template; what is put in is escaped."""
    body: BodyTemplate = None
    """JSON whose texts are templates; by default ``{"message": "{{ message }}"}``, and nothing for GET and DELETE."""

    @property
    def template(self) -> Any:
        """The body that is sent; None: none."""
        if "body" in self.model_fields_set:
            return self.body
        return {"message": "{{ message }}"} if self.method not in ("GET", "DELETE") else None


class StartConfig(CallConfig):
    """The call that begins a conversation."""

    session: PathInJson
    """Where the session's id stands in its response."""

    @property
    def template(self) -> Any:
        """The body that is sent; there is no message to send yet."""
        return self.body if "body" in self.model_fields_set else ({} if self.method not in ("GET", "DELETE") else None)


class EndConfig(CallConfig):
    """The call that ends a conversation."""

    method: Method = "DELETE"

    @property
    def template(self) -> Any:
        """The body that is sent; none unless one is given."""
        return self.body


class TargetConfig(CallConfig):
    """All parameters of an HTTP target."""

    headers: Annotated[dict[str, str], AfterValidator(_headers)] = Field(default_factory=dict[str, str])
    answer: PathInJson | None = None
    """Where the answer stands in the response; None: the response is the answer."""
    error: PathInJson | None = None
    """Where the response says what went wrong, if anything did."""
    timeout_s: float = Field(default=TIMEOUT_S, gt=0, le=LONGEST_S)
    """Seconds for each call."""
    start: StartConfig | None = None
    turn: CallConfig | None = None
    end: EndConfig | None = None


def read_target(params: Mapping[str, Any]) -> TargetConfig:
    """The configuration that parameters say. Raises ModelError that names every field that is wrong."""
    try:
        return _read(canonical_json(dict(params)))
    except TypeError as error:
        raise ModelError(f"holds what JSON can't: {error}", where="params") from error


def whole_target(spec: ModelSpec, params: Mapping[str, Any]) -> TargetConfig:
    """The configuration of `spec` under `params`, and all that it needs is there. Raises ModelError."""
    config = read_target(params)
    if spec.api_base is None:
        raise ModelError("an HTTP target needs api_base: the URL of your app", hint="https://app.example/chat")
    if spec.price is not None and (spec.price.input or spec.price.output):
        hint = "say 0/0 where its calls cost nothing, or leave the price out: unknown"
        raise ModelError("an HTTP target tells no tokens, so it has no price for them", hint=hint)
    _check_conversation(config)
    for name, value in config.headers.items():
        if others := variables_in(value) - {spec.api_key_env}:
            hint = f"api_key_env: {min(others)}; then that variable, and no other, is sent"
            raise ModelError(f"headers: {name} may name the variable in api_key_env only", where="params", hint=hint)
    return config


def _check_conversation(config: TargetConfig) -> None:
    if config.turn is not None and config.start is None:
        raise ModelError("turn: needs start, which begins the conversation", where="params")
    if config.end is not None and config.start is None:
        raise ModelError("end: needs start, which begins the conversation", where="params")
    if config.start is None:
        return
    if config.turn is None:
        raise ModelError("start: needs turn, which sends a message", where="params")
    if beside := config.model_fields_set & {"method", "path", "body"}:
        names = ", ".join(sorted(beside))
        raise ModelError(f"{names}: must stand within turn, where there is a start", where="params")


@lru_cache(maxsize=256)
def _read(params: bytes) -> TargetConfig:
    try:
        return TargetConfig.model_validate(orjson.loads(params))
    except ValidationError as error:
        # Never with the values: one may be a key.
        said = "; ".join(str(problem) for problem in problems_of(error, TargetConfig))
        raise ModelError(said, where="params", hint=_HINT) from error

"""What announces the rows of a text form, and what those rows may hold."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.ids import new_id
from synterm.core.review import Review, Source
from synterm.errors import InputError
from synterm.formats.case_text import Id

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_SHORTEST_TEXT = 40
"""Bytes from which on they may be a text; shorter ones are names."""


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CasesHead(_Form):
    """Cases follow."""

    cases: tuple[str, ...] = Field(min_length=3, max_length=3)
    """The names of their feature, behavior and scenario."""


class ListHead(_Form):
    """A list follows: verdicts, or what the text only tells of."""

    list: Literal["reviews", "runs", "baselines"]


class TableHead(_Form):
    """Rows of a table of results follow, as they are in the project file."""

    table: str
    columns: tuple[str, ...] = Field(min_length=1)


class ReviewRow(_Form):
    """A person's verdict on an answer."""

    id: Id = Field(default_factory=new_id)
    content: Hash
    """The name of the case's content."""
    output: Hash
    """The name of the answer's text."""
    passed: bool
    who: str = ""
    note: str = ""
    source: Source = "review"
    rating: float | None = None
    answer: str | None = None
    """The text; None where the project file did not have it."""
    created: str = ""
    updated: str = ""

    def review(self) -> Review:
        """The verdict."""
        return Review(
            self.content,
            self.output,
            self.passed,
            self.who,
            self.note,
            id=self.id,
            created=self.created,
            updated=self.updated,
            source=self.source,
            rating=self.rating,
            answer=self.answer,
        )


def bytes_value(value: bytes) -> Any:
    """Bytes as JSON: what is a text as such, all else in hex where it is short, or in base 64."""
    if len(value) < _SHORTEST_TEXT:
        return {"hex": value.hex()}
    try:
        return {"text": value.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def table_row(value: Any, count: int) -> Sequence[Any]:
    """The values of a row with so many columns. Raises InputError."""
    if not isinstance(value, list) or len(cast("list[Any]", value)) != count:
        raise InputError(f"must be a list of {count} values")
    return [_value(one) for one in cast("list[Any]", value)]


def _value(value: Any) -> Any:
    if not isinstance(value, dict | list):
        return value
    named = cast("dict[str, Any]", value if isinstance(value, dict) else {})
    kind, text = next(iter(named.items()), ("", None))
    if len(named) != 1 or kind not in _BYTES or not isinstance(text, str):
        raise InputError("a value is a text, a number, null, or bytes under hex, text or base64")
    try:
        return _BYTES[kind](text)
    except ValueError as error:
        raise InputError(f"bytes that can't be read: {error}") from error


_BYTES: dict[str, Callable[[str], bytes]] = {
    "hex": bytes.fromhex,
    "text": str.encode,
    "base64": lambda text: base64.b64decode(text, validate=True),
}

"""A verdict on an answer as a row of a file has it: of a reviewer, or of a user of the app."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from synterm.core.review import Source

_YES = ("true", "pass", "passed", "yes", "y", "1", "✓")
_NO = ("false", "fail", "failed", "no", "n", "0", "✗")
_UP = ("up", "👍", "+1", "1", "thumbs up", "thumbs_up")
_DOWN = ("down", "👎", "-1", "thumbs down", "thumbs_down")
_MOST_MILLISECONDS = 1e11
"""A number of seconds over this is one of milliseconds."""


def _passed(value: Any) -> Any:
    return _one_of(value, _YES, _NO, 'must be true or false, or "pass" or "fail"')


def _thumb(value: Any) -> Any:
    return _one_of(value, _UP, _DOWN, 'must be "up" or "down"')


def _one_of(value: Any, yes: tuple[str, ...], no: tuple[str, ...], words: str) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    text = str(value).strip().casefold()
    if text in yes or text in no or not text:
        return text in yes if text else None
    raise ValueError(words)


def _time(value: Any) -> str:
    if value is None or value == "":
        return ""
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
            moment = datetime.fromisoformat(value.strip())
        else:
            seconds = float(value)
            moment = datetime.fromtimestamp(seconds / 1000 if seconds > _MOST_MILLISECONDS else seconds, UTC)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise ValueError("must be a time such as 2026-03-01T09:30:00Z, or seconds since 1970") from error
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tags(value: Any) -> Any:
    return [tag.strip() for tag in value.split(",") if tag.strip()] if isinstance(value, str) else value


def _id(value: Any) -> str | None:
    if value is None:
        return None
    text = str(value).strip().casefold()
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise ValueError("must be 64 hexadecimal digits, as an export has them")
    return text


def _name(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class VerdictForm(BaseModel):
    """One row. Which case: by `content_id`, `case_id`, `input` or `tags`. Which answer: its text, or `output_id`.

    The verdict: `passed`, `thumb` or `rating`; a row with none of them is left open. Other fields are not read.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    content_id: Annotated[str | None, BeforeValidator(_id)] = None
    case_id: str | None = None
    input: Any = None
    """A text, or named values."""
    tags: Annotated[tuple[str, ...], BeforeValidator(_tags)] = ()
    """Tags that only this case has all of."""
    output: str | None = None
    output_id: Annotated[str | None, BeforeValidator(_id)] = None
    passed: Annotated[bool | None, BeforeValidator(_passed)] = None
    thumb: Annotated[bool | None, BeforeValidator(_thumb)] = None
    """``up`` or ``down``."""
    rating: Annotated[float | None, Field(ge=1, le=5)] = None
    """1 to 5."""
    who: Annotated[str, BeforeValidator(_name)] = ""
    note: str = ""
    time: Annotated[str, BeforeValidator(_time)] = ""
    source: Source | None = None
    id: Annotated[str | None, BeforeValidator(_name)] = None
    """What tells apart the verdicts of people without a name."""

    def verdict(self, least: float) -> bool | None:
        """The verdict; a rating passes from `least` on. None where there is none."""
        if self.passed is not None:
            return self.passed
        if self.thumb is not None:
            return self.thumb
        return None if self.rating is None else self.rating >= least

    @property
    def origin(self) -> Source:
        """Who said so: users give thumbs and ratings, reviewers pass and fail, unless the row says otherwise."""
        return self.source or ("review" if self.passed is not None else "feedback")

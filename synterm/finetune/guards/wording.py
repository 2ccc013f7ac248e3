"""What of a case guards compare: the texts that it asks with, in the form in which they are held together."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, isfinite
from typing import Any, cast

from synterm.core.case import DOCUMENTS
from synterm.core.dialog import NAME, is_dialog, transcript_of
from synterm.core.ids import canonical_json, content_id
from synterm.core.review import output_id
from synterm.core.training import TrainingAnswer
from synterm.describe.wording import leaves, normal

TELLING = 20
"""A dialog's first line of fewer characters could open any dialog: it is compared with all that follows."""
_HIDDEN = ("Cf", "Cc", "Cs")
_WHOLE = 2**53
_LONGEST_NUMBER = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """What an input asks."""

    texts: tuple[str, ...]
    """In the ways in which it is compared; one, and of a dialog two where it opens with a line that tells it apart."""
    values: tuple[str, ...]
    """Value by value."""


def inputs_of(values: Mapping[str, Any]) -> Asked:
    """What an input asks: of a single question its values, without names and a list of relevant documents.

    Of a dialog the other values, what the user says or wants, and who the user is; not how the dialog is held. By its
    opening alone it is compared too, since the first turn is what a row of it trains: as the single question would be.
    """
    others = [
        text
        for name, value in values.items()
        if name != NAME and not (name == DOCUMENTS and isinstance(value, list))
        for text in leaves(value)
    ]
    if not is_dialog(values):
        return _asked([*others, *leaves(values.get(NAME))], None, values)
    spec = cast("dict[str, Any]", values[NAME])
    turns: Any = spec.get("turns")
    said = [*leaves(spec.get("opening")), *leaves(turns if isinstance(turns, list | tuple) else None)]
    wants = [*leaves(spec.get("persona")), *leaves(spec.get("goal"))]
    first = said[0] if said and (len(said) > 1 or wants) and len(plain(said[0])) >= TELLING else None
    return _asked([*others, *said, *wants], None if first is None else [*others, first], values)


def _asked(whole: list[str], opening: list[str] | None, values: Mapping[str, Any]) -> Asked:
    text = visible("\n".join(whole))
    if not plain(text):
        # Nothing but documents, or nothing at all: then all of it counts.
        text = canonical_json(dict(values)).decode("utf-8", "replace")
        return Asked((text,), (text,))
    return Asked(
        (text, visible("\n".join(opening))) if opening else (text,),
        tuple(visible(value) for value in whole if plain(value)),
    )


def visible(text: str) -> str:
    """A text without the characters that no reader sees, which would make it another one."""
    if text.isascii():
        return text
    return "".join(letter for letter in text if letter.isspace() or unicodedata.category(letter) not in _HIDDEN)


def plain(text: str) -> str:
    """A text as it is compared: whatever its case, punctuation, white space and form of Unicode."""
    return normal(visible(text))


@lru_cache(maxsize=4096)
def same_form(answer: str) -> str:
    """An answer as two are held to be the same: by value where it is JSON; else, and in the texts of JSON, whatever its
    case, white space and form of Unicode. Punctuation counts."""
    value = _json(answer)
    if value is None or isinstance(value, str):
        return _folded(answer if value is None else value)
    try:
        return "json " + _folded(canonical_json(value).decode())
    except (TypeError, UnicodeDecodeError):  # half a character in it, or nested too deep to be written
        return _folded(answer)


def _json(text: str) -> Any:
    """The value of a JSON text; None where it is none, or null."""
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return None
    try:
        return json.loads(text, parse_float=_number, parse_int=_number)
    except (ValueError, RecursionError):
        return None


def _number(text: str) -> Any:
    """1.0 and 1e0 are 1; what no float holds stays a text."""
    value = float(text) if len(text) < _LONGEST_NUMBER else inf
    return text if not isfinite(value) else int(value) if value.is_integer() and abs(value) < _WHOLE else value


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", visible(text)).casefold().split())


def said_in(text: str) -> str:
    """What names a recorded answer: of a dialog that was held, all that the assistant said in it."""
    held = transcript_of(text)
    return output_id(text) if held is None else _named(held.answers)


def said_by(answer: TrainingAnswer) -> str:
    """The same of an answer to learn or to avoid."""
    return _named([message.content for message in answer.messages if message.role == "assistant"])


def _named(said: Sequence[str]) -> str:
    return output_id(said[0] if said else "") if len(said) < 2 else content_id("turns", list(map(output_id, said)))

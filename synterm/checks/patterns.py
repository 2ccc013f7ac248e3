"""Regular expressions that can't run wild: RE2 takes time in proportion to the text, whatever the pattern."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

import re2

from synterm.text import one_line, storable


class Pattern(Protocol):
    """A compiled pattern."""

    def search(self, text: bytes) -> Any:
        """The first match anywhere in a text, as UTF-8, or None."""
        ...

    def fullmatch(self, text: bytes) -> Any:
        """The match of all of a text, as UTF-8, or None."""
        ...


@lru_cache(maxsize=512)
def compile_pattern(source: str) -> Pattern:
    """The compiled pattern (syntax: github.com/google/re2/wiki/Syntax). Raises ValueError naming the pattern.

    Groups are not captured: that a text matches is found twice as fast. The last ones are kept.
    """
    library: Any = re2
    options = library.Options()
    options.log_errors = False
    options.never_capture = True
    try:
        return library.compile(source, options)
    except library.error as error:
        reason: object = error.args[0]
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    except UnicodeEncodeError:
        said = "it holds half a character"
    raise ValueError(f"the pattern {one_line(source, 80)!r} does not compile: {one_line(said, 120)}{_hint(said)}")


def _hint(said: str) -> str:
    return " (RE2 has no look-around)" if "(?" in said else ""


def found(pattern: Pattern, text: str, *, full: bool = False) -> bool:
    """Whether `pattern` matches somewhere in `text`, or with `full` all of it."""
    # Bytes spare the library to work out at which characters a match stands.
    try:
        data = text.encode()
    except UnicodeEncodeError:
        data = storable(text).encode()
    return (pattern.fullmatch(data) if full else pattern.search(data)) is not None

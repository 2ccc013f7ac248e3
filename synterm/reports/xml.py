"""XML that holds texts of models, files and other people."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from synterm.text import one_line, printable

# XML 1.0, the production Char, without the carriage return, which would come back as a line break.
_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, text: str | None = None, /, **attributes: str | None) -> str:
    """``<tag attribute="…">text</tag>``; attributes without a value are left out."""
    head = start(tag, **attributes)
    return f"{head[:-1]}/>" if text is None else f"{head}{escape(legal(text))}</{tag}>"


def start(tag: str, /, **attributes: str | None) -> str:
    """``<tag attribute="…">``. A line break in a value becomes a space."""
    given = "".join(
        f" {key}={quoteattr(legal(value.replace(chr(10), ' ')))}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{given}>"


def legal(text: str) -> str:
    """`text` with control and direction characters as visible marks, and without what XML can't hold."""
    return _ILLEGAL.sub("", printable(text))


def line(text: str, limit: int) -> str:
    """One line of at most `limit` characters."""
    return one_line(text, limit)

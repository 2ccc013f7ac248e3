"""Workflow commands: lines of output that GitHub's runner takes as orders, and lines that only look like them.

The runner reads stdout and stderr alike. It takes a line for a command that begins with ``::``, white space aside, and
one that has ``##[`` anywhere.
"""

from __future__ import annotations

import os
import re

from synterm.text import printable

_TITLE = 200
_MESSAGE = 4000
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}
_BEGINS = re.compile(r"(?:^|(?<=\r))((?:[^\S\r\n]|\x1b\[[0-9;]*m)*)::", re.MULTILINE)
_AMID = "##["


def in_actions() -> bool:
    """Whether GitHub's runner reads what is printed."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def command(name: str, message: str, **properties: str | None) -> str:
    """``::error title=…::message``: one line, whatever the texts hold; properties without a value are left out.

    Texts become printable and are cut: what an annotation shows is no place for a whole answer.
    """
    given = [f"{key}={_escaped(_cut(value, _TITLE), _PROPERTY)}" for key, value in properties.items() if value]
    head = f"{name} {','.join(given)}" if given else name
    return f"::{head}::{_escaped(_cut(message, _MESSAGE), _DATA)}"


def tamed(text: str) -> str:
    """`text` in which no line is a command: what models wrote must not give orders to the runner."""
    if "::" in text:
        text = _BEGINS.sub(r"\1: :", text)
    return text.replace(_AMID, "## [") if _AMID in text else text


def _cut(text: str, limit: int) -> str:
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return printable(text)


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)

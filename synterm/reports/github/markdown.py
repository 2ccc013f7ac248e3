"""Texts of models, files and other people inside of GitHub's Markdown: shown as code, and never anything else.

Within code GitHub makes no links, pictures, mentions or references to issues. Tables and blocks are HTML, in which
nothing but ``& < > " '`` has a meaning; a span in a sentence is fenced by more backticks than it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from synterm.text import one_line, printable

_TICKS = re.compile("`+")
_SPAN = 200


def span(text: str, limit: int = _SPAN) -> str:
    """`text` in a line of Markdown: one line of code."""
    line = one_line(text, limit) or "(empty)"
    longest = max((len(run) for run in _TICKS.findall(line)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if longest or line.startswith(" ") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def code(text: str, limit: int = _SPAN) -> str:
    """`text` inside of an HTML block, such as a cell of a table: one line of code."""
    return f"<code>{escape(one_line(text, limit)) or '(empty)'}</code>"


def block(text: str, limit: int) -> str:
    """A text of several lines, as a block of its own; cut at `limit` characters, and says so."""
    shown = text if len(text) <= limit else text[:limit] + f"… ({len(text) - limit:,} more characters)"
    # The block ends at its end tag, and nowhere before: what is inside has no tags.
    return f"<pre><code>{escape(printable(shown))}</code></pre>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """An HTML table; cells are HTML already: figures, words of our own, or `code`."""
    lines = [_row("th", head), *(_row("td", row) for row in rows)]
    return "<table>\n" + "\n".join(lines) + "\n</table>\n"


def details(summary: str, blocks: Sequence[str]) -> str:
    """Something to be unfolded; `summary` is HTML, `blocks` are blocks of Markdown."""
    return (
        "\n\n".join([f"<details>\n<summary>{summary}</summary>", *(each.rstrip("\n") for each in blocks), "</details>"])
        + "\n"
    )


def _row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"

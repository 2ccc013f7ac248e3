"""Writes synterm.1, the man page, from the commands' own parsers: ``python docs/make.py man``.

In man(7), which both groff and mandoc read. A test says when the page is not what the parsers say.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from from_parsers import CODES, EXAMPLES, Block, Page, pages, with_comment

from synterm import __version__

PAGE = Path(__file__).parent / "synterm.1"
_DATE = "2026-11-29"
"""Of the release that it belongs to; until that, of the day it was begun."""
_WIDTH = 78
_HEAD = r"""
.SH NAME
synterm \- edit a prompt, watch a grid of real cases answer on every keystroke
.SH SYNOPSIS
.nf
\fBsynterm\fR \fIPROJECT.db\fR
\fBsynterm\fR \fICOMMAND\fR [\fIARGUMENTS\fR] [\fIOPTIONS\fR]
\fBsynterm help\fR [\fICOMMAND\fR]
\fBsynterm \-\-version\fR [\fB\-\-json\fR]
.fi
.SH DESCRIPTION
With a project file alone,
.B synterm
opens the workbench on it.
With a command it does one thing and ends: what is asked for goes to standard output, all that is said about it to
standard error.
.B synterm \-\-version
says what a report of a fault should.
"""
_ENVIRONMENT = {
    "SYNTERM_CONFIG_DIR": "The folder of the settings file.",
    "SYNTERM_DATA_DIR": "The folder of the embedded model's weights and of the demo project.",
    "SYNTERM_STATE_DIR": "The folder of what the workbench remembers, and of copies that are kept of projects.",
    "SYNTERM_LOG_DIR": "The folder of the logs.",
    "SYNTERM_TRUST_MANIFEST": "Trusts a project for one run, as --trust-manifest does.",
    "NO_COLOR": "Where it is set, the workbench draws without colours.",
}
_CODES = {
    "0": "It was done; of a run: all gates hold.",
    "1": "A gate failed, a regression was found, or what was looked for is there.",
    "2": "The command or the project is wrong; nothing was done.",
    "3": "It ended before its end: errors, or a limit was reached.",
    "4": "There is not enough evidence.",
    "130, 143, 129": "It was interrupted.",
}
_MARKS = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def page() -> str:
    """The whole page."""
    lines = [f'.TH SYNTERM 1 {_DATE} "synterm {__version__}" "User Commands"', _HEAD.strip(), ".SH COMMANDS"]
    for _, one in pages():
        lines += _command(one)
    lines += [".SH EXIT STATUS", "What is special about a command stands with it."]
    lines += [line for code, words in _CODES.items() for line in _item(code, words)]
    lines += [".SH ENVIRONMENT", *(line for name, words in _ENVIRONMENT.items() for line in _item(name, words))]
    return "\n".join(lines) + "\n"


def _command(page: Page) -> Iterator[str]:
    yield f".SS {_text(page.name)}"
    yield _prose(page.said)
    yield f".PP\n.B {_text(page.usage)}"
    for group in page.groups:
        if group.title not in ("options", "arguments"):
            yield f".PP\n{_line(group.title[:1].upper() + group.title[1:])}:"
        if group.said:
            yield f".PP\n{_prose(group.said)}"
        for typed, words in group.rows:
            yield from _item(typed, words)
    for block in page.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    if block.title == CODES:
        yield ".PP\nExit codes:"
        for line in block.lines:
            code, _, words = line.partition("  ")
            yield from _item(code, words.strip())
    elif block.title:
        yield f".PP\n{_line(block.title[:1].upper() + block.title[1:])}:\n.PP\n.RS 2\n.nf"
        for line in block.lines:
            yield _line(with_comment(line) if block.title == EXAMPLES else line)
        yield ".fi\n.RE"
    else:
        yield f".PP\n{_prose(' '.join(block.lines))}"


def _item(head: str, words: str) -> Iterator[str]:
    yield f".TP\n.B {_text(head)}"
    yield _prose(words or "See above.")


def _prose(text: str) -> str:
    """A text in short lines, which a formatter fills."""
    return "\n".join(map(_line, textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)))


def _line(text: str) -> str:
    """A line of text, which no request begins."""
    shown = _text(text)
    return f"\\&{shown}" if shown.startswith((".", "\\(aq")) else shown


def _text(text: str) -> str:
    """A text in ASCII, whose marks stand for themselves."""
    shown = "".join(_MARKS.get(mark, mark) for mark in text)
    return re.sub(r"[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", shown)

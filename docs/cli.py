"""Writes cli.md, the page on every command, from the commands' own parsers: ``python docs/make.py cli``.

With it, what completion reads in their place. A test says when either is not what they say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from from_parsers import CODES, EXAMPLES, Block, Page, Rows, pages, with_comment

from synterm.cli.complete.grammar import FILE, grammar

PAGE = Path(__file__).parent / "cli.md"
HEAD = """\
# The command line

<!-- Made by docs/cli.py from the commands themselves: change those. -->

`synterm my.db` opens the workbench; `synterm COMMAND --help`, or `synterm help COMMAND`, says on the terminal what
stands here. `synterm --version` says what a report of a fault should, with `--json` as JSON (`synterm schema version`).
What is asked for goes to stdout, all that is said about it to stderr. Tab completes all of it:
[completion](completion.md).

Where a command has no exit codes of its own: 0 it was done, 2 the command or the project is wrong. A run that a signal
ends gives 128 and the signal's number, 130 for Ctrl+C.
"""
_MARKS = re.compile(r"[*_<|\[\]]")


def files() -> dict[Path, str]:
    """The page, and what each command takes for the shells."""
    return {PAGE: page(), FILE: grammar()}


def page() -> str:
    """The whole page, as Markdown."""
    found = [*pages()]
    lines = [HEAD, "| | command | |\n| --- | --- | --- |"]
    before = ""
    for group, one in found:
        if " " in one.name.removeprefix("synterm "):
            continue
        first = re.split(r"[.:;] ", one.said)[0].rstrip(".")
        lines.append(f"| {group if group != before else ''} | [`{one.name}`](#{_anchor(one.name)}) | {_cell(first)} |")
        before = group
    return "\n".join((*lines, *(line for _, one in found for line in _page(one)), ""))


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-")


def _page(page: Page) -> Iterator[str]:
    below = page.name.count(" ") > 1
    yield f"\n{'###' if below else '##'} {page.name}"
    yield f"\n{_text(page.said)}"
    yield f"\n```text\n{page.usage}\n```"
    for group in page.groups:
        yield from _table(group)
    if examples := page.lines_of(EXAMPLES):
        yield "\n```sh\n" + "\n".join(with_comment(line) for line in examples) + "\n```"
    if codes := page.lines_of(CODES):
        yield "\n| exit code | |\n| --- | --- |"
        for line in codes:
            code, _, words = line.partition("  ")
            yield f"| {code} | {_cell(words.strip())} |"
    for block in page.blocks:
        yield from _block(block)


def _table(group: Rows) -> Iterator[str]:
    title = group.title if group.title not in ("options", "arguments") else ""
    if title:
        yield f"\n**{_text(title)}**" + (f": {_text(group.said)}" if group.said else "")
    yield f"\n| {group.title if not title else 'option'} | |\n| --- | --- |"
    for typed, words in group.rows:
        cell = typed.replace("|", "\\|")
        yield f"| `{cell}` | {_cell(words)} |"


def _block(block: Block) -> Iterator[str]:
    if block.title in (EXAMPLES, CODES):
        return
    if not block.title:
        yield f"\n{_linked(' '.join(block.lines))}"
        return
    shown = "sh" if all(re.match(r"\w+ [a-z].*my\.db|zcat |printf ", line) for line in block.lines) else "text"
    lines = map(with_comment, block.lines) if shown == "sh" else block.lines
    yield f"\n{_text(block.title)}:\n\n```{shown}\n" + "\n".join(lines) + "\n```"


def _linked(text: str) -> str:
    """A text whose pages of documentation are links."""
    return re.sub(r"docs/([\w-]+)\.md", r"[\1](\1.md)", _text(text))


def _cell(text: str) -> str:
    return re.sub(r"docs/([\w-]+)\.md", r"[\1](\1.md)", _text(text))


def _text(text: str) -> str:
    """A text as it stands: its marks mean nothing in Markdown but where they are code."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else _MARKS.sub(_escaped, part) for part in parts)


def _escaped(found: re.Match[str]) -> str:
    return "&lt;" if found[0] == "<" else f"\\{found[0]}"

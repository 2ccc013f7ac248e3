"""What commands write: data to stdout, everything said about it to stderr, and none of it unsafe to show."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import stat
import sys
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import TextIO

from synterm.errors import UsageError
from synterm.reports.figures import minute
from synterm.reports.github.commands import in_actions, tamed
from synterm.text import one_line, printable

_MAIN = 1.8
"""How much wider than others the column of which most is to be seen stays."""
_NARROWEST = 8
"""A column is not cut to less than so many places."""


def data(text: str) -> None:
    """One piece of what was asked for."""
    sys.stdout.write(_harmless(printable(text)) + "\n")


def say(text: str) -> None:
    """A message to the person."""
    sys.stderr.write(_harmless(printable(text)) + "\n")
    sys.stderr.flush()


def commands(lines: Iterable[str], stream: TextIO) -> None:
    """Workflow commands, which are safe as they are."""
    stream.writelines(f"{line}\n" for line in lines)
    stream.flush()


@contextlib.contextmanager
def without_commands(stream: TextIO) -> Generator[TextIO]:
    """`stream` for texts that may hold what models wrote: on GitHub, none of it reads as a workflow command then."""
    if not in_actions():
        yield stream
        return
    held = io.StringIO()
    try:
        yield held
    finally:
        stream.write(tamed(held.getvalue()))


def refuse_commands(target: str, instead: str) -> None:
    """Raise UsageError where `target` is ``-`` for a text that must stay as it is, and GitHub's runner may read it.

    The runner reads stdout and stderr apart, so an order to stop taking commands could come too late. Whether a pipe
    leads to the runner or to another program can't be told; a file is one.
    """
    if target == "-" and in_actions() and not _is_file(sys.stdout):
        raise UsageError(
            "on GitHub the workflow could take lines of it on stdout for commands",
            hint=f"write it to a file: {instead} FILE",
        )


def on_terminal(stream: TextIO) -> bool:
    """Whether a person reads `stream` on a terminal that can redraw a line."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def rows(lines: Iterable[Sequence[str]], main: int | None = None) -> None:
    """Rows of cells to stdout: aligned and cut to the width on a terminal, else uncut with tabs between.

    `main`: the column of which most is to be seen.
    """
    cleaned = [[one_line(cell) for cell in line] for line in lines]
    if not on_terminal(sys.stdout):
        for line in cleaned:
            sys.stdout.write(_harmless("\t".join(line)) + "\n")
        return
    space = shutil.get_terminal_size().columns
    widths = _widths(cleaned, space, main)
    for line in cleaned:
        padded = "  ".join(_fitted(cell, width) for cell, width in zip(line, widths, strict=True) if width)
        sys.stdout.write(_harmless(_fitted(padded, space).rstrip()) + "\n")


def moment(time: str) -> str:
    """A time as the project file has it, for a cell of `rows`: to the minute for people, whole for programs."""
    return minute(time) if on_terminal(sys.stdout) else time


def _harmless(text: str) -> str:
    return tamed(text) if in_actions() else text


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # what stands for stdout has no number
        return False


def _fitted(text: str, width: int) -> str:
    """Text in so many places, with … where some is left out."""
    from rich.cells import cell_len, set_cell_size

    return set_cell_size(text, width) if cell_len(text) <= width else f"{set_cell_size(text, width - 1)}…"


def _widths(lines: list[list[str]], space: int, main: int | None) -> list[int]:
    """How wide each column is: as its widest cell; where that is more than there is room for, the widest columns give
    way, so that something is seen of each."""
    from rich.cells import cell_len

    widths = [min(max(map(cell_len, column)), space) for column in zip(*lines, strict=True)]
    gaps = 2 * (sum(width > 0 for width in widths) - 1)
    for _ in range(sum(widths) + gaps - space):
        widest = max(range(len(widths)), key=lambda at: widths[at] / (_MAIN if at == main else 1))
        if widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    return widths


def refuse_no_folder(target: str | None) -> None:
    """Better said before the work than after it. Raises UsageError for a file in a folder that is not there, and for a
    folder; InputError for a database, which a project is."""
    if target and not Path(target).parent.is_dir():
        raise UsageError("there is no such folder", where=str(Path(target).parent))
    if target and target != "-" and Path(target).is_dir():
        raise UsageError("it is a folder", where=target, hint=f"name a file in it: {Path(target) / 'NAME'}")
    if target and target != "-" and Path(target).exists():
        from synterm.reports.json import refuse_database

        refuse_database(Path(target))

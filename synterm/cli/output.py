"""What commands write: data to stdout, everything said about it to stderr, and none of it unsafe to show."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from synterm.text import one_line, printable


def data(text: str) -> None:
    """One piece of what was asked for."""
    sys.stdout.write(printable(text) + "\n")


def say(text: str) -> None:
    """A message to the person."""
    sys.stderr.write(printable(text) + "\n")
    sys.stderr.flush()


def on_terminal(stream: TextIO) -> bool:
    """Whether a person reads `stream` on a terminal that can redraw a line."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def rows(lines: Iterable[Sequence[str]]) -> None:
    """Rows of cells to stdout: aligned and cut to the width on a terminal, else uncut with tabs between."""
    cleaned = [[one_line(cell) for cell in line] for line in lines]
    if not on_terminal(sys.stdout):
        for line in cleaned:
            sys.stdout.write("\t".join(line) + "\n")
        return
    from rich.cells import set_cell_size

    widths = _widths(cleaned)
    space = shutil.get_terminal_size().columns
    for line in cleaned:
        padded = "  ".join(set_cell_size(cell, width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write(set_cell_size(padded, space).rstrip() + "\n")


def _widths(lines: list[list[str]]) -> list[int]:
    """How wide each column is: as its widest cell, and at most 44 unless it is the last."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    return [*(min(width, 44) for width in widths[:-1]), *widths[-1:]]

"""What reports for people are written on: a terminal, or a log or a file that cuts nothing."""

from __future__ import annotations

import os
from typing import TextIO

from rich.console import Console

UNCUT = 1000
"""So wide is what is no terminal: names and reasons are whole there, and an endless answer still is one line."""


def paper(stream: TextIO) -> Console:
    """A console that writes texts as they are: as wide as the terminal, or as ``COLUMNS`` says, else `UNCUT`."""
    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=False, legacy_windows=False)
    if not stream.isatty() and "COLUMNS" not in os.environ:
        console.width = UNCUT
    return console

"""What a command says of errors that nobody waited for."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from synterm.cli.crash import keep_details
from synterm.cli.output import say
from synterm.strays import Stray, told_to
from synterm.text import one_line


@contextmanager
def strays_told() -> Generator[None]:
    """Within, each is a line, and its details are kept."""
    with told_to(_tell):
        yield


def _tell(stray: Stray) -> None:
    kept = f"; {keep_details(stray.error)}" if isinstance(stray.error, Exception) else ""
    say(f"synterm: in the background: {one_line(stray.words, 300)}{kept}")

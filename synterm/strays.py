"""Errors where nobody waits for them: in threads, in tasks, in what is thrown away, and what libraries warn of.

Python writes them to the terminal as they are, in the middle of whatever stands there, with texts that may come from
a model or a file.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Stray:
    """One of them."""

    words: str
    """What is known, not yet safe to show."""
    error: BaseException | None = None


Tell = Callable[[Stray], None]


class _Told(logging.Handler):
    """Stands in where nobody set up logging: Python's own writes to stderr."""

    def __init__(self, tell: Tell) -> None:
        super().__init__(logging.WARNING)
        self.tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Tell of a record."""
        error = record.exc_info[1] if record.exc_info else None
        words = record.getMessage() if error is None else f"{record.getMessage()}: {in_words(error)}"
        self.tell(Stray(words, error))


@contextmanager
def told_to(tell: Tell) -> Generator[Tell]:
    """Within, `tell` gets to know of them, in whichever thread they happen. Gives who got to know of them until now."""
    before: tuple[Any, ...] = (logging.lastResort, threading.excepthook, sys.unraisablehook)
    former = logging.lastResort
    logging.lastResort = _Told(tell)  # pyright: ignore[reportAttributeAccessIssue]
    threading.excepthook = lambda about: _tell(tell, about.exc_value)
    sys.unraisablehook = lambda about: _tell(tell, about.exc_value)
    try:
        yield former.tell if isinstance(former, _Told) else _nobody
    finally:
        logging.lastResort, threading.excepthook, sys.unraisablehook = before


def _tell(tell: Tell, error: BaseException | None) -> None:
    if error is not None and not isinstance(error, SystemExit):
        tell(Stray(in_words(error), error))


def _nobody(_stray: Stray) -> None:
    pass


def in_words(error: BaseException) -> str:
    """``ValueError: what it says``."""
    said = str(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__

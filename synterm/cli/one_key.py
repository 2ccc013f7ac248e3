"""Keys of a terminal one by one, without enter."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Generator

_ESCAPE = "\x1b"
_REST_S = 0.02
"""So soon after an escape come the characters of the same key."""


@contextlib.contextmanager
def single_keys() -> Generator[None]:
    """Within, the terminal gives each key as it is pressed, and does not show it. Does nothing without a terminal."""
    try:
        import termios
        import tty
    except ImportError:  # Windows gives single keys anyway
        yield
        return
    descriptor = sys.stdin.fileno()
    former = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, former)


def read_key() -> str:
    """The next key: a character, empty for one that is none (an arrow); ctrl+d for the end of the input."""
    if sys.platform == "win32":
        import msvcrt

        key = msvcrt.getwch()
        if key in "\x00\xe0":
            msvcrt.getwch()
            return ""
        return key
    descriptor = sys.stdin.fileno()
    read = os.read(descriptor, 1)
    while read and (more := _missing(read)):
        read += os.read(descriptor, more)
    key = read.decode(errors="replace") or "\x04"
    if key == _ESCAPE:
        while select.select([descriptor], [], [], _REST_S)[0]:
            os.read(descriptor, 16)
        return ""
    return key


def _missing(read: bytes) -> int:
    """How many bytes of a character in UTF-8 are still to come."""
    first = read[0]
    length = 1 + (first >= 0xC0) + (first >= 0xE0) + (first >= 0xF0)
    return length - len(read)

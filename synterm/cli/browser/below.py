"""The workbench's side of being served to a browser."""

from __future__ import annotations

import os
import select
import signal
import sys
from threading import Thread

DRIVER = "textual.drivers.web_driver:WebDriver"
"""What the server has stand in for a terminal."""


def is_served() -> bool:
    """Whether a browser is the terminal of this process."""
    return os.environ.get("TEXTUAL_DRIVER") == DRIVER


def end_with_terminal() -> None:
    """Leave when the terminal, or the server that stands in for it, is gone: Textual would go on, and read in vain."""
    Thread(target=_wait_for_its_end, daemon=True).start()


def _wait_for_its_end() -> None:
    given = select.poll()
    # Registered for no event, it reports only that the other end is closed.
    given.register(sys.stdin.fileno(), 0)
    given.poll()
    os.kill(os.getpid(), signal.SIGTERM)

"""Pauses that Python makes, kept out of the way of typing."""

from __future__ import annotations

import gc
import sys

_YOUNG = 2_000
"""New objects until the youngest are looked through, which takes well under a millisecond."""


_TURN_S = 0.001
"""How long another thread may go on while the one that hears keys wants its turn: 5 ms, if it is not said."""


def quiet_python() -> None:
    """Threads give way soon. What is there when the workbench stands is never looked through for garbage again; of
    the rest, only the younger generations are.

    To look through everything takes a tenth of a second with 100 000 cases, and the collector would do it in the
    middle of a word. What gets old is counted in thousands of collections before it is looked at.
    """
    sys.setswitchinterval(_TURN_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 1000)

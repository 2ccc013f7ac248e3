"""The garbage collector's pauses: kept out of the way of typing."""

from __future__ import annotations

import gc

_YOUNG = 2_000
"""New objects until the youngest are looked through, which takes well under a millisecond."""


def quiet_collector() -> None:
    """What is there when the workbench stands stays; of the rest, only the younger generations are looked through.

    To look through everything takes a tenth of a second with 100 000 cases, and the collector would do it in the
    middle of a word. What gets old is counted in thousands of collections before it is looked at.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 1000)

"""Servers that load a guard and then fork: threads stay behind in the parent, and a lock may have been held."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Forked(Protocol):
    """Has threads and locks."""

    def begin_anew(self) -> None:
        """Get new ones: this process was forked off, and nobody else is in it."""
        ...


_ALL: WeakSet[Forked] = WeakSet()


def survive_forks(one: Forked) -> None:
    """Have `begin_anew` called in processes that are forked off, as long as there is `one`."""
    _ALL.add(one)


def _begin_anew() -> None:
    for one in tuple(_ALL):
        one.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)

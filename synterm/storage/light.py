"""Importing a library without what it would import besides."""

from __future__ import annotations

import sys
from importlib import import_module


def import_lightly(module: str, without: tuple[str, ...]) -> None:
    """Import `module`, which does without some others where they are missing, as if they were."""
    hidden = [name for name in without if name not in sys.modules]
    try:
        for name in hidden:
            sys.modules[name] = None  # pyright: ignore[reportArgumentType] - so Python notes that there is none
        import_module(module)
    finally:
        for name in hidden:
            del sys.modules[name]

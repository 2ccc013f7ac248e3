"""Files and folders that a word on the command line may name."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import islice
from pathlib import Path

_MOST = 2000
"""So many entries of a folder are looked at."""
Fits = Callable[[str], bool]


def any_file(_name: str) -> bool:
    """Every file fits."""
    return True


def is_project(name: str) -> bool:
    """A project file, by its ending."""
    return name.endswith(".db")


def no_file(_name: str) -> bool:
    """Folders alone fit."""
    return False


def matching(typed: str, fits: Fits = any_file) -> dict[str, str]:
    """What begins as `typed` does: files that fit, and folders with / at their end; hidden ones where asked for."""
    above, slash, start = typed.rpartition("/")
    try:
        folder = Path(above + slash).expanduser() if slash else Path()
        with os.scandir(folder) as entries:
            some = [*islice(entries, _MOST)]
    except (OSError, RuntimeError, ValueError):
        return {}
    found: dict[str, str] = {}
    for entry in sorted(some, key=lambda one: one.name):
        if not entry.name.startswith(start) or (entry.name.startswith(".") and not start.startswith(".")):
            continue
        if _is_folder(entry):
            found[f"{above}{slash}{entry.name}/"] = "folder"
        elif fits(entry.name):
            found[f"{above}{slash}{entry.name}"] = ""
    return found


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False

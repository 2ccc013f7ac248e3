"""Paths that people type, paste or drop, and what is in a folder."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from urllib.parse import unquote, urlsplit

_MOST_LOOKED_AT = 20_000
"""So many entries of a folder are looked at."""
MOST_LISTED = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or a folder, as a list shows it."""

    name: str
    folder: bool
    size: int
    """In bytes; 0 for a folder."""


def pasted_path(text: str) -> str:
    """The path that was pasted, or that a terminal pastes when a file is dropped on it.

    Takes away quotes, backslashes before spaces, ``file://`` and what stands behind the first line; a path that is
    there as it was pasted stays as it is.
    """
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if line.casefold().startswith("file://"):
        return _of_url(line)
    if not line or _is_there(line):
        return line
    try:
        words = shlex.split(line)
    except ValueError:
        return line
    if len(words) != 1:
        return line
    return _of_url(words[0]) if words[0].casefold().startswith("file://") else words[0]


def real_path(typed: str) -> Path:
    """The path that is meant; ``~`` is the home folder."""
    try:
        return Path(typed).expanduser()
    except RuntimeError:  # there is no such user
        return Path(typed)


def split_typed(typed: str) -> tuple[Path, str]:
    """The folder that is being typed in, and the beginning of a name in it."""
    head, slash, beginning = typed.rpartition("/")
    if not slash:
        return (real_path(typed), "") if typed in ("~", "..") else (Path(), typed)
    return real_path(head + slash), beginning


def entries_of(folder: Path, beginning: str = "") -> list[Entry]:
    """What is in a folder and begins so, folders first; hidden things only where a dot is typed. Raises OSError."""
    found = [entry for entry in islice(_scan(folder), _MOST_LOOKED_AT) if _fits(entry.name, beginning)]
    found.sort(key=lambda entry: (not entry.folder, entry.name.casefold()))
    return found[:MOST_LISTED]


def completed_path(typed: str) -> str | None:
    """What is typed, with as much as there is only one way to go on; None where nothing can be added."""
    folder, beginning = split_typed(typed)
    try:
        found = [entry for entry in entries_of(folder, beginning) if entry.name.startswith(beginning)]
    except (OSError, ValueError):
        return None
    if not (beginning and found):
        return None
    names = [entry.name for entry in found]
    pairs = zip(min(names), max(names), strict=False)
    common = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    ending = "/" if len(found) == 1 and found[0].folder else ""
    whole = typed.removesuffix(beginning) + common + ending
    return whole if len(whole) > len(typed) and whole.isprintable() else None


def _scan(folder: Path) -> Iterator[Entry]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                is_folder = entry.is_dir()
                yield Entry(entry.name, is_folder, 0 if is_folder else entry.stat().st_size)
            except OSError:  # a link that leads nowhere
                continue


def _fits(name: str, beginning: str) -> bool:
    if name.startswith(".") and not beginning.startswith("."):
        return False
    return name.casefold().startswith(beginning.casefold())


def _of_url(line: str) -> str:
    return unquote(urlsplit(line).path)


def _is_there(line: str) -> bool:
    try:
        return real_path(line).exists()
    except (OSError, ValueError):
        return False

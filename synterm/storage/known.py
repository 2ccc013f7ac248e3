"""Which project files were found whole here, and were not touched since: those need no second look.

A note for each stands in the user's state directory. It says which file it was and when the system saw it changed last,
which nobody can set by hand; a note that is lost or wrong costs one more look.
"""

from __future__ import annotations

import contextlib
import os
from hashlib import sha256
from pathlib import Path

from synterm.errors import ProjectError
from synterm.paths import private_folder, state_dir
from synterm.storage.held import Place, place_of

_MOST = 1000
"""So many notes are kept."""
_session: dict[str, str] = {}
"""The notes of this process: they count where none can be written."""


def is_known(path: Path, place: Place) -> bool:
    """Whether the file was found whole as it is now."""
    name, words = _name(path), _words(place)
    if _session.get(name) == words:
        return True
    try:
        return (_folder() / name).read_text(encoding="ascii") == words
    except (OSError, ValueError):
        return False


def note(path: Path, file: tuple[int, int]) -> None:
    """Keep that a file that was written here is whole as it is now: unless another one has its name by now, or others
    have it open."""
    if any(path.with_name(path.name + ending).exists() for ending in ("-wal", "-journal")):
        return
    with contextlib.suppress(ProjectError):  # it is gone: there is nothing to know any more
        place = place_of(path)
        if place.file == file:
            note_place(path, place)


def note_place(path: Path, place: Place) -> None:
    """Keep that the file was whole as it was there."""
    name, words = _name(path), _words(place)
    _session[name] = words
    folder = _folder()
    made = folder / f"{name}.{os.getpid()}"
    # Without a note the file is looked at again, which takes a moment more: no reason to stop anybody's work.
    with contextlib.suppress(OSError):
        private_folder(folder)
        made.write_text(words, encoding="ascii")
        made.chmod(0o600)
        made.replace(folder / name)
        _keep_few(folder)


def _keep_few(folder: Path) -> None:
    notes = list(folder.iterdir())
    if len(notes) > _MOST:
        for old in sorted(notes, key=lambda note: note.stat().st_mtime)[: _MOST // 2]:
            old.unlink()


def _name(path: Path) -> str:
    """Says nothing of what the file is called."""
    return sha256(os.fsencode(path.absolute())).hexdigest()[:32]


def _words(place: Place) -> str:
    return " ".join(str(part) for part in place)


def _folder() -> Path:
    return state_dir() / "known"

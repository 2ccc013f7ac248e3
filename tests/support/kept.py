"""Projects that tests begin with: built once in a process, and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from synterm.storage.held import place_of
from synterm.storage.known import note_place


class Kept:
    """Project files by what they were made of."""

    def __init__(self, folder: Path) -> None:
        """`folder` is theirs."""
        self._folder = folder
        self._files: dict[str, Path] = {}

    def copy(self, made_of: str, path: Path, build: Callable[[Path], object]) -> None:
        """Have at `path` what `build` makes. It is the same project as every other of the same making, by id too: one
        test takes it once."""
        if made_of not in self._files:
            file = self._folder / f"{len(self._files)}.db"
            build(file)
            self._files[made_of] = file
        shutil.copyfile(self._files[made_of], path)
        path.chmod(0o600)
        # As if it had been built here.
        note_place(path, place_of(path))

"""Repairs that keep a copy of the project first: one copy for all repairs of a sitting."""

from __future__ import annotations

from pathlib import Path

from synterm.care.found import Mend
from synterm.storage.backups import Backup, keep_backup


class Keeping:
    """Makes of repairs such ones."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.backup: Backup | None = None
        """The copy, once there was a repair."""

    def __call__(self, mend: Mend) -> Mend:
        """The same repair, with a copy kept before the first of them. Raises ProjectError where none can be kept."""

        def first_kept() -> str:
            self.backup = self.backup or keep_backup(self._path, "fix")
            return mend()

        return first_kept

"""Project files of an older synterm: they are brought up to date when they are opened, and kept as they were."""

from __future__ import annotations

import shlex
import warnings
from pathlib import Path

from synterm.errors import FileNotice
from synterm.storage.migrations import SCHEMA_VERSION


def keep_older_file(path: Path, version: int) -> str:
    """Keep a copy of a file that is about to be brought up to date, and tell the person; gives the words.

    As a warning of Python's, as for files of a newer version. Raises ProjectError when the copy can't be kept.
    """
    from synterm.storage.backups import keep_backup

    backup = keep_backup(path, "migration")
    back = shlex.join(["synterm", "doctor", str(path), "--restore", backup.name])
    words = f"brought up to date (file version {version}, now {SCHEMA_VERSION}); as it was: {back}"
    warnings.warn(f"{path.name}: {words}", FileNotice, stacklevel=4)
    return words

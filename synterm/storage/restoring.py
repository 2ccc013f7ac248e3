"""Putting a copy that was kept in the place of a project file."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from synterm.core.ids import new_id
from synterm.errors import ProjectError
from synterm.storage.backups import Backup, NotKeptError, keep_backup, keep_damaged
from synterm.storage.condition import Condition
from synterm.storage.replacing import refuse_open, replace_file

_BESIDE = ("-wal", "-shm", "-journal")


def restore(backup: Backup, path: Path) -> Backup | None:
    """Put a copy in the place of the file at `path`; gives the copy that was kept of that file, None where none was.

    Raises ProjectError where the copy is not whole, another program has the file open, or the disk is full: the file
    is as it was then. Of a file that can't be read nobody can tell who has it open.
    """
    made = path.with_name(f".{path.name}.{new_id()}")
    try:
        _copy(backup, made, path)
        _check(made)
        if not path.exists():
            made.rename(path)
            return None
        return _replaced(made, path)
    except OSError as error:
        raise ProjectError(error.strerror or str(error), where=str(path), hint="nothing was changed") from error
    finally:
        made.unlink(missing_ok=True)


def _replaced(made: Path, path: Path) -> Backup:
    try:
        kept = keep_backup(path, "restore")
    except NotKeptError:
        raise
    except ProjectError:  # it is damaged, which is what copies are for
        kept = keep_damaged(path)
        for ending in _BESIDE:
            path.with_name(path.name + ending).unlink(missing_ok=True)
        made.replace(path)
    else:
        refuse_open(path)
        replace_file(made, path)
    return kept


def _copy(backup: Backup, made: Path, path: Path) -> None:
    made.touch(mode=0o600)
    shutil.copyfile(backup.path, made)
    if path.exists():
        made.chmod(stat.S_IMODE(path.stat().st_mode))
    with made.open("rb") as file:
        os.fsync(file.fileno())


def _check(made: Path) -> None:
    """Raise ProjectError unless the copy is whole."""
    with Condition.of(made) as condition:
        condition.check_schema()
        if problems := condition.problems():
            raise ProjectError(f"the copy is damaged: {problems[0]}", hint="another one may be whole")

"""Copies of project files that are kept before something destroys what is in them: in the user's own state folder.

A copy is the whole file as it was. It stands in a folder by the project's id, so that it is found when the file was
renamed, and says where the file was, so that it is found when the file can't be read any more.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from synterm import paths
from synterm.core.ids import new_id
from synterm.errors import NotFoundError, ProjectError, UsageError
from synterm.paths import private_folder
from synterm.storage.connect import DatabaseError, connect, project_error
from synterm.storage.opening import check_project_file
from synterm.storage.versions import copy_to, is_without_log
from synterm.text import megabytes

Reason = Literal["migration", "rm", "prune", "undo", "fix", "restore", "replace", "damaged"]
"""What was about to be done. ``damaged``: a file that could not be read, as it lay there."""

MOST = 8
"""So many copies of a project are kept, the newest ones."""
MOST_BYTES = 2_000_000_000
"""So much room they may take together; the newest one stays however big it is."""
_SPARE = 50_000_000
_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_BESIDE = ("-wal", "-journal")


class NotKeptError(ProjectError):
    """A copy can't be kept, so what was to follow was not done."""


class Backup(BaseModel):
    """A copy that is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """When it was made, and why: ``20261129T130501.250Z-rm``."""
    made: str
    """ISO 8601, UTC."""
    reason: Reason
    project_id: str
    project: str
    """What people call it."""
    source: str
    """Where the project file was."""
    size: int

    @property
    def path(self) -> Path:
        """The copy."""
        return _folder(self.project_id) / f"{self.name}.db"


def backups_dir() -> Path:
    """Where they all are."""
    return paths.state_dir() / "backups"


def keep_backup(path: Path, reason: Reason) -> Backup:
    """Keep a copy of a project file, which may be in use. Raises ProjectError when it can't be kept; nothing is then.

    Copies that are too many go, the oldest first.
    """
    check_project_file(path)
    try:
        with contextlib.closing(connect(path, read_only=True)) as db:
            told = dict(
                db.conn.execute("SELECT key, CAST(value AS TEXT) FROM meta WHERE key IN ('id', 'name')").fetchall()
            )
    except DatabaseError as error:
        raise project_error(error, path) from error
    backup = _planned(path, reason, told.get("id", ""), told.get("name", ""))
    beside = backup.path.with_name(f".{backup.name}.{new_id()}")
    try:
        _make_room(path)
        copy_to(path, beside)
        with contextlib.closing(connect(beside)) as db:
            db.conn.execute("PRAGMA journal_mode = DELETE")
        return _put(beside, backup)
    except DatabaseError as error:
        raise _not_kept(str(error), path) from error
    except OSError as error:
        raise _not_kept(error.strerror or str(error), path) from error
    finally:
        beside.unlink(missing_ok=True)


def keep_damaged(path: Path) -> Backup:
    """Keep a file that can't be read as it lies there, with its log. Raises ProjectError when it can't be kept."""
    known = backups_of(path)
    first = known[0] if known else None
    backup = _planned(
        path, "damaged", first.project_id if first else str(path.resolve()), first.project if first else ""
    )
    beside = backup.path.with_name(f".{backup.name}.{new_id()}")
    try:
        _make_room(path)
        beside.touch(mode=0o600)
        shutil.copyfile(path, beside)
        for ending in _BESIDE:
            if (log := path.with_name(path.name + ending)).exists():
                copy = backup.path.with_name(backup.path.name + ending)
                copy.touch(mode=0o600)
                shutil.copyfile(log, copy)
        return _put(beside, backup)
    except OSError as error:
        raise _not_kept(error.strerror or str(error), path) from error
    finally:
        beside.unlink(missing_ok=True)


def backups_of(path: Path) -> list[Backup]:
    """The copies of the project in a file, the newest first; by its id, or else by where it was."""
    project_id = _id_of(path)
    source = str(path.resolve())
    found = [one for one in _all() if one.project_id == project_id or (project_id is None and one.source == source)]
    return sorted(found, key=lambda one: one.name, reverse=True)


def find_backup(path: Path, name: str) -> Backup:
    """The copy of this name, or ``last``. Raises NotFoundError, UsageError where several begin so."""
    known = backups_of(path)
    if not known:
        raise NotFoundError("no copy of it was kept", where=str(path), hint=f"they would be in {backups_dir()}")
    whole = [one for one in known if one.reason != "damaged"]
    if name == "last" and whole:
        return whole[0]
    found = [one for one in known if name and one.name.startswith(name)]
    if len(found) > 1:
        raise UsageError(f"{len(found)} copies begin with {name!r}", hint="give more of the name")
    if not found:
        raise NotFoundError(f"no copy {name!r}", where=str(path), hint=f"synterm doctor {path} --backups lists them")
    return found[0]


def taken_room() -> tuple[int, int]:
    """How many copies are kept of all projects, and how many bytes they take."""
    sizes = [one.size for one in _all()]
    return len(sizes), sum(sizes)


def _planned(path: Path, reason: Reason, project_id: str, name: str) -> Backup:
    made = datetime.now(UTC)
    folder = _folder(project_id)
    try:
        for place in (backups_dir(), folder):
            private_folder(place)
    except OSError as error:
        raise _not_kept(error.strerror or str(error), path) from error
    stamp = plain = f"{made:%Y%m%dT%H%M%S}.{made.microsecond // 1000:03}Z-{reason}"
    number = 1
    while (folder / f"{stamp}.db").exists():
        number += 1
        stamp = f"{plain}-{number}"
    return Backup(
        name=stamp,
        made=made.isoformat(timespec="seconds").replace("+00:00", "Z"),
        reason=reason,
        project_id=project_id,
        project=name,
        source=str(path.resolve()),
        size=0,
    )


def _make_room(path: Path) -> None:
    """Raise ProjectError unless the disk has room for a copy."""
    needed = sum(
        part.stat().st_size for ending in ("", *_BESIDE) if (part := path.with_name(path.name + ending)).exists()
    )
    free = shutil.disk_usage(backups_dir()).free
    if free < needed + _SPARE:
        raise _not_kept(f"it needs {megabytes(needed)}, and {megabytes(free)} are free", path)


def _put(beside: Path, backup: Backup) -> Backup:
    """Give the copy its name once it is on disk, and let go those that are too many."""
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    backup = backup.model_copy(update={"size": beside.stat().st_size})
    note = backup.path.with_suffix(".json")
    handle = os.open(note, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(backup.model_dump_json(indent=2))
    beside.rename(backup.path)
    _let_go(backup.project_id)
    return backup


def _let_go(project_id: str) -> None:
    there = sorted((one for one in _all() if one.project_id == project_id), key=lambda one: one.name, reverse=True)
    kept, size = 0, 0
    for one in there:
        kept, size = kept + 1, size + one.size
        if kept > 1 and (kept > MOST or size > MOST_BYTES):
            kept, size = kept - 1, size - one.size
            for ending in (".db", ".json", ".db-wal", ".db-journal"):
                one.path.with_name(one.name + ending).unlink(missing_ok=True)


def _all() -> Iterator[Backup]:
    for note in sorted(backups_dir().glob("*/*.json")):
        try:
            backup = Backup.model_validate_json(note.read_bytes())
        except (OSError, ValidationError):
            continue  # not a note of ours; what it stood for is left alone
        if backup.path == note.with_suffix(".db") and backup.path.is_file():
            yield backup


def _folder(project_id: str) -> Path:
    """The folder of a project's copies: an id may be a stranger's, and is no path."""
    return backups_dir() / (
        project_id if _ULID.fullmatch(project_id) else hashlib.sha256(project_id.encode()).hexdigest()[:26]
    )


def _id_of(path: Path) -> str | None:
    """The id of the project in a file; None where none can be read."""
    try:
        if not path.is_file() or is_without_log(path):
            return None  # to read that would put a log beside it
        check_project_file(path)
        with contextlib.closing(connect(path, read_only=True)) as db:
            row = db.conn.execute("SELECT CAST(value AS TEXT) FROM meta WHERE key = 'id'").fetchone()
    except (DatabaseError, ProjectError):
        return None  # it is damaged, which is what copies are for
    return row[0] if row else None


def _not_kept(why: str, path: Path) -> NotKeptError:
    hint = f"free some space; SYNTERM_STATE_DIR names another place for copies than {paths.state_dir()}"
    return NotKeptError(f"a copy of it can't be kept first: {why}; nothing was changed", where=str(path), hint=hint)

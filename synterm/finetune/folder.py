"""The folder of an export: written whole or not at all, over nothing but what an export wrote."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from synterm.core.manifest import FileEntry, Manifest
from synterm.errors import InputError, UsageError
from synterm.hidden import hidden_bytes

MANIFEST = "manifest.json"
_MOST = 1 << 26
"""Bytes of a manifest; a longer file is none."""
_FILE_NAMES = (".jsonl", ".json", ".zip", ".gz", ".csv", ".yaml", ".db")
_CURRENT_FOLDER, _EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of Linux."""


class FileWriter:
    """A new file that only its owner reads; knows how much went into it, and its SHA-256. To be used with `with`."""

    def __init__(self, folder: Path, name: str) -> None:
        """Raises OSError where there is a file of that name."""
        self._name = name
        self._path = folder / name
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        self._file = os.fdopen(os.open(self._path, flags, 0o600), "wb")
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> None:
        """Add to it, with no credential in it."""
        data = hidden_bytes(data)
        self._file.write(data)
        self._hash.update(data)
        self._size += len(data)

    def done(self) -> FileEntry:
        """What was written, which is on the disk then."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return FileEntry(name=self._name, bytes=self._size, sha256=self._hash.hexdigest())

    def drop(self) -> None:
        """Have written nothing."""
        self._path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def write_file(folder: Path, name: str, text: str) -> FileEntry:
    """Write a whole file."""
    with FileWriter(folder, name) as writer:
        writer.write(text.encode())
        return writer.done()


@contextlib.contextmanager
def new_folder(target: Path) -> Generator[Path]:
    """An empty folder to write into, which takes the place of `target` at the end, if nothing is raised until then.

    Raises UsageError when `target` is something else than a new or empty folder, or one that an export wrote and nobody
    changed; InputError when it can't be written.
    """
    check_target(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        try:
            yield made
            check_target(target)
            _put(made, target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise InputError(f"can't be written: {error.strerror or error}", where=str(target)) from error


def check_target(target: Path) -> None:
    """Raise UsageError unless an export may be written to `target`."""
    if target.is_symlink():
        raise UsageError(
            "is a link, and nothing is written through one", where=str(target), hint="name the folder itself"
        )
    if not target.exists():
        if target.suffix in _FILE_NAMES:
            raise UsageError("an export is a folder", where=str(target), hint=f"-o {target.with_suffix('')}")
        return
    if not target.is_dir():
        raise UsageError("is a file; an export is a folder", where=str(target), hint="choose another name")
    names = {entry.name for entry in os.scandir(target)}
    if names:
        _check_former(target, names)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in a folder; None where there is none that synterm wrote."""
    try:
        raw = _read(folder / MANIFEST, _MOST)
        return Manifest.model_validate_json(raw)
    except (OSError, ValidationError):
        return None


def _check_former(target: Path, names: set[str]) -> None:
    former = read_manifest(target)
    if former is None:
        hint = "choose a new or empty folder"
        raise UsageError("is not empty, and no export of synterm", where=str(target), hint=hint)
    known = {file.name: file for file in former.files}
    if strange := sorted(names - {*known, MANIFEST}):
        listed = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        hint = "move it away, or choose another folder"
        raise UsageError(f"holds what no export wrote: {listed}", where=str(target), hint=hint)
    if changed := sorted(name for name in names & {*known} if not _is_same(target / name, known[name])):
        hint = "move it away, or choose another folder"
        raise UsageError(f"{changed[0]} was changed since it was exported", where=str(target), hint=hint)


def _is_same(path: Path, entry: FileEntry) -> bool:
    try:
        raw = _read(path, entry.bytes)
    except OSError:
        return False
    return hashlib.sha256(raw).hexdigest() == entry.sha256


def _read(path: Path, most: int) -> bytes:
    """A regular file of no more than `most` bytes. Raises OSError for any other."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > most:
            raise OSError("not a file of that size")
        return file.read(most)


def _put(made: Path, target: Path) -> None:
    """Have the folder take the place of what is there, which is gone after it, or nothing."""
    if not target.exists():
        made.rename(target)
    elif not any(target.iterdir()):
        target.rmdir()
        made.rename(target)
    elif not _exchanged(made, target):
        aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        target.rename(aside)
        try:
            made.rename(target)
        except OSError:
            aside.rename(target)
            raise
        shutil.rmtree(aside, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Have two folders change names in one step; False where the system can't."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    names = (os.fsencode(one), os.fsencode(other))
    return rename(_CURRENT_FOLDER, names[0], _CURRENT_FOLDER, names[1], _EXCHANGE) == 0

"""Which projects this user trusts, and with what. It stands in the user's own folder, never in a project file.

Each entry is sealed with a secret of the user's (an HMAC over the project's id and all that it may do), so that no
copied or planted file speaks for the user.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import orjson

from synterm.core.capabilities import Capabilities
from synterm.core.ids import canonical_json, new_id
from synterm.errors import SettingsError
from synterm.paths import config_dir, private_folder

FILE = "trusted.json"
KEY_FILE = "trust.key"
_LENGTH = 32
_SCHEMA = "synterm.trusted/1"
_MOST_BYTES = 20_000_000
Entries = dict[str, dict[str, Any]]


class TrustedProjects:
    """The user's list. Errors are SettingsErrors that name the file."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = config_dir() if folder is None else folder
        self.path = self.folder / FILE

    @property
    def stamp(self) -> tuple[int, ...]:
        """Another one once the list changed."""
        try:
            seen = self.path.stat()
        except OSError:
            return ()
        return seen.st_mtime_ns, seen.st_size, seen.st_ino

    def find(self, project: str) -> tuple[Capabilities | None, str | None]:
        """With what a project is trusted, and what is wrong with the list or the entry, which counts as none then."""
        try:
            entry = self._entries().get(project)
            return (None, None) if entry is None else (self._opened(project, entry), None)
        except SettingsError as error:
            return None, f"{error}: it counts as none"

    def put(self, project: str, may: Capabilities) -> None:
        """Trust a project with all that `may` says, and with nothing else."""
        with self._alone():
            entries = self._entries_to_change()
            body = may.document()
            entries[project] = {"may": body, "seal": _seal(self._key(make=True), project, body)}
            self._write(entries)

    def remove(self, project: str) -> bool:
        """Trust a project no longer; gives whether it was on the list."""
        with self._alone():
            entries = self._entries_to_change()
            known = entries.pop(project, None) is not None
            if known:
                self._write(entries)
        return known

    def _opened(self, project: str, entry: dict[str, Any]) -> Capabilities:
        body, seal = entry.get("may"), entry.get("seal")
        key = self._key(make=False)
        try:
            fits = isinstance(seal, str) and hmac.compare_digest(seal.encode(), _seal(key, project, body).encode())
            if fits:
                return Capabilities.model_validate(body)
        except (TypeError, ValueError) as error:
            raise SettingsError("the entry of this project is damaged", where=str(self.path)) from error
        raise SettingsError("the entry of this project was not made by you on this machine", where=str(self.path))

    def _entries_to_change(self) -> Entries:
        """What is on the list; nothing where it is damaged, since nobody could make sense of it anyway."""
        try:
            return self._entries()
        except SettingsError:
            self._set_aside()
            return {}

    def _set_aside(self) -> None:
        with _told(self.path), contextlib.suppress(FileNotFoundError):
            self.path.replace(self.path.with_name(FILE + ".damaged"))

    def _entries(self) -> Entries:
        text = _read(self.path, _MOST_BYTES)
        if text is None:
            return {}
        try:
            found: object = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise SettingsError("the list of trusted projects is damaged", where=str(self.path)) from error
        listed = cast("dict[str, object]", found).get("projects") if isinstance(found, dict) else None
        if not isinstance(listed, dict):
            raise SettingsError("is no list of trusted projects", where=str(self.path))
        entries = cast("dict[str, object]", listed)
        return {name: cast("dict[str, Any]", one) for name, one in entries.items() if isinstance(one, dict)}

    def _key(self, *, make: bool) -> bytes:
        path = self.folder / KEY_FILE
        key = _read(path, _LENGTH)
        if key is None and make:
            key = secrets.token_bytes(_LENGTH)
            _write(path, key)
        if key is None or len(key) != _LENGTH:
            what = "is not there" if key is None else "is no key of synterm's"
            raise SettingsError(f"the secret that seals the list {what}", where=str(path), hint=f"remove {path}")
        return key

    def _write(self, entries: Entries) -> None:
        body = {"schema": _SCHEMA, "projects": entries}
        _write(self.path, orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))

    @contextlib.contextmanager
    def _alone(self) -> Generator[None]:
        """While no other process changes the list."""
        path = self.folder / (FILE + ".lock")
        with _told(path):
            private_folder(self.folder)
            handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "rb"):
            with contextlib.suppress(ImportError):  # a system without: two at once, and the later one stands
                import fcntl

                with _told(path):
                    fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _seal(key: bytes, project: str, body: object) -> str:
    return hmac.new(key, canonical_json([_SCHEMA, project, body]), hashlib.sha256).hexdigest()


def _read(path: Path, most: int) -> bytes | None:
    """What stands in a file that only its user can have written; None where there is none."""
    with _told(path):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        with os.fdopen(handle, "rb") as file:
            seen = os.fstat(handle)
            if not stat.S_ISREG(seen.st_mode) or seen.st_size > most:
                raise SettingsError("is no such file of synterm's", where=str(path))
            if not _own(seen.st_uid) or seen.st_mode & 0o022:
                hint = f"if what it says is yours: chmod 600 {path}"
                raise SettingsError("others than you can write it", where=str(path), hint=hint)
            return file.read(most)


def _own(user: int) -> bool:
    return not hasattr(os, "geteuid") or user == os.geteuid()


def _write(path: Path, body: bytes) -> None:
    """All of it or nothing, for its user only."""
    beside = path.with_name(f".{path.name}.{new_id()}")
    with _told(path):
        try:
            with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


@contextlib.contextmanager
def _told(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise SettingsError(error.strerror or str(error), where=str(path)) from error

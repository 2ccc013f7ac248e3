"""Who asked: told apart, and never named. What a log calls its users becomes a pseudonym, by a key that stays with the
person who imports."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path

from synterm.errors import InputError
from synterm.paths import private_folder, state_dir

_FILE = "pseudonyms.key"
_LENGTH = 32
_REMEMBERED = 50_000


class Pseudonyms:
    """Turns names of users, and addresses of their machines, into pseudonyms: the same name always gives the same one
    on this machine, and nobody without its key can try names out.

    Raises InputError where the key can't be read or made.
    """

    def __init__(self, folder: Path | None = None) -> None:
        key = _key((folder or state_dir()) / _FILE)
        self._one = lru_cache(maxsize=_REMEMBERED)(partial(_pseudonym, key))

    def of(self, people: Mapping[str, str]) -> dict[str, str]:
        """The pseudonym of each name, by what the log calls it."""
        return {column: self.one(name) for column, name in people.items()}

    def one(self, name: str) -> str:
        """The pseudonym of one name: 16 hexadecimal digits."""
        return self._one(name)


def _pseudonym(key: bytes, name: str) -> str:
    plain = name.strip().casefold().encode("utf-8", "replace")
    return hmac.new(key, plain, hashlib.sha256).hexdigest()[:16]


def _key(path: Path) -> bytes:
    try:
        private_folder(path.parent)
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            key = path.read_bytes()
        else:
            key = secrets.token_bytes(_LENGTH)
            with os.fdopen(handle, "wb") as file:
                file.write(key)
    except OSError as error:
        hint = "--people drop keeps nothing of who asked"
        raise InputError(error.strerror or str(error), where=str(path), hint=hint) from error
    if len(key) != _LENGTH:
        raise InputError("is no key of synterm's", where=str(path), hint="remove it: a new one is made")
    return key

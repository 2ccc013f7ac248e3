"""Looking through texts for keys and personal data; what is found is never repeated."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from synterm.checks.finds import Find, Finder
from synterm.checks.no_pii import NoPii
from synterm.checks.no_secrets import PATTERNS, NoSecrets
from synterm.core.sharing import SharedFind
from synterm.errors import InputError, ModelError
from synterm.hidden import secret_values
from synterm.production.masking import PERSONAL, SECRETS, Masker
from synterm.storage.snapshot import PLACES, Row

_MUCH = 1_000_000
"""So many characters are looked at together: most hold nothing."""


@dataclass(slots=True)
class Finds:
    """What was found, by kind and place."""

    keys: dict[tuple[str, str], SharedFind] = field(default_factory=dict[tuple[str, str], SharedFind])
    people: dict[tuple[str, str], SharedFind] = field(default_factory=dict[tuple[str, str], SharedFind])
    missing: tuple[str, ...] = ()
    """Kinds of personal data that can't be told without the extra ``analysis``."""


def scan(rows: Iterable[Row], environ: Mapping[str, str] | None = None) -> Finds:
    """Look through rows. The values of `environ` that are credentials by their names are looked for as they are."""
    known = os.environ if environ is None else environ
    own = {name: value for name, value in known.items() if secret_values({name: value})}
    keys, people = Masker((SECRETS,)), Masker(PERSONAL)
    finds = Finds(missing=people.missing)
    seek = _Seek(own, finds)
    for part in _parts(rows):
        plain = [text for row in part for text in row.texts]
        raw = [_text(blob) for row in part for blob in row.raw]
        if not keys.is_clean(plain, raw) or any(value in text for text in (*plain, *raw) for value in own.values()):
            seek.keys(part)
        if not people.is_clean(plain):
            seek.people(part)
    return finds


def without_keys(lines: Iterable[str]) -> list[str]:
    """The same lines with what looks like a key masked."""
    masker = Masker((SECRETS,))
    return [masker.text(line, {}) for line in lines]


class _Seek:
    """Looks closer at rows of which some hold something."""

    def __init__(self, own: Mapping[str, str], finds: Finds) -> None:
        self._own = own
        self._finds = finds
        self._secrets = list(zip(PATTERNS, NoSecrets(kinds=tuple(PATTERNS)).finders(), strict=True))
        self._people = [finder for kind in PERSONAL for finder in NoPii(kinds=(kind,)).finders() if _is_there(finder)]

    def keys(self, rows: Iterable[Row]) -> None:
        """Note keys in rows."""
        for row in rows:
            for text in (*row.texts, *map(_text, row.raw)):
                for name, value in self._own.items():
                    if times := text.count(value):
                        _note(self._finds.keys, row, Find(name, value, value), times)
                        text = text.replace(value, " ")
                for kind, finder in self._secrets:
                    _note_all(self._finds.keys, row, kind, finder, text)

    def people(self, rows: Iterable[Row]) -> None:
        """Note personal data in rows."""
        for row in rows:
            for text in row.texts:
                for finder in self._people:
                    _note_all(self._finds.people, row, "", finder, text)


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    part: list[Row] = []
    size = 0
    for row in rows:
        part.append(row)
        size += sum(map(len, row.texts)) + sum(map(len, row.raw))
        if size > _MUCH:
            yield part
            part, size = [], 0
    if part:
        yield part


def _text(blob: bytes) -> str:
    """Bytes as text; a slash may stand escaped in JSON."""
    return blob.decode("utf-8", "replace").replace("\\/", "/")


def _note_all(into: dict[tuple[str, str], SharedFind], row: Row, kind: str, finder: Finder, text: str) -> None:
    try:
        for find in finder(text):
            _note(into, row, find)
    except InputError:
        # At too many places for a closer look: it may hold anything.
        _note(into, row, Find(kind or "personal data", "…", "…"))


def _note(into: dict[tuple[str, str], SharedFind], row: Row, find: Find, times: int = 1) -> None:
    place = PLACES[row.table]
    there = into.get((find.kind, place))
    if there is not None:
        there.count += times
        return
    name = "…" if find.text in row.name else row.name[:80]
    into[find.kind, place] = SharedFind(kind=find.kind, place=place, count=times, sample=find.masked, row=name)


def _is_there(finder: Finder) -> bool:
    try:
        next(finder(""), None)
    except ModelError:
        return False
    return True

"""Looking through texts for keys and personal data; what is found is never repeated."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    seek = _Seek(own)
    for part in _parts(rows):
        seek.keys(part)
        seek.people(part)
    return seek.finds


def without_keys(lines: Iterable[str]) -> list[str]:
    """The same lines with what looks like a key masked."""
    masker = Masker((SECRETS,))
    return [masker.text(line, {}) for line in lines]


class _Seek:
    """Looks closer at rows of which some hold something."""

    def __init__(self, own: Mapping[str, str]) -> None:
        self._own = own
        self._key_gate, self._people_gate = Masker((SECRETS,)), Masker(PERSONAL)
        self._secrets = list(zip(PATTERNS, NoSecrets(kinds=tuple(PATTERNS)).finders(), strict=True))
        self._people = [finder for kind in PERSONAL for finder in NoPii(kinds=(kind,)).finders() if _is_there(finder)]
        self.finds = Finds(missing=self._people_gate.missing)

    def keys(self, rows: Sequence[Row]) -> None:
        """Note keys in rows."""
        texts = [(row, text) for row in rows for text in (*row.texts, *map(_text, row.raw))]
        if not self._may_hold_keys([text for _, text in texts]):
            return
        for row, text in texts:
            if self._may_hold_keys([text]):
                self._note_keys(row, text)

    def people(self, rows: Sequence[Row]) -> None:
        """Note personal data in rows; what is kept as it came says the same as the texts."""
        texts = [(row, text) for row in rows for text in row.texts]
        if self._people_gate.is_clean([text for _, text in texts]):
            return
        for row, text in texts:
            if not self._people_gate.is_clean(text):
                for finder in self._people:
                    _note_all(self.finds.people, row, "", finder, text)

    def _may_hold_keys(self, texts: list[str]) -> bool:
        return not self._key_gate.is_clean(texts) or any(
            value in text for text in texts for value in self._own.values()
        )

    def _note_keys(self, row: Row, text: str) -> None:
        for name, value in self._own.items():
            if times := text.count(value):
                _note(self.finds.keys, row, Find(name, value, value), times)
                text = text.replace(value, " ")
        for kind, finder in self._secrets:
            _note_all(self.finds.keys, row, kind, finder, text)


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

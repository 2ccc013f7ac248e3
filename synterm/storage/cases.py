"""Cases in the project file. Their contents are immutable; a case points to one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from sqlite_utils import Database

from synterm.core.case import Case, Origin, Split, Status
from synterm.errors import InputError, NotFoundError
from synterm.storage.base import Store, chunks, dump, marks, not_found
from synterm.storage.case_list import CaseList
from synterm.storage.clock import now
from synterm.storage.writer import Writer
from synterm.text import storable

_COLUMNS = (
    "cases.pk, cases.id, scenario_id, contents.input, contents.expected, tags, split, status, origin, root_id "
    "FROM cases JOIN contents ON contents.id = cases.content_id"
)
_PAGE = 500


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to take; None takes all."""

    scenario_ids: Sequence[str] | None = None
    split: Split | None = None
    tags: Sequence[str] = ()
    """Only cases that have all of these."""
    status: Status | None = "accepted"
    text: str = ""
    """Only cases that hold this text in a value of the input or of the expected result, in any case of letters."""


class CaseStore(Store):
    """The data points. Lists are read by page: first the keys, in order, then the rows that are needed."""

    def __init__(self, db: Database, writer: Writer) -> None:
        super().__init__(db, writer)
        # SQLite's own functions know the case of ASCII letters only, and stop at a NUL.
        db.conn.create_function("holds", 2, _holds, deterministic=True)

    def keys(self, chosen: CaseFilter | None = None) -> list[int]:
        """The row numbers of the cases that fit, in the order they were added."""
        where, values = _where(chosen or CaseFilter())
        return [pk for (pk,) in self._rows(f"SELECT pk FROM cases{where} ORDER BY pk", values)]

    def page(self, keys: Sequence[int]) -> list[Case]:
        """The cases of these row numbers, in their order; one that is gone is left out."""
        found: dict[int, Case] = {}
        for part in chunks(keys, _PAGE):
            rows = self._rows(f"SELECT {_COLUMNS} WHERE cases.pk IN ({marks(len(part))})", part)
            with self._reading("a case"):
                found.update((row[0], _case(row)) for row in rows)
        return [found[key] for key in keys if key in found]

    def select(self, chosen: CaseFilter | None = None) -> Iterator[Case]:
        """The cases that fit, read page by page."""
        for part in chunks(self.keys(chosen), _PAGE):
            yield from self.page(part)

    def listing(self, chosen: CaseFilter | None = None, limit: int | None = None) -> CaseList:
        """The cases that fit, at most `limit`, to be read as often as one likes, in the order they were added."""
        where, values = _where(chosen or CaseFilter())
        rows = self._each(
            f"SELECT pk, scenario_id FROM cases{where} ORDER BY pk LIMIT ?", [*values, -1 if limit is None else limit]
        )
        with self._reading("a case"):
            return CaseList(rows, self.page)

    def get(self, case_id: str) -> Case:
        """The case with this id, or whose id ends so (6 characters or more). Raises NotFoundError."""
        rows = self._rows(f"SELECT {_COLUMNS} WHERE cases.id = ?", [case_id])
        if not rows and len(case_id) >= 6 and case_id.isalnum():
            rows = self._rows(f"SELECT {_COLUMNS} WHERE cases.id LIKE ? LIMIT 2", [f"%{case_id.upper()}"])
        if len(rows) > 1:
            raise NotFoundError(f"several cases have an id that ends in {case_id}", hint="give more of the id")
        if not rows:
            raise not_found("case", case_id, ())
        with self._reading("a case"):
            return _case(rows[0])

    def counts(self, chosen: CaseFilter | None = None) -> dict[str, int]:
        """How many of the cases that fit each scenario holds, by scenario id; by default cases of any status."""
        where, values = _where(chosen or CaseFilter(status=None))
        return dict(self._rows(f"SELECT scenario_id, count(*) FROM cases{where} GROUP BY scenario_id", values))

    def named(self, case_ids: Sequence[str]) -> list[Case]:
        """The cases of these ids, in their order; one that is gone is left out."""
        found: dict[str, Case] = {}
        for part in chunks(case_ids, _PAGE):
            rows = self._rows(f"SELECT {_COLUMNS} WHERE cases.id IN ({marks(len(part))})", part)
            with self._reading("a case"):
                found.update((row[1], _case(row)) for row in rows)
        return [found[case_id] for case_id in case_ids if case_id in found]

    def ids(self, chosen: CaseFilter | None = None) -> list[str]:
        """The ids of the cases that fit, in the order of `keys`."""
        where, values = _where(chosen or CaseFilter())
        return [case_id for (case_id,) in self._rows(f"SELECT id FROM cases{where} ORDER BY pk", values)]

    def spread(self, chosen: CaseFilter | None, count: int) -> list[Case]:
        """So many of the cases that fit: the first of each scenario, then the second of each, and so on."""
        where, values = _where(chosen or CaseFilter())
        nth = "row_number() OVER (PARTITION BY scenario_id ORDER BY pk) AS nth"
        sql = f"SELECT pk FROM (SELECT pk, {nth} FROM cases{where}) ORDER BY nth, pk LIMIT ?"
        return self.page([pk for (pk,) in self._rows(sql, [*values, count])])

    def contents(self, scenario_id: str) -> frozenset[str]:
        """The content ids of a scenario's cases of any status."""
        rows = self._rows("SELECT content_id FROM cases WHERE scenario_id = ?", [scenario_id])
        return frozenset(content for (content,) in rows)

    def input_names(self) -> Future[frozenset[str]]:
        """All names that inputs give values for. Reads every input, on the writer's thread."""
        sql = "SELECT DISTINCT json_each.key FROM contents, json_each(contents.input)"
        return self._writer.submit(lambda db: frozenset(name for (name,) in db.conn.execute(sql)))

    def put(self, cases: Iterable[Case]) -> Future[int]:
        """Add cases, or replace those of the same id; gives how many.

        Raises InputError, with nothing added, for a value that JSON can't hold.
        """
        rows = [_prepare(case) for case in cases]

        def work(db: Database) -> int:
            db.conn.executemany(
                "INSERT OR IGNORE INTO contents (id, input, expected) VALUES (?, ?, ?)", [row[0] for row in rows]
            )
            db.conn.executemany(
                "INSERT INTO cases (id, scenario_id, content_id, tags, split, status, origin, root_id, updated) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET scenario_id = excluded.scenario_id, "
                "content_id = excluded.content_id, tags = excluded.tags, split = excluded.split, "
                "status = excluded.status, origin = excluded.origin, root_id = excluded.root_id, "
                "updated = excluded.updated",
                [row[1] for row in rows],
            )
            return len(rows)

        return self._writer.submit(work)

    def remove(self, case_ids: Sequence[str]) -> Future[int]:
        """Remove cases; gives how many were there."""

        def work(db: Database) -> int:
            removed = 0
            for part in chunks(case_ids, _PAGE):
                removed += db.conn.execute(f"DELETE FROM cases WHERE id IN ({marks(len(part))})", part).rowcount
            return removed

        return self._writer.submit(work)


def _where(chosen: CaseFilter) -> tuple[str, list[Any]]:
    terms: list[str] = []
    values: list[Any] = []
    if chosen.scenario_ids is not None:
        terms.append("scenario_id IN (SELECT value FROM json_each(?))")
        values.append(dump(list(chosen.scenario_ids)))
    for column, value in (("split", chosen.split), ("status", chosen.status)):
        if value is not None:
            terms.append(f"{column} = ?")
            values.append(value)
    for tag in chosen.tags:
        terms.append("EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)")
        values.append(tag)
    if chosen.text:
        # Reading the contents one after the other is three times as fast as looking up those of each case.
        terms.append("content_id IN (SELECT id FROM contents WHERE holds(input, ?) OR holds(expected, ?))")
        values.extend((dump(storable(chosen.text).casefold()),) * 2)
    return (f" WHERE {' AND '.join(terms)}" if terms else "", values)


@lru_cache(maxsize=8)
def _needle(wanted: str) -> tuple[str, str]:
    """A text that is looked for, given as JSON: as it stands inside a JSON string, and as it is."""
    return wanted[1:-1], orjson.loads(wanted)


def _holds(document: str, wanted: str) -> bool:
    escaped, text = _needle(wanted)
    # The document as one text rules most out quickly; but it has names and escapes too, which don't count.
    return escaped in document.casefold() and _is_in(text, orjson.loads(document))


def _is_in(text: str, value: Any) -> bool:
    """Whether a JSON value, or one inside it, holds `text`, which is in folded case."""
    if isinstance(value, str):
        return text in value.casefold()
    if isinstance(value, dict):
        return _is_in(text, [*value.values()])  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
    if isinstance(value, list):
        return any(_is_in(text, inner) for inner in value)  # pyright: ignore[reportUnknownVariableType]
    return value is not None and text in dump(value)


def _case(row: tuple[Any, ...]) -> Case:
    _, case_id, scenario_id, given, expected, tags, split, status, origin, root_id = row
    return Case(
        id=case_id,
        scenario_id=scenario_id,
        input=orjson.loads(given),
        expected=orjson.loads(expected),
        tags=orjson.loads(tags),
        split=split,
        status=status,
        origin=_origin(origin),
        root_id=root_id,
    )


@lru_cache(maxsize=1024)
def _origin(text: str) -> Origin:
    # Cases that were made together have the same origin, and to check it is half the work of reading a case.
    return Origin.model_validate(orjson.loads(text))


def _prepare(case: Case) -> tuple[tuple[str, str, str], tuple[str, ...]]:
    try:
        given, expected, tags = dump(case.input), dump(case.expected), dump(list(case.tags))
        origin = dump(case.origin.model_dump(mode="json"))
    except (TypeError, ValueError) as error:
        raise InputError(f"a case holds what JSON can't: {error}", where=f"case {case.id}") from error
    if [orjson.loads(given), orjson.loads(expected)] != [case.input, case.expected]:
        raise InputError("a case holds what JSON would change: NaN, a date, a tuple", where=f"case {case.id}")
    name = case.content_id
    return (name, given, expected), (
        case.id,
        case.scenario_id,
        name,
        tags,
        case.split,
        case.status,
        origin,
        case.root_id,
        now(),
    )

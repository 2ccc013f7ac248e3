"""Cases in the project file. Their contents are immutable; a case points to one."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal, NamedTuple, cast

import orjson
from sqlite_utils import Database

from synterm.core.case import Case, Origin
from synterm.core.share import Share, divide
from synterm.errors import InputError, NotFoundError
from synterm.storage.base import Store, chunks, dump, marks
from synterm.storage.case_changes import (
    Column,
    Families,
    Groups,
    Removed,
    assign,
    put_back,
    read_families,
    retag,
    take_out,
)
from synterm.storage.case_filter import CaseFilter, Condition, where
from synterm.storage.case_list import CaseList
from synterm.storage.case_search import expects, globs, holds
from synterm.storage.clock import now
from synterm.storage.connect import DatabaseError, in_a_hurry, project_error
from synterm.storage.writer import Writer

_COLUMNS = (
    "cases.pk, cases.id, scenario_id, contents.input, contents.expected, tags, split, status, origin, root_id "
    "FROM cases JOIN contents ON contents.id = cases.content_id"
)
_LISTED = "SELECT value FROM json_each(?)"
_PAGE = 500
_NUMBERED = re.compile(r"[cC]([1-9]\d{0,17})")
_SAMPLE = 400
"""How many contents tell whether a text is common."""


Order = Literal["added", "expected", "input"]
_ORDERS: dict[Order, str] = {"added": "pk", "expected": "contents.expected, pk", "input": "contents.input, pk"}


class Found(NamedTuple):
    """The cases that fit a filter."""

    keys: array[int]
    """Their row numbers, in the order they were added."""
    totals: dict[str, int]
    """How many fit it in each scenario, by scenario id, also in those that it leaves out."""
    everything: dict[str, int]
    """How many cases each scenario holds."""
    ids: list[str] | None
    """The ids of those that `totals` counts, where they were asked for."""


class Twins(NamedTuple):
    """How a content is used."""

    cases: int
    splits: int
    """In how many splits."""


class CaseStore(Store):
    """The data points. Lists are read by page: first the keys, in order, then the rows that are needed."""

    def __init__(self, db: Database, writer: Writer) -> None:
        super().__init__(db, writer)
        # SQLite's own functions know the case of ASCII letters only, and stop at a NUL.
        for function, count in ((holds, 3), (expects, 2), (globs, 2)):
            db.conn.create_function(function.__name__, count, function, deterministic=True)

    def keys(self, chosen: CaseFilter | None = None) -> list[int]:
        """The row numbers of the cases that fit, in the order they were added."""
        where, values = self._where(chosen or CaseFilter())
        return [pk for (pk,) in self._rows(f"SELECT pk FROM cases{where} ORDER BY pk", values)]

    def find(self, chosen: CaseFilter, *, ids: bool = False) -> Found:
        """The cases that fit, and how many there are elsewhere, by reading once. `ids`: also give their ids."""
        where, values = self._where(replace(chosen, scenario_ids=None))
        columns = "pk, scenario_id, id" if ids else "pk, scenario_id"
        rows = self._rows(f"SELECT {columns} FROM cases{where} ORDER BY pk", values)
        scope = None if chosen.scenario_ids is None else frozenset(chosen.scenario_ids)
        keys = array("q", (row[0] for row in rows if scope is None or row[1] in scope))
        totals = Counter(row[1] for row in rows)
        return Found(keys, totals, self.counts(), [row[2] for row in rows] if ids else None)

    def count(self) -> int:
        """How many cases there are."""
        row = self._row("SELECT count(*) FROM cases")
        return row[0] if row else 0

    def page(self, keys: Sequence[int]) -> list[Case]:
        """The cases of these row numbers, in their order; one that is gone is left out."""
        found: dict[int, Case] = {}
        for part in chunks(keys, _PAGE):
            rows = self._rows(f"SELECT {_COLUMNS} WHERE cases.pk IN (SELECT value FROM json_each(?))", [dump(part)])
            with self._reading("a case"):
                found.update((row[0], _case(row)) for row in rows)
        return [found[key] for key in keys if key in found]

    def glimpse(self, keys: Sequence[int]) -> list[Case]:
        """The same for a page that is being drawn: hardly waits where another program keeps the file locked."""
        try:
            with in_a_hurry(self._db):
                return self.page(keys)
        except DatabaseError as error:
            raise project_error(error, self._writer.path) from error

    def select(self, chosen: CaseFilter | None = None) -> Iterator[Case]:
        """The cases that fit, read page by page."""
        for part in chunks(self.keys(chosen), _PAGE):
            yield from self.page(part)

    def listing(self, chosen: CaseFilter | None = None, limit: int | None = None) -> CaseList:
        """The cases that fit, at most `limit`, to be read as often as one likes, in the order they were added."""
        where, values = self._where(chosen or CaseFilter())
        rows = self._each(
            f"SELECT pk, scenario_id FROM cases{where} ORDER BY pk LIMIT ?", [*values, -1 if limit is None else limit]
        )
        with self._reading("a case"):
            return CaseList(rows, self.page)

    def share(self, chosen: CaseFilter, limit: int | None, share: Share) -> CaseList:
        """One share of what `listing` gives, in the order they were added. Reads no case, only which there are."""
        where, values = self._where(chosen)
        sql = (
            f"SELECT * FROM (SELECT pk, scenario_id, id, content_id FROM cases{where} ORDER BY pk LIMIT ?) ORDER BY id"
        )
        with self._reading("a case"):
            rows, whole = divide(self._each(sql, [*values, -1 if limit is None else limit]), share)
        return CaseList(rows, self.page, whole)

    def get(self, case_id: str) -> Case:
        """The case with this id, whose id ends so (6 characters or more), or as the workbench numbers it: ``c3``.

        Raises NotFoundError.
        """
        rows = self._rows(f"SELECT {_COLUMNS} WHERE cases.id = ?", [case_id])
        if not rows and len(case_id) >= 6 and case_id.isalnum():
            rows = self._rows(f"SELECT {_COLUMNS} WHERE cases.id LIKE ? LIMIT 2", [f"%{case_id.upper()}"])
        if not rows and (numbered := _NUMBERED.fullmatch(case_id)):
            rows = self._rows(f"SELECT {_COLUMNS} WHERE cases.pk = ?", [int(numbered[1])])
        if len(rows) > 1:
            raise NotFoundError(f"several cases have an id that ends in {case_id}", hint="give more of the id")
        if not rows:
            raise NotFoundError(f"no case named {case_id!r}", hint=f"synterm ls {self._writer.path} cases lists them")
        with self._reading("a case"):
            return _case(rows[0])

    def keys_of(self, case_ids: Sequence[str]) -> list[int]:
        """The row numbers of these cases; of those that are there."""
        sql = "SELECT pk FROM cases WHERE id IN (SELECT value FROM json_each(?)) ORDER BY pk"
        return [pk for (pk,) in self._rows(sql, [dump(list(case_ids))])]

    def ids_of(self, keys: Sequence[int]) -> list[str]:
        """The ids of the cases of these row numbers; of those that are there."""
        sql = "SELECT id FROM cases WHERE pk IN (SELECT value FROM json_each(?)) ORDER BY pk"
        return [case_id for (case_id,) in self._rows(sql, [dump(list(keys))])]

    def has_seed(self, case: Case) -> bool:
        """Whether the case at the start of its lineage is another one, which is there."""
        return case.root_id != case.id and bool(self.keys_of([case.root_id]))

    def counts(self, chosen: CaseFilter | None = None) -> dict[str, int]:
        """How many of the cases that fit each scenario holds, by scenario id; by default cases of any status."""
        where, values = self._where(chosen or CaseFilter(status=None))
        return dict(self._rows(f"SELECT scenario_id, count(*) FROM cases{where} GROUP BY scenario_id", values))

    def named(self, case_ids: Sequence[str]) -> list[Case]:
        """The cases of these ids, in their order; one that is gone is left out."""
        found: dict[str, Case] = {}
        for part in chunks(case_ids, _PAGE):
            rows = self._rows(f"SELECT {_COLUMNS} WHERE cases.id IN ({marks(len(part))})", part)
            with self._reading("a case"):
                found.update((row[1], _case(row)) for row in rows)
        return [found[case_id] for case_id in case_ids if case_id in found]

    def above(self, case: Case) -> list[Case]:
        """What the case was made of, that one's seed, and so on, as far as they are there."""
        line: list[Case] = []
        known = {case.id}
        while (seed_id := (line[-1] if line else case).origin.seed_id) and seed_id not in known:
            known.add(seed_id)
            if not (seed := self.named([seed_id])):
                break
            line += seed
        return line

    def keyed(self, chosen: CaseFilter | None = None, order: Order = "added") -> list[tuple[int, str]]:
        """Row number and id of the cases that fit; by their JSON text where they are sorted by content."""
        where, values = self._where(chosen or CaseFilter())
        joined = "" if order == "added" else " JOIN contents ON contents.id = content_id"
        sql = f"SELECT pk, cases.id FROM cases{joined}{where} ORDER BY {_ORDERS[order]}"
        return cast(list[tuple[int, str]], self._rows(sql, values))

    def spread(self, chosen: CaseFilter | None, count: int) -> list[Case]:
        """So many of the cases that fit: the first of each scenario, then the second of each, and so on."""
        where, values = self._where(chosen or CaseFilter())
        nth = "row_number() OVER (PARTITION BY scenario_id ORDER BY pk) AS nth"
        sql = f"SELECT pk FROM (SELECT pk, {nth} FROM cases{where}) ORDER BY nth, pk LIMIT ?"
        return self.page([pk for (pk,) in self._rows(sql, [*values, count])])

    def roots(self, chosen: CaseFilter | None = None) -> dict[str, int]:
        """How many lineages the cases that fit come from, by scenario id: those made from one case are one lineage.

        By default accepted cases. Reads every row that fits.
        """
        where, values = self._where(chosen or CaseFilter())
        sql = f"SELECT scenario_id, count(DISTINCT root_id) FROM cases{where} GROUP BY scenario_id"
        return dict(self._rows(sql, values))

    def contents(self, scenario_id: str) -> frozenset[str]:
        """The content ids of a scenario's cases of any status."""
        rows = self._rows("SELECT content_id FROM cases WHERE scenario_id = ?", [scenario_id])
        return frozenset(content for (content,) in rows)

    def tags(self) -> list[str]:
        """All tags, in the order of the alphabet."""
        return [tag for (tag,) in self._rows("SELECT DISTINCT value FROM cases, json_each(tags) ORDER BY 1")]

    def twins(self, contents: Sequence[str]) -> dict[str, Twins]:
        """How each of these contents is used, by its id. Reads all cases."""
        sql = "SELECT content_id, count(*), count(DISTINCT split) FROM cases WHERE content_id IN ({}) GROUP BY 1"
        return {
            content: Twins(cases, splits)
            for part in chunks(contents, _PAGE)
            for content, cases, splits in self._rows(sql.format(marks(len(part))), part)
        }

    def families(self, keys: Sequence[int]) -> Families:
        """The cases that must stay in one split with these, which only the seed of each may leave."""
        return read_families(self._db, keys)

    def input_names(self) -> Future[frozenset[str]]:
        """All names that inputs give values for. Reads every input, on the writer's thread."""
        # Of a dialog's, the variable that its turns fill.
        sql = (
            "SELECT DISTINCT CASE WHEN key = 'dialog' AND json_each.type = 'object' "
            "THEN coalesce(json_each.value ->> '$.variable', 'message') ELSE key END "
            "FROM contents, json_each(contents.input)"
        )
        return self._writer.submit(lambda db: frozenset(name for (name,) in db.conn.execute(sql)))

    def put(self, cases: Iterable[Case]) -> Future[int]:
        """Add cases, or replace those of the same id; gives how many.

        Raises InputError, with nothing added, for a value that JSON can't hold.
        """
        rows = [case_rows(case) for case in cases]
        return self._writer.submit(lambda db: _put(db, rows))

    def put_new(self, cases: Sequence[Case]) -> Future[int]:
        """Add those of the cases whose ids no case has; gives how many. What people made of the others stays.

        Raises InputError as `put` does.
        """
        rows = [case_rows(case) for case in cases]

        def work(db: Database) -> int:
            ids = dump([row[1][0] for row in rows])
            there = {one for (one,) in db.conn.execute(f"SELECT id FROM cases WHERE id IN ({_LISTED})", [ids])}
            return _put(db, [row for row in rows if row[1][0] not in there])

        return self._writer.submit(work)

    def remove(self, case_ids: Sequence[str]) -> Future[int]:
        """Remove cases; gives how many were there."""

        def work(db: Database) -> int:
            removed = 0
            for part in chunks(case_ids, _PAGE):
                removed += db.conn.execute(f"DELETE FROM cases WHERE id IN ({marks(len(part))})", part).rowcount
            return removed

        return self._writer.submit(work)

    def assign(self, column: Column, groups: Groups) -> Future[Groups]:
        """Give cases, by row number, another value of a column; gives what brings back those they had."""
        return self._writer.submit(lambda db: assign(db, column, groups))

    def retag(self, keys: Sequence[int], add: Sequence[str], drop: Sequence[str]) -> Future[Groups]:
        """Add tags to cases, and take others away; gives what brings back those they had."""
        return self._writer.submit(lambda db: retag(db, keys, add, drop))

    def take_out(self, keys: Sequence[int]) -> Future[Removed]:
        """Remove cases by row number; gives what `put_back` takes."""
        return self._writer.submit(lambda db: take_out(db, keys))

    def put_back(self, removed: Removed) -> Future[dict[int, int]]:
        """Put removed cases back where they were; gives the new row numbers of those whose place is taken by now."""
        return self._writer.submit(lambda db: put_back(db, removed))

    def condition(self, chosen: CaseFilter) -> Condition:
        """The WHERE clause for the cases that fit, and its values: for stores that look at cases in other ways."""
        return self._where(chosen)

    def _where(self, chosen: CaseFilter) -> Condition:
        if any(term.field == "flag" for term in chosen.terms):
            self._db.conn.create_function("label_known", 2, lru_cache(maxsize=4096)(chosen.facts.label_known))
        return where(chosen, self._is_common)

    def _is_common(self, wanted: str) -> bool:
        sample = f"(SELECT input, expected FROM contents LIMIT {_SAMPLE})"
        row = self._row(f"SELECT avg(holds(input, expected, ?)) FROM {sample}", [wanted])
        return row is not None and (row[0] or 0) > 0.5


def _put(db: Database, rows: Sequence[tuple[tuple[str, ...], tuple[str, ...]]]) -> int:
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


def case_rows(case: Case) -> tuple[tuple[str, str, str], tuple[str, ...]]:
    """The row of its content, and its own: id, scenario, content, tags, split, status, origin, root, time.

    Raises InputError for a value that JSON can't hold.
    """
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

"""Cases in the project file. Their contents are immutable; a case points to one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import orjson
from sqlite_utils import Database

from synterm.core.case import Case, Split, Status
from synterm.errors import InputError
from synterm.storage.base import Store, chunks, dump, marks, not_found
from synterm.storage.clock import now

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
    """Only cases whose input or expected result holds this text, whatever its case."""


class CaseStore(Store):
    """The data points. Lists are read by page: first the keys, in order, then the rows that are needed."""

    def keys(self, chosen: CaseFilter | None = None) -> list[int]:
        """The row numbers of the cases that fit, in the order they were added."""
        chosen = chosen or CaseFilter()
        where, values = _where(chosen)
        contents = " JOIN contents ON contents.id = cases.content_id" if chosen.text else ""
        sql = f"SELECT cases.pk FROM cases{contents}{where} ORDER BY cases.pk"
        return [pk for (pk,) in self._rows(sql, values)]

    def page(self, keys: Sequence[int]) -> list[Case]:
        """The cases of these row numbers, in their order; one that is gone is left out."""
        found: dict[int, Case] = {}
        for part in chunks(keys, _PAGE):
            rows = self._rows(f"SELECT {_COLUMNS} WHERE cases.pk IN ({marks(len(part))})", part)
            found.update((row[0], _case(row)) for row in rows)
        return [found[key] for key in keys if key in found]

    def select(self, chosen: CaseFilter | None = None) -> Iterator[Case]:
        """The cases that fit, read page by page."""
        for part in chunks(self.keys(chosen), _PAGE):
            yield from self.page(part)

    def get(self, case_id: str) -> Case:
        """The case with this id, or whose id ends so (6 characters or more). Raises NotFoundError."""
        rows = self._rows(f"SELECT {_COLUMNS} WHERE cases.id = ?", [case_id])
        if not rows and len(case_id) >= 6 and case_id.isalnum():
            rows = self._rows(f"SELECT {_COLUMNS} WHERE cases.id LIKE ? LIMIT 2", [f"%{case_id.upper()}"])
        if len(rows) != 1:
            raise not_found("case", case_id, ())
        return _case(rows[0])

    def counts(self) -> dict[str, int]:
        """How many cases of any status each scenario holds, by scenario id."""
        return dict(self._rows("SELECT scenario_id, count(*) FROM cases GROUP BY scenario_id"))

    def input_names(self) -> Future[frozenset[str]]:
        """All names that inputs give values for. Reads every input, on the writer's thread."""
        sql = "SELECT DISTINCT json_each.key FROM contents, json_each(contents.input)"
        return self._writer.submit(lambda db: frozenset(name for (name,) in db.conn.execute(sql)))

    def put(self, cases: Iterable[Case]) -> Future[int]:
        """Add cases, or replace those of the same id; gives how many. The future raises InputError for bad content."""
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
        terms.append("(instr(lower(contents.input), lower(?)) OR instr(lower(contents.expected), lower(?)))")
        values.extend((_inside_json(chosen.text),) * 2)
    return (f" WHERE {' AND '.join(terms)}" if terms else "", values)


def _inside_json(text: str) -> str:
    """The text as it stands inside a JSON string."""
    return dump(text)[1:-1]


def _case(row: tuple[Any, ...]) -> Case:
    _, case_id, scenario_id, given, expected, tags, split, status, origin, root_id = row
    return Case(
        id=case_id,
        scenario_id=scenario_id,
        input=orjson.loads(given),
        expected=orjson.loads(expected),
        tags=tuple(orjson.loads(tags)),
        split=split,
        status=status,
        origin=orjson.loads(origin),
        root_id=root_id,
    )


def _prepare(case: Case) -> tuple[tuple[str, str, str], tuple[str, ...]]:
    try:
        content = (case.content_id, dump(case.input), dump(case.expected))
    except TypeError as error:
        raise InputError(f"a case holds what JSON can't: {error}", where=f"case {case.id}") from error
    return content, (
        case.id,
        case.scenario_id,
        case.content_id,
        dump(list(case.tags)),
        case.split,
        case.status,
        case.origin.model_dump_json(),
        case.root_id,
        now(),
    )

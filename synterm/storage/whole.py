"""All that a project file holds, row by row: for writing it out as text."""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Generator, Iterator
from typing import Any, NamedTuple

import orjson

from synterm.core.case import Origin
from synterm.storage.base import Store, dump
from synterm.storage.connect import DatabaseError, project_error

META = ("id", "name", "created", "gates")
"""What is known of the project itself; whatever else stands there is a part's own."""
DESCRIBED = frozenset(
    ("meta", "nodes", "contents", "cases", "prompt_bodies", "prompts", "prompt_versions", "models", "documents")
)
"""The tables whose rows are the project as people describe it. All others hold what came of it."""
_FIRST = (
    *("runs", "run_columns", "recipes", "responses", "grades", "evaluations", "spending", "baselines", "reviews"),
    *("batches", "batch_requests"),
)
"""Tables of results in the order in which they can be filled: a row after those that it refers to."""
_LOOSE = {
    "contents": "SELECT id FROM contents WHERE id NOT IN (SELECT content_id FROM cases)",
    "prompt_bodies": "SELECT id FROM prompt_bodies WHERE id NOT IN (SELECT body_id FROM prompt_versions)",
}
"""What no case and no version says any more, but runs and reviews are about."""
_ORDERS = {"runs": "rowid"}
"""Which of two runs came last is told by their rows, not by their ids: clocks may be set back."""

_CASES = (
    "SELECT cases.pk, cases.id, contents.input, contents.expected, tags, split, status, origin, root_id, updated "
    "FROM cases JOIN contents ON contents.id = cases.content_id WHERE cases.pk IN (SELECT value FROM json_each(?)) "
    "ORDER BY cases.id"
)
_PAGE = 500
_REVIEWS = (
    "SELECT reviews.id, lower(hex(reviews.content_id)), lower(hex(output_id)), passed, who, note, source, rating, "
    "coalesce(answer, responses.text), reviews.created, reviews.updated FROM reviews "
    "LEFT JOIN responses ON responses.pk = response_pk ORDER BY reviews.id"
)
_REVIEW_FIELDS = "id content output passed who note source rating answer created updated".split()
_USUAL: dict[str, Any] = {"who": "", "note": "", "source": "review"}
_PLAIN_ORIGIN = Origin().model_dump(mode="json")


class Stamp(NamedTuple):
    """What the file notes beside a thing."""

    id: str | None = None
    """A ULID; None: a new one."""
    updated: str | None = None
    """When it was changed last: ISO 8601, UTC; None: now."""


class CaseKey(NamedTuple):
    """A case without its content; what is JSON stands as its text."""

    id: str
    scenario_id: str
    content_id: str
    tags: str
    split: str
    status: str
    origin: str
    root_id: str


class Table(NamedTuple):
    """A table of results."""

    name: str
    columns: tuple[str, ...]
    blobs: frozenset[int]
    """Which of its columns hold bytes, by number."""
    order: str
    """The columns that its rows are sorted by, as SQL."""


class WholeStore(Store):
    """Reads everything; rows come one by one, so read within `still`."""

    @contextlib.contextmanager
    def still(self) -> Generator[None]:
        """Within the block the file reads as it was at its beginning, whoever writes meanwhile."""
        try:
            self._db.conn.execute("BEGIN")
            yield
        except DatabaseError as error:
            raise project_error(error, self._writer.path) from error
        finally:
            if self._db.conn.in_transaction:
                self._db.conn.execute("ROLLBACK")

    def meta(self) -> dict[str, str]:
        """What stands about the project itself, by name."""
        return dict(self._rows("SELECT key, value FROM meta ORDER BY key"))

    def node_times(self) -> dict[str, str]:
        """When each node was changed last, by its id."""
        return dict(self._rows("SELECT id, updated FROM nodes"))

    def prompt_times(self) -> dict[str, str]:
        """When each prompt was changed last, by its id."""
        return dict(self._rows("SELECT id, updated FROM prompts"))

    def model_stamps(self) -> dict[str, Stamp]:
        """The ids and times of the models, by name."""
        return {name: Stamp(*stamp) for name, *stamp in self._rows("SELECT name, id, updated FROM models")}

    def cases(self, scenario_id: str, *, rows: bool = False) -> Iterator[dict[str, Any]]:
        """The cases of a scenario by id, as the text form has them; `rows`: also row number and time.

        Only what is not as usual stands there.
        """
        # SQLite sorts in memory: only the numbers, and not what the cases say.
        sql = "SELECT pk FROM cases WHERE scenario_id = ? ORDER BY id"
        numbers = array("q", (pk for (pk,) in self._each(sql, [scenario_id])))
        with self._reading("a case"):
            for start in range(0, len(numbers), _PAGE):
                for row in self._rows(_CASES, [dump(numbers[start : start + _PAGE].tolist())]):
                    yield _case(row, rows)

    def case_keys(self) -> Iterator[CaseKey]:
        """What tells of each case whether it is the same as another, by id."""
        sql = "SELECT id, scenario_id, content_id, tags, split, status, origin, root_id FROM cases ORDER BY id"
        yield from (CaseKey(*row) for row in self._each(sql))

    def verdicts(self) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        """What each person says, by what it is about, and who says it as what."""
        sql = "SELECT content_id, output_id, source, who, passed, note, rating FROM reviews"
        return {row[:4]: row[4:] for row in self._each(sql)}

    def reviews(self) -> Iterator[dict[str, Any]]:
        """All verdicts by id, each with the text that it is about, as far as the file has it."""
        for row in self._each(_REVIEWS):
            found = dict(zip(_REVIEW_FIELDS, row, strict=True))
            found["passed"] = bool(found["passed"])
            yield {name: value for name, value in found.items() if value != _USUAL.get(name)}

    def baselines(self) -> list[tuple[str, str, str, str, str]]:
        """Each pinned run: the baseline's name, scenario (empty: all others), run, who pinned it, and when."""
        sql = "SELECT name, scenario_id, run_id, who, updated FROM baselines ORDER BY name, scenario_id"
        return [(name, scenario, run, who, time) for name, scenario, run, who, time in self._rows(sql)]

    def tables(self) -> list[Table]:
        """The tables of results, in the order in which they can be filled again."""
        sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        names = [name for (name,) in self._rows(sql) if not name.startswith(("sqlite_", "_sqlite_"))]
        known = [name for name in _FIRST if name in names]
        others = [name for name in names if name not in DESCRIBED and name not in known]
        return [self._table(name) for name in (*_LOOSE, *known, *others)]

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """The rows of a table of results. Of contents and bodies, those that the description does not have."""
        where = f" WHERE id IN ({_LOOSE[table.name]})" if table.name in _LOOSE else ""
        columns = ", ".join(map(_quoted, table.columns))
        yield from self._each(f"SELECT {columns} FROM {_quoted(table.name)}{where} ORDER BY {table.order}")

    def _table(self, name: str) -> Table:
        rows = self._rows("SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid", [name])
        columns = tuple(column for column, _, _ in rows)
        keys = [column for column, _, key in sorted(rows, key=lambda row: row[2]) if key]
        order = _ORDERS.get(name) or ", ".join(map(_quoted, keys or columns))
        blobs = frozenset(number for number, (_, kind, _) in enumerate(rows) if kind.upper() == "BLOB")
        return Table(name, columns, blobs, order)


def _case(row: tuple[Any, ...], rows: bool) -> dict[str, Any]:
    pk, case_id, given, expected, tags, split, status, origin, root_id, updated = row
    found: dict[str, Any] = {"input": orjson.loads(given)}
    if expected != "null":
        found["expected"] = orjson.loads(expected)
    if tags != "[]":
        found["tags"] = orjson.loads(tags)
    if split != "dev":
        found["split"] = split
    if status != "accepted":
        found["status"] = status
    came = {name: value for name, value in dict(orjson.loads(origin)).items() if value != _PLAIN_ORIGIN.get(name)}
    if came:
        found["origin"] = {"kind": _PLAIN_ORIGIN["kind"], **came}
    found["id"] = case_id
    if root_id != case_id:
        found["root"] = root_id
    return {**found, "row": pk, "updated": updated} if rows else found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

"""Traffic in the project file: calls of the app in production, and the logs that they came with."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, cast

import orjson
from sqlite_utils import Database

from synterm.core.completion import Outcome, Usage
from synterm.core.traffic import LoggedCall, Placing, TrafficLog, TrafficState
from synterm.errors import NotFoundError
from synterm.storage.base import Store, chunks, dump
from synterm.storage.case_search import holds, needle
from synterm.storage.clock import now
from synterm.storage.drift import DriftStore
from synterm.storage.writer import Writer
from synterm.text import storable

COLUMNS = (
    "id, log_id, served, input, output, expected, outcome, model, finish_reason, latency_ms, cost_usd, prompt_tokens, "
    "completion_tokens, error, weight, masked, detail, placing, scenario_id, confidence, nearest, likeness, state"
)
_COUNT = COLUMNS.count(",") + 1
_VALUES = ", ".join(f"value ->> {place}" for place in range(_COUNT))
_INSERT = (
    f"INSERT OR IGNORE INTO traffic ({COLUMNS}, updated) SELECT {_VALUES}, ?2 FROM json_each(?1) ORDER BY value ->> 0"
)
_PLACE = """
UPDATE traffic SET placing = given.value ->> 1, scenario_id = given.value ->> 2, confidence = given.value ->> 3,
    nearest = given.value ->> 4, likeness = given.value ->> 5, updated = ?2
FROM json_each(?1) AS given WHERE traffic.id = given.value ->> 0
"""
_PAGE = 500


@dataclass(frozen=True, slots=True)
class TrafficFilter:
    """Which calls are meant: those that fit all that is said."""

    since: str | None = None
    """Answered at this time or later: ISO 8601, UTC, as `LoggedCall.served` writes it."""
    until: str | None = None
    """Answered before it."""
    placings: Sequence[Placing] = ()
    scenario_ids: Sequence[str] | None = None
    states: Sequence[TrafficState] = ()
    log_id: str | None = None
    ids: Sequence[str] | None = None
    models: Sequence[str] | None = None
    """Answered by one of these models, as the log names them."""
    below: float | None = None
    """Placed with a confidence of less than this."""
    words: Sequence[str] = ()
    """Each of these stands in a value of the input or in the output, whatever its case."""
    after_row: int | None = None
    """Brought in after this row of the table: whenever it was answered."""
    up_to_row: int | None = None
    min_confidence: float | None = None
    """Placed with so much confidence, or by hand."""
    only_expected_in: Sequence[str] = ()
    """Of these scenarios, by id, only those of which the log tells what was expected."""

    @property
    def says_something(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.sql[1])

    @property
    def sql(self) -> tuple[str, list[Any]]:
        """A condition for WHERE, and its values."""
        parts: list[tuple[str, Any]] = [
            ("served >= ?", self.since),
            ("served < ?", self.until),
            ("log_id = ?", self.log_id),
            ("placing IN (SELECT value FROM json_each(?))", dump([*self.placings]) if self.placings else None),
            ("state IN (SELECT value FROM json_each(?))", dump([*self.states]) if self.states else None),
            ("scenario_id IN (SELECT value FROM json_each(?))", _list(self.scenario_ids)),
            ("id IN (SELECT value FROM json_each(?))", _list(self.ids)),
            ("confidence < ?", self.below),
            *(("says(input, output, ?)", needle(word)) for word in self.words),
            ("model IN (SELECT value FROM json_each(?))", _list(self.models)),
            ("pk > ?", self.after_row),
            ("pk <= ?", self.up_to_row),
            ("coalesce(confidence, 1) >= ?", self.min_confidence),
            (
                "NOT (expected IS NULL AND scenario_id IN (SELECT value FROM json_each(?)))",
                dump([*self.only_expected_in]) if self.only_expected_in else None,
            ),
        ]
        said = [(sql, value) for sql, value in parts if value is not None]
        return " AND ".join(sql for sql, _ in said) or "1", [value for _, value in said]


EVERY_CALL = TrafficFilter()


class TrafficStore(Store):
    """Logged calls, in the order of their ids, which is that of time."""

    def __init__(self, db: Database, writer: Writer) -> None:
        super().__init__(db, writer)
        db.conn.create_function(says.__name__, 3, says, deterministic=True)

    @property
    def over_time(self) -> DriftStore:
        """The same, window by window."""
        return DriftStore(self._db, self._writer)

    def add(self, calls: Iterable[LoggedCall]) -> Future[int]:
        """Keep calls; one of the same id stays as it is. Gives how many are new."""
        rows = [_row(call) for call in calls]
        return self._writer.submit(lambda db: db.conn.execute(_INSERT, (orjson.dumps(rows), now())).rowcount)

    def place(self, placed: Iterable[LoggedCall]) -> Future[int]:
        """Keep the `placing`, `scenario_id`, `confidence`, `nearest` and `likeness` of calls that are there."""
        rows = [
            (one.id, one.placing, one.scenario_id or None, one.confidence, one.nearest or None, one.likeness)
            for one in placed
        ]
        return self._writer.submit(lambda db: db.conn.execute(_PLACE, (orjson.dumps(rows), now())).rowcount)

    def set_state(self, ids: Iterable[str], state: TrafficState) -> Future[int]:
        """Say of calls what became of them; gives how many there are."""
        named = dump([*ids])
        sql = "UPDATE traffic SET state = ?, updated = ? WHERE id IN (SELECT value FROM json_each(?))"
        return self._writer.submit(lambda db: db.conn.execute(sql, (state, now(), named)).rowcount)

    def pages(self, which: TrafficFilter = EVERY_CALL, size: int = _PAGE) -> Iterator[list[LoggedCall]]:
        """The calls, the oldest first, page by page: of each call no more than its row is held, eight bytes."""
        for rows in chunks(self.rows(which), size):
            sql = f"SELECT {COLUMNS} FROM traffic WHERE pk IN (SELECT value FROM json_each(?)) ORDER BY id"
            page = self._rows(sql, [dump(rows)])
            with self._reading("a logged call"):
                yield [call_of(row) for row in page]

    def rows(self, which: TrafficFilter = EVERY_CALL, limit: int | None = None) -> array[int]:
        """The rows that calls are in, the oldest call first; `limit`: of the first so many.

        In one go: for each page anew, SQLite would look at all calls that fit, or at all that came before.
        """
        where, values = which.sql
        sql = f"SELECT pk FROM traffic WHERE {where} ORDER BY id LIMIT ?"
        return array("q", (pk for (pk,) in self._rows(sql, [*values, -1 if limit is None else limit])))

    def page(self, which: TrafficFilter = EVERY_CALL, after: str = "", size: int = _PAGE) -> list[LoggedCall]:
        """The next calls after an id, the oldest first."""
        where, values = which.sql
        sql = f"SELECT {COLUMNS} FROM traffic WHERE id > ? AND {where} ORDER BY id LIMIT ?"
        rows = self._rows(sql, [after, *values, size])
        with self._reading("a logged call"):
            return [call_of(row) for row in rows]

    def get(self, call_id: str) -> LoggedCall:
        """The call of this id, or whose id ends so. Raises NotFoundError."""
        sql = f"SELECT {COLUMNS} FROM traffic WHERE id = ?1 OR id LIKE '%' || ?1 LIMIT 2"
        rows = self._rows(sql, [call_id.upper()])
        if len(rows) != 1:
            why = "several logged calls have an id that ends in" if rows else "no logged call"
            raise NotFoundError(f"{why} {call_id!r}", hint="synterm inbox PROJECT lists them")
        with self._reading("a logged call"):
            return call_of(rows[0])

    def count(self, which: TrafficFilter = EVERY_CALL) -> tuple[int, float]:
        """How many calls there are, and how many they stand for."""
        where, values = which.sql
        row = self._row(f"SELECT count(*), coalesce(sum(weight), 0) FROM traffic WHERE {where}", values)
        return (row[0], row[1]) if row else (0, 0.0)

    def weights(self, which: TrafficFilter = EVERY_CALL) -> tuple[int, float, float]:
        """How many calls fit, for how many they stand, and the sum of the squares of their weights: by that it is known
        how much they tell."""
        where, values = which.sql
        sql = f"SELECT count(*), coalesce(sum(weight), 0), coalesce(sum(weight * weight), 0) FROM traffic WHERE {where}"
        row = self._row(sql, values)
        return (row[0], row[1], row[2]) if row else (0, 0.0, 0.0)

    def known(self, ids: Iterable[str]) -> set[str]:
        """Those of these ids that are there."""
        found: set[str] = set()
        for part in chunks(ids, _PAGE):
            sql = "SELECT id FROM traffic WHERE id IN (SELECT value FROM json_each(?))"
            found.update(row[0] for row in self._rows(sql, [dump(part)]))
        return found

    def logs(self) -> list[TrafficLog]:
        """The logs that were brought in, the newest first."""
        rows = self._rows("SELECT id, body FROM traffic_logs ORDER BY id DESC")
        with self._reading("a log"):
            return [TrafficLog.model_validate({**orjson.loads(body), "id": name}) for name, body in rows]

    def put_log(self, log: TrafficLog) -> Future[None]:
        """Keep what is known of a log; the same one again is replaced."""
        kept = log.model_copy(update={"added": log.added or now(), "file": storable(log.file)})
        row = (log.id, kept.model_dump_json(exclude={"id"}, exclude_defaults=True), now())

        def work(db: Database) -> None:
            db.conn.execute("INSERT OR REPLACE INTO traffic_logs (id, body, updated) VALUES (?, ?, ?)", row)

        return self._writer.submit(work)

    def remove_log(self, log_id: str) -> Future[int]:
        """Forget a log and its calls, but for those that cases were made of; gives how many calls went."""

        def work(db: Database) -> int:
            gone = db.conn.execute("DELETE FROM traffic WHERE log_id = ? AND state <> 'promoted'", (log_id,)).rowcount
            db.conn.execute("DELETE FROM traffic_logs WHERE id = ?", (log_id,))
            return gone

        return self._writer.submit(work)


def says(given: str, output: str, wanted: str) -> bool:
    """Whether a value of an input, as JSON, or an output holds a `needle`: for SQL, as `TrafficFilter.words` asks."""
    text: str = orjson.loads(wanted)
    return text in output.casefold() or holds(given, "null", wanted)


def _list(values: Sequence[str] | None) -> str | None:
    return None if values is None else dump([*values])


def _row(call: LoggedCall) -> tuple[Any, ...]:
    # What people may read is text to SQLite; the rest is JSON within it.
    return (
        call.id,
        call.log_id,
        call.served,
        dump(call.input),
        storable(call.output),
        None if call.expected is None else dump(call.expected),
        call.outcome.value,
        storable(call.model),
        call.finish_reason and storable(call.finish_reason),
        call.latency_ms,
        call.cost_usd,
        call.usage.prompt,
        call.usage.completion,
        call.error and storable(call.error),
        call.weight,
        dump(call.masked) if call.masked else None,
        dump(call.detail) if call.detail else None,
        call.placing,
        call.scenario_id or None,
        call.confidence,
        call.nearest or None,
        call.likeness,
        call.state,
    )


def call_of(row: tuple[Any, ...]) -> LoggedCall:
    """The call in a row of `COLUMNS`."""
    (
        name, log_id, served, given, output, expected, outcome, model, finish_reason, latency_ms, cost_usd,
        prompt_tokens, completion_tokens, error, weight, masked, detail, placing, scenario_id, confidence,
        nearest, likeness, state,
    ) = row  # fmt: skip
    values: Any = orjson.loads(given)
    if not isinstance(values, dict):
        raise ValueError("an input is no object")
    return LoggedCall(
        id=name,
        served=served,
        input=cast("dict[str, Any]", values),
        output=output,
        outcome=Outcome(outcome),
        model=model,
        finish_reason=finish_reason,
        latency_ms=latency_ms,
        cost_usd=cost_usd,
        usage=Usage(prompt_tokens, completion_tokens),
        error=error,
        expected=None if expected is None else orjson.loads(expected),
        weight=weight,
        masked=None if masked is None else orjson.loads(masked),
        detail=None if detail is None else orjson.loads(detail),
        log_id=log_id,
        placing=placing,
        scenario_id=scenario_id or "",
        confidence=confidence,
        nearest=nearest or "",
        likeness=likeness,
        state=state,
    )

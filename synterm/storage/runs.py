"""Runs and their evaluations in the project file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import orjson
from sqlite_utils import Database

from synterm.core.evaluation import CheckResult, Evaluation, Variant
from synterm.core.ids import new_id
from synterm.errors import NotFoundError, UsageError, near
from synterm.storage.base import Store, dump, text_or_none
from synterm.storage.baselines import refuse_pinned
from synterm.storage.clock import now
from synterm.storage.grades import grade_list
from synterm.storage.memo import Memo
from synterm.storage.recorded import Column, Recorded, RecordedReader, Verdicts
from synterm.storage.writer import Writer
from synterm.text import one_line, storable

_COLUMNS = (
    "column_pk, case_id, repeat, scenario_id, root_id, content_id, response_pk, passed, score, label, grades, outcome, "
    "error, hint, cached"
)
_VALUES = ", ".join(
    f"unhex(value ->> {place})" if name == "content_id" else f"value ->> {place}"
    for place, name in enumerate(_COLUMNS.split(", "))
)
_INSERT = f"INSERT OR REPLACE INTO evaluations ({_COLUMNS}) SELECT {_VALUES} FROM json_each(?)"
"""All rows as one JSON text: SQLite takes it apart without Python's lock, while the thread that judges goes on. Values
that are bound one by one took that lock for a quarter of the time that it takes to score stored answers again."""
_ROW = "(SELECT rowid FROM runs WHERE id = ?)"
"""Which run came before which is told by their rows, not by their ids: clocks are set back."""
_RUN = "SELECT id, started, ended, status, who, git_commit, config, totals FROM runs"

_OF_CASES = "CASE WHEN json_valid(config) THEN config END -> '$.production' IS NULL"

_COUNT = "SELECT count(*) FROM evaluations WHERE column_pk IN (SELECT pk FROM run_columns WHERE run_id = ?)"

_BY_ROOT = """
SELECT count(*), coalesce(sum(passed) FILTER (WHERE counts), 0), count(passed) FILTER (WHERE counts),
    count(*) FILTER (WHERE counts AND passed IS NULL)
FROM (SELECT coalesce(root_id, case_id) AS root, passed, ?2 IS NULL OR repeat < ?2 AS counts FROM evaluations
    WHERE column_pk = ?1) GROUP BY root
"""

_PAGE = 200
"""A page has so many evaluations or more, but for the last one."""
_VERDICTS = (Verdicts.FAILED, Verdicts.NONE, Verdicts.PASSED)
_OF_CASE = """
SELECT runs.id, runs.started, prompt, version, model_name, repeat, done.passed,
    substr(coalesce(answer.text, ''), 1, 400), done.error
FROM runs CROSS JOIN run_columns ON run_columns.run_id = runs.id
CROSS JOIN evaluations AS done ON done.column_pk = run_columns.pk AND done.case_id = ?
LEFT JOIN responses AS answer ON answer.pk = response_pk
ORDER BY runs.rowid DESC, run_columns.pk, repeat LIMIT ?
"""
"""From the runs on, the newest first, so that the index on (column, case, repeat) is used and a long history is not
read to its end."""

_LAST = re.compile(r"last(?:-([0-9]{1,6}))?")
_ENDING = re.compile(r"[0-9A-Za-z]{6,26}")
"""A run can be called by so many of the last characters of its id, or more."""


RunStatus = Literal["running", "complete", "incomplete", "interrupted"]


class Place(NamedTuple):
    """How far `RunStore.failing_first` has come: which verdict of which column, and what was read last."""

    number: int
    case_id: str
    repeat: int


class RootCounts(NamedTuple):
    """The evaluations of one lineage in one column."""

    made: int
    passed: int
    judged: int
    errors: int


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as the history shows it."""

    id: str
    started: str
    ended: str | None
    status: RunStatus
    who: str
    git_commit: str | None
    config: dict[str, Any]
    totals: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PastVerdict:
    """What a recorded run found about one case under one of its columns."""

    run_id: str
    started: str
    """When the run began: ISO 8601, UTC."""
    prompt: str
    version: str
    model_name: str
    repeat: int
    passed: bool | None
    answer: str
    """The beginning of the answer; empty when there is none."""
    error: str | None


class RunStore(Store):
    """Runs by id, the newest last."""

    def __init__(self, db: Database, writer: Writer) -> None:
        super().__init__(db, writer)
        self._grades: Memo[CheckResult] = Memo(writer)

    def start(self, config: dict[str, Any], *, who: str, git_commit: str | None) -> Future[str]:
        """Record that a run begins; gives its id."""
        run_id = new_id()
        row = (run_id, now(), "running", who, git_commit, dump(config), "{}")

        def work(db: Database) -> str:
            db.conn.execute(
                "INSERT INTO runs (id, started, status, who, git_commit, config, totals) VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            return run_id

        return self._writer.submit(work)

    def add(self, run_id: str, evaluations: Sequence[Evaluation]) -> Future[int]:
        """Record judged answers of a run; one that is there already is replaced."""
        evaluations = tuple(evaluations)

        def work(db: Database) -> int:
            known = self._grades.known()
            columns = _columns(db, run_id, evaluations)
            rows = [
                _row(columns[done.task.variant.key], done, grade_list(db, done.checks, known)) for done in evaluations
            ]
            db.conn.execute(_INSERT, (orjson.dumps(rows),))
            return len(evaluations)

        return self._writer.submit(work)

    def finish(self, run_id: str, status: RunStatus, totals: dict[str, Any]) -> Future[Any]:
        """Record how a run ended."""
        row = (now(), status, dump(totals), run_id)
        return self._writer.submit(
            lambda db: db.conn.execute("UPDATE runs SET ended = ?, status = ?, totals = ? WHERE id = ?", row).rowcount
        )

    def by_root(self, column_pk: int, before: int | None = None) -> Iterator[RootCounts]:
        """The verdicts of a run's column by independent root. `before`: only repeats before this one give verdicts."""
        for row in self._each(_BY_ROOT, [column_pk, before]):
            yield RootCounts(*row)

    def set_totals(self, run_id: str, totals: dict[str, Any]) -> Future[Any]:
        """Record what a run came to, counted anew: it ended when it ended."""
        row = (dump(totals), run_id)
        return self._writer.submit(lambda db: db.conn.execute("UPDATE runs SET totals = ? WHERE id = ?", row).rowcount)

    def all(self) -> list[RunRecord]:
        """All runs, the oldest first."""
        return self._records(f"{_RUN} ORDER BY rowid")

    def page(self, before: str | None = None, limit: int = 200) -> list[RunRecord]:
        """Runs, the newest first; with `before`, those that began before that one."""
        if before is None:
            return self._records(f"{_RUN} ORDER BY rowid DESC LIMIT ?", limit)
        return self._records(f"{_RUN} WHERE rowid < {_ROW} ORDER BY rowid DESC LIMIT ?", before, limit)

    def get(self, run_id: str) -> RunRecord:
        """One run. Raises NotFoundError when there is none of that id."""
        found = self._records(f"{_RUN} WHERE id = ?", run_id)
        if not found:
            raise NotFoundError(f"no run {run_id}", hint="synterm history PROJECT lists them")
        return found[0]

    def named(self, name: str, *, complete: bool = False, of_cases: bool = False) -> RunRecord:
        """The run that `name` names, see `find`. Raises NotFoundError where that is none, UsageError where several."""
        found = self.find(name, complete=complete, of_cases=of_cases)
        if found is None:
            hint = near(name, ("last", "last-1")) or "synterm history PROJECT lists them"
            raise NotFoundError(f"no run {one_line(name, 100)!r}", hint=hint)
        return found

    def find(self, name: str, *, complete: bool = False, of_cases: bool = False) -> RunRecord | None:
        """The run of that id, or whose id ends so (6 characters or more, in any case); ``last``, or ``last-2`` for the
        second before the last; None for another name.

        `complete`: which came last is counted over complete runs only; `of_cases`: over those that evaluated cases, and
        no traffic. Raises NotFoundError where there are not so many
        runs, UsageError where several end so.
        """
        if said := _LAST.fullmatch(name):
            return self._last(name, int(said[1] or 0), complete=complete, of_cases=of_cases)
        if not _ENDING.fullmatch(name):
            return None
        found = self._records(f"{_RUN} WHERE id LIKE ? LIMIT 2", f"%{name.upper()}")
        if len(found) > 1:
            raise UsageError(f"several runs have an id that ends in {name}", hint="give more of the id")
        return found[0] if found else None

    def _last(self, name: str, back: int, *, complete: bool, of_cases: bool) -> RunRecord:
        terms = ["status = 'complete'"] * complete + [_OF_CASES] * of_cases
        only = f"WHERE {' AND '.join(terms)} " if terms else ""
        found = self._records(f"{_RUN} {only}ORDER BY rowid DESC LIMIT 1 OFFSET ?", back)
        if found:
            return found[0]
        hint = f"synterm run {self._writer.path} makes one"
        kind = "complete runs" if complete else "runs"
        if self.page(limit=1):
            raise NotFoundError(f"there is no {name}: there are not so many {kind}", hint=hint)
        raise NotFoundError("there is no recorded run yet", hint=hint)

    def remove(self, run_id: str) -> Future[int]:
        """Remove a run with its evaluations; gives how many those were. Answers stay, so asking again costs nothing.

        The future raises NotFoundError when there is no run of that id, ProjectError while a baseline pins it.
        """

        def work(db: Database) -> int:
            refuse_pinned(db, run_id)
            (count,) = db.conn.execute(_COUNT, (run_id,)).fetchone()
            if not db.conn.execute("DELETE FROM runs WHERE id = ?", (run_id,)).rowcount:
                raise NotFoundError(f"no run {run_id}", hint="someone else has removed it")
            return count

        return self._writer.submit(work)

    def last_like(self, digest: str) -> RunRecord | None:
        """The run that began last of those whose configuration has this ``plan``."""
        plan = "CASE WHEN json_valid(config) THEN config ->> 'plan' END"
        return next(iter(self._records(f"{_RUN} WHERE {plan} = ? ORDER BY rowid DESC LIMIT 1", digest)), None)

    def columns(self, run_id: str) -> list[Column]:
        """The columns of a run's grid, in the order they began."""
        sql = "SELECT pk, prompt, version, body_id, model_name FROM run_columns WHERE run_id = ? ORDER BY pk"
        return [(row[0], row[1], row[2], row[3], row[4]) for row in self._rows(sql, [run_id])]

    def failing_first(self, run_id: str, after: Place | None = None) -> tuple[list[Recorded], Place | None]:
        """A page of a run's evaluations: those that failed, those without a verdict, those that passed.

        `after` is what the page before gave; None in the answer says that there are no more.
        """
        columns, reader = self.columns(run_id), RecordedReader(self._rows)
        place, found = after or Place(0, "", -1), list[Recorded]()
        while place.number < len(_VERDICTS) * len(columns) and len(found) < _PAGE:
            verdict, column = divmod(place.number, len(columns))
            with self._reading("an evaluation"):
                page = reader.page(columns[column], place[1:], _VERDICTS[verdict])
            found += page
            last = Place(place.number, page[-1].case_id, page[-1].repeat) if page else None
            place = last or Place(place.number + 1, "", -1)
        return found, place if found else None

    def recorded(
        self, run_id: str, only: Verdicts = Verdicts.ALL, cases: Collection[str] | None = None
    ) -> Iterator[Recorded]:
        """A run's evaluations by column (in the order they began), case id and repeat, read page by page.

        `only` those with such a verdict, and those of these `cases`.
        """
        columns = self.columns(run_id)
        reader = RecordedReader(self._rows)
        for column in columns:
            pages = reader.pages(column, only, cases)
            while page := self._next(pages):
                yield from page

    def of_case(self, case_id: str, limit: int = 50) -> list[PastVerdict]:
        """What the recorded runs found about a case, the newest run first; at most `limit`."""
        rows = self._rows(_OF_CASE, [case_id, limit])
        return [
            PastVerdict(
                run_id, started, prompt, version, model, repeat, None if passed is None else bool(passed), answer, error
            )
            for run_id, started, prompt, version, model, repeat, passed, answer, error in rows
        ]

    def _next(self, pages: Iterator[list[Recorded]]) -> list[Recorded] | None:
        with self._reading("an evaluation"):
            return next(pages, None)

    def _records(self, sql: str, *values: str | int) -> list[RunRecord]:
        rows = self._rows(sql, values)
        with self._reading("a run"):
            return [RunRecord(*row[:6], config=orjson.loads(row[6]), totals=orjson.loads(row[7])) for row in rows]


def _columns(db: Database, run_id: str, evaluations: Sequence[Evaluation]) -> dict[tuple[str, str], int]:
    """The rows of a run's columns by variant key."""
    variants = {done.task.variant.key: done.task.variant for done in evaluations}
    return {key: _column(db, run_id, variant) for key, variant in variants.items()}


def _column(db: Database, run_id: str, variant: Variant) -> int:
    """The row of a run's column, added where there is none."""
    body_id, model_name = variant.key
    db.conn.execute(
        "INSERT OR IGNORE INTO run_columns (run_id, prompt, version, body_id, model_name) VALUES (?, ?, ?, ?, ?)",
        (run_id, storable(variant.prompt), variant.version, body_id, model_name),
    )
    return db.conn.execute(
        "SELECT pk FROM run_columns WHERE run_id = ? AND body_id = ? AND model_name = ?", (run_id, body_id, model_name)
    ).fetchone()[0]


def _row(column: int, evaluation: Evaluation, grades: str) -> tuple[Any, ...]:
    task, completion, passed = evaluation.task, evaluation.completion, evaluation.passed
    case = task.case
    return (
        column,
        case.id,
        task.repeat,
        case.scenario_id,
        None if case.root_id == case.id else case.root_id,
        task.content_id,
        completion.stored,
        passed,
        evaluation.score,
        text_or_none(evaluation.label),
        grades,
        completion.outcome.value,
        text_or_none(evaluation.error),
        text_or_none(completion.hint) if passed is None else None,
        completion.cached,
    )

"""Laying one file beside those that were read before: only what none of them says takes room."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from synterm.storage.connect import damaged
from synterm.storage.merge.recorded import gather_runs
from synterm.storage.merge.scratch import OUTER, Scratch
from synterm.storage.merge.source import Source
from synterm.storage.merge.sql import as_text, response_of, same
from synterm.storage.merge.tables import EDITED, NAMED, Edited, Named
from synterm.storage.merge.waiting import COSTS, RESERVED, gather_batches


@dataclass(frozen=True, slots=True)
class Count:
    """Of one table, how many rows of a file nobody had, how many say something else, how many were known."""

    added: int = 0
    changed: int = 0
    known: int = 0


@dataclass(slots=True)
class Gathered:
    """What a file brought, by table."""

    source: Source
    counts: dict[str, Count] = field(default_factory=dict[str, Count])
    new_runs: list[str] = field(default_factory=list[str])

    def recount_runs(self, known: Collection[str]) -> None:
        """Count these runs as known: they are parts of one that a file had."""
        parts = sum(run_id in known for run_id in self.new_runs)
        counted = self.counts["runs"]
        self.counts["runs"] = Count(counted.added - parts, 0, counted.known + parts)


def gather(scratch: Scratch, source: Source, base: Source | None) -> Gathered:
    """Take a file in. Raises ProjectError for one that is damaged."""
    found = Gathered(source)
    with scratch.attached(source):
        for named in NAMED:
            found.counts[named.table] = _named(scratch, source, named)
        found.counts["responses"] = _responses(scratch)
        for one in EDITED:
            found.counts[one.table] = _edited(scratch, source, one)
            if base and source is not base:
                _gone(scratch, source, one)
        found.new_runs = gather_runs(scratch, source).runs
        known = scratch.one(f"SELECT count(*) FROM {OUTER}.runs") - len(found.new_runs)
        found.counts["runs"] = Count(len(found.new_runs), 0, known)
        if base and source is not base:
            _runs_gone(scratch, source)
        gather_batches(scratch)
        _spending(scratch, source)
    return found


def _named(scratch: Scratch, source: Source, named: Named) -> Count:
    """Take in rows that are called by what they say. One that is written in two ways is kept in the smaller one."""
    wrong: list[Any] = []

    def checked(key: Any, *says: Any) -> Any:
        # The same thing may be written in two ways; what is called alike and says something else, no synterm wrote.
        half = len(says) // 2
        try:
            if named.name_of and any(named.name_of(*part) != key for part in (says[:half], says[half:])):
                wrong.append(key)
        except (ValueError, TypeError):
            wrong.append(key)
        return says[:half] < says[half:]

    count = 1 + 2 * len(named.says)
    scratch.db.conn.create_function("first_is_less", count, checked, deterministic=True)
    says = ", ".join(named.says)
    kept, new = (", ".join(f"{side}.{name}" for name in named.says) for side in (named.table, "excluded"))
    changed = ", ".join(f"{name} = excluded.{name}" for name in named.says)
    before = scratch.one(f"SELECT count(*) FROM {named.table}")
    row = _row_if(before == 0)
    scratch.run(
        f"INSERT INTO {named.table} ({row}{named.key}, {says}) SELECT {row}{named.key}, {says} "
        f"FROM {OUTER}.{named.table} AS new WHERE {_not_in_its_row(named.table, (named.key, *named.says))} "
        f"AND NOT EXISTS (SELECT 1 FROM {named.table} AS old WHERE old.{named.key} = new.{named.key} "
        f"AND {same('old', 'new', named.says)}) ON CONFLICT ({named.key}) DO UPDATE SET {changed} "
        f"WHERE NOT first_is_less({named.table}.{named.key}, {kept}, {new})"
    )
    if wrong:
        raise damaged("a row that is called by what it says", source.path)
    added = scratch.one(f"SELECT count(*) FROM {named.table}") - before
    return Count(added, 0, scratch.one(f"SELECT count(*) FROM {OUTER}.{named.table}") - added)


def _responses(scratch: Scratch) -> Count:
    columns = scratch.answer_columns
    names = ", ".join(columns)
    # Of rows that are equal to the last letter one file may have two: they are one answer.
    added = scratch.run(
        f"INSERT INTO responses ({names}) SELECT {names} FROM {OUTER}.responses AS new WHERE NOT EXISTS "
        f"(SELECT 1 FROM responses AS old WHERE {same('old', 'new', columns)}) ORDER BY new.pk"
    )
    return Count(added, 0, scratch.one(f"SELECT count(*) FROM {OUTER}.responses") - added)


def _edited(scratch: Scratch, source: Source, one: Edited) -> Count:
    columns = [name for name in scratch.columns[one.table] if name != one.number]
    taken = {name: f"new.{name}" for name in columns}
    if "response_pk" in taken:
        taken["response_pk"] = response_of("new.response_pk", scratch.answer_columns)
    equal = " AND ".join(f"old.{name} IS {taken[name]}" for name in columns)
    last = scratch.one(f"SELECT coalesce(max(rowid), 0) FROM {one.table}")
    row = _row_if(last == 0)
    alike = "TRUE" if "response_pk" in taken else _not_in_its_row(one.table, columns)
    new = scratch.run(
        f"INSERT INTO {one.table} ({row}file, {', '.join(columns)}) SELECT {row}?, {', '.join(taken.values())} "
        f"FROM {OUTER}.{one.table} AS new WHERE {alike} AND NOT EXISTS (SELECT 1 FROM {one.table} AS old "
        f"WHERE {same('old', 'new', one.key)} AND {equal})",
        [source.number],
    )
    before = f"SELECT 1 FROM {one.table} AS old WHERE {same('old', 'new', one.key)} AND old.rowid <= ?2"
    added = scratch.one(
        f"SELECT count(*) FROM {one.table} AS new WHERE rowid > ?1 AND NOT EXISTS ({before})", [last, last]
    )
    total = scratch.one(f"SELECT count(*) FROM {OUTER}.{one.table}")
    return Count(added, new - added, total - new)


def _row_if(first: bool) -> str:
    """The row's number, which the rows of the first file keep."""
    return "rowid, " if first else ""


def _not_in_its_row(table: str, columns: Iterable[str]) -> str:
    """SQL for: the row of the same number says something else. Copies have nearly all rows where they were, and that is
    looked up several times as fast as a name."""
    return f"NOT EXISTS (SELECT 1 FROM {table} AS at WHERE at.rowid = new.rowid AND {same('at', 'new', columns)})"


def _gone(scratch: Scratch, source: Source, one: Edited) -> None:
    """Note which rows of the base the file does not have any more."""
    key = f"json_array({', '.join(as_text(f'old.{name}') for name in one.key)})"
    scratch.run(
        f"INSERT INTO gone SELECT '{one.table}', {key}, ?1 FROM {one.table} AS old WHERE file = 0 AND NOT EXISTS "
        f"(SELECT 1 FROM {OUTER}.{one.table} AS new WHERE {same('new', 'old', one.key)})",
        [source.number],
    )


def _runs_gone(scratch: Scratch, source: Source) -> None:
    scratch.run(
        f"INSERT INTO gone SELECT 'runs', id, ? FROM base_runs WHERE id NOT IN (SELECT id FROM {OUTER}.runs)",
        [source.number],
    )


def _spending(scratch: Scratch, source: Source) -> None:
    """What the file says of each day, what the answers of that day cost, and what is set aside for its batches."""
    if scratch.one(f"SELECT count(*) FROM {OUTER}.spending"):
        scratch.run(
            "INSERT INTO spent SELECT spent.day, ?, spent_usd, reserved_usd, coalesce(known_usd, 0.0), "
            f"coalesce(waiting_usd, 0.0) FROM {OUTER}.spending AS spent "
            f"LEFT JOIN ({COSTS.format(schema=OUTER)}) AS cost ON cost.day = spent.day "
            f"LEFT JOIN ({RESERVED.format(schema=OUTER)}) AS held ON held.day = spent.day",
            [source.number],
        )

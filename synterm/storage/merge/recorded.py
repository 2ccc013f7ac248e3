"""Taking in runs, with what they found."""

from __future__ import annotations

from typing import NamedTuple

from synterm.storage.connect import damaged
from synterm.storage.merge.scratch import OUTER, Scratch
from synterm.storage.merge.source import Source
from synterm.storage.merge.sql import response_of

_RANK = "CASE status WHEN 'complete' THEN 3 WHEN 'incomplete' THEN 2 WHEN 'interrupted' THEN 1 ELSE 0 END"
_EVALUATIONS = (
    "(SELECT count(*) FROM {schema}.evaluations WHERE column_pk IN "
    "(SELECT pk FROM {schema}.run_columns WHERE run_id = {run}))"
)


class Added(NamedTuple):
    """What was new."""

    runs: list[str]
    """The ids of runs that nobody had."""
    evaluations: int


def gather_runs(scratch: Scratch, source: Source) -> Added:
    """Take in the runs that are new, or of which this file knows more: it was copied later.

    A run never changes once it has ended, so of two copies the one that ended counts, and the one with more in it.
    """
    new: list[str] = []
    runs: list[str] = []
    added = 0
    for run_id, rank, ended in scratch.rows(f"SELECT id, {_RANK}, coalesce(ended, '') FROM {OUTER}.runs ORDER BY id"):
        there = scratch.rows(f"SELECT {_RANK}, coalesce(ended, '') FROM main.runs WHERE id = ?", [run_id])
        if not there:
            new.append(run_id)
            runs.append(run_id)
        elif (rank, ended) >= there[0] and _knows_more(scratch, run_id, (rank, ended) > there[0], ended=rank == 3):
            forget(scratch, run_id)
            new.append(run_id)
    if new:
        _map_grades(scratch)
    for run_id in new:
        added += _take(scratch, source, run_id)
    return Added(runs, added)


def _knows_more(scratch: Scratch, run_id: str, later: bool, *, ended: bool) -> bool:
    if later or ended:
        return later
    here, there = (
        scratch.one(f"SELECT {_EVALUATIONS.format(schema=schema, run='?1')}", [run_id]) for schema in ("main", OUTER)
    )
    return there > here


def forget(scratch: Scratch, run_id: str) -> None:
    """Leave a run out that was taken in."""
    scratch.run("DELETE FROM evaluations WHERE column_pk IN (SELECT pk FROM run_columns WHERE run_id = ?)", [run_id])
    scratch.run("DELETE FROM run_columns WHERE run_id = ?", [run_id])
    scratch.run("DELETE FROM runs WHERE id = ?", [run_id])
    scratch.run("DELETE FROM since WHERE run_id = ?", [run_id])


def _map_grades(scratch: Scratch) -> None:
    scratch.run("CREATE TEMP TABLE IF NOT EXISTS grade_of (old INTEGER PRIMARY KEY, new INTEGER)")
    scratch.run("DELETE FROM grade_of")
    scratch.run(
        f"INSERT INTO grade_of SELECT source.pk, main.grades.pk FROM {OUTER}.grades AS source "
        "CROSS JOIN main.grades ON main.grades.key = source.key"
    )


def _take(scratch: Scratch, source: Source, run_id: str) -> int:
    """Take in a run; gives how many evaluations it has."""
    names = ", ".join(scratch.columns["runs"])
    scratch.run(f"INSERT INTO main.runs ({names}) SELECT {names} FROM {OUTER}.runs WHERE id = ?", [run_id])
    scratch.run(
        f"INSERT INTO since SELECT id, (SELECT max(created) FROM {OUTER}.responses WHERE pk <= config ->> '$.since') "
        f"FROM {OUTER}.runs WHERE id = ? AND status <> 'complete' AND json_valid(config)",
        [run_id],
    )
    columns = [name for name in scratch.columns["run_columns"] if name != "pk"]
    listed, count = ", ".join(columns), 0
    for (old,) in scratch.rows(f"SELECT pk FROM {OUTER}.run_columns WHERE run_id = ? ORDER BY pk", [run_id]):
        scratch.run(
            f"INSERT INTO main.run_columns ({listed}) SELECT {listed} FROM {OUTER}.run_columns WHERE pk = ?", [old]
        )
        count += _take_column(scratch, source, old, scratch.one("SELECT last_insert_rowid()"))
    return count


def _take_column(scratch: Scratch, source: Source, old: int, new: int) -> int:
    taken = {name: f"found.{name}" for name in scratch.columns["evaluations"]}
    taken["column_pk"] = "?2"
    taken["response_pk"] = response_of("found.response_pk", scratch.answer_columns)
    taken["grades"] = (
        "(SELECT json_group_array(new ORDER BY listed.key) FROM json_each(found.grades) AS listed "
        "LEFT JOIN grade_of ON old = listed.value)"
    )
    count = scratch.run(
        f"INSERT INTO main.evaluations ({', '.join(taken)}) SELECT {', '.join(taken.values())} "
        f"FROM {OUTER}.evaluations AS found WHERE column_pk = ?1",
        [old, new],
    )
    lost = "SELECT 1 FROM main.evaluations WHERE column_pk = ? AND instr(grades, 'null') LIMIT 1"
    if scratch.rows(lost, [new]):
        raise damaged("a check's result", source.path)
    return count

"""Batches at providers: what one file waits for, the merged one waits for too, unless another has collected it."""

from __future__ import annotations

from sqlite_utils import Database

from synterm.storage.merge.scratch import OUTER, Scratch

_RANK = "CASE {of}.state WHEN 'begun' THEN 0 WHEN 'running' THEN 1 WHEN 'forgotten' THEN 2 ELSE 3 END"
OPEN = "('begun', 'running')"
"""The states of batches that answers may still come from."""
RESERVED = """
SELECT day, total(worst_usd) AS waiting_usd FROM {schema}.batch_requests AS asked
JOIN {schema}.batches AS of ON of.id = asked.batch_id
WHERE reserved_usd > 0 AND state IN ('begun', 'running') GROUP BY day
"""
"""What is set aside on each day for requests of batches."""
COSTS = """
SELECT day, total(cost_usd) AS known_usd FROM (
    SELECT substr(created, 1, 10) AS day, cost_usd FROM {schema}.responses WHERE batch_id IS NULL
    UNION ALL
    SELECT coalesce(of.day, substr(min(answer.created), 1, 10)), max(cost_usd) FROM {schema}.responses AS answer
    LEFT JOIN {schema}.batches AS of ON of.id = answer.batch_id
    WHERE answer.batch_id IS NOT NULL GROUP BY answer.batch_id, answer.key
) GROUP BY day
"""
"""What the answers of each day cost. That of a batch counts on the day when it was handed in, and once, whoever
collected it."""


def gather_batches(scratch: Scratch) -> None:
    """Take in the batches of the attached file. Of two copies the one counts that came further."""
    names = scratch.columns["batches"]

    def sorted_by(of: str) -> str:
        texts = ", ".join(f"coalesce({of}.{name}, '')" for name in names if name not in ("id", "updated"))
        return f"({_RANK.format(of=of)}, {of}.updated, {texts})"

    changed = ", ".join(f"{name} = excluded.{name}" for name in names)
    scratch.run(
        f"INSERT INTO main.batches ({', '.join(names)}) SELECT {', '.join(names)} FROM {OUTER}.batches WHERE TRUE "
        f"ON CONFLICT (id) DO UPDATE SET {changed} WHERE {sorted_by('excluded')} > {sorted_by('batches')}"
    )
    listed = ", ".join(scratch.columns["batch_requests"])
    scratch.run(f"INSERT OR IGNORE INTO main.batch_requests ({listed}) SELECT {listed} FROM {OUTER}.batch_requests")


def write_batches(db: Database, scratch: Scratch) -> None:
    """Write the batches, and what they still wait for: a request whose answer some file has is none of that, and no
    request stands in two batches."""
    names, listed = (", ".join(scratch.columns[table]) for table in ("batches", "batch_requests"))
    db.conn.execute(f"INSERT INTO main.batches ({names}) SELECT {names} FROM made.batches ORDER BY id")
    db.conn.execute(
        f"INSERT OR IGNORE INTO main.batch_requests ({listed}) SELECT {listed} FROM made.batch_requests AS asked "
        f"WHERE batch_id IN (SELECT id FROM main.batches WHERE state IN {OPEN}) AND NOT EXISTS "
        "(SELECT 1 FROM main.responses AS answer WHERE answer.key = asked.key AND answer.batch_id = asked.batch_id) "
        "ORDER BY batch_id, key"
    )

"""Removing runs that nobody will look at again, and what only they needed."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from sqlite_utils import Database

from synterm.storage.base import Store, dump
from synterm.storage.baselines import refuse_pinned

_CHOSEN = "(SELECT value FROM json_each(:runs))"
_LEFT = f"(SELECT pk FROM run_columns WHERE run_id NOT IN {_CHOSEN})"
_EVALUATIONS = f"""
SELECT count(*) FROM evaluations WHERE column_pk IN (SELECT pk FROM run_columns WHERE run_id IN {_CHOSEN})
"""
_FREE = f"""
FROM responses WHERE created < coalesce((SELECT min(started) FROM runs WHERE id NOT IN {_CHOSEN}), '9')
AND pk NOT IN (SELECT response_pk FROM evaluations WHERE response_pk IS NOT NULL AND column_pk IN {_LEFT})
AND pk NOT IN (SELECT response_pk FROM reviews WHERE response_pk IS NOT NULL)
AND pk < (SELECT max(pk) FROM responses)
"""
"""Answers that came before the first run that stays, and that neither such a run nor a review names. Later ones may be
what a judge replied for a run that stays, or a turn of a dialog: no evaluation names those. The last row stays, so that
no number is given again: who looked an answer up before it went, and names it afterwards, must not name another one."""
UNUSED = (
    """
    FROM contents WHERE id NOT IN (SELECT content_id FROM cases)
    AND id NOT IN (SELECT lower(hex(content_id)) FROM evaluations)
    AND id NOT IN (SELECT lower(hex(content_id)) FROM reviews)
    AND id NOT IN (SELECT content_id FROM batch_requests)
    """,
    """
    FROM prompt_bodies WHERE id NOT IN (SELECT body_id FROM prompt_versions)
    AND id NOT IN (SELECT body_id FROM run_columns) AND id NOT IN (SELECT body_id FROM responses)
    AND id NOT IN (SELECT body_id FROM batch_requests)
    """,
)
"""Contents and prompts that nothing has any more. What checks found stays, and so do recipes: a workbench that is open
beside has their rows in mind."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What pruning destroys."""

    runs: int
    evaluations: int
    answers: int
    """Answers of models: the cache has them no longer."""
    cost_usd: float
    """What those answers cost when they were made, as far as it is known."""


class PruningStore(Store):
    """Removes runs."""

    def pinned(self) -> dict[str, list[str]]:
        """The names of the baselines that pin a run, by its id: such a run can't be removed."""
        found: dict[str, list[str]] = {}
        for run_id, name in self._rows("SELECT DISTINCT run_id, name FROM baselines ORDER BY name"):
            found.setdefault(run_id, []).append(name)
        return found

    def effect(self, run_ids: Sequence[str], *, answers: bool) -> Effect:
        """What removing these runs destroys; with `answers`, also answers that only they needed."""
        return _effect(self._db, run_ids, answers=answers)

    def prune(self, run_ids: Sequence[str], *, answers: bool) -> Future[Effect]:
        """Remove these runs with their evaluations; gives what that destroyed.

        With `answers`, also the answers that came before the first run that stays and that no such run and no review
        names: asked for again, they cost again. Contents and prompts that nothing has any more go too. Raises
        ProjectError for a run that is pinned.
        """
        chosen = list(run_ids)

        def work(db: Database) -> Effect:
            for run_id in chosen:
                refuse_pinned(db, run_id)
            effect = _effect(db, chosen, answers=answers)
            values = {"runs": dump(chosen)}
            if answers:
                db.conn.execute(f"DELETE {_FREE}", values)
            db.conn.execute(f"DELETE FROM runs WHERE id IN {_CHOSEN}", values)
            for rows in UNUSED:
                db.conn.execute(f"DELETE {rows}")
            return effect

        return self._writer.submit(work)


def _effect(db: Database, run_ids: Sequence[str], *, answers: bool) -> Effect:
    values = {"runs": dump(list(run_ids))}
    (evaluations,) = db.conn.execute(_EVALUATIONS, values).fetchone()
    count, cost = 0, 0.0
    if answers:
        count, cost = db.conn.execute(f"SELECT count(*), total(cost_usd) {_FREE}", values).fetchone()
    return Effect(len(run_ids), evaluations, count, cost)

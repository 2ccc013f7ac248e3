"""Traffic on its way through a run: how much there is, and its answers among all that the file holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple

import orjson
from sqlite_utils import Database

from synterm.core.completion import Outcome
from synterm.core.evaluation import Task
from synterm.core.ids import content_id
from synterm.core.prompt import PromptBody
from synterm.core.traffic import LoggedCall
from synterm.storage.base import Store, chunks, dump
from synterm.storage.clock import now
from synterm.storage.traffic import TrafficFilter
from synterm.text import storable

_PAGE = 500
_ANSWERED = ", ".join(f"'{outcome}'" for outcome in Outcome if outcome.answered)
_KINDS = f"""
SELECT model, placing, coalesce(scenario_id, ''), expected IS NOT NULL, coalesce(confidence, 1) >= ?,
    count(*), sum(outcome NOT IN ({_ANSWERED})), sum(weight), min(weight), max(weight), min(served), max(served)
FROM {{calls}} GROUP BY 1, 2, 3, 4, 5
"""
_ANSWERS = (
    "key, body_id, content_id, model, outcome, text, finish_reason, prompt_tokens, completion_tokens, cost_usd, "
    "latency_ms"
)
_ANSWER_VALUES = ", ".join(
    ["unhex(value ->> 0)", *(f"value ->> {place}" for place in range(1, _ANSWERS.count(",") + 1))]
)
_KEEP_ANSWERS = (
    f"INSERT INTO responses ({_ANSWERS}, raw, created, attempts) SELECT {_ANSWER_VALUES}, x'', ?2, 1 FROM json_each(?1)"
)
_KEEP_CONTENTS = (
    "INSERT OR IGNORE INTO contents (id, input, expected) SELECT value ->> 0, value ->> 1, value ->> 2 "
    "FROM json_each(?)"
)
_KEPT = "SELECT value, max(pk) FROM json_each(?) CROSS JOIN responses ON responses.key = unhex(value) GROUP BY value"
_EXPECTED = """
SELECT DISTINCT scenario_id, contents.expected FROM cases JOIN contents ON contents.id = content_id
WHERE status = 'accepted'
"""


class Kind(NamedTuple):
    """Calls that are alike, counted."""

    model: str
    placing: str
    scenario_id: str
    """Empty unless they are placed."""
    expected: bool
    """Whether the log tells what was expected."""
    sure: bool
    """Whether they are placed with as much confidence as was asked for."""
    calls: int
    unanswered: int
    weight: float
    lightest: float
    heaviest: float
    first: str
    last: str


class LoggedStore(Store):
    """What judging traffic reads and writes."""

    def kinds(self, which: TrafficFilter, min_confidence: float = 0.0, limit: int | None = None) -> list[Kind]:
        """The calls that are meant, counted; `limit`: of the first so many."""
        where, values = which.sql
        calls = f"traffic WHERE {where}"
        if limit is not None:
            calls, values = f"(SELECT * FROM {calls} ORDER BY id LIMIT ?)", [*values, limit]
        rows = self._rows(_KINDS.format(calls=calls), [min_confidence, *values])
        return [Kind._make((*row[:3], bool(row[3]), bool(row[4]), *row[5:])) for row in rows]

    def mark(self) -> tuple[int, str]:
        """The row that came last, and the id of the call in it; 0 where there is none."""
        row = self._row("SELECT pk, id FROM traffic ORDER BY pk DESC LIMIT 1")
        return (row[0], row[1]) if row else (0, "")

    def row_of(self, call_id: str) -> int | None:
        """The row that a call is in; None where it is gone."""
        row = self._row("SELECT pk FROM traffic WHERE id = ?", [call_id])
        return row[0] if row else None

    def weights(self, ids: Iterable[str]) -> dict[str, float]:
        """For how many calls each stands; one that is gone is left out."""
        sql = "SELECT id, weight FROM traffic WHERE id IN (SELECT value FROM json_each(?))"
        return dict(row for part in chunks(ids, _PAGE) for row in self._rows(sql, [dump(part)]))

    def expectations(self) -> dict[str, list[Any]]:
        """What the accepted cases of each scenario expect, each value once; None stands for nothing."""
        found: dict[str, list[Any]] = {}
        for scenario_id, expected in self._rows(_EXPECTED):
            with self._reading("a case"):
                found.setdefault(scenario_id, []).append(orjson.loads(expected))
        return found

    def keep(self, judged: Sequence[tuple[LoggedCall, Task]], body: PromptBody) -> Future[list[int | None]]:
        """Keep answers and contents of calls, each with the evaluation that is made of it, so that a run can name them;
        gives the row of each answer, None where there is none. What is kept already stays, and is not kept twice.
        """
        keys = [_key(call) if call.outcome.answered else None for call, _ in judged]
        contents = orjson.dumps(
            [(task.content_id, dump(task.case.input), dump(task.case.expected)) for _, task in judged]
        )
        answers = {key: _answer(key, call, task, body) for key, (call, task) in zip(keys, judged, strict=True) if key}
        said = (body.id, body.model_dump_json())

        def work(db: Database) -> list[int | None]:
            db.conn.execute("INSERT OR IGNORE INTO prompt_bodies (id, body) VALUES (?, ?)", said)
            db.conn.execute(_KEEP_CONTENTS, (contents,))
            known = _rows_of(db, answers)
            if missing := [answer for key, answer in answers.items() if key not in known]:
                db.conn.execute(_KEEP_ANSWERS, (orjson.dumps(missing), now()))
                known = _rows_of(db, answers)
            return [known[key] if key else None for key in keys]

        return self._writer.submit(work)


def _rows_of(db: Database, keys: Iterable[str]) -> dict[str, int]:
    return dict(db.conn.execute(_KEPT, (dump([*keys]),)).fetchall())


def _key(call: LoggedCall) -> str:
    """What names the answer of a logged call: no request has such a key, so it is never served for one."""
    return content_id("logged", [call.id, call.outcome.value, storable(call.output)])


def _answer(key: str, call: LoggedCall, task: Task, body: PromptBody) -> tuple[Any, ...]:
    return (
        key,
        body.id,
        task.content_id,
        storable(call.model),
        call.outcome.value,
        storable(call.output),
        call.finish_reason and storable(call.finish_reason),
        call.usage.prompt,
        call.usage.completion,
        call.cost_usd,
        call.latency_ms,
    )

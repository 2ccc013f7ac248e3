"""Progress for machines: every event of a run as one line of JSON on stderr, written when it happened.

``{"event": "started" | "retrying" | "judged" | "halted" | "batch" | "note", …}``. A ``judged`` line is written
after the answer is on disk: who has read it may rely on it.
"""

from __future__ import annotations

import sys
from typing import Any

import orjson

from synterm.core.evaluation import Task
from synterm.evaluate.events import Event, Halted, InBatches, Judged, Preparing, Retrying, Started
from synterm.evaluate.run import RunProgress
from synterm.reports.json import safe_json


class JsonProgress:
    """Watches a run; what it saw last is in `seen`."""

    def __init__(self) -> None:
        self.seen: RunProgress | None = None

    def tell(self, text: str) -> None:
        """A message."""
        _write({"event": "note", "text": text})

    def __call__(self, event: Event, progress: RunProgress) -> None:
        """Write an event."""
        self.seen = progress
        if isinstance(event, InBatches):
            seen = {"batches": event.batches, "done": event.done, "total": event.total}
            _write({"event": "batch", **seen, "elapsed_s": round(event.elapsed_s, 3)})
        elif isinstance(event, Preparing):
            self.tell(event.words)
        elif isinstance(event, Started):
            _write({"event": "started", **_cell(event.task)})
        elif isinstance(event, Retrying):
            failure = {"outcome": event.failure.outcome.value, "error": event.failure.error}
            _write({"event": "retrying", **_cell(event.task), **failure, "wait_s": round(event.wait_s, 3)})
        elif isinstance(event, Halted):
            _write({"event": "halted", "reason": event.reason, "hint": event.hint, "left": event.left})
        elif isinstance(event, Judged):
            _write({**_judged(event), "done": progress.done, "planned": progress.planned})

    def close(self) -> None:
        """Nothing to put away."""


def _judged(event: Judged) -> dict[str, Any]:
    done, completion = event.evaluation, event.evaluation.completion
    return {
        "event": "judged",
        **_cell(done.task),
        "outcome": completion.outcome.value,
        "passed": done.passed,
        "score": done.score,
        "label": done.label,
        "error": done.error,
        "cached": completion.cached,
        "attempts": completion.attempts,
        "latency_ms": completion.latency_ms,
        "first_token_ms": completion.first_token_ms,
        "cost_usd": completion.cost_usd,
    }


def _cell(task: Task) -> dict[str, Any]:
    return {"case_id": task.case.id, "variant": task.variant.name, "repeat": task.repeat}


def _write(line: dict[str, Any]) -> None:
    sys.stderr.write(safe_json(orjson.dumps(line).decode()) + "\n")
    sys.stderr.flush()

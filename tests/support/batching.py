"""Runs in batches, in this process: LiteLLM's process is started once for all tests of a module."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from synterm.cli.choose import choose_cases, choose_variants
from synterm.core.report import RunReport
from synterm.errors import ModelError
from synterm.evaluate.alive import this_process
from synterm.evaluate.batch.plan import BatchPlan
from synterm.evaluate.events import Event, Judged, Preparing
from synterm.evaluate.limits import Limits
from synterm.evaluate.report import build_report
from synterm.evaluate.run import RunPlan, RunProgress, run
from synterm.providers.registry import Providers
from synterm.storage.project import Project
from tests.support.batch_stub import BatchStub
from tests.support.http_stub import Messages, Reply

MESSAGES = ["one", "two", "three", "four"]
KEY = "sk-canary-0123456789"
PRICED = {"price": {"input": 0, "output": 100_000}}
"""A tenth of a dollar for each token of an answer: a case costs 0.80 at most, and comes to 0.30."""
WAIT = BatchPlan()
NOW = BatchPlan(0.0)
"""Hand in, look once, and leave."""


@dataclass
class Made:
    """What came of a run."""

    report: RunReport | None = None
    left: ModelError | None = None
    """Why it ended before its end."""
    words: list[str] = field(default_factory=list[str])
    """What was told on the way."""
    judged: list[Judged] = field(default_factory=list[Judged])

    @property
    def told(self) -> str:
        """All that was told, as one text."""
        return "\n".join(self.words)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Passed, failed, errors."""
        assert self.report, self.left
        return self.report.totals.passed, self.report.totals.failed, self.report.totals.errors

    @property
    def errors(self) -> set[str]:
        """Why evaluations have no verdict."""
        return {event.evaluation.error for event in self.judged if event.evaluation.error}


class Bench:
    """Makes runs with one set of providers."""

    def __init__(self, providers: Providers) -> None:
        self.providers = providers

    async def run(self, path: Path, batch: BatchPlan | None = WAIT, **chosen: Any) -> Made:
        """All dev cases of a project under its draft, in batches."""
        made = Made()

        def watch(event: Event, _progress: RunProgress) -> None:
            if isinstance(event, Preparing):
                made.words.append(event.words)
            elif isinstance(event, Judged):
                made.judged.append(event)

        with Project.open(path) as project:
            plan = RunPlan(choose_variants(project, [], []), choose_cases(project, split="dev"), batch=batch, **chosen)
            try:
                run_id, result = await run(project, self.providers, plan, watch)
            except ModelError as left:
                made.left = left
            else:
                made.report = build_report(result, run_id=run_id, project=project.name)
        return made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bench(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    """The bench, with logs of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTERM_LOG_DIR", str(tmp_path_factory.mktemp("batch-logs")))
        async with Providers() as providers:
            yield Bench(providers)


def day_cap(usd: float) -> Limits:
    """What all may spend in a day together."""
    return Limits(day_cap_usd=usd)


def unless(word: str, otherwise: Reply) -> Callable[[Messages], str | Reply]:
    """Answers ``ok``, and what ends with `word` otherwise."""
    return lambda messages: otherwise if messages[-1]["content"].endswith(word) else "ok"


def sent(stub: BatchStub) -> tuple[int, int, int]:
    """How many files and batches were asked to be made, and single calls."""
    single = sum(call.path.endswith("/chat/completions") for call in stub.calls)
    return stub.seen["upload"], stub.seen["create"], single


def sizes(stub: BatchStub) -> list[int]:
    """How many requests each batch had."""
    return [len(stub.lines(batch)) for batch in stub.batches.values()]


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """What the project file says."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def change(path: Path, sql: str, *values: Any) -> None:
    """Write into the project file, as anyone can."""
    with closing(sqlite3.connect(path)) as db:
        db.execute(sql, values)
        db.commit()


def disown(path: Path) -> None:
    """As if the process that handed batches in were gone."""
    change(path, "UPDATE batches SET owner = ?", json.dumps({**this_process(), "pid": 2**22 + 1}))


def elsewhere(path: Path, minutes: int) -> None:
    """As if batches had been begun on another machine, so long ago."""
    created = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
    change(
        path, "UPDATE batches SET owner = ?, created = ?", json.dumps({"host": "another-container", "pid": 1}), created
    )

"""Runs by workers of this process, and what they come to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from synterm.cli.choose import choose_cases, choose_variants
from synterm.core.completion import Outcome
from synterm.core.evaluation import Evaluation
from synterm.evaluate.events import Event, Judged
from synterm.evaluate.report import RunResult
from synterm.evaluate.run import RunPlan, RunProgress, run
from synterm.executors.crew import Crew
from synterm.executors.judging import CrewJudging
from synterm.executors.provider import ElsewhereProvider
from synterm.executors.seats import PATIENCE, Patience
from synterm.providers.registry import Providers
from synterm.storage.project import Project
from tests.support.http_stub import Messages, Reply, Stub
from tests.support.near_engine import NearEngine

MANY = """\
synterm: 1
name: many
models:
  - {{name: stub, model: openai/stub, api_base: "{base}", price: {{input: 1, output: 1}}, params: {{max_tokens: 5}}}}
prompts:
  - name: router
    versions: [{{messages: [{{role: user, content: "{{{{ message }}}}"}}]}}]
tree:
  - feature: Routing
    checks: [{{type: label, labels: [even, odd]}}]
    behaviors:
      - behavior: Numbers
        scenarios:
          - scenario: all
            cases:
{cases}
"""


def many(stub: Stub, count: int) -> str:
    """A project of so many numbered cases; the even ones pass where the stub tells them from the odd."""
    cases = (f"              - {{input: 'case {number}', expected: even}}" for number in range(count))
    return MANY.format(base=stub.url, cases="\n".join(cases))


def parity(messages: Messages) -> Reply:
    """Takes a moment, so that many calls are under way."""
    return Reply("odd" if number_of(messages) % 2 else "even", delay_s=0.05)


def number_of(messages: Messages) -> int:
    """The number of the case that is asked about."""
    return int(messages[-1]["content"].rpartition(" ")[2])


async def made(
    path: Path,
    engine: NearEngine | None,
    told: list[str] | None = None,
    watch: Callable[[Event], None] = lambda _: None,
    patience: Patience = PATIENCE,
    **plan: Any,
) -> list[Evaluation]:
    """The evaluations of a run, by workers or here."""
    return (await whole(path, engine, told, watch, patience, **plan))[0]


async def whole(
    path: Path,
    engine: NearEngine | None,
    told: list[str] | None = None,
    watch: Callable[[Event], None] = lambda _: None,
    patience: Patience = PATIENCE,
    **plan: Any,
) -> tuple[list[Evaluation], RunResult]:
    """The same, with the run's result."""
    seen: list[Evaluation] = []

    def look(event: Event, _: RunProgress) -> None:
        if isinstance(event, Judged):
            seen.append(event.evaluation)
        watch(event)

    with Project.open(path) as project:
        chosen = RunPlan(choose_variants(project, [], []), choose_cases(project, split="dev"), **plan)
        if engine is None:
            async with Providers.of(project) as providers:
                return seen, (await run(project, providers, chosen, look))[1]
        async with (
            Crew(engine, (told if told is not None else []).append, chosen.concurrency, patience) as crew,
            Providers.of(project, through=lambda provider: ElsewhereProvider(provider, crew)) as providers,
        ):
            done = await run(project, providers, chosen, look, judging=lambda tree: CrewJudging(crew, tree))
            return seen, done[1]


async def reached(so_far: Callable[[], bool]) -> None:
    """Until it is so."""
    async with asyncio.timeout(60):
        while not so_far():  # noqa: ASYNC110 - what is awaited happens elsewhere
            await asyncio.sleep(0.005)


def said(evaluations: list[Evaluation]) -> list[tuple[str, str, bool | None, Outcome]]:
    """What they come to, without what two runs differ in."""
    return sorted((one.task.case.id, one.completion.text, one.passed, one.completion.outcome) for one in evaluations)

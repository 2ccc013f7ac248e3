"""A run by workers gives what a run here gives, also when workers end in the middle of it."""

from __future__ import annotations

from pathlib import Path

from synterm.cli.choose import choose_cases, choose_variants
from synterm.core.completion import Outcome
from synterm.core.evaluation import Evaluation
from synterm.evaluate.events import Event, Judged
from synterm.evaluate.run import RunPlan, RunProgress, run
from synterm.executors.crew import Crew
from synterm.executors.lines import Line
from synterm.executors.provider import ElsewhereProvider
from synterm.providers.registry import Providers
from synterm.storage.project import Project
from tests.conftest import MakeProject
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
    return Reply("odd" if _number(messages) % 2 else "even", delay_s=0.05)


def _number(messages: Messages) -> int:
    return int(messages[-1]["content"].rpartition(" ")[2])


async def made(path: Path, engine: NearEngine | None, told: list[str] | None = None) -> list[Evaluation]:
    """The evaluations of a run, by workers or here."""
    seen: list[Evaluation] = []

    def watch(event: Event, _: RunProgress) -> None:
        if isinstance(event, Judged):
            seen.append(event.evaluation)

    with Project.open(path) as project:
        chosen = RunPlan(choose_variants(project, [], []), choose_cases(project, split="dev"))
        if engine is None:
            async with Providers.of(project) as providers:
                await run(project, providers, chosen, watch)
            return seen
        async with (
            Crew(engine, (told if told is not None else []).append) as crew,
            Providers.of(project, through=lambda provider: ElsewhereProvider(provider, crew)) as providers,
        ):
            await run(project, providers, chosen, watch)
        return seen


def said(evaluations: list[Evaluation]) -> list[tuple[str, str, bool | None, Outcome]]:
    """What they come to, without what two runs differ in."""
    return sorted((one.task.case.id, one.completion.text, one.passed, one.completion.outcome) for one in evaluations)


async def test_workers_give_what_this_process_gives(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)
    path = make_project(many(stub, 60))
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    here = await made(path, None)
    engine = NearEngine(3)
    there = await made(copy, engine)
    assert said(there) == said(here)
    assert len(there) == 60
    assert len(stub.calls) == 120
    assert all(any(line["op"] == "complete" for line in worker.seen) for worker in engine.workers)
    assert engine.closed


async def test_a_worker_that_ends_is_replaced_and_nothing_is_recorded_twice(
    make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(many(stub, 120))
    engine, told = NearEngine(2), list[str]()

    def reply(messages: Messages) -> Reply:
        if _number(messages) == 30:
            engine.workers[0].dead = True
        return parity(messages)

    stub.reply(reply)
    there = await made(path, engine, told)
    assert len({one.task.case.id for one in there}) == len(there) == 120
    assert all(one.passed is not None for one in there)
    assert any("ended: it was killed" in line and "made again" in line for line in told)
    assert len(engine.workers) == 3


async def test_a_poison_call_fails_alone(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)
    path = make_project(many(stub, 60))

    def poison(line: Line) -> bool:
        return line["op"] == "complete" and line["request"]["messages"][-1][1] == "case 7"

    there = await made(path, NearEngine(2, poison))
    [lost] = [one for one in there if one.passed is None]
    assert lost.task.case.input == {"message": "case 7"}
    assert lost.completion.outcome is Outcome.LOST
    assert "its worker ended each time" in (lost.completion.error or "")
    assert len(there) == 60

"""A stage on which tests decide when a model answers, and what: nothing here waits for time to pass."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import Evaluation, Task, Variant
from synterm.core.model import ModelSpec, Price
from synterm.core.prompt import Message, PromptBody
from synterm.core.request import Request
from synterm.core.tree import Node
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.events import Event, Judged
from synterm.evaluate.limits import DEFAULT_LIMITS, Limits
from synterm.evaluate.plan import plan
from synterm.evaluate.purse import Purse
from synterm.evaluate.sweep import Sweep
from synterm.evaluate.traffic import Traffic
from synterm.providers.base import OnText
from synterm.providers.registry import Providers
from synterm.storage.connect import connect
from synterm.storage.project import Project
from synterm.storage.responses import Kept

Answer = Callable[[str], Completion]
"""From the last message of a request to its answer."""


def echo(message: str) -> Completion:
    """The message itself, for a tenth of a dollar."""
    return Completion(Outcome.COMPLETE, message, "stop", cost_usd=0.1, latency_ms=5.0)


def failing(failure: Completion, *, times: int, only: str | None = None) -> Answer:
    """Fails so many times for each message (or for that one), then echoes."""
    left: Counter[str] = Counter()

    def answer(message: str) -> Completion:
        left[message] += 1
        return echo(message) if left[message] > times or only not in (None, message) else failure

    return answer


class Actor:
    """A provider that notes what it is asked. While `held` it answers only what `let` lets go, else at once.

    `word_s`: seconds that each word of an answer takes.
    """

    def __init__(self, answer: Answer = echo, *, width: int = 4, held: bool = False, word_s: float = 0.0) -> None:
        self.answer = answer
        self.word_s = word_s
        self.width = self.most = width
        self.held = held
        self.asked: list[str] = []
        self.answered: list[str] = []
        self.cancelled: list[str] = []
        self.most = 0
        """The most requests that were under way at a time."""
        self._under_way = 0
        self._changed = asyncio.Condition()
        self._free: set[str] = set()

    def limit_s(self, request: Request) -> float | None:
        """No limit."""
        return None

    async def complete(self, request: Request, on_text: OnText | None = None) -> Completion:
        message = request.messages[-1].content
        self.asked.append(message)
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            async with self._changed:
                self._changed.notify_all()
                await self._changed.wait_for(lambda: not self.held or message in self._free)
            completion = self.answer(message)
            if on_text:
                for word in completion.text.split():
                    on_text(f"{word} ")
                    await asyncio.sleep(self.word_s)
        except asyncio.CancelledError:
            self.cancelled.append(message)
            raise
        finally:
            self._under_way -= 1
        self.answered.append(message)
        return completion

    async def let(self, *messages: str) -> None:
        """Let these be answered."""
        async with self._changed:
            self._free.update(messages)
            self._changed.notify_all()

    async def let_all(self) -> None:
        """Answer everything from now on."""
        async with self._changed:
            self.held = False
            self._changed.notify_all()

    async def wait_until_asked(self, count: int) -> None:
        """Until so many requests came."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.asked) >= count)

    async def warm(self) -> None:
        """Nothing to get ready."""

    async def close(self) -> None:
        """Nothing to close."""


class Stage(Providers):
    """The door to actors: one for all models, or one for each by the model's name."""

    def __init__(self, *actors: Actor, **by_name: Actor) -> None:
        super().__init__()
        self._default = actors[0] if actors else None
        self._by_name = by_name

    def for_model(self, spec: ModelSpec) -> Actor:
        actor = self._by_name.get(spec.name, self._default)
        assert actor, f"nobody plays {spec.name}"
        return actor


@dataclass
class Play:
    """An open project with one scenario, whose check wants the answer to hold ``good``."""

    project: Project
    scenario: Node

    @property
    def checklist(self) -> Checklist:
        return Checklist(self.project.nodes.tree())

    def cases(self, *messages: str) -> list[Case]:
        """Cases with these messages, kept in the project."""
        made = self.cases_without_keeping(*messages)
        self.project.cases.put(made).result()
        return made

    def cases_without_keeping(self, *messages: str) -> list[Case]:
        """Cases that the project doesn't have."""
        return [Case(scenario_id=self.scenario.id, input={"message": message}) for message in messages]

    def tasks(self, cases: Sequence[Case], *variants: Variant, repeats: int = 1) -> Iterator[Task]:
        """The tasks of all variants (one by default), one after the other."""
        for chosen in variants or (variant(),):
            yield from plan(cases, chosen, self.checklist, repeats)

    def sweep(
        self,
        tasks: Iterable[Task],
        providers: Providers,
        limits: Limits = DEFAULT_LIMITS,
        *others: Iterable[Task],
        concurrency: int | None = None,
        traffic: Traffic | None = None,
        planned: int | None = None,
    ) -> Sweep:
        """A sweep over tasks, and over those of other models beside them. Without a `traffic` nobody waits: a wait
        before another try takes no time."""
        chosen = traffic or Traffic(providers, concurrency, uniform=lambda _low, _high: 0.0)
        return Sweep([tasks, *others], self.checklist, chosen, self.project, limits, planned)

    async def made(
        self,
        tasks: Iterable[Task],
        providers: Providers,
        limits: Limits = DEFAULT_LIMITS,
        *others: Iterable[Task],
        concurrency: int | None = None,
        traffic: Traffic | None = None,
    ) -> list[Evaluation]:
        """All evaluations of a sweep, in the order they were told."""
        sweep = self.sweep(tasks, providers, limits, *others, concurrency=concurrency, traffic=traffic)
        return judged([event async for event in sweep.events()])

    @property
    def afresh(self) -> Limits:
        """Nothing that is in the file by now is served."""
        return Limits(kept=Kept(newer_than=self.project.responses.last_pk()))


@contextmanager
def locked(project: Project) -> Generator[None]:
    """Within, another connection holds the project file's lock: who writes has to wait."""
    db = connect(project.path)
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        db.conn.execute("ROLLBACK")
        db.conn.close()


async def turns(count: int) -> None:
    """Let the event loop go round so often."""
    for _ in range(count):
        await asyncio.sleep(0)


def capped(usd: float, **others: Any) -> Limits:
    """Limits with a spending cap."""
    return Limits(purse=Purse(usd, "raise --max-cost; what was paid for is kept"), **others)


def judged(events: Iterable[Event]) -> list[Evaluation]:
    """The evaluations among events."""
    return [event.evaluation for event in events if isinstance(event, Judged)]


def variant(text: str = "{{ message }}", model: str = "actor", version: str = "draft") -> Variant:
    """A column: a prompt of one message under a model."""
    body = PromptBody(messages=(Message(role="user", content=text),))
    return Variant("prompt", version, body, ModelSpec(name=model, model=f"openai/{model}", price=DIME, params=SHORT))


DIME = Price(input=0, output=100_000)
SHORT = {"max_tokens": 1}
"""An answer of one token, which costs a tenth of a dollar: what `echo` says, and the most a call can cost."""

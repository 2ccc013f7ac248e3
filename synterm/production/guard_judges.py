"""Asking the models that judge, from whichever thread: on an event loop of their own, within a budget and a cap."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import threading
import time
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from synterm.checks.asked import asked
from synterm.checks.base import Answer, Check
from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import CheckResult, Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.core.request import Request
from synterm.evaluate.inquiry import inquiry
from synterm.evaluate.purse import Purse, cap_text
from synterm.production.guard_forks import survive_forks
from synterm.providers.availability import usable
from synterm.providers.gate import Guarded
from synterm.providers.prices import price_of
from synterm.providers.registry import Providers
from synterm.settings import Settings

_AT_A_TIME = 8
_LOOKED_FOR_S = 10.0
"""How long it is taken for granted that a model can be used, or can't."""
_PATIENCE_S = 5.0
_IN_A_ROW, _FIRST_REST_S, _LONGEST_REST_S = 3, 1.0, 30.0
_NO_PROMPT = PromptBody(messages=(Message(role="user", content=""),))


class Rest:
    """A model that gives no answers is left alone for a while, so that not each answer of the app waits for it."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0

    def why_not(self, now: float) -> str | None:
        """Why it is not asked now."""
        if now >= self._until:
            return None
        return f"no answer {self._failures} times in a row; it is asked again in {self._until - now:.0f} s"

    def note(self, now: float, *, answered: bool) -> None:
        """Learn from a call."""
        self._failures = 0 if answered else self._failures + 1
        if self._failures >= _IN_A_ROW:
            self._until = now + min(_FIRST_REST_S * 2 ** min(self._failures - _IN_A_ROW, 8), _LONGEST_REST_S)


class Judges:
    """Asks judges for a guard. What they may cost in all is capped; each question is asked once, without retries."""

    def __init__(self, project: Guarded, settings: Settings, cap_usd: float) -> None:
        self._project = project
        self._settings = settings
        day = settings.day_cap_usd
        self._purse = Purse(cap_usd if day is None else min(cap_usd, day), "give the guard a higher judge_cap_usd")
        self._usable: dict[str, tuple[float, str | None]] = {}
        self.begin_anew()
        survive_forks(self)
        atexit.register(self.close)

    def begin_anew(self) -> None:
        """Ask from this process: the loop stayed in the one that it was forked off from."""
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rests: dict[str, Rest] = {}

    def ask(self, check: Check, answer: Answer, models: Mapping[str, ModelSpec]) -> Future[tuple[CheckResult, float]]:
        """The verdict of a check that asks models, and how many milliseconds it took. Cancelled, it asks no more."""
        return self._run(self._judge(check, answer, models))

    def close(self) -> None:
        """End what is under way, and the providers' processes."""
        atexit.unregister(self.close)
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is None:
            return
        done = asyncio.run_coroutine_threadsafe(self._providers.close(), loop)
        with contextlib.suppress(TimeoutError):  # what does not end in time ends with this process
            done.result(_PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join(_PATIENCE_S)

    def _run(self, work: Coroutine[Any, Any, tuple[CheckResult, float]]) -> Future[tuple[CheckResult, float]]:
        with self._lock:
            if self._loop is None:
                self._loop = self._begin()
            loop = self._loop
        return asyncio.run_coroutine_threadsafe(work, loop)

    def _begin(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        self._providers = Providers.of(self._project, self._settings)
        self._turns = asyncio.Semaphore(self._settings.concurrency or _AT_A_TIME)
        self._thread = threading.Thread(target=_serve, args=(loop,), name="synterm-guard-judges", daemon=True)
        self._thread.start()
        return loop

    async def _judge(self, check: Check, answer: Answer, models: Mapping[str, ModelSpec]) -> tuple[CheckResult, float]:
        began = time.perf_counter()
        questions = check.questions(answer)
        if questions:
            some = models.get(questions[0].model) or ModelSpec(name=questions[0].model, model=questions[0].model)
            task = Task(answer.case, Variant("guard", "guard", _NO_PROMPT, some))
            about = inquiry(task, answer.completion, questions, models)
            assert about is not None, "there are questions"
            missing = about.missing
            replies = await asyncio.gather(*map(self._reply, missing.values()))
            about.take(dict(zip(missing, replies, strict=True)))
            answer = replace(answer, replies=about.replies)
        return asked(check, answer), (time.perf_counter() - began) * 1000

    async def _reply(self, request: Request) -> Completion:
        if unusable := self._why_not(request.model):
            return failed_call(Outcome.NOT_SENT, unusable)
        worst = self._worst(request)
        if isinstance(worst, str):
            return failed_call(Outcome.NOT_SENT, worst)
        async with self._turns:
            rest = self._rests.setdefault(request.model.name, Rest())
            if left_alone := rest.why_not(time.monotonic()):
                return failed_call(Outcome.NOT_SENT, left_alone)
            if not self._purse.fits(worst):
                cap = cap_text(self._purse.cap_usd)
                return failed_call(Outcome.OVER_BUDGET, f"the guard's cap for judges of {cap} is reached")
            return await self._send(request, worst, rest)

    async def _send(self, request: Request, worst: float, rest: Rest) -> Completion:
        self._purse.reserve(worst)
        cost: float | None = None
        answered = False
        try:
            completion = await self._providers.for_model(request.model).complete(request)
            cost, answered = completion.charged_usd, completion.outcome.answered
        finally:
            self._purse.settle(worst, cost)
            rest.note(time.monotonic(), answered=answered)
        return completion

    def _worst(self, request: Request) -> float | str:
        """What a call costs at most, in US dollars; or why nobody can say."""
        price = price_of(request.model)
        if price is None:
            return f"the price of the model {request.model.name!r} is not known, so no cap could hold"
        worst = price.worst(request)
        if worst is None:
            return f"nothing says how long a reply of {request.model.name!r} may get: give it a max_tokens"
        return worst

    def _why_not(self, spec: ModelSpec) -> str | None:
        """Why a model can't be used now."""
        now = time.monotonic()
        looked, found = self._usable.get(spec.name, (0.0, None))
        if not looked or now - looked > _LOOKED_FOR_S:
            state = usable(spec, self._settings.approved_endpoints)
            # Nothing is fetched behind an app's back.
            found = None if state.state == "ready" else f"{state.reason}" + (f"; {state.hint}" if state.hint else "")
            self._usable[spec.name] = (now, found)
        return found


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    finally:
        loop.close()

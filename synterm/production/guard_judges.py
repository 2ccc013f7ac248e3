"""Asking the models that judge, from whichever thread: on an event loop of their own, within a budget and a cap."""

from __future__ import annotations

import asyncio
import os
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
from synterm.providers.availability import usable
from synterm.providers.prices import price_of
from synterm.providers.registry import Providers
from synterm.settings import Settings

_AT_A_TIME = 8
_LOOKED_FOR_S = 10.0
"""How long it is taken for granted that a model can be used, or can't."""
_PATIENCE_S = 5.0
_NO_PROMPT = PromptBody(messages=(Message(role="user", content=""),))


class Judges:
    """Asks judges for a guard. What they may cost in all is capped; each question is asked once, without retries."""

    def __init__(self, settings: Settings, cap_usd: float) -> None:
        self._settings = settings
        self._purse = Purse(cap_usd, "give the guard a higher judge_cap_usd")
        self._lock = threading.Lock()
        self._usable: dict[str, tuple[float, str | None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0

    def ask(self, check: Check, answer: Answer, models: Mapping[str, ModelSpec]) -> Future[tuple[CheckResult, float]]:
        """The verdict of a check that asks models, and how many milliseconds it took. Cancelled, it asks no more."""
        return self._run(self._judge(check, answer, models))

    def close(self) -> None:
        """End what is under way, and the providers' processes."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is None or self._process != os.getpid():
            return
        done = asyncio.run_coroutine_threadsafe(self._providers.close(), loop)
        try:
            done.result(_PATIENCE_S)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join(_PATIENCE_S)

    def _run(self, work: Coroutine[Any, Any, tuple[CheckResult, float]]) -> Future[tuple[CheckResult, float]]:
        with self._lock:
            if self._loop is None or self._process != os.getpid():
                self._loop = self._begin()
            loop = self._loop
        return asyncio.run_coroutine_threadsafe(work, loop)

    def _begin(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        self._process = os.getpid()
        self._providers = Providers(self._settings.approved_endpoints, fast=self._settings.fast_path)
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
            if not self._purse.fits(worst):
                cap = cap_text(self._purse.cap_usd)
                return failed_call(Outcome.OVER_BUDGET, f"the guard's cap for judges of {cap} is reached")
            self._purse.reserve(worst)
            cost: float | None = None
            try:
                completion = await self._providers.for_model(request.model).complete(request)
                cost = completion.charged_usd
            finally:
                self._purse.settle(worst, cost)
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

"""``scripted/rules``: answers by rules in the model's parameters. Deterministic, for tests and for learning."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.prompt import Message
from synterm.core.request import Request
from synterm.errors import ModelError
from synterm.providers import wire
from synterm.providers.base import OnText

NAME = "scripted/rules"
_HINT = 'rules: [{match: "peru", in: user, answer: "out_of_scope"}], default: "clarify"'


class Rule(BaseModel):
    """If the text has `match`, in any case of letters, the answer is `answer`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    match: str = Field(min_length=1)
    where: Literal["system", "user", "any"] = Field(default="any", alias="in")
    """`user` is the last user message, `system` the system messages, `any` all messages."""
    answer: str = ""
    outcome: Outcome = Field(default=Outcome.COMPLETE, strict=False)
    delay_ms: float = Field(default=0, ge=0, le=600_000)


class Script(BaseModel):
    """The parameters: rules, of which the first that matches answers, and the answer when none does."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    rules: list[Rule] = []
    default: str = ""


class ScriptedProvider:
    """Answers by the rules of each request, in this process. A constraint doesn't bend what the rules say."""

    @property
    def width(self) -> int:
        """It only ever waits."""
        return 64

    @property
    def most(self) -> int:
        """As its width."""
        return self.width

    def limit_s(self, request: Request) -> float | None:
        """As long as its rules say."""
        return None

    async def complete(self, request: Request, on_text: OnText | None = None) -> Completion:
        """The first matching rule's answer, or the default."""
        try:
            script = _read(request)
        except ModelError as error:
            return wire.failure(error)
        start = time.perf_counter()
        rule = next((rule for rule in script.rules if _matches(rule, request.messages)), None)
        if rule is not None and rule.delay_ms:
            await asyncio.sleep(rule.delay_ms / 1000)
        outcome, text = (Outcome.COMPLETE, script.default) if rule is None else (rule.outcome, rule.answer)
        if not outcome.answered:
            return failed_call(outcome, text or f"a rule says: {outcome.value}", latency_ms=_ms_since(start))
        if outcome is Outcome.COMPLETE and not text:
            outcome = Outcome.EMPTY
        if on_text is not None:
            await _stream(text, on_text)
        finish = "length" if outcome is Outcome.TRUNCATED else "stop"
        latency = _ms_since(start)
        return Completion(
            outcome, text, finish, cost_usd=0.0, latency_ms=latency, first_token_ms=latency, raw=_document(text, finish)
        )

    async def warm(self) -> None:
        """Nothing to get ready."""

    async def close(self) -> None:
        """Nothing to close."""


def _read(request: Request) -> Script:
    if request.model.model != NAME:
        raise ModelError(f"there is no scripted model {request.model.model!r}", hint=f"known: {NAME}")
    params: dict[str, Any] = request.params
    try:
        return Script.model_validate(params)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"{first['msg']}", where=f"params.{field}", hint=_HINT) from error


def _matches(rule: Rule, messages: tuple[Message, ...]) -> bool:
    wanted = rule.match.casefold()
    return any(wanted in text.casefold() for text in _texts(rule.where, messages))


def _texts(where: str, messages: tuple[Message, ...]) -> list[str]:
    if where == "any":
        return [message.content for message in messages]
    texts = [message.content for message in messages if message.role == where]
    return texts[-1:] if where == "user" else texts


async def _stream(text: str, on_text: OnText) -> None:
    head, *rest = text.split(" ")
    for piece in [head, *(f" {word}" for word in rest)]:
        on_text(piece)
        await asyncio.sleep(0)


def _document(text: str, finish: str) -> bytes:
    import orjson

    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return orjson.dumps({"object": "chat.completion", "model": NAME, "choices": [choice]})


def _ms_since(start: float) -> float:
    return (time.perf_counter() - start) * 1000

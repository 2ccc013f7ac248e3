"""The host process of LiteLLM: one call of `acompletion` per request, its answer as a typed outcome."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

from synterm.core.completion import Completion, Outcome, Usage, failed_call
from synterm.providers import http_guard
from synterm.providers.base import OnText
from synterm.providers.batch_child import Held, answer_batch_call, exchange_for, said
from synterm.providers.chat_answers import finished, usage_of, without_thinking
from synterm.providers.child import Call, serve
from synterm.providers.http_guard import EXCHANGE, Exchange
from synterm.providers.http_outcomes import cut_short, timed_out
from synterm.providers.litellm import load_litellm
from synterm.providers.litellm_outcomes import outcome_of, streamed_refusal
from synterm.providers.tool_calls import ToolCall, answer_text, calls_said, joined
from synterm.providers.tuning_child import answer_tuning_call
from synterm.providers.wire import MAX_ANSWER_BYTES, too_large


class LiteLLMHandler:
    """Answers calls side by side, each within its own time limit and without any retry of its own."""

    def __init__(self) -> None:
        self._litellm = load_litellm()
        http_guard.install()

    async def complete(self, call: Call) -> Completion:
        """The answer. Cancelling the task closes the connection."""
        body = call.body
        if body.get("batch"):
            return await answer_batch_call(self._litellm, body)
        if body.get("tuning"):
            return await answer_tuning_call(self._litellm, body)
        exchange = exchange_for(body)
        EXCHANGE.set(exchange)
        answer = _Answer(self._litellm, call, exchange)
        start = time.perf_counter()
        try:
            async with asyncio.timeout(body["timeout"]):
                completion = await answer.get()
        except TimeoutError:
            completion = timed_out(body["timeout"])
        except Exception as error:  # noqa: BLE001 - LiteLLM raises all kinds; each becomes a typed outcome
            if isinstance(exchange, Held) and exchange.said is not None:
                return said(exchange.said)
            completion = outcome_of(error, exchange, body["key_name"])
        latency_ms = (time.perf_counter() - start) * 1000
        first_ms = None if answer.first is None else (answer.first - start) * 1000
        return replace(completion, latency_ms=latency_ms, first_token_ms=first_ms, raw=bytes(exchange.body))


class _Answer:
    def __init__(self, litellm: Any, call: Call, exchange: Exchange) -> None:
        self._litellm = litellm
        self._call = call
        self._exchange = exchange
        self.first: float | None = None

    async def get(self) -> Completion:
        return await (self._whole() if self._call.on_text is None else self._streamed(self._call.on_text))

    async def _whole(self) -> Completion:
        response = await self._litellm.acompletion(**_arguments(self._call.body))
        if not response.choices:
            return failed_call(Outcome.MALFORMED, "the endpoint sent an answer without choices")
        choice = response.choices[0]
        text = answer_text(choice.message.content or "", _calls(choice.message))
        refusal = _refusal(choice.message)
        return self._finished(text, refusal, choice.finish_reason, response)

    async def _streamed(self, on_text: OnText) -> Completion:
        stream = await self._litellm.acompletion(
            **_arguments(self._call.body), stream=True, stream_options={"include_usage": True}
        )
        pieces: list[str] = []
        calls: list[ToolCall] = []
        finish, size = None, 0
        try:
            async for chunk in stream:
                for choice in chunk.choices[:1]:
                    finish = choice.finish_reason or finish
                    calls += _calls(choice.delta)
                    if piece := choice.delta.content:
                        self.first = self.first or time.perf_counter()
                        pieces.append(piece)
                        size += len(piece)
                        on_text(piece)
                if size > MAX_ANSWER_BYTES:
                    return too_large()
        except Exception:
            if not self._exchange.cut:
                raise
        finally:
            await stream.aclose()
        if not self._exchange.cut and b"data:" not in self._exchange.body:
            raise ValueError("the endpoint sent no stream")
        text = without_thinking("".join(pieces))
        # LiteLLM makes up a finish reason, and a usage, for a stream that broke off; what it received tells.
        if self._exchange.cut or stream.received_finish_reason is None:
            return cut_short(text)
        usages = [chunk for chunk in stream.chunks if getattr(chunk, "usage", None) is not None]
        refusal = "" if text else streamed_refusal(bytes(self._exchange.body))
        return self._finished(answer_text(text, joined(calls)), refusal, finish, usages[-1] if usages else None)

    def _finished(self, text: str, refusal: str, finish: str | None, response: Any) -> Completion:
        usage = _usage(getattr(response, "usage", None), text)
        return finished(text, refusal, finish, usage, self._cost(response, usage))

    def _cost(self, response: Any, usage: Usage) -> float | None:
        if usage.prompt is None or usage.completion is None:
            return None
        try:
            return float(self._litellm.completion_cost(completion_response=response, model=self._call.body["model"]))
        except Exception:  # noqa: BLE001 - LiteLLM raises a bare Exception for a model without a price
            return None


def _arguments(body: dict[str, Any]) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        **body["params"],
        "model": body["model"],
        "messages": body["messages"],
        "timeout": body["timeout"],
        "max_retries": 0,
        "num_retries": 0,
    }
    arguments |= {name: body[name] for name in ("api_base", "api_key") if body[name] is not None}
    if "tools" in arguments:
        # Tools are functions here; else LiteLLM imports MCP, which need not be there, to look for its gateway's.
        arguments["_skip_mcp_handler"] = True
    if (schema := body.get("schema")) is not None:
        arguments["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    return arguments


def _calls(said: Any) -> list[ToolCall]:
    """The tools that a message of LiteLLM's, or a piece of one, calls."""
    older: Any = getattr(said, "function_call", None)
    items: list[Any] = getattr(said, "tool_calls", None) or []
    return calls_said(
        {"tool_calls": [item.model_dump() for item in items], "function_call": older and older.model_dump()}
    )


def _refusal(message: Any) -> str:
    fields: dict[str, Any] = getattr(message, "provider_specific_fields", None) or {}
    return getattr(message, "refusal", None) or fields.get("refusal") or ""


def _usage(usage: Any, text: str) -> Usage:
    return Usage() if usage is None else usage_of(usage.prompt_tokens, usage.completion_tokens, text)


if __name__ == "__main__":
    serve(LiteLLMHandler)

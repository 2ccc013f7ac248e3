"""The direct connection and LiteLLM, in its real process, give the same completions for whatever an endpoint does."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest
import pytest_asyncio

from synterm.core.completion import Completion, Outcome
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import JsonSchema, Request
from synterm.providers.base import Provider
from synterm.providers.litellm import LiteLLMProvider
from synterm.providers.openai_chat import OpenAIChatProvider
from synterm.providers.openai_endpoints import endpoint_of
from tests.providers.litellm_calls import request
from tests.support.http_stub import Reply, Stub

pytestmark = pytest.mark.asyncio(loop_scope="session")

THEN = 1_700_000_000
ROLE = {"role": "assistant"}


def document(*messages: dict[str, Any], finish: str | None = "stop", **rest: Any) -> Reply:
    choices = [
        {"index": index, "finish_reason": finish, "message": ROLE | message} for index, message in enumerate(messages)
    ]
    body = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": choices, **rest}
    return Reply(body=json.dumps(body).encode())


def events(*documents: dict[str, Any] | str, between: str = "\n\n") -> Reply:
    lines = [f"data: {each if isinstance(each, str) else json.dumps(each)}" for each in documents]
    return Reply(events=(between.join(lines) + between).encode())


def delta(content: str | None = None, finish: str | None = None, **rest: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": {} if content is None else {"content": content}, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **rest}


USAGE = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
RATE = {"Date": formatdate(THEN, usegmt=True)}

ANYHOW = {
    "plain": Reply("schedule", usage=(20, 2)),
    "unicode in single bytes": Reply("grüße 🙂 日本", split=1),
    "chunks of seven bytes": Reply("one two three", split=7),
    "truncated": Reply("cut off", finish_reason="length"),
    "empty": Reply(""),
    "nothing": Reply(None),
    "filtered": Reply("", finish_reason="content_filter"),
    "filtered with text": Reply("half", finish_reason="content_filter"),
    "refused": Reply(None, refusal="I won't do that."),
    "no usage": Reply("ok", usage=None),
    "usage of zeros": Reply("ok", usage=(0, 0)),
    "no tokens in the answer": Reply("ok", usage=(5, 0)),
    "cached tokens": Reply("ok", usage=(1000, 10), details={"prompt_tokens_details": {"cached_tokens": 600}}),
    "tools were called": Reply("ok", finish_reason="tool_calls"),
    "a tool is called": Reply(None, finish_reason="tool_calls", calls=[("book", '{"room": "A 1", "hours": 2.0}')]),
    "two tools are called": Reply(None, finish_reason="tool_calls", calls=[("find", "{}"), ("book", '{"room": null}')]),
    "a tool is called, and something said": Reply("A moment.", finish_reason="tool_calls", calls=[("find", "{}")]),
    "a tool is called with half an argument": Reply(None, finish_reason="length", calls=[("book", '{"room": "A')]),
    "a tool is called without arguments": Reply(None, finish_reason="tool_calls", calls=[("find", "")]),
    "reason max_tokens": Reply("ok", finish_reason="max_tokens"),
    "reason eos": Reply("ok", finish_reason="eos"),
    "reason SAFETY": Reply("ok", finish_reason="SAFETY"),
    "reason nobody knows": Reply("ok", finish_reason="banana"),
    "thoughts": Reply("<think>hm</think>yes"),
    "thoughts without end": Reply("<think>hm"),
    "a tag that is none": Reply("<b>yes</b>"),
    "bad request": Reply(status=400, error={"message": "too long", "code": "context_length_exceeded"}),
    "filtered before": Reply(status=400, error={"message": "no", "code": "content_filter"}),
    "no key": Reply(status=401),
    "no money": Reply(status=402),
    "forbidden": Reply(status=403),
    "not found": Reply(status=404, body=b'{"detail": "Not Found"}'),
    "server error": Reply(status=500),
    "server error in HTML": Reply(status=502, body=b"<html>bad\ngateway</html>"),
    "unavailable": Reply(status=503, headers={"Retry-After": "4"}),
    "status without body": Reply(status=500, body=b""),
    "limited": Reply(status=429),
    "limited for seconds": Reply(status=429, headers={"Retry-After": "7"}),
    "limited for a fraction": Reply(status=429, headers={"Retry-After": "0.25"}),
    "limited for milliseconds": Reply(status=429, headers={"Retry-After": "1", "retry-after-ms": "350"}),
    "limited until a date": Reply(status=429, headers=RATE | {"Retry-After": formatdate(THEN + 30, usegmt=True)}),
    "limited until the past": Reply(status=429, headers=RATE | {"Retry-After": formatdate(THEN - 30, usegmt=True)}),
    "limited absurdly": Reply(status=429, headers={"Retry-After": "9" * 30}),
    "limited in words": Reply(status=429, headers={"Retry-After": "soon"}),
    "no credit": Reply(status=429, error={"message": "quota", "code": "insufficient_quota"}),
    "redirect": Reply(status=307, headers={"Location": "http://127.0.0.1:9/elsewhere"}),
    "no JSON": Reply(body=b'{"id": '),
    "HTML": Reply(body=b"<html>a login page</html>"),
    "no body": Reply(body=b""),
    "no choices": document(),
    "another document": Reply(body=b'{"hello": "world"}'),
    "a list": Reply(body=b"[1, 2]"),
    "an error in a good answer": Reply(body=b'{"error": {"message": "overloaded", "code": null}}'),
    "a limit in a good answer": Reply(body=b'{"error": {"message": "overloaded", "code": 429}}'),
    "reset": Reply(reset=True),
    "too large": Reply("x" * 9_000_000, pieces=["x" * 1_000_000] * 9),
}
WHOLE = {
    "several choices": document({"content": "first"}, {"content": "second"}, usage=USAGE),
    "no reason": document({"content": "ok"}, finish=None),
    "thoughts apart": document({"content": "<think>x</think>yes", "reasoning_content": "hm"}, usage=USAGE),
    "an error that is empty": document({"content": "ok"}, error={}, usage=USAGE),
    "lone surrogate": Reply(body=document({"content": "a@b"}).body.replace(b"@", b"\\ud800")),  # pyright: ignore[reportOptionalMemberAccess]
    "broken off": Reply(body=b'{"id": "x", "object"', reset=True),
    "zipped": Reply(
        body=gzip.compress(document({"content": "small"}).body or b""), headers={"Content-Encoding": "gzip"}
    ),
}
STREAMED = {
    "cut": Reply("half an", cut=True),
    "broken off": Reply(events=events(delta("half"), delta(" an")).events, reset=True),
    "no end mark": events(delta("ok"), delta(finish="stop")),
    "line feeds and returns": events(delta("o"), delta("k"), delta(finish="stop"), "[DONE]", between="\r\n\r\n"),
    "usage at the end": events(delta("ok"), delta(finish="stop"), delta() | {"choices": [], "usage": USAGE}, "[DONE]"),
    "comments": Reply(events=b": busy\n\n" + (events(delta("ok"), delta(finish="stop"), "[DONE]").events or b"")),
    "an error amid": events(delta("ok"), {"error": {"message": "gone"}}),
    "refused in pieces": events(
        *({**delta(), "choices": [{"index": 0, "delta": {"refusal": part}, "finish_reason": None}]} for part in "no"),
        delta(finish="stop"),
        "[DONE]",
    ),
}
MESSAGES = tuple(
    Message.model_validate({"role": role, "content": role[0]})
    for role in "system user assistant user system user".split()
)
CASES = [
    *((f"{name}, {how}", reply, how) for name, reply in ANYHOW.items() for how in ("whole", "streamed")),
    *((f"{name}, whole", reply, "whole") for name, reply in WHOLE.items()),
    *((f"{name}, streamed", reply, "streamed") for name, reply in STREAMED.items()),
]


def no_other(spec: ModelSpec) -> Provider:
    raise AssertionError(f"{spec.model} was not asked directly")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def direct() -> AsyncIterator[OpenAIChatProvider]:
    provider = OpenAIChatProvider(otherwise=no_other)
    yield provider
    await provider.close()


async def both(
    providers: tuple[Provider, Provider], stub: Stub, reply: Reply, streamed: bool, **rest: Any
) -> tuple[Completion, Completion]:
    stub.reply(reply)
    asked = request(stub, model="openai/gpt-4o-mini", **rest)
    pieces: list[str] = []
    fast, slow = [await provider.complete(asked, pieces.append if streamed else None) for provider in providers]
    return _timeless(fast), _timeless(slow)


def _timeless(completion: Completion) -> Completion:
    return replace(completion, latency_ms=None, first_token_ms=None, raw=b"", error=_ours(completion.error))


def _ours(error: str | None) -> str | None:
    """Without what the two HTTP libraries say in their own words."""
    return error.partition(": ")[0] if error and error.startswith("can't reach") else error


@pytest.mark.parametrize(("reply", "how"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
async def test_both_ways_give_the_same_completion(
    reply: Reply, how: str, direct: OpenAIChatProvider, provider: LiteLLMProvider, stub: Stub
):
    fast, slow = await both((direct, provider), stub, reply, how == "streamed")
    assert fast == slow
    assert [call.body for call in stub.calls[:1]] == [call.body for call in stub.calls[1:]]


@pytest.mark.parametrize("streamed", [False, True])
async def test_both_ways_end_a_call_that_hangs_alike(
    streamed: bool, direct: OpenAIChatProvider, provider: LiteLLMProvider, stub: Stub
):
    fast, slow = await both((direct, provider), stub, Reply(delay_s=60), streamed, params={"timeout": 0.3})
    assert fast == slow
    assert fast.outcome is Outcome.TIMED_OUT


@pytest.mark.parametrize("streamed", [False, True])
async def test_both_ways_send_the_same_parameters_and_schema(
    streamed: bool, direct: OpenAIChatProvider, provider: LiteLLMProvider, stub: Stub
):
    params = {"temperature": 0, "top_p": 0.5, "max_tokens": 5, "seed": 1, "stop": ["a"], "logit_bias": {"1": -1}}
    schema = JsonSchema({"type": "object"})
    await both((direct, provider), stub, Reply("{}"), streamed, params=params, constraint=schema, constrain=True)
    fast, slow = stub.calls
    assert fast.body == slow.body
    assert fast.body["response_format"]["json_schema"] == {"name": "answer", "schema": {"type": "object"}}
    assert (fast.path, fast.key) == (slow.path, slow.key)


VALUES: dict[str, Any] = {
    "temperature": 0,
    "top_p": 0.5,
    "max_tokens": 5,
    "seed": 1,
    "stop": ["a", "b"],
    "frequency_penalty": 0.5,
    "presence_penalty": -0.5,
    "logit_bias": {"1": -1},
    "top_k": 3,
    "min_p": 0.25,
    "tools": [{"type": "function", "function": {"name": "find", "parameters": {"type": "object", "properties": {}}}}],
    "tool_choice": "required",
    "parallel_tool_calls": False,
}
FAMILIES = (
    "openai/a/x custom_openai/x hosted_vllm/a/x lm_studio/x llamafile/x litellm_proxy/x openrouter/a/x openrouter/auto "
    "together_ai/a/x groq/x deepseek/deepseek-chat cerebras/x sambanova/x nvidia_nim/a/x"
).split()


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("model", FAMILIES)
async def test_both_ways_send_the_same_request_to_every_family(
    model: str, streamed: bool, direct: OpenAIChatProvider, provider: LiteLLMProvider, stub: Stub
):
    spec = ModelSpec(name="stub", model=model, api_base=stub.url, constrain=True)
    endpoint = endpoint_of(spec)
    assert endpoint is not None
    stub.reply(Reply("{}"))
    for name in (None, *sorted(endpoint.plain)):
        params = {} if name is None else {name: VALUES.get(name, 7)}
        if name in ("tool_choice", "parallel_tool_calls"):
            params["tools"] = VALUES["tools"]
        held = JsonSchema({"type": "object"}) if endpoint.schemas else None
        asked = Request(spec, MESSAGES, params, held)
        for way in (direct, provider):
            await way.complete(asked, (lambda piece: None) if streamed else None)  # pyright: ignore[reportUnknownLambdaType]
        fast, slow = stub.calls[-2:]
        assert fast.body == slow.body
        assert (fast.path, fast.key) == (slow.path, slow.key)


async def test_both_ways_name_an_endpoint_that_is_not_there(
    direct: OpenAIChatProvider, provider: LiteLLMProvider, stub: Stub
):
    for base in ("http://127.0.0.1:9/v1", "http://localhost:9/v1"):
        fast, slow = await both((direct, provider), stub, Reply(), False, api_base=base)
        assert fast == slow
        assert fast.error == f"can't reach {base.removesuffix('/v1')}"

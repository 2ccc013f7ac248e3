"""The direct connection against a stub endpoint on this machine: keys, limits, and what goes to LiteLLM instead."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from synterm.core.completion import Completion, Outcome
from synterm.core.model import ModelSpec
from synterm.core.request import Request
from synterm.providers.base import OnText, Provider
from synterm.providers.openai_chat import OpenAIChatProvider
from synterm.providers.scripted import ScriptedProvider
from tests.providers.litellm_calls import CANARY, OF_THE_USER, request
from tests.support.http_stub import Reply, Stub


class Others:
    """Stands for LiteLLM: notes which models came to it."""

    def __init__(self) -> None:
        self.came: list[str] = []

    def __call__(self, spec: ModelSpec) -> Provider:
        self.came.append(spec.model)
        return ScriptedProvider()


@pytest.fixture
def others() -> Others:
    return Others()


@pytest_asyncio.fixture
async def direct(others: Others) -> AsyncIterator[OpenAIChatProvider]:
    provider = OpenAIChatProvider(otherwise=others)
    yield provider
    await provider.close()


async def ask(
    direct: OpenAIChatProvider, stub: Stub, reply: str | Reply, on_text: OnText | None = None, **rest: Any
) -> Completion:
    stub.reply(reply)
    return await direct.complete(request(stub, **rest), on_text)


def of_its_own(stub: Stub, monkeypatch: pytest.MonkeyPatch, model: str) -> Request:
    """A request to a family's own endpoint, which is the stub for now."""
    for name in OF_THE_USER:
        monkeypatch.setenv(name, f"canary-of-the-user-{name}")
    for name in ("OPENAI_BASE_URL", "GROQ_API_BASE", "HOSTED_VLLM_API_BASE"):
        monkeypatch.setenv(name, stub.url)
    return request(stub, model=model, api_base=None, api_key_env=None)


@pytest.mark.parametrize(
    ("model", "key"),
    [
        ("openai/x", "canary-of-the-user-OPENAI_API_KEY"),
        ("groq/x", "canary-of-the-user-GROQ_API_KEY"),
        ("hosted_vllm/x", "none"),
    ],
)
async def test_a_familys_own_endpoint_gets_its_own_key(
    model: str, key: str, direct: OpenAIChatProvider, stub: Stub, monkeypatch: pytest.MonkeyPatch
):
    await direct.complete(of_its_own(stub, monkeypatch, model))
    assert [call.key for call in stub.calls] == [key]


@pytest.mark.parametrize("model", ["openai/x", "x", "groq/x", "openrouter/a/x", "hosted_vllm/x", "litellm_proxy/x"])
async def test_an_endpoint_of_a_project_never_gets_a_key_that_was_not_named(
    model: str, direct: OpenAIChatProvider, stub: Stub, monkeypatch: pytest.MonkeyPatch
):
    of_its_own(stub, monkeypatch, model)
    monkeypatch.setenv("OPENAI_ORGANIZATION", "canary-organization")
    await ask(direct, stub, "ok", model=model, api_key_env=None)
    (call,) = stub.calls
    assert call.key == "none"
    assert "canary" not in f"{call.headers} {call.path} {call.query} {call.body}"


async def test_a_key_that_changes_is_sent_from_then_on(
    direct: OpenAIChatProvider, stub: Stub, monkeypatch: pytest.MonkeyPatch
):
    asked = request(stub)
    await direct.complete(asked)
    monkeypatch.setenv("STUB_KEY", "another-key")
    await direct.complete(asked)
    monkeypatch.delenv("STUB_KEY")
    answer = await direct.complete(asked)
    assert [call.key for call in stub.calls] == [CANARY, "another-key"]
    assert answer.hint == "set it: export STUB_KEY=…"


@pytest.mark.parametrize("key", ["sk-1234\n", "sk 1234", "sk-\r\nX-Evil: 1", "ключ"])
async def test_a_key_that_no_header_can_hold_is_an_error_that_does_not_show_it(
    key: str, direct: OpenAIChatProvider, stub: Stub, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("STUB_KEY", key)
    answer = await ask(direct, stub, "ok")
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert key.strip() not in f"{answer.error} {answer.hint}"
    assert stub.calls == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_redirect_is_not_followed_so_no_key_goes_elsewhere(
    streamed: bool, status: int, direct: OpenAIChatProvider, stub: Stub
):
    elsewhere = Stub().start()
    reply = Reply(status=status, headers={"Location": f"{elsewhere.origin}/v1/chat/completions"})
    answer = await ask(direct, stub, reply, (lambda piece: None) if streamed else None)  # pyright: ignore[reportUnknownLambdaType]
    elsewhere.stop()
    assert elsewhere.calls == []
    assert len(stub.calls) == 1
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert elsewhere.origin in (answer.error or "")


async def test_the_key_is_in_no_message_and_no_raw_response(direct: OpenAIChatProvider, stub: Stub):
    said = f"Incorrect API key provided: {CANARY}"
    answer = await ask(direct, stub, Reply(status=401, error={"message": said}))
    assert answer.error == f"{stub.origin} answered 401: Incorrect API key provided: [key]"
    assert answer.hint == "check the key in STUB_KEY"
    assert CANARY.encode() not in answer.raw
    answer = await ask(direct, stub, said)
    assert CANARY not in answer.text
    assert CANARY.encode() not in answer.raw


async def test_no_connection_is_made_before_an_endpoint_is_approved(stub: Stub, others: Others):
    strict = OpenAIChatProvider(("https://other.example",), otherwise=others, loopback=lambda url: False)
    for api_base in (stub.url, stub.url.replace("http:", "https:")):
        answer = await ask(strict, stub, "ok", api_base=api_base)
        assert answer.outcome is Outcome.PROVIDER_ERROR
        assert stub.origin.partition("//")[2] in (answer.error or "")
    await strict.close()
    assert (stub.calls, others.came) == ([], [])


async def test_cookies_are_not_kept(direct: OpenAIChatProvider, stub: Stub):
    for _ in range(2):
        await ask(direct, stub, Reply("ok", headers={"Set-Cookie": "a=b"}))
    assert [call.headers.get("cookie") for call in stub.calls] == [None, None]


async def test_what_litellm_would_rewrite_goes_to_it(direct: OpenAIChatProvider, stub: Stub, others: Others):
    await ask(direct, stub, "ok", params={"reasoning_effort": "low"})
    assert others.came == ["openai/stub"]
    assert stub.calls == []


async def test_a_parameter_that_is_wrong_is_an_error_before_anything_is_sent(direct: OpenAIChatProvider, stub: Stub):
    answer = await ask(direct, stub, "ok", params={"temprature": 0})
    assert "temprature" in (answer.error or "")
    assert "did you mean" in (answer.hint or "")
    assert stub.calls == []


async def test_cancelling_closes_the_connection(direct: OpenAIChatProvider, stub: Stub):
    stub.reply(Reply(hold=threading.Event()))
    task = asyncio.create_task(direct.complete(request(stub)))
    await asyncio.to_thread(stub.arrived.acquire)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(stub.calls[0].disconnected.wait, 30)


async def test_cancelling_amid_a_stream_closes_the_connection(direct: OpenAIChatProvider, stub: Stub):
    came = asyncio.Event()
    stub.reply(Reply("one two three", split=40, drip_s=0.05))
    task = asyncio.create_task(direct.complete(request(stub), lambda piece: came.set()))
    await came.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(stub.calls[0].disconnected.wait, 30)


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_slow_drip_ends_within_the_wall_limit_and_its_connection_closes(
    streamed: bool, direct: OpenAIChatProvider, stub: Stub
):
    reply = Reply("never to come to an end", split=1, drip_s=0.05)
    on_text = (lambda piece: None) if streamed else None  # pyright: ignore[reportUnknownLambdaType]
    answer = await ask(direct, stub, reply, on_text, params={"timeout": 0.3})
    assert answer.outcome is Outcome.TIMED_OUT
    assert 0 < len(answer.raw) < 100
    assert await asyncio.to_thread(stub.calls[0].disconnected.wait, 30)


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_answer_of_50_mb_is_read_to_the_limit_only(streamed: bool, direct: OpenAIChatProvider, stub: Stub):
    body = b"data: " + b"x" * 50_000_000
    on_text = (lambda piece: None) if streamed else None  # pyright: ignore[reportUnknownLambdaType]
    answer = await ask(direct, stub, Reply(body=body, split=1_000_000), on_text)
    assert answer.outcome is Outcome.MALFORMED
    assert "8.0 MB" in (answer.error or "")
    assert answer.raw == body[:8_000_000]


async def test_an_unknown_host_is_named(others: Others, stub: Stub, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    direct = OpenAIChatProvider(("https://nowhere.invalid",), otherwise=others)
    answer = await ask(direct, stub, "ok", api_base="https://nowhere.invalid/v1", api_key_env=None)
    await direct.close()
    assert (answer.outcome, answer.retry_after_s) == (Outcome.PROVIDER_ERROR, 0.0)
    assert (answer.error or "").startswith("can't reach https://nowhere.invalid: ")
    assert answer.hint == "check that it runs, and the network"


async def test_a_stream_shows_its_text_as_it_comes_and_tells_when_it_began(direct: OpenAIChatProvider, stub: Stub):
    pieces: list[str] = []
    answer = await ask(direct, stub, Reply("one two ünï 🙂", usage=(9, 4), split=1), pieces.append)
    assert pieces == ["one", " two", " ünï", " 🙂"]
    assert (answer.text, answer.usage.prompt, answer.usage.completion) == ("one two ünï 🙂", 9, 4)
    assert 0 < (answer.first_token_ms or 0) <= (answer.latency_ms or 0)
    assert answer.raw.endswith(b"data: [DONE]\n\n")


async def test_a_stream_that_stays_open_after_its_end_mark_is_complete(direct: OpenAIChatProvider, stub: Stub):
    body = b'data: {"choices": [{"delta": {"content": "ok"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
    reply = Reply(events=body + b":" * 50, split=len(body), drip_s=30)
    answer = await ask(direct, stub, reply, lambda piece: None, params={"timeout": 10.0})
    assert (answer.outcome, answer.text) == (Outcome.COMPLETE, "ok")


async def test_connections_are_used_again(direct: OpenAIChatProvider, stub: Stub):
    for on_text in (None, lambda piece: None) * 3:  # pyright: ignore[reportUnknownLambdaType]
        await ask(direct, stub, "ok", on_text)
    assert len(stub.clients) == 1


async def test_more_calls_run_side_by_side_than_litellm_takes(direct: OpenAIChatProvider, stub: Stub):
    go_on = threading.Event()
    stub.reply(Reply(hold=go_on))
    tasks = [asyncio.create_task(direct.complete(request(stub))) for _ in range(150)]
    for _ in tasks:
        assert await asyncio.to_thread(stub.arrived.acquire, True, 60)
    go_on.set()
    assert {answer.outcome for answer in await asyncio.gather(*tasks)} == {Outcome.COMPLETE}


async def test_it_can_be_closed_and_used_again(direct: OpenAIChatProvider, stub: Stub):
    await direct.warm()
    await direct.close()
    await direct.close()
    assert (await ask(direct, stub, "again")).text == "again"


async def test_openrouters_own_word_on_the_cost_counts(direct: OpenAIChatProvider, stub: Stub):
    reply = Reply("ok", details={"cost": 0.0125})
    assert (await ask(direct, stub, reply, model="openrouter/a/b")).cost_usd == 0.0125
    assert stub.calls[0].body["usage"] == {"include": True}
    priced = await ask(direct, stub, reply, model="openrouter/a/b", price={"input": 1_000_000, "output": 0})
    assert priced.cost_usd == 11.0


def test_the_module_imports_nothing_heavy():
    code = (
        "import sys, synterm.providers.openai_chat\n"
        "print(sorted({'aiohttp', 'yarl', 'certifi', 'litellm', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

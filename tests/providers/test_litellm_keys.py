"""Where keys go, and where they do not: LiteLLM, in its real process, against stub endpoints on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.core.completion import Outcome
from synterm.providers.litellm import LiteLLMProvider
from tests.providers.litellm_calls import CANARY, ask
from tests.support.http_stub import Reply, Stub

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    "model", ["openai/stub", "azure/stub", "anthropic/stub", "gemini/stub", "groq/stub", "ollama_chat/stub"]
)
async def test_an_endpoint_of_a_project_never_gets_a_key_that_was_not_named(
    model: str, provider: LiteLLMProvider, stub: Stub
):
    await ask(provider, stub, "ok", model=model, api_key_env=None)
    assert stub.calls
    for call in stub.calls:
        assert "canary" not in f"{call.headers} {call.path} {call.query}"


async def test_an_address_that_looks_like_another_providers_gets_the_named_key_only(
    provider: LiteLLMProvider, stub: Stub
):
    await ask(provider, stub, "ok", api_base=f"{stub.origin}/api.groq.com/openai/v1")
    assert [call.key for call in stub.calls] == [CANARY]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_so_no_key_goes_elsewhere(status: int, provider: LiteLLMProvider, stub: Stub):
    elsewhere = Stub().start()
    answer = await ask(
        provider, stub, Reply(status=status, headers={"Location": f"{elsewhere.origin}/v1/chat/completions"})
    )
    elsewhere.stop()
    assert elsewhere.calls == []
    assert len(stub.calls) == 1
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert elsewhere.origin in (answer.error or "")


def all_logs(place: Path) -> list[str]:
    return [log.read_text() for log in place.iterdir()]


async def test_the_key_is_in_no_message_no_raw_response_and_no_log(provider: LiteLLMProvider, stub: Stub, logs: Path):
    said = f"Incorrect API key provided: {CANARY}"
    answer = await ask(provider, stub, Reply(status=401, error={"message": said}))
    assert answer.error == f"{stub.origin} answered 401: Incorrect API key provided: [key]"
    assert answer.hint == "check the key in STUB_KEY"
    assert CANARY.encode() not in answer.raw
    assert CANARY not in (await ask(provider, stub, said)).text
    assert CANARY not in "".join(all_logs(logs))


async def test_no_connection_is_made_and_no_process_started_before_an_endpoint_is_approved(stub: Stub):
    idle = LiteLLMProvider(approved=("https://other.example",), loopback=lambda url: False)
    for api_base in (stub.url, stub.url.replace("http:", "https:")):
        answer = await ask(idle, stub, "ok", api_base=api_base)
        assert answer.outcome is Outcome.PROVIDER_ERROR
        assert stub.origin.partition("//")[2] in (answer.error or "")
    assert stub.calls == []
    assert idle.pid is None


async def test_a_key_that_is_not_set_is_named_and_nothing_is_started(stub: Stub, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("STUB_KEY", raising=False)
    idle = LiteLLMProvider()
    answer = await ask(idle, stub, "ok")
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert answer.hint == "set it: export STUB_KEY=…"
    assert idle.pid is None

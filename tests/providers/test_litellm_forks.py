"""Forks that tests have for LiteLLM's process: each is as one that was started, and knows nothing of another's."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from synterm.core.completion import Outcome
from synterm.providers.litellm import LiteLLMProvider
from tests.providers.litellm_calls import ask
from tests.support.bound import bind
from tests.support.http_stub import Stub

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_each_fork_has_the_environment_and_the_log_that_it_was_started_with(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    bind("OPENAI_API_KEY")
    monkeypatch.setenv("OPENAI_BASE_URL", stub.url)
    started: list[LiteLLMProvider] = []
    for name in ("first", "second"):
        monkeypatch.setenv("OPENAI_API_KEY", f"sk-of-the-{name}-0123456789")
        monkeypatch.setenv("SYNTERM_LOG_DIR", str(tmp_path / name))
        started.append(LiteLLMProvider())
    of_project = LiteLLMProvider(with_keys=False)
    for number in (0, 1, 0):
        answer = await ask(started[number], stub, "ok", api_base=None, api_key_env=None)
        assert (answer.outcome, answer.text) == (Outcome.COMPLETE, "ok"), answer.error
    assert [call.key.split("-")[3] for call in stub.calls if call.key] == ["first", "second", "first"]
    assert (await ask(of_project, stub, "ok", api_base=None, api_key_env=None)).outcome is not Outcome.COMPLETE
    assert len({provider.pid for provider in (*started, of_project)}) == 3
    assert [(tmp_path / name / "litellm_child.log").exists() for name in ("first", "second")] == [True, True]
    await asyncio.gather(*(provider.close() for provider in (*started, of_project)))


async def test_a_fork_that_is_killed_is_gone_and_the_next_call_has_another(stub: Stub):
    provider = LiteLLMProvider()
    assert (await ask(provider, stub, "ok")).text == "ok"
    before = provider.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    async with asyncio.timeout(60):
        # A call may come before it is known that the process is dead.
        while (await ask(provider, stub, "ok")).text != "ok" or provider.pid == before:
            pass
    await provider.close()

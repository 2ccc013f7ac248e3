"""Fixtures of the providers' tests: logs of their own, the real weights, a stub endpoint."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from synterm.providers import weights
from synterm.providers.litellm import LiteLLMProvider
from tests.providers.litellm_calls import CANARY, OF_THE_USER
from tests.support.bound import bind
from tests.support.http_stub import stub
from tests.support.litellm_starts import real_starts


@pytest.fixture(scope="session", autouse=True)
def logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The directory of the host processes' logs."""
    place = tmp_path_factory.mktemp("logs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTERM_LOG_DIR", str(place))
        patch.setenv("SYNTERM_CONFIG_DIR", str(place / "no-settings"))
        yield place


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def weights_file() -> Path:
    """The embedded model's weights, in the user's data directory; fetched when they are not there yet."""
    return await weights.fetch(lambda arrived, expected: None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def provider(logs: Path) -> AsyncIterator[LiteLLMProvider]:
    """LiteLLM with an environment full of the user's own keys: what is kept from endpoints is kept even so."""
    with pytest.MonkeyPatch.context() as patch:
        for name in OF_THE_USER:
            patch.setenv(name, f"canary-of-the-user-{name}")
        with real_starts():
            started = LiteLLMProvider()
    await started.warm()
    yield started
    await started.close()


@pytest.fixture(autouse=True)
def stub_key(monkeypatch: pytest.MonkeyPatch, isolated: None) -> None:
    """The key that the tests' model names is set, and may go to stubs."""
    monkeypatch.setenv("STUB_KEY", CANARY)
    bind("STUB_KEY", "APP_TOKEN")


__all__ = ["logs", "provider", "stub", "stub_key", "weights_file"]

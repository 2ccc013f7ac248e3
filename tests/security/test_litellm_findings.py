"""What LiteLLM does by itself, and what holds it: in its real process, whose environment is full of keys."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from synterm.core.completion import Outcome
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import Request
from synterm.hidden import learn
from synterm.providers.families import FAMILIES
from synterm.providers.litellm import LiteLLMProvider, _body
from synterm.providers.params import EndpointParams
from synterm.providers.proxies import proxy_used, unused_proxy, with_wanted_proxy
from synterm.settings import load_settings
from tests.providers.litellm_calls import ask, request
from tests.support.bound import bind
from tests.support.http_stub import Reply, Stub, stub
from tests.support.litellm_starts import real_starts

__all__ = ["stub"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

CANARY = "c4n4ry-0123456789-"
HOSTED = [family for family in FAMILIES if family.own]


class Proxy:
    """A proxy that answers nobody, and counts who came."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.came = 0
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _ = self._door.accept()
            except OSError:
                return
            self.came += 1
            visitor.close()

    def close(self) -> None:
        self._door.close()


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    opened = Proxy()
    yield opened
    opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def litellm(proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiteLLMProvider]:
    place = tmp_path_factory.mktemp("place")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SYNTERM_CONFIG_DIR", "SYNTERM_LOG_DIR", "SYNTERM_STATE_DIR"):
            patch.setenv(name, str(place / name))
        load_settings.cache_clear()
        surround(patch, proxy)
        with real_starts():
            started = LiteLLMProvider()
        await started.warm()
    yield started
    await started.close()


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch, proxy: Proxy) -> None:
    surround(monkeypatch, proxy)
    monkeypatch.setenv("STUB_KEY", f"{CANARY}STUB_KEY")
    learn(os.environ)
    bind("STUB_KEY")


def surround(patch: pytest.MonkeyPatch, proxy: Proxy) -> None:
    """A key in every variable that can hold one, no endpoint in any, and a proxy."""
    for family in FAMILIES:
        for name in (*family.bases, *filter(None, [family.base])):
            patch.delenv(name, raising=False)
        for name in family.keys[:1]:
            patch.setenv(name, CANARY + name)
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"):
        patch.setenv(name, proxy.url)


def asked(model: str) -> Request:
    return Request(ModelSpec(name="m", model=model), (Message(role="user", content="hi"),), {"timeout": 20.0})


async def test_a_providers_key_goes_by_default_where_litellm_asks_that_provider(litellm: LiteLLMProvider):
    """The table of hosts is what LiteLLM really does."""
    for family in HOSTED:
        said = await litellm.said(asked(f"{family.name}/{'meta/' if family.name == 'replicate' else ''}x"))
        assert said.outcome is Outcome.COMPLETE, f"{family.name}: {said.error}"
        assert json.loads(said.text)["place"] == family.own


async def test_a_key_that_litellm_would_send_elsewhere_is_held_back_by_its_value(
    litellm: LiteLLMProvider, stub: Stub, proxy: Proxy
):
    """Asked as by a program that forgot to look where the key may go."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        body = {**_body(request(stub), EndpointParams()), "api_key": CANARY + name}
        answer = await litellm._host.call(body, None, 30)
        assert answer.error == f"LiteLLM was stopped: it wanted to send the key in {name} to {stub.origin}"
        assert answer.hint == f"if it may: synterm settings --bind {name} {stub.origin}"
    body = {**_body(request(stub), EndpointParams()), "api_base": None, "api_key": CANARY + "GROQ_API_KEY"}
    answer = await litellm._host.call(body, None, 30)
    assert answer.error == "LiteLLM was stopped: it wanted to send the key in GROQ_API_KEY to https://api.openai.com"
    assert (stub.calls, proxy.came) == ([], 0)


async def test_a_slow_drip_ends_by_the_calls_own_limit(litellm: LiteLLMProvider, stub: Stub):
    drip = Reply("a b c", split=1, drip_s=0.3)
    answer = await ask(litellm, stub, drip, params={"timeout": 1.5})
    assert (answer.outcome, answer.error) == (Outcome.TIMED_OUT, "no answer within 1.5 s")
    assert stub.calls[0].disconnected.wait(10)


async def test_no_proxy_is_gone_by_until_the_settings_say_so(
    litellm: LiteLLMProvider, stub: Stub, proxy: Proxy, own_config: Path
):
    (own_config / "settings.toml").write_text('[key_hosts]\nSTUB_KEY = ["https://nowhere.invalid"]\n')
    load_settings.cache_clear()
    answer = await ask(litellm, stub, "ok", api_base="https://nowhere.invalid/v1")
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert "HTTPS_PROXY is set and not gone by: use_proxy = true in your settings" in (answer.hint or "")
    assert proxy.came == 0
    environ = {"HTTPS_PROXY": proxy.url, "all_proxy": proxy.url, "NO_PROXY": "x", "PATH": "/bin"}
    held = with_wanted_proxy(environ)
    assert held == {"NO_PROXY": "x", "PATH": "/bin", "SYNTERM_UNUSED_PROXY": "HTTPS_PROXY"}
    assert (proxy_used(environ), unused_proxy(held)) == (False, "HTTPS_PROXY")
    (own_config / "settings.toml").write_text("use_proxy = true\n")
    load_settings.cache_clear()
    assert (proxy_used(environ), unused_proxy(environ), with_wanted_proxy(environ)) == (True, None, environ)


async def test_no_key_is_in_the_log_of_the_process(litellm: LiteLLMProvider, stub: Stub):
    said = f"wrong: {CANARY}OPENAI_API_KEY {CANARY}STUB_KEY"
    for reply in (Reply(status=401, error={"message": said}), Reply(said), Reply(body=said.encode())):
        answer = await ask(litellm, stub, reply)
        assert "c4n4ry" not in f"{answer.text} {answer.error} {answer.raw}"
    assert "c4n4ry" not in litellm._host.log.read_text()

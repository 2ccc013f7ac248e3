"""A LiteLLM proxy asks the service what may pass, in the words of its generic guardrail API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from synterm.core.tree import Node
from synterm.production.guard import Guard
from synterm.production.service.connection import Listener
from synterm.production.service.door import Door
from synterm.production.service.limits import Limits
from synterm.production.service.litellm import PATH
from synterm.production.service.log import Log
from synterm.production.service.metrics import Metrics
from synterm.production.service.service import Service
from synterm.storage.project import Project

TOKEN = "0123456789abcdef0123456789abcdef"
AS_SENT: dict[str, Any] = {
    # What litellm 1.106.2 sends beside the texts.
    "litellm_call_id": "fd9b9eb6-0ee4-484e-85ff-86dddfa7b4c8",
    "litellm_trace_id": "0c974fb8-bd30-44ef-aa1f-77081b9c9849",
    "structured_messages": None,
    "images": None,
    "tools": None,
    "texts": [],
    "request_data": {"user_api_key_hash": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b"},
    "request_headers": {"host": "localhost:4000", "content-type": "application/json", "authorization": "[present]"},
    "litellm_version": "1.106.2",
    "additional_provider_specific_params": {},
    "tool_calls": None,
    "model": "router",
}


def project(path: Path) -> Path:
    """A feature with a behavior whose answers are labels, and one whose answers are never about cheese."""
    feature = Node(level="feature", name="Assistant")
    routing, topics = (
        Node(level="behavior", name=name, parent_id=feature.id, checks=(check,))
        for name, check in (
            ("Routing", {"type": "label", "labels": ["schedule", "clarify"]}),
            ("Topics", {"type": "not-icontains", "value": "cheese"}),
        )
    )
    scenarios = (Node(level="scenario", name="plain", parent_id=above.id) for above in (routing, topics))
    with Project.create(path, "assistant") as made:
        made.nodes.put(feature, routing, topics, *scenarios).result()
    return path


class Client:
    """Asks a service as LiteLLM does."""

    def __init__(self, session: ClientSession, url: str, service: Service) -> None:
        self.session, self.url, self.service = session, url, service

    async def ask(self, input_type: str, key: str = TOKEN, **sent: Any) -> tuple[int, dict[str, Any]]:
        """The status and the JSON that come back."""
        headers = {"x-api-key": key} if key else {}
        body = {**AS_SENT, "input_type": input_type, **sent}
        async with self.session.post(self.url + PATH, json=body, headers=headers) as response:
            return response.status, await response.json()

    async def answer(self, *texts: str, behavior: str = "Assistant/Routing", **sent: Any) -> dict[str, Any]:
        """What it says of an answer."""
        parameters = {"behavior": behavior} | sent.pop("parameters", {})
        status, said = await self.ask(
            "response", texts=list(texts), additional_provider_specific_params=parameters, **sent
        )
        assert status == 200, said
        return said


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    """A client of a service on a port of its own."""
    log = Log(None)
    metrics = Metrics(None)
    async with Guard(project(tmp_path / "assistant.db"), per_call=True) as guard, ClientSession() as session:
        service = Service(guard, Door("127.0.0.1", (), TOKEN), metrics, log, Limits())
        runner = web.ServerRunner(Listener(service.answer, service.limits, metrics))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield Client(session, f"http://127.0.0.1:{runner.addresses[0][1]}", service)
        await runner.cleanup()
    log.close()


async def test_what_the_checks_say_yes_to_passes(client: Client) -> None:
    assert await client.answer("schedule") == {"action": "NONE"}


async def test_what_they_say_no_to_is_blocked_with_the_reason(client: Client) -> None:
    said = await client.answer("Sure, I can help!")
    assert said["action"] == "BLOCKED"
    assert said["blocked_reason"].startswith("no label in the answer (verdict ")


async def test_every_choice_is_judged(client: Client) -> None:
    assert (await client.answer("schedule", "clarify"))["action"] == "NONE"
    assert (await client.answer("schedule", "Sure!"))["action"] == "BLOCKED"


async def test_calls_of_tools_are_judged_as_the_answer(client: Client) -> None:
    call = {"id": "call_0", "type": "function", "function": {"name": "order", "arguments": '{"what": "Cheese"}'}}
    assert (await client.answer(tool_calls=[call], behavior="Assistant/Topics"))["action"] == "BLOCKED"


async def test_an_answer_with_nothing_in_it_passes(client: Client) -> None:
    assert await client.answer() == {"action": "NONE"}


async def test_a_request_is_judged_by_what_the_user_said_last(client: Client) -> None:
    topics = {"behavior": "Assistant/Topics"}
    for last, action in (("cheese?", "BLOCKED"), ("bread?", "NONE")):
        messages = [{"role": "user", "content": "cheese"}, {"role": "user", "content": last}]
        status, said = await client.ask(
            "request", structured_messages=messages, additional_provider_specific_params=topics
        )
        assert (status, said["action"]) == (200, action)


async def test_a_request_that_is_only_remembered_is_not_judged(client: Client) -> None:
    parameters = {"behavior": "Assistant/Topics", "requests": "remember"}
    messages = [{"role": "user", "content": "cheese"}]
    sent: dict[str, Any] = {"structured_messages": messages, "additional_provider_specific_params": parameters}
    assert await client.ask("request", **sent) == (200, {"action": "NONE"})


async def test_what_was_asked_is_shown_to_the_checks_of_its_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    judge = client.service.guard.acheck

    async def acheck(output: str, input: Any = None, expected: Any = None, behavior: str | None = None) -> Any:
        shown.append(input)
        return await judge(output, input, expected, behavior)

    monkeypatch.setattr(client.service.guard, "acheck", acheck)
    parameters = {"behavior": "Assistant/Routing", "requests": "remember"}
    messages = [{"role": "user", "content": "when is lunch"}]
    await client.ask("request", structured_messages=messages, additional_provider_specific_params=parameters)
    await client.answer("schedule", parameters=parameters)
    await client.answer("schedule", parameters=parameters, litellm_call_id="another")
    assert shown == ["when is lunch", None]


@pytest.mark.parametrize("key", ["", "a wrong key"])
async def test_without_the_token_nothing_is_judged(client: Client, key: str) -> None:
    status, said = await client.ask("response", key=key, texts=["schedule"])
    assert status == 401
    assert "action" not in said


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"input_type": "other"}, "input_type must be request or response"),
        ({"texts": "schedule"}, "texts must be a list"),
        ({"tool_calls": {}}, "tool_calls must be a list"),
        ({"additional_provider_specific_params": []}, None),
        ({"additional_provider_specific_params": {"behaviour": "A"}}, "there is no parameter 'behaviour'"),
        ({"additional_provider_specific_params": {"behavior": 1}}, "must be the path of a behavior"),
        ({"additional_provider_specific_params": {"behavior": "Assistant/None"}}, "None"),
        ({"additional_provider_specific_params": {"requests": "no"}}, "must be judge or remember"),
    ],
)
async def test_what_is_wrong_is_named_and_lets_nothing_pass(
    client: Client, sent: dict[str, Any], words: str | None
) -> None:
    everything: dict[str, Any] = {"input_type": "response", "texts": ["schedule"]} | sent
    status, said = await client.ask(**everything)
    assert status == 400
    assert "action" not in said
    assert words is None or words in said["error"]["message"]


async def test_the_verdicts_are_counted(client: Client) -> None:
    await client.answer("schedule")
    async with client.session.get(f"{client.url}/metrics", headers={"x-api-key": TOKEN}) as response:
        assert "synterm_guard" in (text := await response.text())
        assert PATH in text

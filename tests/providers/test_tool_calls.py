"""Tools that a model calls: they come as the answer's text, over real HTTP, whole and streamed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Outcome
from synterm.core.model import ModelSpec
from synterm.errors import ModelError
from synterm.providers.base import Provider
from synterm.providers.litellm import LiteLLMProvider
from synterm.providers.openai_chat import OpenAIChatProvider
from synterm.providers.params import EndpointParams, read_params
from synterm.providers.tool_calls import ToolCall, answer_text, calls_said, joined
from tests.providers.litellm_calls import request
from tests.support.http_stub import Reply, Stub

FIND = {
    "type": "function",
    "function": {
        "name": "find",
        "description": "Finds a room.",
        "parameters": {"type": "object", "properties": {"size": {"type": "integer", "default": None}}},
    },
}
NAMES = st.characters(exclude_categories=["Cs"])
TOOLS = {"tools": [FIND], "tool_choice": "auto", "parallel_tool_calls": False}


def no_other(spec: ModelSpec) -> Provider:
    raise AssertionError(f"{spec.model} was not asked directly")


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["direct", "litellm"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[Provider]:
    provider = OpenAIChatProvider(otherwise=no_other) if request.param == "direct" else LiteLLMProvider()
    yield provider
    await provider.close()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (Reply(None, calls=[("find", '{"size": 4}')]), '[{"name":"find","arguments":{"size":4}}]'),
        (
            Reply(None, calls=[("find", "{}"), ("book", '{"room": "Ä"}')]),
            '[{"name":"find","arguments":{}},{"name":"book","arguments":{"room":"Ä"}}]',
        ),
        (
            Reply("One moment.", calls=[("find", "{}")]),
            '{"content":"One moment.","tool_calls":[{"name":"find","arguments":{}}]}',
        ),
        (Reply(None, calls=[("find", "size=4")]), '[{"name":"find","arguments":"size=4"}]'),
    ],
)
async def test_the_tools_that_are_called_are_the_answers_text(
    reply: Reply, text: str, streamed: bool, either: Provider, stub: Stub
):
    stub.reply(reply)
    pieces: list[str] = []
    answer = await either.complete(request(stub, params=TOOLS), pieces.append if streamed else None)
    assert (answer.text, answer.outcome) == (text, Outcome.COMPLETE)
    assert "".join(pieces) == (reply.text or "" if streamed else "")
    assert {name: stub.calls[0].body[name] for name in TOOLS} == TOOLS


@pytest.mark.parametrize("cut", [1, 3, 1000])
@given(
    calls=st.lists(
        st.tuples(st.text(NAMES, min_size=1), st.dictionaries(st.text(NAMES), st.integers(0, 9) | st.text(NAMES))),
        min_size=1,
        max_size=4,
    )
)
def test_calls_cut_into_pieces_are_the_same_calls(calls: list[tuple[str, dict[str, Any]]], cut: int):
    pieces: list[ToolCall] = []
    for index, (name, arguments) in enumerate(calls):
        written = json.dumps(arguments)
        pieces.append(ToolCall(index, f"id{index}", name))
        pieces += [ToolCall(index, arguments=written[at : at + cut]) for at in range(0, len(written), cut)]
    found = json.loads(answer_text("", joined(pieces)))
    assert [(call["name"], call["arguments"]) for call in found] == calls


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"function_call": {"name": "find", "arguments": "{}"}}, '[{"name":"find","arguments":{}}]'),
        ({"tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}, '[{"name":"f","arguments":{"a":1}}]'),
        (
            {"tool_calls": [{"type": "custom", "custom": {"name": "f", "input": "x y"}}]},
            '[{"name":"f","arguments":"x y"}]',
        ),
        ({"tool_calls": [{"function": {"name": "f", "arguments": "\ud800"}}]}, '[{"name":"f","arguments":"�"}]'),
        ({"tool_calls": [5, {"function": "f"}, None]}, "hello"),
        ({"tool_calls": "find"}, "hello"),
        ({}, "hello"),
    ],
)
def test_other_shapes_of_calls_are_read_as_far_as_they_say_one(said: dict[str, Any], text: str):
    assert answer_text("hello" if text == "hello" else "", calls_said(said)) == text


def test_pieces_without_an_index_go_on_with_the_last_call_and_ids_tell_calls_apart():
    pieces = [ToolCall(None, "a", "f", "{"), ToolCall(arguments="}"), ToolCall(None, "b", "g", "{}")]
    assert [(call.name, call.arguments) for call in joined(pieces)] == [("f", "{}"), ("g", "{}")]
    same = [ToolCall(0, "a", "f", "{}"), ToolCall(0, "b", "f", "{}")]
    assert len(joined(same)) == 2


@pytest.mark.parametrize(
    ("params", "place"),
    [
        ({"tools": [{"type": "mcp", "server_url": "https://example.org", "server_label": "x"}]}, "tools[0].type"),
        ({"tools": [{**FIND, "server_url": "https://example.org"}]}, "tools[0].server_url"),
        ({"tools": [{"type": "web_search_preview"}]}, "tools[0].type"),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools[0].function.name"),
        ({"tools": []}, "tools"),
        ({"tool_choice": "perhaps"}, "tool_choice"),
    ],
)
def test_tools_are_functions_and_nothing_that_names_a_host(params: dict[str, Any], place: str):
    with pytest.raises(ModelError) as error:
        read_params(EndpointParams, params, "it")
    assert f"the parameter {place!r} is" in error.value.message

"""Batches, through LiteLLM: what is handed in says what a call says, and results are read as answers are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Outcome
from synterm.core.model import ModelSpec, Price
from synterm.core.prompt import Message
from synterm.core.request import JsonSchema, Request
from synterm.providers.batch import BatchCallError, BatchDoor, why_not_batched
from synterm.providers.batch_documents import Line, is_name, read_lines, read_remote
from synterm.providers.prices import batch_price_of, price_of
from synterm.providers.registry import Providers
from tests.providers.litellm_calls import CANARY
from tests.support.batch_stub import BatchStub, batch_stub

__all__ = ["batch_stub"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = (
    "id status processing_status request_counts total errors data custom_id response status_code body error code "
    "result type message"
).split()
TOOLS = [{"type": "function", "function": {"name": "book", "parameters": {"type": "object", "properties": {}}}}]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def providers(logs: Path) -> AsyncIterator[Providers]:
    """LiteLLM's process is started once."""
    async with Providers() as providers:
        yield providers


@pytest.fixture(scope="module")
def door(providers: Providers) -> BatchDoor:
    """The door to batches."""
    return BatchDoor(providers)


def spec(url: str, model: str = "openai/stub", **others: Any) -> ModelSpec:
    """A model at an endpoint of this machine."""
    return ModelSpec(name="stub", model=model, api_base=url, api_key_env="STUB_KEY", **others)


def request(model: ModelSpec, constraint: JsonSchema | None = None, **params: Any) -> Request:
    """A request about a room."""
    messages = (Message(role="system", content="Route."), Message(role="user", content="Book a room"))
    return Request(model, messages, {"max_tokens": 16, **params}, constraint)


class TestWhatIsSaid:
    """The body of a line is the body of the call."""

    @pytest.mark.parametrize(
        "model", ["openai/stub", "openai/gpt-5-mini", "openai/o3", "hosted_vllm/stub", "azure/stub"]
    )
    async def test_it_is_what_the_same_request_says_at_once(
        self, door: BatchDoor, providers: Providers, batch_stub: BatchStub, model: str
    ) -> None:
        asked = request(spec(batch_stub.url, model), tools=TOOLS)
        line = json.loads(await door.line(asked) or b"null")
        assert batch_stub.calls == []
        await providers.for_model(asked.model).complete(asked)
        [call] = batch_stub.calls
        assert line["body"] == call.body
        assert line["custom_id"] == asked.key

    async def test_a_schema_that_answers_are_held_to_is_in_it(self, door: BatchDoor, batch_stub: BatchStub) -> None:
        schema = JsonSchema({"type": "object", "properties": {"a": {"type": "string"}}})
        line = await door.line(request(spec(batch_stub.url, constrain=True), schema))
        assert json.loads(line or b"")["body"]["response_format"]["json_schema"]["schema"] == schema.schema

    @pytest.mark.parametrize("model", ["mistral/small", "http/app", "scripted/rules", "embedded/default"])
    async def test_others_have_no_batches_here(self, door: BatchDoor, model: str) -> None:
        made = ModelSpec(name="m", model=model)
        assert why_not_batched(made)
        assert await door.line(request(made)) is None

    async def test_an_answer_of_a_model_that_litellm_rewrites_is_read_by_it(
        self, door: BatchDoor, batch_stub: BatchStub
    ) -> None:
        message = {"role": "assistant", "content": "ok"}
        body = {"id": "1", "object": "chat.completion", "created": 1, "model": "gpt-5-mini"}
        body |= {"choices": [{"index": 0, "message": message, "finish_reason": "length"}]}
        body |= {"usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14}}
        made = await door.read(spec(batch_stub.url, "openai/gpt-5-mini"), Line("k", 200, json.dumps(body).encode()))
        assert (made.outcome, made.text, made.usage.completion) == (Outcome.TRUNCATED, "ok", 3)
        assert made.cost_usd == pytest.approx((11 * 0.125 + 3 * 1.0) / 1e6)
        assert (made.latency_ms, batch_stub.calls) == (None, [])


class TestAnthropic:
    """Message Batches: another shape, the same door."""

    async def test_a_batch_is_made_followed_and_read(self, door: BatchDoor, tmp_path: Path) -> None:
        seen: list[web.Request] = []
        asked: list[dict[str, Any]] = []

        async def handle(call: web.Request) -> web.Response:
            seen.append(call)
            if call.path.endswith("/results"):
                return web.Response(text="\n".join(json.dumps(_result(one, asked)) for one in asked))
            asked[:] = asked or (await call.json())["requests"]
            status = "in_progress" if call.method == "POST" else "ended"
            counts = {"processing": 0, "succeeded": 1, "errored": 1, "canceled": 0, "expired": 1}
            return web.json_response({"id": "msgbatch_1", "processing_status": status, "request_counts": counts})

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        model = spec(f"http://127.0.0.1:{runner.addresses[0][1]}", "anthropic/claude-sonnet-4-5")
        requests = [request(model, temperature=temperature) for temperature in (0, 0.5, 1)]
        file = tmp_path / "requests.jsonl"
        lines = [await door.line(one) or b"" for one in requests]
        await asyncio.to_thread(file.write_bytes, b"\n".join(lines) + b"\n")
        made = await door.create(model, await door.upload(model, file), file, "ours")
        assert (made.id, made.ended) == ("msgbatch_1", False)
        assert [one["custom_id"] for one in asked] == [one.key for one in requests]
        assert asked[0]["params"]["messages"] == [
            {"role": "user", "content": [{"type": "text", "text": "Book a room"}]}
        ]
        ended = await door.retrieve(model, made.id)
        assert (ended.state, ended.total, ended.done, ended.failed) == ("completed", 3, 1, 2)
        results = tmp_path / "results.jsonl"
        await door.download(model, ended.files[0], results)
        good, bad, late = read_lines(results)
        answer = await door.read(model, good)
        assert (answer.outcome, answer.text, answer.usage.prompt) == (Outcome.COMPLETE, "fine", 10)
        assert answer.cost_usd == pytest.approx((10 * 3 + 2 * 15) / 2 / 1e6)
        failed = await door.read(model, bad)
        assert (failed.outcome, "too long" in (failed.error or "")) == (Outcome.PROVIDER_ERROR, True)
        assert late.left == "expired"
        with pytest.raises(BatchCallError, match="no names"):
            await door.find(model, "ours")
        assert {call.headers["x-api-key"] for call in seen} == {CANARY}
        await runner.cleanup()


def _result(one: dict[str, Any], asked: list[dict[str, Any]]) -> dict[str, Any]:
    message = {"id": "m", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "stop_sequence": None}
    message |= {"content": [{"type": "text", "text": "fine"}], "stop_reason": "end_turn"}
    message |= {"usage": {"input_tokens": 10, "output_tokens": 2}}
    error = {"type": "error", "error": {"type": "invalid_request_error", "message": "too long"}}
    results = [{"type": "succeeded", "message": message}, {"type": "errored", "error": error}, {"type": "expired"}]
    return {"custom_id": one["custom_id"], "result": results[asked.index(one)]}


class TestDocuments:
    """What comes from outside may be anything."""

    @given(content=st.binary(max_size=400))
    async def test_no_file_of_results_breaks_anything(
        self, content: bytes, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        path = tmp_path_factory.mktemp("lines") / "results.jsonl"
        path.write_bytes(content)
        assert all(isinstance(line.key, str) for line in read_lines(path))
        path.unlink()

    @given(
        document=st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda below: (
                st.lists(below, max_size=3)
                | st.dictionaries(
                    st.sampled_from(NAMES),
                    below,
                    max_size=6,
                )
            ),
            max_leaves=20,
        )
    )
    async def test_no_document_breaks_anything(self, document: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
        if isinstance(document, dict):
            read_remote(document)
        path = tmp_path_factory.mktemp("lines") / "results.jsonl"
        path.write_text(json.dumps(document))
        list(read_lines(path))
        path.unlink()

    async def test_a_line_that_is_too_long_is_told_of_and_the_next_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("synterm.providers.batch_documents.MAX_ANSWER_BYTES", 1000)
        good = json.dumps({"custom_id": "k", "response": {"status_code": 200, "body": {}}})
        path = tmp_path / "results.jsonl"
        path.write_text(f'{{"custom_id": "a", "x": "{"x" * 5000}"}}\n{good}\n{{"x": "{"x" * 5000}"}}\n{good[:-9]}')
        found = [*read_lines(path)]
        assert [line.key for line in found] == ["a", "k", "", "k"]
        assert [bool(line.broken) for line in found] == [True, False, True, True]
        assert found[3].body == good[:-9].encode()

    @pytest.mark.parametrize(
        ("said", "late"),
        [
            ({"status": "completed", "request_counts": {"completed": 3}}, True),
            ({"status": "completed", "request_counts": {"completed": 2, "failed": 1}, "error_file_id": "e"}, True),
            ({"status": "completed", "request_counts": {"failed": 3}}, True),
            ({"status": "completed", "request_counts": {"failed": 3}, "error_file_id": "e"}, False),
            ({"status": "completed", "request_counts": {"completed": 2, "failed": 1}, "output_file_id": "o"}, False),
            ({"status": "completed", "request_counts": {}}, False),
            ({"status": "cancelled", "request_counts": {"completed": 1, "failed": 2}}, True),
            ({"status": "expired", "request_counts": {"failed": 3}}, False),
            ({"status": "failed", "request_counts": {"failed": 3}}, False),
        ],
    )
    async def test_results_without_a_file_are_late(self, said: dict[str, Any], late: bool) -> None:
        remote = read_remote({"id": "batch_1", **said})
        assert remote and remote.late is late

    @pytest.mark.parametrize("name", ["../x", "a/b", "a?b", "", "a..b", "x" * 300, None, 7, "a b", "a#b", "é"])
    async def test_what_leads_elsewhere_is_no_name(self, name: object) -> None:
        assert not is_name(name)


class TestPrices:
    """What a batch costs."""

    async def test_the_list_has_prices_of_batches(self) -> None:
        model = ModelSpec(name="m", model="openai/gpt-4o-mini")
        full, batch = price_of(model), batch_price_of(model)
        assert full and batch
        assert batch.cost(1000, 100) == pytest.approx(full.cost(1000, 100) / 2)
        assert batch.max_output_tokens == full.max_output_tokens

    async def test_a_price_of_ones_own_says_nothing_of_batches(self) -> None:
        assert batch_price_of(ModelSpec(name="m", model="openai/gpt-4o-mini", price=Price(input=1, output=1))) is None
        free = batch_price_of(ModelSpec(name="m", model="openai/x", price=Price(input=0, output=0)))
        assert free and free.free

    async def test_large_prompts_are_never_reckoned_too_low(self) -> None:
        model = ModelSpec(name="m", model="azure/gpt-5.4")
        full, batch = price_of(model), batch_price_of(model)
        assert full and batch
        for tokens in (1000, 272_000, 272_001, 500_000):
            assert 0 < batch.cost(tokens, 100) <= full.cost(tokens, 100)

"""The real embedded model, in its real process."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio

from synterm.core.completion import Completion, Outcome
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import JsonSchema, Labels, Request
from synterm.providers.base import OnText
from synterm.providers.embedded import PULL, EmbeddedProvider

pytestmark = pytest.mark.asyncio(loop_scope="session")

PREFIX = "You route one message of an office to one agent. Meetings go to schedule, notes to summarize. " * 12
LONG = "word " * 3500


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def model(weights_file: Path) -> AsyncIterator[EmbeddedProvider]:
    provider = EmbeddedProvider()
    await provider.warm()
    yield provider
    await provider.close()


def request(
    text: str, system: str | None = None, constraint: Labels | JsonSchema | None = None, **params: Any
) -> Request:
    messages = [Message(role="user", content=text)]
    if system is not None:
        messages.insert(0, Message(role="system", content=system))
    return Request(ModelSpec(name="local", model="embedded/default"), tuple(messages), params, constraint)


async def started(model: EmbeddedProvider, wanted: Request) -> tuple[asyncio.Task[Completion], asyncio.Event]:
    """A call that has begun to answer, and the event that says so."""
    answering = asyncio.Event()
    on_text: OnText = lambda piece: answering.set()  # noqa: E731
    return asyncio.create_task(model.complete(wanted, on_text)), answering


async def test_an_answer_has_text_usage_times_price_and_the_raw_response(model: EmbeddedProvider):
    answer = await model.complete(request("Say hello.", max_tokens=8))
    assert answer.outcome in (Outcome.COMPLETE, Outcome.TRUNCATED)
    raw = orjson.loads(answer.raw)
    assert raw["choices"][0]["message"]["content"] == answer.text
    assert raw["usage"]["prompt_tokens"] == answer.usage.prompt
    assert 0 < (answer.usage.completion or 0) <= 8
    assert answer.cost_usd == 0.0
    assert 0 < (answer.first_token_ms or 0) <= (answer.latency_ms or 0)
    assert "/" not in raw["model"]


async def test_a_limit_of_tokens_ends_in_truncated(model: EmbeddedProvider):
    answer = await model.complete(request("Tell me a long story.", max_tokens=5))
    assert (answer.outcome, answer.finish_reason, answer.usage.completion) == (Outcome.TRUNCATED, "length", 5)


async def test_a_stop_text_ends_the_answer(model: EmbeddedProvider):
    answer = await model.complete(request("Count from one to ten in digits.", stop=[" "], max_tokens=40))
    assert " " not in answer.text


async def test_an_answer_is_one_of_its_labels(model: EmbeddedProvider):
    labels = ("schedule", "summarize", "out_of_scope")
    answer = await model.complete(request("Book a room for Monday.", constraint=Labels(labels)))
    assert answer.outcome is Outcome.COMPLETE
    assert answer.text in labels


@pytest.mark.parametrize(
    "label",
    [
        'say "hi"',
        "back\\slash",
        "two\nlines",
        "tab\there",
        "ünï→漢字🙂",
        "a\\nb",
        "[x]",
        "</s>",
        " spaced ",
        "\x01\x7f",
    ],
)
async def test_any_label_comes_back_word_for_word_whatever_max_tokens_says(label: str, model: EmbeddedProvider):
    answer = await model.complete(request("Say something.", constraint=Labels((label,)), max_tokens=1))
    assert (answer.outcome, answer.text) == (Outcome.COMPLETE, label)


async def test_an_answer_fits_its_json_schema(model: EmbeddedProvider):
    schema = {
        "type": "object",
        "properties": {"route": {"enum": ["schedule", "clarify"]}, "sure": {"type": "boolean"}},
        "required": ["route", "sure"],
        "additionalProperties": False,
    }
    answer = await model.complete(request("Book a room for Monday, as JSON.", constraint=JsonSchema(schema)))
    found = orjson.loads(answer.text)
    assert found["route"] in ("schedule", "clarify")
    assert isinstance(found["sure"], bool)


async def test_a_schema_that_is_none_is_an_error_with_a_reason(model: EmbeddedProvider):
    answer = await model.complete(request("Hi", constraint=JsonSchema({"type": "nonsense"})))
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert "nonsense" in (answer.error or "")


async def test_the_same_requests_in_one_order_get_the_same_answers(model: EmbeddedProvider):
    texts = ("Book a room.", "Sum up my notes.", "What is this?")

    async def round_of(**params: Any) -> list[str]:
        await model.complete(request("Something else altogether.", max_tokens=1))
        return [(await model.complete(request(text, max_tokens=12, **params))).text for text in texts]

    assert await round_of() == await round_of()
    assert await round_of(temperature=1.0, seed=4) == await round_of(temperature=1.0, seed=4)


async def test_pieces_stream_in_and_join_to_the_text(model: EmbeddedProvider):
    pieces: list[str] = []
    answer = await model.complete(request("Write one sentence about the sea.", max_tokens=16), pieces.append)
    assert len(pieces) > 3
    assert "".join(pieces) == answer.text


async def test_a_prompt_keeps_its_prefix_also_when_two_prompts_take_turns(model: EmbeddedProvider):
    async def cached(system: str, text: str) -> tuple[int, int]:
        answer = await model.complete(request(text, system, Labels(("schedule", "summarize"))))
        usage = orjson.loads(answer.raw)["usage"]
        return usage["prompt_tokens_details"]["cached_tokens"], usage["prompt_tokens"]

    other = "Reply with one word. " * 30
    await cached(PREFIX, "First message")
    await cached(other, "First message")
    for system in (PREFIX, other, PREFIX, other):
        kept, all_tokens = await cached(system, "Another text")
        assert kept > 0.8 * all_tokens


async def test_a_prompt_over_the_context_says_how_many_tokens_it_has(model: EmbeddedProvider):
    answer = await model.complete(request("word " * 6000))
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert answer.retry_after_s is None
    assert "4,096" in (answer.error or "")
    assert "6,0" in (answer.error or "")
    assert answer.hint


async def test_a_call_cancelled_within_its_prompt_frees_the_model(model: EmbeddedProvider):
    task = asyncio.create_task(model.complete(request(LONG)))
    waits = asyncio.create_task(model.complete(request("Say hello.", max_tokens=2)))
    _, running = await asyncio.wait([task], timeout=0.5)
    assert task in running
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await waits).usage.completion == 2


async def test_a_call_cancelled_while_it_answers_frees_the_model(model: EmbeddedProvider):
    task, answering = await started(model, request("Tell me a very long story.", max_tokens=3000, temperature=1.0))
    await answering.wait()
    task.cancel()
    assert (await model.complete(request("Say hello.", max_tokens=2))).usage.completion == 2


async def test_a_cancelled_call_that_waits_never_runs(model: EmbeddedProvider):
    task, answering = await started(model, request("Tell me a story.", max_tokens=30))
    ran: list[str] = []
    waits = asyncio.create_task(model.complete(request("Say hello.", max_tokens=2), ran.append))
    await answering.wait()
    waits.cancel()
    assert (await task).usage.completion
    assert (await model.complete(request("Say bye.", max_tokens=2))).usage.completion == 2
    assert ran == []


async def test_calls_are_answered_in_the_order_they_came(model: EmbeddedProvider):
    done: list[int] = []

    async def ask(number: int) -> None:
        await model.complete(request(f"Say {number}.", max_tokens=1 + 3 * (number % 2)))
        done.append(number)

    await asyncio.gather(*(ask(number) for number in range(6)))
    assert done == list(range(6))


async def test_a_killed_model_is_an_error_and_the_next_call_works(model: EmbeddedProvider):
    task, answering = await started(model, request("Tell me a very long story.", max_tokens=3000, temperature=1.0))
    await answering.wait()
    assert model.pid is not None
    os.kill(model.pid, signal.SIGKILL)
    answer = await task
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert "SIGKILL" in (answer.error or "")
    assert (await model.complete(request("Say hello.", max_tokens=2))).usage.completion == 2


async def test_an_unknown_parameter_is_named_without_starting_anything():
    idle = EmbeddedProvider()
    answer = await idle.complete(request("Hi", tempature=1))
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert "'tempature'" in (answer.error or "")
    assert "temperature" in (answer.hint or "")
    assert idle.pid is None


async def test_another_embedded_model_is_unknown():
    spec = ModelSpec(name="x", model="embedded/smollm3")
    answer = await EmbeddedProvider().complete(Request(spec, (Message(role="user", content="Hi"),)))
    assert "'embedded/smollm3'" in (answer.error or "")
    assert "embedded/smollm2-135m" in (answer.hint or "")


async def test_without_weights_a_call_says_how_to_get_them_and_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNTERM_DATA_DIR", str(tmp_path / "data"))
    provider = EmbeddedProvider()
    await provider.warm()
    answer = await provider.complete(request("Hi"))
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert "98 MB" in (answer.error or "")
    assert answer.hint == PULL
    assert not (tmp_path / "data").exists()


async def test_weights_that_cannot_be_loaded_are_an_error_with_a_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNTERM_DATA_DIR", str(tmp_path))
    (tmp_path / "models").mkdir()
    with (tmp_path / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf").open("wb") as broken:
        broken.truncate(98_362_432)
    provider = EmbeddedProvider()
    for _ in range(2):
        answer = await provider.complete(request("Hi"))
        assert answer.outcome is Outcome.PROVIDER_ERROR
        assert "can't be loaded" in (answer.error or "")
        assert PULL in (answer.hint or "")
    await provider.close()

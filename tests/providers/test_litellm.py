"""LiteLLM, in its real process, against a stub endpoint on this machine."""

from __future__ import annotations

import asyncio
import gzip
import os
import signal
import threading

import orjson
import pytest

from synterm.core.completion import Outcome
from synterm.core.request import JsonSchema, Labels
from synterm.providers.litellm import LiteLLMProvider
from tests.providers.litellm_calls import CANARY, ask, request
from tests.support.http_stub import Reply, Stub

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_answer_has_text_usage_times_and_the_response_as_it_came(provider: LiteLLMProvider, stub: Stub):
    answer = await ask(provider, stub, Reply("schedule", usage=(20, 2)))
    assert (answer.outcome, answer.text, answer.finish_reason) == (Outcome.COMPLETE, "schedule", "stop")
    assert (answer.usage.prompt, answer.usage.completion) == (20, 2)
    assert (answer.latency_ms or 0) > 0
    assert orjson.loads(answer.raw)["choices"][0]["message"]["content"] == "schedule"


async def test_the_request_carries_messages_parameters_and_the_named_key(provider: LiteLLMProvider, stub: Stub):
    await ask(
        provider, stub, "ok", params={"temperature": 0, "max_tokens": 16, "seed": 3, "stop": ["\n"], "top_p": 0.9}
    )
    (call,) = stub.calls
    assert call.key == CANARY
    assert call.messages == [{"role": "system", "content": "Route."}, {"role": "user", "content": "Book a room"}]
    assert {name: call.body[name] for name in ("temperature", "max_tokens", "seed", "stop", "top_p")} == {
        "temperature": 0,
        "max_tokens": 16,
        "seed": 3,
        "stop": ["\n"],
        "top_p": 0.9,
    }
    assert "stream" not in call.body


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply("cut off", finish_reason="length"), Outcome.TRUNCATED),
        (Reply(""), Outcome.EMPTY),
        (Reply("", finish_reason="content_filter"), Outcome.FILTERED),
        (Reply(None, refusal="I won't do that."), Outcome.REFUSED),
        (Reply(status=400, error={"message": "filtered", "code": "content_filter"}), Outcome.FILTERED),
        (Reply(status=429), Outcome.RATE_LIMITED),
        (Reply(status=401), Outcome.PROVIDER_ERROR),
        (Reply(status=404), Outcome.PROVIDER_ERROR),
        (Reply(status=500), Outcome.PROVIDER_ERROR),
        (Reply(body=b'{"id": "x", "object": "chat.completion", "model": "m", "choices": []}'), Outcome.MALFORMED),
        (Reply(body=b'{"id": '), Outcome.MALFORMED),
        (Reply(body=b"<html>a login page</html>"), Outcome.MALFORMED),
        (Reply(body=b""), Outcome.MALFORMED),
    ],
    ids=lambda value: value.value if isinstance(value, Outcome) else "",
)
async def test_what_an_endpoint_does_is_a_typed_outcome_of_one_request(
    reply: Reply, outcome: Outcome, streamed: bool, provider: LiteLLMProvider, stub: Stub
):
    answer = await ask(provider, stub, reply, (lambda piece: None) if streamed else None)
    assert answer.outcome is outcome
    assert answer.outcome.answered or answer.error
    assert len(stub.calls) == 1
    if reply.body is not None:
        assert answer.raw == reply.body


async def test_a_refusal_is_the_text_of_the_answer(provider: LiteLLMProvider, stub: Stub):
    assert (await ask(provider, stub, Reply(None, refusal="I won't do that."))).text == "I won't do that."


async def test_a_rate_limit_says_how_long_to_wait(provider: LiteLLMProvider, stub: Stub):
    answer = await ask(provider, stub, Reply(status=429, headers={"Retry-After": "7"}))
    assert answer.retry_after_s == 7.0


async def test_usage_that_is_missing_stays_unknown(provider: LiteLLMProvider, stub: Stub):
    for on_text in (None, lambda piece: None):  # pyright: ignore[reportUnknownLambdaType]
        answer = await ask(provider, stub, Reply("ok", usage=None), on_text, model="openai/gpt-4o-mini")
        assert (answer.usage.prompt, answer.usage.completion, answer.cost_usd) == (None, None, None)


async def test_cost_is_known_for_a_priced_model_and_unknown_without_counts(provider: LiteLLMProvider, stub: Stub):
    for on_text in (None, lambda piece: None):  # pyright: ignore[reportUnknownLambdaType]
        priced = await ask(provider, stub, Reply("ok", usage=(1_000_000, 0)), on_text, model="openai/gpt-4o-mini")
        assert priced.cost_usd is None
        priced = await ask(
            provider, stub, Reply("ok", usage=(1_000_000, 1_000_000)), on_text, model="openai/gpt-4o-mini"
        )
        assert priced.cost_usd == pytest.approx(0.15 + 0.60)


async def test_a_model_on_this_machine_without_a_price_is_free(provider: LiteLLMProvider, stub: Stub):
    assert (await ask(provider, stub, Reply("ok"))).cost_usd == 0.0


async def test_the_price_that_a_project_names_goes_first(provider: LiteLLMProvider, stub: Stub):
    price = {"input": 2.0, "output": 4.0}
    answer = await ask(provider, stub, Reply("ok", usage=(1000, 100)), model="openai/gpt-4o-mini", price=price)
    assert answer.cost_usd == pytest.approx(0.0024)


async def test_text_streams_in_pieces_that_join_to_the_answer(provider: LiteLLMProvider, stub: Stub):
    pieces: list[str] = []
    answer = await ask(provider, stub, Reply("one two ünï 🙂", usage=(9, 4)), pieces.append)
    assert pieces == ["one", " two", " ünï", " 🙂"]
    assert (answer.outcome, answer.text, answer.finish_reason) == (Outcome.COMPLETE, "one two ünï 🙂", "stop")
    assert (answer.usage.prompt, answer.usage.completion) == (9, 4)
    assert 0 < (answer.first_token_ms or 0) <= (answer.latency_ms or 0)
    assert answer.raw.endswith(b"data: [DONE]\n\n")


async def test_a_stream_that_breaks_off_is_malformed_not_complete(provider: LiteLLMProvider, stub: Stub):
    pieces: list[str] = []
    answer = await ask(provider, stub, Reply("half an", cut=True), pieces.append)
    assert answer.outcome is Outcome.MALFORMED
    assert "was cut" in (answer.error or "")
    assert "".join(pieces) == "half an"


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_answer_over_8_mb_is_malformed(streamed: bool, provider: LiteLLMProvider, stub: Stub):
    reply = Reply("x" * 9_000_000, pieces=["x" * 1_000_000] * 9)
    answer = await ask(provider, stub, reply, (lambda piece: None) if streamed else None)
    assert answer.outcome is Outcome.MALFORMED
    assert "8.0 MB" in (answer.error or "")
    assert len(answer.raw) <= 8_000_000


async def test_a_compressed_answer_is_read_and_counted_by_what_is_in_it(provider: LiteLLMProvider, stub: Stub):
    def zipped(text: str) -> Reply:
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        body = orjson.dumps({"id": "x", "object": "chat.completion", "model": "m", "choices": [choice]})
        return Reply(body=gzip.compress(body), headers={"Content-Encoding": "gzip"})

    answer = await ask(provider, stub, zipped("small"))
    assert (answer.outcome, answer.text) == (Outcome.COMPLETE, "small")
    assert orjson.loads(answer.raw)["choices"][0]["message"]["content"] == "small"
    assert (await ask(provider, stub, zipped("x" * 30_000_000))).outcome is Outcome.MALFORMED


async def test_no_answer_within_the_timeout_is_timed_out(provider: LiteLLMProvider, stub: Stub):
    answer = await ask(provider, stub, Reply(hold=threading.Event()), params={"timeout": 0.2})
    assert answer.outcome is Outcome.TIMED_OUT
    assert await asyncio.to_thread(stub.calls[0].disconnected.wait, 30)


async def test_cancelling_closes_the_connection(provider: LiteLLMProvider, stub: Stub):
    stub.reply(Reply(hold=threading.Event()))
    task = asyncio.create_task(provider.complete(request(stub)))
    await asyncio.to_thread(stub.arrived.acquire)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(stub.calls[0].disconnected.wait, 30)


async def test_calls_run_side_by_side(provider: LiteLLMProvider, stub: Stub):
    go_on = threading.Event()
    stub.reply(Reply(hold=go_on))
    tasks = [asyncio.create_task(provider.complete(request(stub))) for _ in range(provider.width)]
    for _ in tasks:
        assert await asyncio.to_thread(stub.arrived.acquire, True, 60)
    go_on.set()
    assert {answer.outcome for answer in await asyncio.gather(*tasks)} == {Outcome.COMPLETE}


async def test_an_endpoint_that_is_not_there_is_an_error_that_names_it(provider: LiteLLMProvider, stub: Stub):
    answer = await ask(provider, stub, "ok", api_base="http://127.0.0.1:9/v1")
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert "can't reach http://127.0.0.1:9" in (answer.error or "")
    assert answer.retry_after_s == 0.0


async def test_a_schema_is_sent_only_when_the_model_says_so_and_labels_never(provider: LiteLLMProvider, stub: Stub):
    schema = JsonSchema({"type": "object"})
    await ask(provider, stub, "{}", constraint=schema)
    await ask(provider, stub, "{}", constraint=schema, constrain=True)
    await ask(provider, stub, "a", constraint=Labels(("a", "b")), constrain=True)
    formats = [call.body.get("response_format") for call in stub.calls]
    expected = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}
    assert formats == [None, expected, None]


async def test_a_parameter_that_the_family_does_not_take_is_an_error_before_anything_is_sent(
    provider: LiteLLMProvider, stub: Stub
):
    answer = await ask(
        provider, stub, "ok", model="anthropic/claude-3-5-haiku-20241022", params={"logit_bias": {"1": 1}}
    )
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert "logit_bias" in (answer.error or "")
    assert "litellm.drop_params" not in (answer.error or "")
    assert stub.calls == []


async def test_a_killed_process_is_an_error_and_the_next_call_works(provider: LiteLLMProvider, stub: Stub):
    stub.reply(Reply(hold=threading.Event()))
    task = asyncio.create_task(provider.complete(request(stub)))
    await asyncio.to_thread(stub.arrived.acquire)
    assert provider.pid is not None
    os.kill(provider.pid, signal.SIGKILL)
    answer = await task
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert "SIGKILL" in (answer.error or "")
    assert (await ask(provider, stub, "again")).text == "again"

"""Conversations that an app keeps: begun, gone on with, begun anew where they are not open, and ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from synterm.core.completion import Completion, Outcome
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import Request
from synterm.providers.http_exchange import Exchange
from synterm.providers.http_sessions import Conversation, Conversations
from synterm.providers.http_target import HttpTargetProvider
from tests.support.app_stub import App, Bad, app

CHAT: dict[str, Any] = {
    "start": {"path": "sessions", "body": {"user": "{{ customer }}"}, "session": "$.session.id"},
    "turn": {"path": "sessions/{{ session }}/turns", "body": {"text": "{{ message }}", "in": "{{ session }}"}},
    "end": {"path": "sessions/{{ session }}"},
    "answer": "$.reply.text",
}


@pytest_asyncio.fixture
async def target(app: App) -> AsyncIterator[HttpTargetProvider]:
    provider = HttpTargetProvider([app.url])
    yield provider
    await provider.close()


def turn(app: App, *said: str, params: dict[str, Any] | None = None, repeat: int = 0) -> Request:
    """A turn after all that was said, the user first."""
    model = ModelSpec(name="app", model="http/app", api_base=app.url, params=params or CHAT)
    messages = tuple(Message(role="assistant" if at % 2 else "user", content=text) for at, text in enumerate(said))
    return Request(model, messages, model.params, repeat=repeat, values={"customer": "Ann"})


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not reached():  # noqa: ASYNC110 - what is awaited happens at the app
            await asyncio.sleep(0.005)


async def talk(target: HttpTargetProvider, app: App, *users: str, repeat: int = 0) -> list[Completion]:
    """A whole conversation, a request for each turn."""
    said: list[str] = []
    answers: list[Completion] = []
    for text in users:
        said.append(text)
        answers.append(await target.complete(turn(app, *said, repeat=repeat)))
        said.append(answers[-1].text)
    return answers


async def test_a_conversation_goes_on_in_its_session(target: HttpTargetProvider, app: App) -> None:
    answers = await talk(target, app, "one", "two", "three")
    assert [answer.text for answer in answers] == ["1: one", "2: one | two", "3: one | two | three"]
    assert [answer.attempts for answer in answers] == [2, 1, 1]
    turns = ["POST /sessions/s1/turns"] * 3
    assert app.called == ["POST /sessions", *turns]
    assert (app.seen[0].body, app.seen[2].body) == ({"user": "Ann"}, {"text": "two", "in": "s1"})
    await target.close()
    assert app.called[4:] == ["DELETE /sessions/s1"]
    assert app.sessions == {}


async def test_a_turn_whose_session_is_not_open_sends_the_earlier_ones_again(
    target: HttpTargetProvider, app: App
) -> None:
    seen: list[Exchange] = []
    answer = await target.complete(turn(app, "one", "1: one", "two", "2: …", "three"), watch=seen.append)
    assert answer.text == "3: one | two | three"
    assert answer.attempts == 4
    assert [exchange.what for exchange in seen] == ["start", "earlier turn", "earlier turn", "turn"]
    assert answer.latency_ms == seen[-1].latency_ms, "of the app's answer alone"


async def test_repeats_and_conversations_that_say_the_same_have_sessions_of_their_own(
    target: HttpTargetProvider, app: App
) -> None:
    await asyncio.gather(talk(target, app, "one", "two"), talk(target, app, "one", "two", repeat=1))
    assert sorted(app.sessions.values()) == [["one", "two"], ["one", "two"]]


async def test_one_session_is_never_used_by_two(target: HttpTargetProvider, app: App) -> None:
    [first] = await talk(target, app, "one")
    both = [turn(app, "one", first.text, text) for text in ("two", "other")]
    answers = await asyncio.gather(*map(target.complete, both))
    assert [answer.text for answer in answers] == ["2: one | two", "2: one | other"]
    assert app.begun == 2


async def test_a_session_that_the_app_gave_up_is_begun_anew(target: HttpTargetProvider, app: App) -> None:
    [first] = await talk(target, app, "one")
    app.sessions.clear()
    answer = await target.complete(turn(app, "one", first.text, "two"))
    assert (answer.text, answer.attempts) == ("2: one | two", 4)
    assert list(app.sessions) == ["s2"]


@pytest.mark.parametrize("bad", [Bad(500), Bad(200, b"?"), Bad(429)])
async def test_after_a_turn_that_failed_the_next_try_begins_anew(
    bad: Bad, target: HttpTargetProvider, app: App
) -> None:
    [first] = await talk(target, app, "one")
    app.next(bad)
    request = turn(app, "one", first.text, "two")
    assert not (await target.complete(request)).outcome.answered
    await until(lambda: not app.sessions)
    assert (await target.complete(request)).text == "2: one | two"
    assert app.begun == 2


async def test_an_earlier_turn_that_fails_is_said_to_be_one(target: HttpTargetProvider, app: App) -> None:
    app.next(None, Bad(500, b"oh"))
    answer = await target.complete(turn(app, "one", "1: one", "two"))
    assert "an earlier turn, sent again: " in (answer.error or "")
    assert answer.retry_after_s == 0.0


@pytest.mark.parametrize(
    ("bad", "outcome", "words"),
    [
        (Bad(503), Outcome.PROVIDER_ERROR, "answered 503"),
        (Bad(200, b"[]"), Outcome.MALFORMED, "no conversation began"),
        (Bad(200, b"no"), Outcome.MALFORMED, "sent no JSON: no"),
        (Bad(200, b'{"session": {"id": ""}}'), Outcome.MALFORMED, "is no session id: nothing"),
        (Bad(200, b'{"session": {"id": {"a": 1}}}'), Outcome.MALFORMED, 'is no session id: {"a":1}'),
        (Bad(200, b'{"session": {"id": true}}'), Outcome.MALFORMED, "is no session id: true"),
        (Bad(200, b'{"session": {"id": ".."}}'), Outcome.NOT_SENT, "leads elsewhere"),
    ],
)
async def test_a_conversation_that_does_not_begin(
    bad: Bad, outcome: Outcome, words: str, target: HttpTargetProvider, app: App
) -> None:
    app.next(bad)
    answer = await target.complete(turn(app, "one"))
    assert answer.outcome is outcome
    assert words in (answer.error or "")
    assert app.called == ["POST /sessions"]


async def test_a_session_id_is_one_step_of_a_path(target: HttpTargetProvider, app: App) -> None:
    app.next(Bad(200, b'{"session": {"id": "../admin?x=1#y"}}'), Bad(200, b'{"reply": {"text": "ok"}}'))
    await target.complete(turn(app, "one"))
    assert app.called[1] == "POST /sessions/..%2Fadmin%3Fx%3D1%23y/turns"


async def test_a_number_can_name_a_session(target: HttpTargetProvider, app: App) -> None:
    app.next(Bad(200, b'{"session": {"id": 7}}'), Bad(200, b'{"reply": {"text": "ok"}}'))
    await target.complete(turn(app, "one"))
    assert app.called[1] == "POST /sessions/7/turns"
    assert app.seen[1].body["in"] == 7


async def test_a_call_that_is_cancelled_ends_its_session(target: HttpTargetProvider, app: App) -> None:
    app.next(None, Bad(delay_s=30))
    call = asyncio.create_task(target.complete(turn(app, "one")))
    await until(lambda: len(app.seen) == 2)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    await until(lambda: not app.sessions)


async def test_idle_conversations_are_ended(app: App) -> None:
    provider = HttpTargetProvider([app.url], idle_s=0.05)
    await talk(provider, app, "one")
    await until(lambda: app.called[-1] == "DELETE /sessions/s1")
    assert (await talk(provider, app, "one", "two"))[-1].text == "2: one | two"
    await provider.close()


async def test_only_so_many_are_held_open(app: App) -> None:
    provider = HttpTargetProvider([app.url], most_open=3)
    for number in range(5):
        await talk(provider, app, f"n{number}")
    await until(lambda: len(app.sessions) == 3)
    assert sorted(app.sessions) == ["s3", "s4", "s5"]
    await provider.close()
    assert app.sessions == {}


async def test_an_end_that_fails_changes_nothing(target: HttpTargetProvider, app: App) -> None:
    [answer] = await talk(target, app, "one")
    app.always(Bad(500))
    await target.close()
    assert answer.text == "1: one"


async def test_an_app_may_end_conversations_by_itself(target: HttpTargetProvider, app: App) -> None:
    params = {name: value for name, value in CHAT.items() if name != "end"}
    await target.complete(turn(app, "one", params=params))
    await target.close()
    assert app.called == ["POST /sessions", "POST /sessions/s1/turns"]


async def test_all_calls_of_a_turn_have_their_time(target: HttpTargetProvider, app: App) -> None:
    assert target.limit_s(turn(app, "one", "1", "two", params={**CHAT, "timeout_s": 2})) == 2 * 4


async def test_closing_does_not_wait_for_an_end_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synterm.providers.http_sessions._LAST_CHANCE_S", 0.05)
    cancelled: list[str] = []

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append("end")
            raise

    conversations = Conversations()
    conversations.keep("a", Conversation("s1", hang))
    conversations.keep("a", Conversation("s2", hang))
    assert len(conversations) == 1
    await conversations.close()
    assert cancelled == ["end", "end"]


__all__ = ["app"]

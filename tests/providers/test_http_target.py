"""Apps asked over HTTP: what is sent, what comes of each answer, and what never leaves this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from synterm.core.completion import Completion, Outcome
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import Request
from synterm.providers.http_exchange import Exchange
from synterm.providers.http_target import HttpTargetProvider
from tests.support.app_stub import App, Bad, app

KEY = "app-key-1234567890"
SINGLE: dict[str, Any] = {"path": "/chat", "body": {"text": "{{ message }}"}, "answer": "$.reply.text"}


@pytest_asyncio.fixture
async def target(app: App) -> AsyncIterator[HttpTargetProvider]:
    provider = HttpTargetProvider([app.url])
    yield provider
    await provider.close()


def asked(app: App, params: dict[str, Any], *said: str, values: dict[str, Any] | None = None, **spec: Any) -> Request:
    """A request that says these things in turn, the first by the user; a system message before them."""
    roles = ("user", "assistant")
    messages = [Message(role=roles[at % 2], content=text) for at, text in enumerate(said or ("hello",))]  # pyright: ignore[reportArgumentType]
    given = {"name": "app", "model": "http/app", "api_base": app.url, **spec}
    model = ModelSpec.model_validate({**given, "params": params})
    return Request(model, (Message(role="system", content="Be kind."), *messages), params, values=values or {})


def sent(app: App) -> Any:
    """The body of the only call."""
    [seen] = app.seen
    return seen.body


async def test_a_case_becomes_a_call_and_its_answer_is_read(target: HttpTargetProvider, app: App) -> None:
    body = {
        "text": "{{ message }}",
        "user": {"name": "{{ customer.name }}", "vip": "{{ customer.vip }}", "n": 3},
        "tags": "{{ tags }}",
        "history": "{{ messages }}",
        "all": "{{ input }}",
        "note": "{{ system }} / {{ tags | join('+') }}",
    }
    values = {"customer": {"name": 'A "B"', "vip": True}, "tags": ["x", 1, None], "message": "of the case"}
    answer = await target.complete(asked(app, {**SINGLE, "body": body}, "hi", values=values))
    assert (answer.outcome, answer.text) == (Outcome.COMPLETE, "you said hi")
    assert answer.cost_usd is None
    assert answer.attempts == 1
    assert (answer.latency_ms or 0) > 0
    assert sent(app) == {
        "text": "hi",
        "user": {"name": 'A "B"', "vip": "True", "n": 3},
        "tags": ["x", 1, None],
        "history": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "hi"}],
        "all": values,
        "note": "Be kind. / x+1+None",
    }


async def test_without_a_body_the_message_is_sent(target: HttpTargetProvider, app: App) -> None:
    await target.complete(asked(app, {}, "hi"))
    assert sent(app) == {"message": "hi"}
    assert app.called == ["POST /"]


async def test_a_query_takes_values_that_stay_values(target: HttpTargetProvider, app: App) -> None:
    params = {"method": "GET", "path": "/find/{{ where }}?q={{ message }}", "answer": "reply.text"}
    await target.complete(asked(app, params, "a&b=c d/é", values={"where": "x/y?z"}))
    assert app.called == ["GET /find/x%2Fy%3Fz?q=a%26b%3Dc%20d%2F%C3%A9"]
    assert sent(app) == ""


async def test_plain_text_goes_out_and_comes_in(target: HttpTargetProvider, app: App) -> None:
    app.next(Bad(body="schön".encode(), headers={"Content-Type": "text/plain"}))
    params = {"headers": {"Content-Type": "text/plain"}, "body": "say: {{ message }}"}
    answer = await target.complete(asked(app, params, "hi"))
    assert (sent(app), answer.text) == ("say: hi", "schön")


@pytest.mark.parametrize(
    ("body", "text"),
    [(b'{"a": "x"}', "x"), (b'{"a": {"b": 1}}', '{"b":1}'), (b'{"a": [true]}', "[true]"), (b'{"a": 0}', "0")],
)
async def test_an_answer_of_any_type_is_text(target: HttpTargetProvider, app: App, body: bytes, text: str) -> None:
    app.next(Bad(body=body))
    assert (await target.complete(asked(app, {"answer": "a"}))).text == text


@pytest.mark.parametrize("body", [b'{"a": ""}', b'{"a": null}', b'{"a": "  "}'])
async def test_an_answer_of_nothing_is_empty(target: HttpTargetProvider, app: App, body: bytes) -> None:
    app.next(Bad(body=body))
    assert (await target.complete(asked(app, {"answer": "a"}))).outcome is Outcome.EMPTY


@pytest.mark.parametrize(
    ("bad", "outcome", "words", "hint", "again"),
    [
        (Bad(401, b'{"detail": "who?"}'), Outcome.PROVIDER_ERROR, "answered 401: who?", "check the key in APP", False),
        (Bad(403), Outcome.PROVIDER_ERROR, "answered 403", "check the key", False),
        (Bad(404, b"nope"), Outcome.PROVIDER_ERROR, "answered 404: nope", "check api_base and path", False),
        (Bad(405), Outcome.PROVIDER_ERROR, "answered 405", "check the method", False),
        (Bad(422, b'{"detail": [{"loc": ["text"]}]}'), Outcome.PROVIDER_ERROR, '"loc"', "check the body", False),
        (Bad(429, headers={"Retry-After": "7"}), Outcome.RATE_LIMITED, "answered 429", "lower", True),
        (Bad(500, b"Traceback"), Outcome.PROVIDER_ERROR, "answered 500: Traceback", "try again", True),
        (Bad(503), Outcome.PROVIDER_ERROR, "answered 503", "try again", True),
        (Bad(200, b"<html>"), Outcome.MALFORMED, "sent no JSON: <html>", "leave answer out", False),
        (Bad(200, b""), Outcome.MALFORMED, "sent no JSON: nothing", "leave answer out", False),
        (Bad(200, b'{"out": 1}'), Outcome.MALFORMED, "there is no $.reply: $ has out", "set answer", False),
        (Bad(200, b'{"reply": []}'), Outcome.MALFORMED, "there is no $.reply.text: $.reply is an empty", "", False),
        (Bad(200, b'{"err": "busy"}'), Outcome.PROVIDER_ERROR, "reports: busy", "", False),
        (Bad(500, b'{"err": {"code": 7}}'), Outcome.PROVIDER_ERROR, '500: {"code":7}', "try again", True),
        (Bad(200, b'{"a": 1', reset=True), Outcome.MALFORMED, "cut", "", True),
        (Bad(200, b"x" * 9_000_000), Outcome.MALFORMED, "over 8.0 MB", "", False),
    ],
)
async def test_what_is_no_answer_is_said_in_words(
    bad: Bad,
    outcome: Outcome,
    words: str,
    hint: str,
    again: bool,
    target: HttpTargetProvider,
    app: App,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("APP_TOKEN", KEY)
    app.next(bad)
    answer = await target.complete(asked(app, {**SINGLE, "error": "err"}, api_key_env="APP_TOKEN"))
    assert answer.outcome is outcome
    assert words in (answer.error or "")
    assert hint in (answer.hint or "")
    assert (answer.retry_after_s is not None) is again
    assert answer.raw == bad.body[:8_000_000]


async def test_a_slow_app_ends_within_its_time(target: HttpTargetProvider, app: App) -> None:
    app.next(Bad(delay_s=30))
    request = asked(app, {**SINGLE, "timeout_s": 0.2})
    answer = await target.complete(request)
    assert (answer.outcome, answer.error) == (Outcome.TIMED_OUT, "no answer within 0.2 s")
    assert target.limit_s(request) == 0.2


async def test_an_app_that_is_not_there_is_said_to_be_out_of_reach(app: App) -> None:
    gone = App().start()
    gone.stop()
    target = HttpTargetProvider([gone.url])
    answer = await target.complete(asked(app, SINGLE, api_base=gone.url))
    await target.close()
    assert answer.unreachable
    assert answer.retry_after_s == 0.0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int, target: HttpTargetProvider, app: App) -> None:
    elsewhere = App().start()
    app.next(Bad(status, headers={"Location": f"{elsewhere.url}/chat"}))
    answer = await target.complete(asked(app, SINGLE))
    elsewhere.stop()
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert f"redirects to {elsewhere.url}/chat, which is not followed" in (answer.error or "")
    assert elsewhere.seen == []
    assert len(app.seen) == 1


@pytest.mark.parametrize(
    ("base", "words"),
    [
        ("https://app.example/chat", "which you have not approved"),
        ("http://192.168.0.7/chat", "which is not encrypted"),
        ("http://169.254.169.254/latest", "which is not encrypted"),
        ("https://user@app.example/", "is no endpoint"),
        ("file:///etc/passwd", "is no endpoint"),
    ],
)
async def test_an_endpoint_that_was_not_approved_gets_nothing(
    base: str, words: str, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = HttpTargetProvider(["https://other.example"])
    monkeypatch.setattr("synterm.providers.http_target.open_client", lambda: pytest.fail("it connects"))
    answer = await provider.complete(asked(app, SINGLE, api_base=base))
    assert words in (answer.error or "")


async def test_an_endpoint_is_this_machines_only_by_its_address(app: App) -> None:
    provider = HttpTargetProvider(loopback=lambda url: False)
    answer = await provider.complete(asked(app, SINGLE))
    assert "not encrypted" in (answer.error or "")
    assert app.seen == []


async def test_only_the_key_that_the_model_names_is_sent(
    target: HttpTargetProvider, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_TOKEN", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", "canary-of-the-user")
    headers = {"X-Api-Key": "${APP_TOKEN}", "X-Price": "5 $$ off", "X-Plain": "yes"}
    seen: list[Exchange] = []
    request = asked(app, {**SINGLE, "headers": headers}, api_key_env="APP_TOKEN")
    await target.complete(request, watch=seen.append)
    await target.complete(asked(app, SINGLE, api_key_env="APP_TOKEN"))
    named, bearer = app.seen
    assert (named.headers["x-api-key"], named.headers["x-price"]) == (KEY, "5 $ off")
    assert "authorization" not in named.headers
    assert bearer.headers["authorization"] == f"Bearer {KEY}"
    assert "canary" not in f"{app.seen}"
    [exchange] = seen
    assert exchange.headers["X-Api-Key"] == "${APP_TOKEN}"
    assert KEY not in f"{exchange}"


@pytest.mark.parametrize("key", ["a\nb", "a b", "ключ"])
async def test_a_key_that_no_header_can_hold_is_not_shown(
    key: str, target: HttpTargetProvider, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_TOKEN", key)
    answer = await target.complete(asked(app, SINGLE, api_key_env="APP_TOKEN"))
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert key not in f"{answer.error} {answer.hint}"
    assert app.seen == []


async def test_a_key_that_is_not_set_is_asked_for(target: HttpTargetProvider, app: App) -> None:
    answer = await target.complete(asked(app, SINGLE, api_key_env="NOT_SET_TOKEN"))
    assert answer.hint == "set it: export NOT_SET_TOKEN=…"
    assert app.seen == []


async def test_a_key_that_an_app_sends_back_is_nowhere_in_what_is_kept(
    target: HttpTargetProvider, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_TOKEN", KEY)
    seen: list[Exchange] = []
    for bad in (
        Bad(body=b'{"reply": {"text": "your key: %s"}}' % KEY.encode()),
        Bad(401, b'{"message": "bad %s"}' % KEY.encode()),
        Bad(302, headers={"Location": f"https://evil.example/{KEY}"}),
    ):
        app.next(bad)
        answer = await target.complete(asked(app, SINGLE, api_key_env="APP_TOKEN"), watch=seen.append)
        assert KEY not in f"{answer}"
    assert all(KEY not in f"{exchange.body}" for exchange in seen)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"body": {"a": ["{{ nothing }}"]}}, "body.a[0]: there is no value for nothing"),
        ({"body": {"a": "x {{ nothing }}"}}, "body.a: 'nothing' is undefined"),
        ({"body": "{{ message.__class__.__mro__ }}"}, "body: access to attribute '__class__'"),
        ({"body": {"a": "{{ ''.__class__ }}"}}, "body.a"),
        (
            {"body": {"a": "{% for a in range(999) %}{% for b in range(999) %}{{ message }}{% endfor %}{% endfor %}"}},
            "",
        ),
        ({"path": "/x/{{ nothing }}"}, "'nothing' is undefined"),
        ({"path": "/{{ dots }}/chat"}, "leads elsewhere"),
        ({"path": "/x y"}, "is no path"),
        ({"path": "/x\r\nHost: evil"}, "is no path"),
        ({"path": "/x#y"}, "is no path"),
        ({"body": {f"{n}": "{{ message }}" for n in range(900)}}, "over 2,000,000 characters"),
    ],
)
async def test_a_hostile_template_sends_nothing(
    params: dict[str, Any], words: str, target: HttpTargetProvider, app: App
) -> None:
    answer = await target.complete(asked(app, params, "long " * 1000, values={"dots": ".."}))
    assert answer.outcome is Outcome.NOT_SENT
    assert words in (answer.error or "")
    assert app.seen == []


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "@evil.example/x", ":80@evil.example", "/\\evil.example", "https://evil.example"]
)
async def test_a_path_never_names_another_host(path: str, target: HttpTargetProvider, app: App) -> None:
    seen: list[Exchange] = []
    await target.complete(asked(app, {"path": path}), watch=seen.append)
    assert all(exchange.url.startswith(f"{app.url}/") for exchange in seen)
    assert len(app.seen) == len(seen)


async def test_many_requests_at_a_time(target: HttpTargetProvider, app: App) -> None:
    requests = [asked(app, SINGLE, f"n{number}") for number in range(40)]
    answers: list[Completion] = await asyncio.gather(*map(target.complete, requests))
    assert [answer.text for answer in answers] == [f"you said n{number}" for number in range(40)]


__all__ = ["app"]

"""The guard over HTTP: its verdicts, one and many; what it refuses, and in which words; what it counts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from synterm.core.guarding import GuardVerdict
from synterm.production.guard import Guard
from tests.support.guard_server import GuardServer, counted, guarded, refusal

LABELS = "Routing"
JSON = {"Content-Type": "application/json"}
LINES = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
async def client(server: GuardServer) -> AsyncIterator[ClientSession]:
    async with ClientSession(server.url) as session:
        yield session


async def _check(client: ClientSession, **fields: Any) -> dict[str, Any]:
    async with client.post("/v1/check", json={"behavior": LABELS, **fields}) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def test_the_verdict_is_that_of_the_guard(client: ClientSession, router: Path) -> None:
    calls: list[dict[str, Any]] = [
        {"output": "clarify"},
        {"output": "clarify", "expected": "summarize", "input": {"message": "do it"}},
        {"output": "who knows", "input": "do it"},
        {"output": ""},
        {"output": "you idiot", "behavior": "Replies/Polite"},
        {"output": "Größe 👍 \u0000 \x1b[31m", "behavior": "Polite"},
    ]
    with Guard(router, per_call=True) as guard:
        for call in calls:
            said = GuardVerdict.model_validate(await _check(client, **call))
            own = guard.check(**{"behavior": LABELS, **call})
            alike = {"id", "took_ms", "checks"}
            assert said.model_dump(exclude=alike) == own.model_dump(exclude=alike)
            assert [(one.type, one.passed, one.reason) for one in said.checks] == [
                (one.type, one.passed, one.reason) for one in own.checks
            ]


async def test_a_batch_is_judged_in_its_order(client: ClientSession) -> None:
    items = [{"output": "clarify" if number % 3 else "nothing", "behavior": LABELS} for number in range(500)]
    async with client.post("/v1/check/batch", json=items) as answer:
        assert answer.status == 200
        verdicts = await answer.json()
    assert [one["allowed"] for one in verdicts] == [bool(number % 3) for number in range(500)]
    lines = "\n".join(json.dumps(item) for item in items) + "\n\n"
    async with client.post("/v1/check/batch", data=lines, headers=LINES) as answer:
        assert answer.content_type == "application/x-ndjson"
        found = [json.loads(line) for line in (await answer.text()).splitlines()]
    assert [one["allowed"] for one in found] == [one["allowed"] for one in verdicts]
    async with client.post("/v1/check/batch", json=[]) as answer:
        assert await answer.json() == []


async def test_while_a_batch_is_judged_others_are_answered(client: ClientSession) -> None:
    items = [{"output": "clarify", "behavior": LABELS}] * 1000
    many = asyncio.ensure_future(client.post("/v1/check/batch", json=items))
    await asyncio.sleep(0)
    for _ in range(3):
        assert (await _check(client, output="clarify"))["allowed"]
    async with await many as answer:
        assert len(await answer.json()) == 1000


@pytest.mark.parametrize(
    ("body", "reason", "words"),
    [
        ('{"output": "a"', "bad_json", "column 15"),
        ('{"output": "a",\n\n "input": }', "bad_json", "column 11 of line 3"),
        ("", "bad_json", "column 1"),
        ('{"output": NaN}', "bad_json", "NaN"),
        ('{"output": "a", "output": "b"}', "bad_json", "'output' stands twice"),
        ('{"output": "a", "input": {"x": 1, "x": 2}}', "bad_json", "'x' stands twice"),
        pytest.param("[" * 100_000, "bad_json", "nests too deeply", id="brackets"),
        pytest.param(
            '{"output": "a", "input": ' + '{"a":' * 300 + "1" + "}" * 301, "bad_json", "can't be kept", id="deep"
        ),
        ('{"output": "\\ud800"}', "bad_json", "can't be kept"),
        ('{"output": "a", "expected": 1e999}', "bad_json", "too large a number"),
        (b'{"output": "\xff"}', "bad_json", "byte 13"),
        ('{"output": "a"} {}', "bad_json", "column 17"),
        ("[]", "bad_field", "must be an object, not a list"),
        ("{}", "bad_field", "output is missing"),
        ('{"output": 3}', "bad_field", "must be a text, not a number"),
        ('{"output": "a", "out\\u001bput": 3}', "bad_field", "unknown field"),
        ('{"output": "a", "input": 3}', "bad_field", "input must be"),
        ('{"output": "a", "behavior": ""}', "bad_field", "behavior must be"),
        ('{"output": "a", "behavior": "Nowhere"}', "no_such_behavior", "Nowhere"),
        ('{"output": "a"}', "unfit", "behavior"),
    ],
)
async def test_what_can_not_be_meant_is_refused_in_words(
    client: ClientSession, body: str | bytes, reason: str, words: str
) -> None:
    async with client.post("/v1/check", data=body, headers=JSON) as answer:
        assert await refusal(answer) == (400, reason)
        said = (await answer.json())["error"]
    assert words in said["message"]
    assert "\x1b" not in said["message"]


async def test_an_unknown_field_is_named_with_what_was_meant(client: ClientSession) -> None:
    async with client.post("/v1/check", json={"outptu": "a"}) as answer:
        said = (await answer.json())["error"]
    assert said["message"] == "unknown field 'outptu'"
    assert said["hint"] == "did you mean output?"


@pytest.mark.parametrize(
    ("body", "headers", "status", "reason", "words"),
    [
        ('{"output": "a"}', JSON, 400, "bad_field", "not a list"),
        ('[{"output": "a", "behavior": "Routing"}, {"output": 1}]', JSON, 400, "bad_field", "item 2: output"),
        ('[{"output": "a", "behavior": "Nowhere"}]', JSON, 400, "no_such_behavior", "item 1: "),
        ('{"output": "a"}\n\n{"output": ', LINES, 400, "bad_json", "line 3: "),
        pytest.param(
            "[" + ",".join(['{"output":"a"}'] * 1001) + "]", JSON, 413, "too_many", "1,001 outputs", id="many"
        ),
    ],
)
async def test_a_batch_is_refused_as_a_whole(
    client: ClientSession, body: str, headers: dict[str, str], status: int, reason: str, words: str
) -> None:
    before = await _verdicts(client)
    async with client.post("/v1/check/batch", data=body, headers=headers) as answer:
        assert await refusal(answer) == (status, reason)
        assert words in (await answer.json())["error"]["message"]
    assert await _verdicts(client) == before


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "reason"),
    [
        ("POST", "/v1/check", {"Content-Type": "text/plain"}, 415, "wrong_type"),
        ("POST", "/v1/check", {"Content-Type": ""}, 415, "wrong_type"),
        ("POST", "/v1/check", {**JSON, "Content-Encoding": "gzip"}, 415, "encoded"),
        ("POST", "/v1/check", {**JSON, "Expect": "a miracle"}, 417, "expectation"),
        ("GET", "/v1/check", {}, 405, "wrong_method"),
        ("DELETE", "/metrics", {}, 405, "wrong_method"),
        ("OPTIONS", "/v1/check", {"Origin": "http://evil.example"}, 405, "wrong_method"),
        ("POST", "/v1/nothing", JSON, 404, "no_such_path"),
        ("GET", "/../etc/passwd", {}, 404, "no_such_path"),
        ("GET", "/v1/%63heck", {}, 404, "no_such_path"),
    ],
)
async def test_other_ways_to_ask_are_refused_with_what_to_do(
    client: ClientSession, method: str, path: str, headers: dict[str, str], status: int, reason: str
) -> None:
    from yarl import URL

    where = client._base_url
    assert where is not None
    target = URL(f"{where.origin()}{path}", encoded=True)
    async with ClientSession() as plain, plain.request(method, target, data="{}", headers=headers) as answer:
        assert await refusal(answer) == (status, reason)
        assert (await answer.json())["error"]["hint"]
        assert ("Allow" in answer.headers) == (status == 405)
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_it_tells_how_it_is(client: ClientSession) -> None:
    async with client.get("/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"alive": True})
    async with client.get("/readyz") as answer:
        told = await answer.json()
    assert (answer.status, told["ready"], told["project"], told["why_stale"]) == (200, True, "small router", None)
    async with client.get("/") as answer:
        assert "POST /v1/check" in await answer.text()
        assert answer.headers["Server"] == "synterm"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    async with client.head("/") as answer:
        assert (answer.status, await answer.read()) == (200, b"")


async def test_it_counts_what_it_does(client: ClientSession) -> None:
    before = await counted(client)

    async def more(name: str) -> float:
        return (await counted(client)).get(name, 0) - before.get(name, 0)

    for output in ("clarify", "clarify", "nothing"):
        await _check(client, output=output)
    await _check(client, output="a b c d e f g", behavior="Polite")
    async with client.post("/v1/check", data="x", headers=JSON) as answer:
        assert answer.status == 400
    verdicts = "synterm_guard_verdicts_total{allowed=%s,behavior=%s,result=%s}"
    assert await more(verdicts % ("yes", "Routing", "pass")) == 2
    assert await more(verdicts % ("no", "Routing", "fail")) == 1
    assert await more(verdicts % ("no", "Replies", "fail")) == 1
    assert await more("synterm_guard_checks_total{result=fail,type=word-count}") == 1
    assert await more("synterm_guard_checks_total{result=pass,type=not-contains}") == 1
    assert await more("synterm_guard_check_seconds_count{type=label}") == 3
    assert await more("synterm_guard_verdict_seconds_count") == 4
    assert await more("synterm_guard_verdict_seconds_bucket{le=+Inf}") == 4
    assert await more("synterm_guard_request_seconds_count{route=/v1/check}") == 5
    assert await more("synterm_guard_rejected_total{reason=bad_json}") == 1
    now = await counted(client)
    assert now["synterm_guard_in_flight"] == 0
    assert now["synterm_guard_connections"] >= 1
    assert [value for name, value in now.items() if name.startswith("synterm_guard_build_info{")] == [1]


async def test_what_was_in_a_request_is_never_written(router: Path) -> None:
    secret = "sk-do-not-tell"
    async with guarded(router, "--behavior", "Routing", "--log-requests") as (server, client):
        for body in ({"output": secret}, {"output": 3, secret: secret}):
            async with client.post(f"/v1/check?{secret}", json=body) as answer:
                await answer.read()
        await asyncio.to_thread(server.wait_for, "status=400")
    said = "".join(server.lines)
    assert "method=POST path=/v1/check status=200" in said
    assert secret not in said


async def test_without_being_asked_it_writes_no_line_for_a_request(server: GuardServer, client: ClientSession) -> None:
    await _check(client, output="clarify")
    assert not [line for line in server.lines if "/v1/check" in line]


async def _verdicts(client: ClientSession) -> float:
    return sum(value for name, value in (await counted(client)).items() if "verdicts_total" in name)

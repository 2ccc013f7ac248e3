"""What can go wrong with the guard's service: clients that are slow, large, many or gone, judges that are down, and an
end amid requests."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.support.guard_server import GuardServer, build, counted, guarded, refusal
from tests.support.http_stub import Reply, Stub

CHECK = b"POST /v1/check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
GOOD = {"output": "clarify", "behavior": "Routing"}
PATIENCE = ("--read-timeout", "1")


def _judged(tmp_path: Path, stub: Stub) -> Path:
    """A project whose only check asks a judge."""
    check = {"type": "llm-rubric", "value": "The answer is polite.", "model": "judge"}
    model = {"name": "judge", "model": "openai/judge", "api_base": stub.url, "params": {"max_tokens": 50}}
    scenario = {"scenario": "plain", "cases": [{"input": "hello"}]}
    project = {
        "synterm": 1,
        "name": "judged",
        "models": [model],
        "prompts": [{"name": "ask", "messages": [{"role": "user", "content": "{{ message }}"}]}],
        "tree": [{"feature": "All", "checks": [check], "behaviors": [{"behavior": "One", "scenarios": [scenario]}]}],
    }
    return build(tmp_path / "judged.db", json.dumps(project))


async def _count(client: ClientSession, name: str) -> float:
    return (await counted(client)).get(name, 0)


async def _until(client: ClientSession, name: str, value: float) -> None:
    async with asyncio.timeout(300):
        while await _count(client, name) != value:  # noqa: ASYNC110 - it is another process's
            await asyncio.sleep(0.02)


@pytest.fixture
async def hasty(router: Path) -> AsyncIterator[tuple[GuardServer, ClientSession]]:
    """A service that waits for a request for no longer than a second."""
    async with guarded(router, *PATIENCE, "--max-body", "20000") as both:
        yield both


async def test_a_slow_client_is_let_go_and_hinders_nobody(hasty: tuple[GuardServer, ClientSession]) -> None:
    halves = (
        b"",
        b"POST /v1/che",
        b"POST /v1/check HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        CHECK + b"Content-Length: 100\r\n\r\n{",
        CHECK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    )
    for number, sent in enumerate(halves, 1):
        await _are_let_go(hasty, sent, 100 * number)


async def _are_let_go(hasty: tuple[GuardServer, ClientSession], sent: bytes, in_all: int) -> None:
    """A hundred clients that send this and then nothing whole, while another is answered."""
    server, client = hasty
    slow = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(100)]

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """A byte now and then; what is answered."""
        writer.write(sent)
        reading = asyncio.ensure_future(reader.read())
        while not reading.done():
            writer.write(b" " if sent else b"")
            await asyncio.wait({reading}, timeout=0.1)
        return reading.result() if reading.exception() is None else b""

    async def ask() -> int:
        done = 0
        while True:
            async with client.post("/v1/check", json=GOOD) as answer:
                assert answer.status == 200
            done += 1

    asking = asyncio.ensure_future(ask())
    try:
        async with asyncio.timeout(300):
            ends = await asyncio.gather(*(drip(*pair) for pair in slow))
        assert not asking.done()
    finally:
        asking.cancel()
        for _, writer in slow:
            writer.close()
    assert any(b"408" in end for end in ends), sent
    assert await _count(client, "synterm_guard_rejected_total{reason=slow}") == in_all, sent


async def test_a_client_that_takes_no_answer_is_let_go(router: Path) -> None:
    async with guarded(router, *PATIENCE) as (server, client):
        body = json.dumps([GOOD] * 1000).encode()
        head = CHECK.replace(b"/check", b"/check/batch") + f"Content-Length: {len(body)}\r\n\r\n".encode()
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect(("127.0.0.1", server.port))
            deaf.setblocking(False)
            # Answers of 10 MB: more than the system keeps for a client that does not read.
            sending = asyncio.ensure_future(asyncio.get_running_loop().sock_sendall(deaf, (head + body) * 30))
            await _until(client, "synterm_guard_rejected_total{reason=slow}", 1)
            await _until(client, "synterm_guard_connections", 1)
            await asyncio.wait({sending}, timeout=5)
            assert sending.done()
            assert isinstance(sending.exception(), ConnectionError | None)


async def test_what_is_too_large_is_refused_unread(hasty: tuple[GuardServer, ClientSession]) -> None:
    server, client = hasty
    large = json.dumps({"output": "x" * 30_000}).encode()
    async with client.post("/v1/check", data=large, headers={"Content-Type": "application/json"}) as answer:
        assert await refusal(answer) == (413, "too_large")

    async def in_pieces() -> AsyncIterator[bytes]:
        yield large

    async with client.post("/v1/check", data=in_pieces(), headers={"Content-Type": "application/json"}) as answer:
        assert await refusal(answer) == (413, "too_large")
    for size in (10**9, 10**30):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(CHECK + f"Expect: 100-continue\r\nContent-Length: {size}\r\n\r\n".encode())
        line = await reader.readline()
        assert line.split()[1] in (b"413", b"400")
        writer.close()
    async with client.post("/v1/check", json=GOOD, headers={"Expect": "100-continue"}) as answer:
        assert answer.status == 200


async def test_what_is_no_http_is_refused_as_json(hasty: tuple[GuardServer, ClientSession]) -> None:
    server, client = hasty
    for sent in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(300)) + b"\r\n",
        CHECK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        CHECK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        CHECK + b"Content-Length: -1\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(sent)
        async with asyncio.timeout(300):
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        assert head.split()[1] == b"400", sent
        assert json.loads(body)["error"]["reason"] == "bad_http", sent
        writer.close()
        async with client.post("/v1/check", json=GOOD) as answer:
            assert answer.status == 200, sent
    assert not [line for line in server.lines if "error" in line]


async def test_requests_that_are_sent_ahead_are_answered_in_order(server: GuardServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    labels = [("schedule", "summarize", "clarify")[number % 3] for number in range(50)]
    bodies = [json.dumps({**GOOD, "output": label}).encode() for label in labels]
    writer.write(b"".join(CHECK + f"Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies))
    for label in labels:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        assert json.loads(await reader.readexactly(length))["checks"][0]["label"] == label
    writer.close()


async def test_many_connections_are_answered_and_more_than_may_be_refused(router: Path) -> None:
    body = json.dumps(GOOD).encode()
    request = CHECK + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
    async with guarded(router, "--connections", "300") as (server, _):
        connections = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(300)]

        async def ask_on_all() -> None:
            for _, writer in connections:
                writer.write(request)
            for reader, _ in connections:
                head = await reader.readuntil(b"\r\n\r\n")
                assert b" 200 " in head, head
                await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))

        await ask_on_all()
        # None of them keeps anybody waiting.
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        head = await reader.read()
        assert b" 503 " in head
        assert b"Retry-After: 1" in head
        writer.close()
        await ask_on_all()
        for _, writer in connections:
            writer.close()


async def test_where_no_connection_is_free_the_slowest_goes(router: Path) -> None:
    async with guarded(router, "--connections", "100") as (server, client):
        slow = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(100)]
        for _, writer in slow:
            writer.write(CHECK)
        await asyncio.sleep(0.7)
        for _ in range(10):
            async with ClientSession() as other, other.post(f"{server.url}/v1/check", json=GOOD) as answer:
                assert answer.status == 200
        async with asyncio.timeout(300):
            assert b" 408 " in await slow[0][0].read()
        for _, writer in slow:
            writer.close()
        await _until(client, "synterm_guard_connections", 1)
        assert 1 <= await _count(client, "synterm_guard_rejected_total{reason=slow}") <= 12


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk here that is always full")
async def test_verdicts_that_can_not_be_logged_are_counted(router: Path) -> None:
    async with guarded(router, "--log", "/dev/full") as (server, client):
        for _ in range(3):
            async with client.post("/v1/check", json=GOOD) as answer:
                assert (await answer.json())["allowed"] is True
        await _until(client, "synterm_guard_log_lines_dropped_total{log=verdicts}", 3)
        await asyncio.to_thread(server.wait_for, "could not be logged")


async def test_beyond_what_is_judged_at_once_clients_are_told_to_wait(tmp_path: Path, stub: Stub) -> None:
    hold = threading.Event()
    stub.reply(Reply('{"reason": "fine", "score": 5}', hold=hold))
    async with guarded(_judged(tmp_path, stub), "--judges", "--at-once", "2") as (server, client):
        held = [asyncio.ensure_future(client.post("/v1/check", json={"output": f"a {one}"})) for one in range(2)]
        await _until(client, "synterm_guard_in_flight", 2)
        for _ in range(5):
            async with client.post("/v1/check", json={"output": "b"}) as answer:
                assert await refusal(answer) == (503, "overloaded")
                assert answer.headers["Retry-After"] == "1"
        async with client.get("/readyz") as answer:
            assert answer.status == 200
        hold.set()
        for one in held:
            async with await one as answer:
                assert (await answer.json())["allowed"] is True
        assert await _count(client, "synterm_guard_in_flight") == 0
        assert await _count(client, "synterm_guard_rejected_total{reason=overloaded}") == 5
    assert len([line for line in server.lines if "overloaded" in line]) == 1


async def test_a_judge_that_is_down_is_no_fault_of_the_service(tmp_path: Path) -> None:
    stub = Stub().start()
    project = _judged(tmp_path, stub)
    stub.stop()
    for fail, allowed in (("closed", False), ("open", True)):
        async with guarded(project, "--judges", "--fail", fail) as (_, client):
            async with client.post("/v1/check", json={"output": "hello"}) as answer:
                verdict = await answer.json()
            assert (answer.status, verdict["allowed"], verdict["passed"]) == (200, allowed, None)
            assert await _count(client, "synterm_guard_checks_total{result=abstained,type=llm-rubric}") == 1
            name = "synterm_guard_verdicts_total{allowed=%s,behavior=All,result=none}" % ("yes" if allowed else "no")
            assert await _count(client, name) == 1


async def test_a_judge_that_is_slow_is_over_budget(tmp_path: Path, stub: Stub) -> None:
    stub.reply(Reply('{"reason": "fine", "score": 5}', hold=threading.Event()))
    async with guarded(_judged(tmp_path, stub), "--judges", "--judge-seconds", "0.2") as (_, client):
        async with client.post("/v1/check", json={"output": "hello"}) as answer:
            assert (await answer.json())["allowed"] is False
        assert await _count(client, "synterm_guard_checks_total{result=over_budget,type=llm-rubric}") == 1


async def test_a_client_that_leaves_is_judged_for_no_longer(tmp_path: Path, stub: Stub) -> None:
    stub.reply(Reply('{"reason": "fine", "score": 5}', hold=threading.Event()))
    async with guarded(_judged(tmp_path, stub), "--judges") as (server, client):
        for _ in range(3):
            async with ClientSession(timeout=ClientTimeout(total=0.5)) as hasty:
                with pytest.raises(TimeoutError):
                    await hasty.post(f"{server.url}/v1/check", json={"output": "hello"})
        await _until(client, "synterm_guard_in_flight", 0)
        assert await _count(client, "synterm_guard_rejected_total{reason=client_left}") == 3
    assert not [line for line in server.lines if "error" in line]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
async def test_asked_to_stop_it_answers_what_it_has_begun(tmp_path: Path, stub: Stub, number: int, code: int) -> None:
    hold = threading.Event()
    stub.reply(Reply('{"reason": "fine", "score": 5}', hold=hold))
    async with guarded(_judged(tmp_path, stub), "--judges", "--read-timeout", "600") as (server, client):
        held = asyncio.ensure_future(client.post("/v1/check", json={"output": "hello"}))
        await _until(client, "synterm_guard_in_flight", 1)
        # One that will never be whole, and one that asks for nothing now.
        _, slow = await asyncio.open_connection("127.0.0.1", server.port)
        slow.write(CHECK)
        stopping = asyncio.ensure_future(asyncio.to_thread(server.stop, number))
        await asyncio.sleep(0.5)
        with pytest.raises((ClientError, OSError)):
            async with ClientSession() as other:
                await other.get(f"{server.url}/healthz")
        hold.set()
        async with await held as answer:
            assert (answer.status, (await answer.json())["allowed"]) == (200, True)
            assert answer.headers["Connection"] == "close"
        # Well before it would have given up the one that will never be whole.
        assert await stopping == code
        slow.close()


async def test_busy_clients_are_told_which_answer_is_the_last(router: Path) -> None:
    async with guarded(router) as (server, _):

        async def ask() -> str:
            async with ClientSession(server.url) as client:
                while True:
                    async with client.post("/v1/check", json=GOOD) as answer:
                        assert answer.status == 200
                        await answer.read()
                        if answer.headers.get("Connection") == "close":
                            return "farewell"

        asking = [asyncio.ensure_future(ask()) for _ in range(8)]
        await asyncio.sleep(0.3)
        assert await asyncio.to_thread(server.stop) == 143
        assert await asyncio.gather(*asking) == ["farewell"] * 8

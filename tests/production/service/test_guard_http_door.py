"""Who may come in to the guard's service: by which names, with which token, from where."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.support.guard_server import GuardServer, guarded, refusal

TOKEN = "a-token-that-nobody-guesses"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ALL = ("--host", "0.0.0.0", "--token-env", "GUARD_TOKEN", "--allow-host", "guard.internal")
ENV = {"GUARD_TOKEN": TOKEN}
OPEN, CLOSED = ("/healthz", "/readyz"), ("/", "/metrics", "/v1/check", "/nowhere")


async def test_another_name_that_leads_here_is_refused(server: GuardServer) -> None:
    async with ClientSession(server.url) as client:
        for host in (f"127.0.0.1:{server.port}", f"LOCALHOST:{server.port}", "localhost", "[::1]:9", "127.0.0.1"):
            async with client.get("/healthz", headers={"Host": host}) as answer:
                assert answer.status == 200, host
        for host in (
            "evil.example",
            f"evil.example:{server.port}",
            "127.0.0.1.evil.example",
            "192.0.2.1",
            "[::2]",
            "[",
        ):
            for path in (*OPEN, "/v1/check"):
                async with client.get(path, headers={"Host": host}) as answer:
                    assert await refusal(answer) == (403, "wrong_host"), host


@pytest.mark.parametrize("hosts", ["", "Host: 127.0.0.1\r\nHost: evil.example\r\n", "Host: \r\n"])
async def test_who_does_not_say_one_name_is_refused(server: GuardServer, hosts: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"GET /healthz HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n".encode())
    assert (await reader.read()).split()[1] in (b"400", b"403")
    writer.close()


async def test_a_token_that_is_asked_for_is_needed_for_all_but_the_probes(router: Path) -> None:
    async with guarded(router, "--token-env", "GUARD_TOKEN", "--behavior", "Routing", env=ENV) as (server, client):
        wrong: list[dict[str, str]] = [
            {"Authorization": "Bearer wrong"},
            {"Authorization": f"Bearer {TOKEN}x"},
            {"Authorization": f"Bearer {TOKEN[:-1]}"},
            {"x-api-key": "Größe"},
        ]
        for path in CLOSED:
            async with client.get(path) as answer:
                assert await refusal(answer) == (401, "no_token")
                assert answer.headers["WWW-Authenticate"] == "Bearer"
            for headers in ({"Authorization": ""}, {"Authorization": f"Basic {TOKEN}"}):
                async with client.get(path, headers=headers) as answer:
                    assert await refusal(answer) == (401, "no_token")
            for headers in wrong:
                async with client.get(path, headers=headers) as answer:
                    assert await refusal(answer) == (401, "wrong_token")
        for path in OPEN:
            async with client.get(path) as answer:
                assert answer.status == 200
                assert "router" not in await answer.text()
        for headers in (BEARER, {"Authorization": f"bearer  {TOKEN}"}, {"x-api-key": TOKEN}):
            async with client.post("/v1/check", json={"output": "clarify"}, headers=headers) as answer:
                assert answer.status == 200
        async with client.get("/readyz", headers=BEARER) as answer:
            assert (await answer.json())["project"] == "small router"
        # A refusal comes before anything is read.
        async with client.post("/v1/check", data="{", headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 401
    assert TOKEN not in "".join(server.lines)
    assert 'token="asked for"' in server.lines[0]


async def test_where_others_reach_it_addresses_will_do_and_names_that_are_allowed(router: Path) -> None:
    async with guarded(router, *ALL, env=ENV, headers=BEARER) as (server, client):
        assert any("not encrypted" in line for line in server.lines)
        for host in ("10.0.0.7:8787", "[fe80::1]:8787", "guard.internal", "GUARD.internal:8787", "localhost"):
            async with client.get("/", headers={"Host": host}) as answer:
                assert answer.status == 200, host
        for host in ("evil.example", "guard.internal.evil.example", ""):
            async with client.get("/", headers={"Host": host}) as answer:
                assert answer.status in (400, 403), host


async def test_the_token_may_stand_in_a_file(router: Path, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    async with guarded(router, "--token-file", str(file)) as (_, client):
        async with client.get("/") as answer:
            assert answer.status == 401
        async with client.get("/", headers=BEARER) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--host", "0.0.0.0"), "a token is needed"),
        (("--host", "192.0.2.7"), "a token is needed"),
        (("--host", "example.com"), "a token is needed"),
        (("--token-env", "NOT_SET"), "NOT_SET"),
        (("--token-env", "GUARD_SHORT"), "at least 16 characters"),
        (("--token-env", "GUARD_ODD"), "printable ASCII"),
        (("--token-file", "nowhere"), "nowhere"),
        (("--token-file", "nowhere", "--token-env", "GUARD_SHORT"), "--token-env or --token-file"),
        (("--port", "70000"), "0 to 65535"),
        (("--jsonl",), "come over HTTP"),
        (("--read-timeout", "0"), "--read-timeout"),
        (("--host", "192.0.2.7", "--token-env", "GUARD_LONG"), "can't serve on 192.0.2.7"),
    ],
)
def test_what_can_not_be_served_is_said(
    router: Path, options: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch, run_guard: Any
) -> None:
    for name, value in (("GUARD_SHORT", "s3cret"), ("GUARD_ODD", "Größe und Länge und mehr"), ("GUARD_LONG", TOKEN)):
        monkeypatch.setenv(name, value)
    code, said = run_guard(router, *options)
    assert code == 2
    assert words in said
    assert "s3cret" not in said
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_said(router: Path, run_guard: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for workers in ("1", "2"):
            code, said = run_guard(router, "--port", str(taken.getsockname()[1]), "--workers", workers)
            assert code == 2
            assert "--port 0 picks a free port" in said


def test_a_project_that_can_not_be_read_is_said(tmp_path: Path, run_guard: Any) -> None:
    for workers in ("1", "2"):
        code, said = run_guard(tmp_path / "missing.db", "--workers", workers)
        assert code == 2
        assert "missing.db" in said
        assert "Traceback" not in said

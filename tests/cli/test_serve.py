"""`synterm serve`: who is let in, what the page may do, one process for each tab, and its end."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from tests.cli.conftest import Synterm
from tests.cli.served import Served, closed, is_gone, served, shown, visitor
from tests.conftest import MakeProject

ROUTES = ("/", "/ws", "/page/page.js", "/static/js/textual.js", "/download/x", "/nowhere")


async def test_who_is_let_in_and_what_a_page_may_do(make_project: MakeProject):
    """One server for all that is asked of it without a workbench."""
    async with served(make_project()) as server, visitor(server, welcome=False) as client:
        await nothing_is_answered_without_the_token(server, client)
        await the_token_becomes_a_cookie_and_leaves_the_address(server, client)
        await another_host_name_that_leads_here_is_refused(server, client)
        await only_its_own_page_may_connect(server, client)
        await the_page_and_what_it_is_made_of_come_from_here_alone(server, client)
        await every_answer_says_what_a_page_of_it_may_do(server, client)


async def nothing_is_answered_without_the_token(server: Served, client: ClientSession) -> None:
    for route, query in product(ROUTES, ("", "?token=", "?token=wrong", "?token=%ED%B3%BF")):
        async with client.get(f"{server.origin}{route}{query}") as answer:
            assert answer.status == 403, (route, query)
    async with client.get(f"{server.origin}/") as answer:
        assert "Open the whole link that" in await answer.text()


async def the_token_becomes_a_cookie_and_leaves_the_address(server: Served, client: ClientSession) -> None:
    async with client.get(server.link, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
    async with client.get(f"{server.origin}/") as answer:
        assert answer.status == 200
        assert "token" not in await answer.text()


async def test_each_start_has_another_token(make_project: MakeProject):
    path = make_project()
    async with served(path) as one, served(path) as other:
        tokens = [urlsplit(server.link).query.removeprefix("token=") for server in (one, other)]
    assert len(set(tokens)) == 2
    assert min(map(len, tokens)) >= 40


async def another_host_name_that_leads_here_is_refused(server: Served, client: ClientSession) -> None:
    port = server.address.rpartition(":")[2]
    for host in ("evil.example", f"evil.example:{port}", f"localhost:{port}", "127.0.0.1"):
        async with client.get(f"{server.origin}/", headers={"Host": host}) as answer:
            assert answer.status == 403, host
            assert server.origin in await answer.text(), host


async def only_its_own_page_may_connect(server: Served, client: ClientSession) -> None:
    for origin in ("http://evil.example", "null", "http://127.0.0.1", None):
        with pytest.raises(WSServerHandshakeError) as refused:
            await client.ws_connect(f"{server.origin}/ws", origin=origin)
        assert refused.value.status == 403, origin
        assert server.below() == [], origin


async def the_page_and_what_it_is_made_of_come_from_here_alone(server: Served, client: ClientSession) -> None:
    async with client.get(f"{server.origin}/") as answer:
        page = await answer.text()
    assert set(re.findall(r"\w+://[^/\"' ]+", page)) == {f"ws://{server.address}"}
    parts = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    assert len(parts) >= 5
    for part in parts:
        async with client.get(f"{server.origin}{part}") as answer:
            assert answer.status == 200, part
            if part.endswith(".css"):
                assert set(re.findall(r"url\(\"?([^)\"]+)", await answer.text())) <= {
                    f"/static/fonts/RobotoMono-{style}.ttf"
                    for style in ("VariableFont_wght", "Italic-VariableFont_wght")
                }


async def every_answer_says_what_a_page_of_it_may_do(server: Served, client: ClientSession) -> None:
    for route in ("/", "/page/page.js", "/nowhere", "/?token=wrong"):
        async with client.get(f"{server.origin}{route}") as answer:
            policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
            assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'"), route
            assert policy["connect-src"] == f"ws://{server.address}", route
            assert policy["frame-ancestors"] == "'none'", route
            assert answer.headers["Referrer-Policy"] == "no-referrer", route
            assert answer.headers["Cache-Control"] == "no-store", route


async def test_any_name_of_a_file_is_taken_as_it_is(make_project: MakeProject, tmp_path: Path):
    # It looks like an option, like markup, and like a command of a shell.
    name = """-run <b>a'b"c $(touch x);`id`&.db"""
    path = make_project().rename(tmp_path / name)
    async with served(tmp_path / "." / path.name) as server, visitor(server) as client:
        async with client.get(f"{server.origin}/") as answer:
            assert "<b>" not in await answer.text()
        async with client.ws_connect(f"{server.origin}/ws", origin=server.origin) as socket:
            await shown(socket, name[:12])
    assert not (tmp_path / "x").exists()


async def test_each_tab_has_a_workbench_of_its_own_up_to_a_number(make_project: MakeProject):
    async with served(make_project(), "--tabs", "2") as server, visitor(server) as client:
        tabs = [await _tab(server, client) for _ in range(2)]
        assert len(server.below()) == 2
        async with client.ws_connect(f"{server.origin}/ws", origin=server.origin) as third:
            code, words = await closed(third)
            assert code == 1013
            assert "2 tabs are open already" in words
        await tabs[0].close()
        again = await _tab_when_free(server, client)
        assert len(server.below()) == 2
        await again.close()
        await tabs[1].close()


async def test_what_is_typed_reaches_the_workbench_a_picture_is_downloaded_and_leaving_is_said(
    make_project: MakeProject,
):
    async with served(make_project()) as server, visitor(server) as client:
        # In a narrow tab the side is hidden.
        socket = await client.ws_connect(f"{server.origin}/ws?width=90&height=30", origin=server.origin)
        await shown(socket, "4/4 fresh")
        await socket.send_json(["focus"])
        await socket.send_json(["stdin", "zebra"])
        await shown(socket, "zebra")
        await socket.send_json(["resize", {"width": 140, "height": 40}])
        await shown(socket, "Behaviors")
        await socket.send_json(["ping", "5"])
        assert await _text(socket) == ["pong", "5"]
        await a_picture_of_the_screen_is_downloaded_never_shown_in_place(server, client, socket)
        await socket.send_json(["stdin", "\x11"])
        assert await closed(socket) == (1001, "The workbench was closed.")


async def a_picture_of_the_screen_is_downloaded_never_shown_in_place(
    server: Served, client: ClientSession, socket: ClientWebSocketResponse
) -> None:
    await socket.send_json(["stdin", "\x10"])
    await shown(socket, "Search for commands")
    await socket.send_json(["stdin", "screenshot"])
    await shown(socket, "Save a picture (SVG)")
    await socket.send_json(["stdin", "\r"])
    kind, key = await _text(socket)
    assert kind == "deliver_file_start"
    async with client.get(f"{server.origin}/download/{key}") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert answer.content_type == "application/octet-stream"
        assert "<svg" in await answer.text()


async def test_a_workbench_that_fails_says_why(make_project: MakeProject):
    path = make_project()
    async with served(path) as server, visitor(server) as client:
        path.write_bytes(b"no project any more")
        async with client.ws_connect(f"{server.origin}/ws", origin=server.origin) as socket:
            _, words = await closed(socket)
        assert words.startswith("synterm: ")
        assert "a workbench failed: synterm: " in await asyncio.to_thread(server.stop)


async def test_a_message_that_is_none_of_the_page_ends_the_tab(make_project: MakeProject):
    async with served(make_project()) as server, visitor(server) as client:
        for message in ('["stdin", 5]', '{"what": "is this"}', "[", "[" * 2000):
            socket = await _tab_when_free(server, client)
            await socket.send_str(message)
            assert (await closed(socket))[0] == 1008, message[:30]
        assert "Traceback" not in await asyncio.to_thread(server.stop)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_its_end_is_the_end_of_all_workbenches(make_project: MakeProject, number: int, tmp_path: Path):
    async with served(make_project()) as server, visitor(server) as client:
        tabs = [await _tab(server, client) for _ in range(2)]
        below = server.below()
        server.process.send_signal(number)
        for socket in tabs:
            assert await closed(socket) == (1001, "synterm serve was ended.")
        await asyncio.to_thread(server.process.communicate, timeout=90)
        assert server.process.returncode == 128 + number
        assert [pid for pid in below if not is_gone(pid)] == []
    assert [name for name in os.listdir(tmp_path) if name.startswith("small.db-")] == []  # noqa: PTH208


async def test_no_workbench_outlives_a_server_that_was_killed(make_project: MakeProject):
    async with served(make_project()) as server, visitor(server) as client:
        socket = await _tab(server, client)
        [pid] = server.below()
        server.process.kill()
        await _until_gone(pid)
        await socket.close()


async def test_a_workbench_that_does_not_leave_is_ended(make_project: MakeProject):
    async with served(make_project()) as server, visitor(server) as client:
        socket = await _tab(server, client)
        [pid] = server.below()
        os.kill(pid, signal.SIGSTOP)
        await asyncio.to_thread(server.stop)
        assert is_gone(pid)
        await socket.close()


def test_without_a_terminal_only_a_browser_will_do(
    synterm_process: Synterm, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TEXTUAL_DRIVER", "something.else:Driver")
    done = synterm_process(make_project())
    assert done.code == 2
    assert "the workbench needs a terminal" in done.err


def test_what_can_not_be_opened_is_refused_before_anything_is_served(synterm: Synterm, tmp_path: Path):
    (tmp_path / "text.db").write_text("not a project")
    for name in ("missing.db", "text.db"):
        done = synterm("serve", tmp_path / name)
        assert (done.code, done.out) == (2, "")
        assert name in done.err


def test_a_port_that_is_taken_is_said(synterm: Synterm, make_project: MakeProject):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = synterm("serve", make_project(), "--port", taken.getsockname()[1])
    assert done.code == 2
    assert "--port 0 picks a free port" in done.err


@pytest.mark.parametrize("words", [("--port", "70000"), ("--port", "x"), ("--tabs", "0"), ("--host", "0.0.0.0")])
def test_what_can_not_be_served_is_refused(synterm: Synterm, make_project: MakeProject, words: tuple[str, str]):
    assert synterm("serve", make_project(), *words).code == 2


async def test_an_address_that_others_reach_is_warned_of(make_project: MakeProject):
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it tells the address that would
        except OSError as error:
            pytest.skip(f"this machine has no address but its own: {error}")
        host = probe.getsockname()[0]
    async with served(make_project(), "--host", host) as server:
        assert server.address.startswith(f"{host}:")
        assert f"warning: other machines reach {host}" in await asyncio.to_thread(server.stop)


def test_without_textual_serve_it_says_what_to_install(
    synterm: Synterm, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    done = synterm("serve", make_project())
    assert done.code == 2
    assert "pip install 'synterm[serve]'" in done.err


async def _tab(server: Served, client: ClientSession) -> ClientWebSocketResponse:
    """A connection whose workbench is drawn."""
    socket = await client.ws_connect(f"{server.origin}/ws?width=120&height=36", origin=server.origin)
    await shown(socket, "Behaviors")
    await socket.send_json(["focus"])
    return socket


async def _tab_when_free(server: Served, client: ClientSession) -> ClientWebSocketResponse:
    """A connection, as soon as the workbench of one that was closed is gone."""
    async with asyncio.timeout(90):
        while True:
            try:
                return await _tab(server, client)
            except AssertionError as refused:
                assert "tabs are open already" in str(refused)


async def _text(socket: ClientWebSocketResponse) -> list[str]:
    """The next message that is not drawing."""
    async with asyncio.timeout(90):
        while (message := await socket.receive()).type is not WSMsgType.TEXT:
            assert message.type is WSMsgType.BINARY
    return message.json()


async def _until_gone(pid: int) -> None:
    async with asyncio.timeout(90):
        while not is_gone(pid):  # noqa: ASYNC110 - nothing tells of the end of a process that is not one's own
            await asyncio.sleep(0.02)

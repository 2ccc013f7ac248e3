"""A project from someone else in the workbench: nothing is sent before it is trusted, and every screen says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Button, Static

from synterm.core.capabilities import Capabilities, capabilities_of
from synterm.core.model import ModelSpec
from synterm.core.tree import Node
from synterm.storage.project import Project
from synterm.tui.screens.distill import DistillScreen
from synterm.tui.screens.finetune import FineTuneScreen
from synterm.tui.screens.forms import FormScreen
from synterm.tui.screens.generate import GenerateScreen
from synterm.tui.screens.trust import TrustScreen
from synterm.tui.screens.workbench import watching
from synterm.tui.trust.words import Asked
from synterm.tui.widgets.restricted_line import RestrictedLine
from tests.cli.served import served, shown, visitor
from tests.support.bound import bind
from tests.support.http_stub import Messages, Stub, stub
from tests.support.recording import record_run
from tests.support.trusting import trusted
from tests.tui import conftest as workbench
from tests.tui.conftest import Bench, MakeProject, OpenBench, stubbed
from tests.tui.test_untrusted_text import PAYLOADS, drawn, harmless

make_router, open_bench, no_tokens = workbench.make_project, workbench.open_bench, workbench.sizes_for_tokens
__all__ = ["stub"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads here, and other windows are looked at often."""
    monkeypatch.setattr(TrustScreen, "PATIENCE_S", 0.01)
    monkeypatch.setattr(watching, "_LOOK_S", 0.02)


@pytest.fixture
def foreign(make_router: MakeProject, stub: Stub, own_config: Path) -> Path:
    """A project that names an endpoint on this machine and a key, with a recorded run, as if someone had sent it."""
    stub.reply(_answer)
    # Whether a key may go to a host is another question, and already answered.
    bind("SOME_KEY")
    path = trusted(make_router(stubbed(stub).model_copy(update={"api_key_env": "SOME_KEY"})))
    record_run(path)
    stub.calls.clear()
    (own_config / "trusted.json").unlink(missing_ok=True)
    return path


def _answer(messages: Messages) -> str:
    return "schedule" if "meet" in messages[-1]["content"] else "clarify"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The reader's key."""
    monkeypatch.setenv("SOME_KEY", "sk-of-the-reader")
    yield "sk-of-the-reader"


def toasts(bench: Bench) -> list[str]:
    return [str(one.message) for one in bench.app._notifications]  # pyright: ignore[reportPrivateUsage]


def question(bench: Bench) -> TrustScreen:
    assert isinstance(bench.app.screen, TrustScreen)
    return bench.app.screen


def marked(bench: Bench) -> bool:
    """Whether the line on top of what is shown says that it is restricted."""
    return "⊘ RESTRICTED" in bench.text().splitlines()[0]


async def look_only(bench: Bench) -> None:
    await bench.until(lambda: isinstance(bench.app.screen, TrustScreen))
    await bench.pilot.press("l")
    await bench.settle()
    assert bench.app.screen is bench.screen


async def refused(bench: Bench, keys: str, says: str) -> None:
    """Press a key, and see that it is refused in words, with the key that shows the question."""
    bench.app.clear_notifications()
    await bench.pilot.press(keys)
    await bench.settle()
    await bench.until(lambda: bool(toasts(bench)))
    [told] = toasts(bench)
    assert says in told, (keys, told)
    assert "you have not trusted this project" in told, (keys, told)
    assert "f8 shows what it asks for" in told, (keys, told)


async def test_nothing_is_sent_before_it_is_trusted_whatever_is_pressed(
    foreign: Path, open_bench: OpenBench, stub: Stub, key: str
) -> None:
    async with open_bench(foreign, trusted=False) as bench:
        text = "\n".join(str(part.content) for part in question(bench).query(Static))
        assert f"ask openai/stub at {stub.url}, with the key in SOME_KEY" in text
        await look_only(bench)
        assert bench.screen.painter.state == "restricted"
        # What the file holds is shown.
        await bench.until(lambda: bench.verdicts() == [True, True, False, True, False])
        await bench.type("and be terse")
        await bench.settle()
        assert bench.verdicts() == [None] * 5, "no evaluation on a key"
        bench.screen.grid.focus()
        for keys in ("r", "R", "ctrl+r"):
            await refused(bench, keys, "nothing is asked")
        await _try_a_model(bench)
        await _generate(bench)
        await _train(bench)
        await _distill(bench)
        assert stub.calls == [], "all of the above sent nothing"

        await bench.pilot.press("f8")
        await bench.until(lambda: isinstance(bench.app.screen, TrustScreen))
        await bench.pilot.press("t")
        await bench.until(lambda: not bench.app.screen.query(RestrictedLine))
        await bench.until(lambda: bench.verdicts() == [True, True, False, True, False])
        assert {call.key for call in stub.calls} == {key}
        assert not marked(bench)
    async with open_bench(foreign, trusted=False) as bench:
        assert bench.app.screen is bench.screen, "asked once"


async def _try_a_model(bench: Bench) -> None:
    await bench.pilot.press("E")
    await bench.until(lambda: isinstance(bench.app.screen, FormScreen))
    await bench.pilot.press("ctrl+t")
    await bench.until(lambda: "you have not trusted" in bench.text())
    assert "no model is tried" in bench.text()
    await bench.pilot.press("escape")
    await bench.settle()


async def _generate(bench: Bench) -> None:
    await bench.pilot.press("g")
    await bench.until(lambda: isinstance(bench.app.screen, GenerateScreen))
    await refused(bench, "ctrl+s", "nothing is generated")
    await refused(bench, "ctrl+t", "nothing is asked")
    await bench.pilot.press("escape", "escape")
    await bench.settle()


async def _train(bench: Bench) -> None:
    bench.screen.grid.focus()
    await bench.pilot.press("F")
    await bench.until(lambda: isinstance(bench.app.screen, FineTuneScreen))
    screen = bench.app.screen
    assert isinstance(screen, FineTuneScreen)
    bench.app.clear_notifications()
    screen.action_train()
    await bench.until(lambda: any("nothing is trained" in told for told in toasts(bench)))
    await bench.pilot.press("escape")
    await bench.settle()


async def _distill(bench: Bench) -> None:
    bench.screen.grid.focus()
    await bench.pilot.press("d")
    await bench.settle()
    screen = bench.app.screen
    assert isinstance(screen, DistillScreen)
    await bench.until(lambda: screen.failing is not None)
    screen.failures.focus()
    for keys in ("s", "v"):
        await bench.pilot.press(keys)
        await bench.until(lambda: "you have not trusted this project" in bench.text())
        assert "nothing is asked about its failures" in bench.text()
        await bench.pilot.press("escape")
        await bench.settle()
    await bench.pilot.press("escape")
    await bench.settle()


OPENED_BY = (
    "H",
    "C",
    "I",
    "O",
    "F",
    "P",
    "V",
    "Q",
    "d",
    "g",
    "comma",
    "f1",
    "ctrl+p",
    "A",
    "E",
    "n",
    "enter",
    "z",
    "c",
)
"""The keys that lead to screens beside, over and instead of the workbench."""


async def test_every_screen_says_on_top_that_it_is_restricted(foreign: Path, open_bench: OpenBench, stub: Stub) -> None:
    seen = set[str]()
    async with open_bench(foreign, (80, 24), trusted=False) as bench:
        assert marked(bench), "the question itself"
        await look_only(bench)
        assert marked(bench)
        for keys in OPENED_BY:
            bench.screen.grid.focus()
            await bench.pilot.press(keys)
            await bench.until(lambda: marked(bench))
            assert "f8" in bench.text().splitlines()[0]
            seen.add(type(bench.app.screen).__name__)
            while bench.app.screen is not bench.screen:
                await bench.pilot.press("escape")
                await bench.pilot.pause()
        for width, height in ((300, 100), (130, 40), (40, 10), (20, 5)):
            await bench.pilot.resize_terminal(width, height)
            await bench.pilot.pause()
            assert marked(bench)
    assert len(seen) >= 13, seen
    assert stub.calls == []


async def test_what_was_not_read_to_its_end_is_not_trusted(open_bench: OpenBench, make_router: MakeProject) -> None:
    path = make_router()
    with Project.open(path) as project:
        for number in range(40):
            base = f"https://host{number}.example/v1"
            project.models.put(ModelSpec(name=f"m{number}", model="openai/x", api_base=base)).result()
    async with open_bench(path, (80, 24), trusted=False) as bench:
        screen = question(bench)
        assert "more: ↓ or space reads on" in bench.text()
        trust = screen.query_one("#trust", Button)
        await bench.pilot.press("t")
        await bench.pilot.pause()
        assert bench.app.screen is screen
        assert "first read it all: ↓ or space" in bench.text()
        assert trust.disabled
        await bench.pilot.press("enter")
        await bench.settle()
        assert bench.project.trust.restricted, "enter only looks"
        await bench.pilot.press("f8")
        await bench.until(lambda: isinstance(bench.app.screen, TrustScreen))
        await bench.pilot.press(*["space"] * 12)
        await bench.pilot.pause()
        assert "https://host9.example/v1" in bench.text()
        await bench.pilot.press("t")
        await bench.until(lambda: bench.app.screen is bench.screen)
        assert not bench.project.trust.restricted


async def test_a_key_that_was_on_its_way_trusts_nothing(
    foreign: Path, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TrustScreen, "PATIENCE_S", 600.0)
    async with open_bench(foreign, trusted=False) as bench:
        await bench.type("that t comes from what I typed")
        await bench.settle()
        assert bench.project.trust.restricted


async def test_what_changes_outside_is_restricted_at_once_and_told_as_a_difference(
    foreign: Path, open_bench: OpenBench, stub: Stub
) -> None:
    async with open_bench(foreign) as bench:
        await bench.until(lambda: bench.screen.painter.state == "idle")
        assert not marked(bench)
        spec = bench.project.models.all()[0]
        elsewhere = spec.model_copy(update={"api_base": "http://localhost:9/v1"})
        with Project.open(foreign) as other:
            other.models.put(elsewhere).result()
        await bench.until(lambda: bench.screen.session.standing.restricted)
        await bench.until(lambda: marked(bench))
        assert any("asks for more than it was trusted with" in told for told in toasts(bench))
        await bench.type("x")
        await bench.settle()
        assert bench.screen.painter.state == "restricted"
        await bench.pilot.press("f8")
        await bench.until(lambda: isinstance(bench.app.screen, TrustScreen))
        shown = "\n".join(str(part.content) for part in question(bench).query(Static))
        assert "new: ask openai/stub at http://localhost:9/v1" in shown
        assert f"gone: ask openai/stub at {stub.url}" in shown
        assert "more than you trusted it with" in bench.text()
        # It changes once more while the question is on the screen: only what was read is trusted.
        with Project.open(foreign) as other:
            other.models.put(spec.model_copy(update={"name": "more", "api_base": "http://localhost:7/v1"})).result()
        await bench.pilot.press("t")
        await bench.until(lambda: any("more by now than what you read" in told for told in toasts(bench)))
        assert bench.screen.session.standing.restricted


async def test_trust_given_or_taken_in_another_window_is_heeded(foreign: Path, open_bench: OpenBench) -> None:
    async with open_bench(foreign, trusted=False) as bench:
        await look_only(bench)
        with Project.look(foreign) as other:
            other.trust.grant()
        await bench.until(lambda: not bench.app.screen.query(RestrictedLine))
        await bench.until(lambda: bench.screen.painter.state == "idle")
        with Project.look(foreign) as other:
            other.trust.revoke()
        await bench.until(lambda: marked(bench))
        assert bench.screen.painter.state == "restricted"


async def test_what_its_user_changes_in_it_stays_trusted_and_trust_is_taken_back_by_a_key(
    foreign: Path, open_bench: OpenBench
) -> None:
    async with open_bench(foreign) as bench:
        spec = bench.project.models.all()[0]
        bench.project.models.put(spec.model_copy(update={"name": "two", "api_base": "http://localhost:9/v1"})).result()
        bench.screen.project_edited()
        await bench.settle()
        assert not bench.screen.session.standing.look()
        await bench.pilot.press("f8")
        await bench.until(lambda: isinstance(bench.app.screen, TrustScreen))
        assert "It can do this in your name" in bench.text()
        await bench.pilot.press("t")
        assert isinstance(bench.app.screen, TrustScreen), "there is nothing to trust it with"
        await bench.pilot.press("r")
        await bench.until(lambda: marked(bench))
        assert bench.project.trust.restricted


async def test_a_project_that_asks_for_nothing_is_not_asked_about(
    make_router: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_router(), trusted=False) as bench:
        assert bench.app.screen is bench.screen
        assert not bench.screen.query(RestrictedLine)
        assert all(verdict is not None for verdict in bench.verdicts())
        await bench.pilot.press("f8")
        await bench.until(lambda: isinstance(bench.app.screen, TrustScreen))
        assert "It asks for nothing" in bench.text()
        await bench.pilot.press("escape")


async def test_a_check_that_is_not_installed_is_told_of_once_it_may_run(
    make_router: MakeProject, open_bench: OpenBench
) -> None:
    path = make_router()
    with Project.open(path) as project:
        scenario = project.nodes.tree().scenarios()[0]
        put = Node.model_validate({**scenario.model_dump(), "checks": ({"type": "runs-anything"},)})
        project.nodes.put(put).result()
    async with open_bench(path, trusted=False) as bench:
        words = "\n".join(str(part.content) for part in question(bench).query(Static))
        assert "run the check runs-anything of a plugin" in words
        await bench.pilot.press("t")
        await bench.until(lambda: any("'runs-anything' is not a type of check" in told for told in toasts(bench)))
        await bench.settle()
        assert not marked(bench)
        assert bench.app.failure is None


async def test_a_tab_of_a_browser_asks_the_same(make_router: MakeProject) -> None:
    path = make_router()
    with Project.open(path) as project:
        project.models.put(ModelSpec(name="far", model="openai/x", api_base="http://localhost:9/v1")).result()
    async with served(path) as server, visitor(server) as client:
        socket = await client.ws_connect(f"{server.origin}/ws?width=110&height=34", origin=server.origin)
        await shown(socket, "is restricted: you have not trusted it")
        await socket.close()


async def test_quitting_at_the_question_leaves_and_keeps_it_restricted(foreign: Path, open_bench: OpenBench) -> None:
    async with open_bench(foreign, trusted=False) as bench:
        await bench.pilot.press("q")
        await bench.until(lambda: bench.app._exit)  # pyright: ignore[reportPrivateUsage]
        assert bench.project.trust.restricted


async def test_what_it_asks_for_is_shown_as_text(make_router: MakeProject, open_bench: OpenBench) -> None:
    hostile = [payload for payload in PAYLOADS if payload.strip()]
    path = make_router(name="[red]\u202ex.db")
    with Project.open(path) as project:
        for number, payload in enumerate(hostile):
            params = {"method": "POST", "path": "/x", "body": {"text": payload}, "answer": "$.x"}
            spec = ModelSpec(
                name=f"m{number}", model="http/app", api_base=f"https://h{number}.example/x", params=params
            )
            project.models.put(spec).result()
        root = project.nodes.tree().walk().__iter__().__next__()
        project.nodes.put(Node.model_validate({**root.model_dump(), "checks": ({"type": "[/]\x1b[31m"},)})).result()
    async with open_bench(path, (120, 60), trusted=False) as bench:
        await bench.until(lambda: isinstance(bench.app.screen, TrustScreen))
        assert harmless(drawn(bench))
        assert "run the check" in "\n".join(str(part.content) for part in question(bench).query(Static))
        await look_only(bench)
        assert harmless(drawn(bench))
        assert bench.app.failure is None


def test_a_huge_line_is_cut_and_says_so() -> None:
    from synterm.tui.trust.words import parts

    may: Capabilities = capabilities_of([ModelSpec(name="m", model="openai/x", api_base="https://h.example/v1")])
    asked = Asked("x.db", restricted=True, able=[*may.words(), "y" * 1_000_000])
    text = "\n".join(part.plain for part in parts(asked))
    assert len(text) < 10_000
    assert "996,000 characters more" in text

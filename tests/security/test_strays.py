"""Errors that nobody waits for are told of in one harmless line, with their details in the crash log."""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path

import pytest
from textual import work
from textual.screen import ModalScreen

from synterm.cli import ls
from synterm.errors import InputError
from synterm.strays import Stray, told_to
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.security.payloads import SHORT, acting
from tests.tui.conftest import OpenBench


class Broken:
    """Breaks when it is thrown away."""

    def __del__(self) -> None:
        raise ValueError(f"thrown away {SHORT}")


def in_thread() -> None:
    def fail() -> None:
        raise ValueError(f"in a thread {SHORT}")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def in_task() -> None:
    async def fail() -> None:
        raise ValueError(f"in a task {SHORT}")

    async def forget() -> None:
        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        del task

    asyncio.run(forget())


def thrown_away() -> None:
    del [Broken()][0]


def logged() -> None:
    logging.getLogger("some.library").warning("careful %s", SHORT)


@pytest.mark.parametrize(
    ("break_it", "words", "detailed"),
    [
        (in_thread, "ValueError: in a thread ␛]52", True),
        (in_task, "ValueError: in a task ␛]52", True),
        (thrown_away, "ValueError: thrown away ␛]52", True),
        (logged, "careful ␛]52", False),
    ],
)
def test_a_command_tells_of_them(
    break_it: object, words: str, detailed: bool, synterm: Synterm, make_project: MakeProject,
    monkeypatch: pytest.MonkeyPatch, own_logs: Path,
) -> None:  # fmt: skip
    run = ls.run

    def broken(args: object) -> int:
        assert callable(break_it)
        # As in a program that set up no logging: pytest has.
        monkeypatch.setattr(logging.root, "handlers", [])
        break_it()
        return run(args)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(ls, "run", broken)
    done = synterm("ls", make_project())
    assert done.code == 0 and "Routing" in done.out
    [line] = done.err.splitlines()
    assert line.startswith("synterm: in the background: ") and words in line
    assert not acting(done.err)
    log = own_logs / "crash.log"
    assert (f"details in {log}" in line) is detailed
    assert not detailed or "Traceback" in log.read_text()


async def test_the_workbench_tells_of_them_whichever_window_they_come_from(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    class Window(ModalScreen[None]):
        @work(exit_on_error=False)
        async def fail(self) -> None:
            raise ValueError(f"in a window {SHORT}")

        @work(exit_on_error=False)
        async def refuse(self) -> None:
            raise InputError("not this file", hint="another one")

    async with open_bench(make_project()) as bench:
        window = Window()
        bench.app.push_screen(window)
        await bench.pilot.pause()
        for start in (window.fail, window.refuse):
            start()
            await bench.pilot.pause(0.1)
        with told_to(bench.app.hear):
            await asyncio.to_thread(in_thread)
        await bench.pilot.pause()
        told = [note.message for note in bench.app._notifications]
        assert [stray.words[:16] for stray in bench.app.strays] == ["ValueError: in a", "ValueError: in a"]
        assert "not this file\nanother one" in told
        assert any(text.startswith("internal error: ValueError: in a window ␛]52") for text in told)
        assert any(text.startswith("internal error: ValueError: in a thread ␛]52") for text in told)
        assert bench.app.failure is None


def test_who_heard_before_hears_again() -> None:
    first: list[Stray] = []
    second: list[Stray] = []
    with told_to(first.append):
        with told_to(second.append) as before:
            in_thread()
            before(Stray("passed on"))
        in_thread()
    assert [len(second), [stray.words[:9] for stray in first]] == [1, ["passed on", "ValueErro"]]

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from synterm.core.completion import Outcome
from synterm.providers.host import MAX_STARTS, HostProcess

HERE = Path(__file__).parent
ENV = {**os.environ, "PYTHONPATH": str(HERE)}


@pytest.fixture
async def host() -> AsyncIterator[HostProcess]:
    process = HostProcess("echo_child", "the echo process", env=ENV)
    yield process
    await process.close()


async def test_nothing_runs_before_the_first_call(host: HostProcess):
    assert host.pid is None
    await host.call({"do": "echo", "text": "hi"})
    assert host.pid is not None


async def test_an_answer_comes_back_whole_with_any_raw_bytes(host: HostProcess):
    answer = await host.call({"do": "echo", "text": "grüß 漢字 🙂\n"})
    assert (answer.outcome, answer.text, answer.finish_reason) == (Outcome.COMPLETE, "grüß 漢字 🙂\n", "stop")
    assert (answer.usage.prompt, answer.usage.completion) == (1, 2)
    assert answer.raw == b'{"a":"\xff"}'


async def test_many_calls_at_once_each_get_their_own_answer(host: HostProcess):
    answers = await asyncio.gather(*(host.call({"do": "echo", "text": str(n)}) for n in range(200)))
    assert [answer.text for answer in answers] == [str(n) for n in range(200)]


async def test_pieces_arrive_in_order_before_the_answer(host: HostProcess):
    pieces: list[str] = []
    answer = await host.call({"do": "stream", "pieces": ["a", "b\n", "ç"]}, pieces.append)
    assert pieces == ["a", "b\n", "ç"]
    assert answer.text == "ab\nç"


async def test_cancelling_the_task_cancels_the_work_in_the_process(host: HostProcess):
    waiting = asyncio.Event()
    task = asyncio.create_task(host.call({"do": "wait"}, lambda piece: waiting.set()))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await host.call({"do": "count"})).text == "1"


async def test_a_first_caller_who_leaves_does_not_stop_the_start(host: HostProcess):
    first = asyncio.create_task(host.call({"do": "echo", "text": "first"}))
    await asyncio.sleep(0)
    first.cancel()
    assert (await host.call({"do": "echo", "text": "second"})).text == "second"
    assert first.cancelled()


async def test_a_killed_process_is_named_with_signal_and_log_and_started_again(host: HostProcess):
    waiting = asyncio.Event()
    task = asyncio.create_task(host.call({"do": "wait"}, lambda piece: waiting.set()))
    await waiting.wait()
    killed = host.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    answer = await task
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert "the echo process" in (answer.error or "")
    assert "SIGKILL" in (answer.error or "")
    assert str(host.log) in (answer.error or "")
    assert answer.retry_after_s == 0.0
    assert (await host.call({"do": "echo", "text": "again"})).text == "again"
    assert host.pid != killed


async def test_an_exit_code_is_named(host: HostProcess):
    answer = await host.call({"do": "exit", "code": 3})
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert "exit code 3" in (answer.error or "")


async def test_a_process_that_dies_at_start_up_is_left_alone_after_some_tries(tmp_path: Path):
    starts = tmp_path / "starts"
    host = HostProcess("echo_child", "the echo process", args=[str(starts)], env=ENV)
    for _ in range(MAX_STARTS):
        assert "exit code 7" in ((await host.call({"do": "echo"})).error or "")
    answer = await host.call({"do": "echo"})
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert f"{MAX_STARTS} times in a row" in (answer.error or "")
    assert answer.retry_after_s is None
    assert len(starts.read_text().splitlines()) == MAX_STARTS
    await host.close()


async def test_a_module_that_is_not_there_says_so_in_the_log():
    host = HostProcess("no_such_child", "the missing process", env=ENV)
    answer = await host.call({"do": "echo"})
    assert "exit code 1" in (answer.error or "")
    assert "no_such_child" in host.log.read_text()
    await host.close()


async def test_a_process_that_does_not_speak_the_protocol_is_ended_and_named():
    host = HostProcess("garbage_child", "the babbler", env=ENV)
    answer = await host.call({"do": "echo"})
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert "no message" in (answer.error or "")
    await host.close()


async def test_what_native_code_prints_goes_to_the_log_not_into_the_protocol(host: HostProcess):
    assert (await host.call({"do": "print", "text": "noise from below"})).text == "printed"
    assert host.log.read_text().count("noise from below") == 2


async def test_code_that_reads_stdin_finds_it_empty(host: HostProcess):
    assert (await host.call({"do": "stdin"})).text == "''"


async def test_a_log_that_has_grown_is_emptied_at_the_next_start(host: HostProcess):
    host.log.write_bytes(b"x" * 1_000_001)
    await host.call({"do": "print", "text": "fresh"})
    assert host.log.stat().st_size < 1000


async def test_a_failure_inside_is_an_outcome_with_its_reason(host: HostProcess):
    typed = await host.call({"do": "raise", "typed": True})
    assert (typed.outcome, typed.error, typed.hint) == (Outcome.PROVIDER_ERROR, "typed trouble", "do this")
    plain = await host.call({"do": "raise"})
    assert plain.outcome is Outcome.PROVIDER_ERROR
    assert "ZeroDivisionError: plain trouble" in (plain.error or "")


async def test_an_answer_over_the_limit_is_malformed(host: HostProcess):
    assert (await host.call({"do": "raw", "size": 8_000_000})).text == "big"
    assert (await host.call({"do": "raw", "size": 8_000_001})).outcome is Outcome.MALFORMED


async def test_no_answer_within_the_limit_is_timed_out_and_the_work_stops(host: HostProcess):
    answer = await host.call({"do": "wait"}, lambda piece: None, limit_s=0.05)
    assert answer.outcome is Outcome.TIMED_OUT
    assert (await host.call({"do": "count"})).text == "1"


async def test_an_error_in_on_text_goes_to_its_own_caller_only(host: HostProcess):
    def refuse(piece: str) -> None:
        raise LookupError(piece)

    with pytest.raises(LookupError):
        await host.call({"do": "wait"}, refuse)
    assert (await host.call({"do": "count"})).text == "1"


async def test_closing_ends_a_busy_process_and_tells_who_waits(host: HostProcess):
    blocking = asyncio.Event()
    task = asyncio.create_task(host.call({"do": "block"}, lambda piece: blocking.set()))
    await blocking.wait()
    pid = host.pid
    assert pid is not None
    await host.close()
    assert (await task).outcome is Outcome.CANCELLED
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_after_closing_a_call_starts_it_again(host: HostProcess):
    await host.call({"do": "echo", "text": "one"})
    await host.close()
    assert host.pid is None
    assert (await host.call({"do": "echo", "text": "two"})).text == "two"


async def test_an_interrupt_at_the_terminal_does_not_reach_it(host: HostProcess):
    await host.call({"do": "echo", "text": "up"})
    assert host.pid is not None
    os.kill(host.pid, signal.SIGINT)
    assert (await host.call({"do": "echo", "text": "still"})).text == "still"


async def test_the_working_directory_is_no_place_to_import_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "orjson.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    host = HostProcess("echo_child", "the echo process", env=ENV)
    assert (await host.call({"do": "echo", "text": "mine"})).text == "mine"
    await host.close()


PARENT = """
import asyncio, os, sys
from synterm.providers.host import HostProcess

async def main():
    host = HostProcess("echo_child", "the echo process", env=dict(os.environ))
    await host.start()
    await host.call({"do": "block"}, lambda piece: print(host.pid, flush=True))

asyncio.run(main())
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process that is no child of its own")
async def test_it_ends_by_itself_when_its_parent_is_killed_even_while_it_is_busy():
    paths = os.pathsep.join((str(HERE), str(HERE.parents[1])))
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, env={**ENV, "PYTHONPATH": paths}, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    child = os.pidfd_open(int(await parent.stdout.readline()))
    parent.kill()
    await parent.wait()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(child, ended.set)
    await asyncio.wait_for(ended.wait(), 30)
    asyncio.get_running_loop().remove_reader(child)
    os.close(child)

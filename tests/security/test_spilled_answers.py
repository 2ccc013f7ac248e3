"""An answer that was received and that the project file can't take is not lost: it waits, and is taken in later."""

from __future__ import annotations

import errno
import json
import os
import resource
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synterm.core.completion import Completion, Outcome, Usage
from synterm.core.recipe import recipe_of
from synterm.paths import state_dir
from synterm.storage.project import Project
from synterm.storage.received import Received
from synterm.storage.spill import RESERVE_BYTES, spill_dir, spilled
from tests.cli.conftest import Done, Synterm, stub, synterm
from tests.cli.endpoint import endpoint_project
from tests.conftest import MakeProject
from tests.storage.conftest import rendered_task
from tests.support.http_stub import Messages, Reply, Stub

CASES = 60
ROOM = 8_000
"""Bytes that a file may grow by: a few answers."""
DAY = "2026-01-31"


def answer(number: int, **fields: object) -> Received:
    """An answer that cost a cent, of which two were set aside."""
    task = rendered_task(f"message {number}")
    body, spec = task.variant.body, task.variant.model
    task = type(task)(task.case, task.variant, request=task.request, recipe=recipe_of(body, spec, None))
    made = {"text": f"text {number}", "cost_usd": 0.01, "latency_ms": 5.5, "raw": b'{"caf\xe9": "\xff\x00"}', **fields}
    return Received(task, Completion(Outcome.COMPLETE, **made), DAY, 0.02)  # pyright: ignore[reportArgumentType]


def keys(received: Sequence[Received]) -> list[str]:
    return [one.task.request.key for one in received if one.task.request]


def taken_in(path: Path) -> list[str]:
    """What is said when the project is opened."""
    with Project.open(path) as project:
        return project.responses.spill.take_in()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A project without anything, on whose day 20 cents are set aside for answers under way."""
    file = tmp_path / "here.db"
    with Project.create(file, "a project") as project:
        assert project.spending.reserve(DAY, 0.2, None).result()
    return file


@pytest.fixture
def waiting(path: Path) -> list[Received]:
    """Ten answers that wait for it."""
    received = [answer(number) for number in range(10)]
    with Project.open(path) as project:
        project.responses.spill.keep(received)
    return received


def run_where_there_is_no_room(path: Path, state: Path) -> Done:
    """`synterm run` where no file may get longer than the project file is, and a little more."""
    most = path.stat().st_size + ROOM
    done = subprocess.run(
        [sys.executable, "-m", "synterm", "run", str(path), "--concurrency", "8"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "SYNTERM_STATE_DIR": str(state)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_a_run_that_finds_no_room_loses_nothing_and_the_next_one_sends_only_the_rest(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    def answered(messages: Messages) -> Reply:
        return Reply(f"ok: {messages[-1]['content']} " + "words " * 400)

    stub.reply(answered)
    path = make_project(endpoint_project(stub, [f"case {number}" for number in range(CASES)]))
    done = run_where_there_is_no_room(path, state_dir())
    [one] = spilled()
    assert done.code == 2, done.err
    assert f"{one.count} answer" in done.err and str(one.file) in done.err
    assert "the next run, or the workbench, takes them in" in done.err
    assert "Traceback" not in done.err
    stub.calls.clear()
    again = synterm("run", path, "--json", "-")
    assert again.code == 0
    assert f"{one.count} answer" in again.err and "are in it now" in again.err
    assert (again.json["totals"]["evaluations"], again.json["totals"]["passed"]) == (CASES, CASES)
    kept = again.json["totals"]["cached"]
    assert kept >= one.count and len(stub.calls) == CASES - kept
    assert not spilled()


def test_what_waits_is_for_its_owner_only_and_whole(waiting: list[Received], path: Path) -> None:
    [one] = spilled()
    assert stat.S_IMODE(one.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(spill_dir().stat().st_mode) == 0o700
    assert (one.count, one.path) == (10, path)
    assert sorted(file.name for file in spill_dir().iterdir()) == sorted([one.file.name, "reserve"])


def test_what_waits_is_taken_in_as_it_came_with_its_cost(waiting: list[Received], path: Path) -> None:
    [told] = taken_in(path)
    assert told.startswith("10 answers that here.db could not take at ") and told.endswith(" are in it now")
    with Project.open(path) as project:
        found = project.responses.lookup(keys(waiting))
        assert [found[key].text for key in keys(waiting)] == [one.completion.text for one in waiting]
        assert {project.responses.raw(done.stored or 0) for done in found.values()} == {waiting[0].completion.raw}
        recipe = waiting[0].task.recipe
        assert recipe and project.responses.asked_with(recipe.id) == 10
        spent = project.spending.on(DAY)
    assert (spent.spent_usd, spent.reserved_usd) == (pytest.approx(0.1), pytest.approx(0.0))
    assert [file.name for file in spill_dir().iterdir()] == ["reserve"]
    assert taken_in(path) == []


def test_who_dies_before_the_file_is_gone_takes_nothing_in_twice(waiting: list[Received], path: Path) -> None:
    [one] = spilled()
    content = one.file.read_bytes()
    taken_in(path)
    one.file.write_bytes(content)
    taken_in(path)
    with Project.open(path) as project:
        assert project.responses.count() == 10
        assert project.spending.on(DAY).spent_usd == pytest.approx(0.1)


def test_a_copy_takes_nothing_but_a_file_that_was_moved_does(waiting: list[Received], path: Path) -> None:
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    assert taken_in(copy) == []
    moved = path.rename(path.with_name("elsewhere.db"))
    [told] = taken_in(moved)
    assert "are in it now" in told


def test_another_project_takes_nothing(waiting: list[Received], path: Path) -> None:
    other = path.with_name("other.db")
    Project.create(other, "another").close()
    path.unlink()
    assert taken_in(other) == []
    assert len(spilled()) == 1


def test_a_file_that_still_takes_nothing_opens_all_the_same_and_says_so(waiting: list[Received], path: Path) -> None:
    with Project.look(path) as project:
        [told] = project.responses.spill.take_in()
    assert "wait in" in told and "read-only" in told
    assert len(spilled()) == 1


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def _short(file: Path) -> None:
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))


def _without_key(file: Path) -> None:
    head, line, *rest = file.read_bytes().splitlines()
    found = json.loads(line)
    del found["row"]["key"]
    file.write_bytes(b"\n".join([head, json.dumps(found).encode(), *rest]))


def _other_types(file: Path) -> None:
    head, line, *rest = file.read_bytes().splitlines()
    found = json.loads(line)
    found["row"]["latency_ms"] = "long"
    file.write_bytes(b"\n".join([head, json.dumps(found).encode(), *rest]))


@pytest.mark.parametrize("harm", [_cut, _short, _without_key, _other_types])
def test_a_damaged_file_stays_where_it_is_and_gives_nothing(
    waiting: list[Received], path: Path, harm: Callable[[Path], None]
) -> None:
    [one] = spilled()
    harm(one.file)
    [told] = taken_in(path)
    assert str(one.file) in told and "are in it now" not in told
    with Project.open(path) as project:
        assert project.responses.count() == 0
    assert one.file.exists()


@pytest.mark.parametrize("content", [b"", b"\n", b"[]", b'{"spilled": 99}', b"\xff", b'{"spilled": 1}', b"{" * 5000])
def test_what_is_no_such_file_is_left_alone(path: Path, waiting: list[Received], content: bytes) -> None:
    [one] = spilled()
    one.file.write_bytes(content)
    assert spilled() == [] and taken_in(path) == []
    assert one.file.exists()


def test_a_link_or_a_pipe_is_not_followed(path: Path, waiting: list[Received]) -> None:
    [one] = spilled()
    elsewhere = one.file.rename(path.with_name("elsewhere"))
    one.file.symlink_to(elsewhere)
    assert taken_in(path) == []
    one.file.unlink()
    os.mkfifo(one.file)
    assert taken_in(path) == []


def test_an_id_that_is_a_path_leads_nowhere(tmp_path: Path, path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("UPDATE meta SET value = '../../../../tmp/x*' WHERE key = 'id'")
    db.commit()
    db.close()
    with Project.open(path) as project:
        file = project.responses.spill.keep([answer(1)])
        assert file.parent == spill_dir()
        [told] = project.responses.spill.take_in()
    assert "are in it now" in told


def test_where_the_disk_is_full_room_was_set_aside(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = spill_dir() / "reserve"
    place.unlink()
    rename = Path.rename
    with Project.open(path) as project:
        project.responses.spill.reserve()
        assert (place.stat().st_size, stat.S_IMODE(place.stat().st_mode)) == (RESERVE_BYTES, 0o600)
        assert place.stat().st_blocks * 512 >= RESERVE_BYTES

        def full(self: Path, target: Path) -> Path:
            if place.exists():
                raise OSError(errno.ENOSPC, "No space left on device")
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", full)
        project.responses.spill.keep([answer(1)])
        assert not place.exists()
        assert "are in it now" in project.responses.spill.take_in()[0]
        project.responses.spill.reserve()
        assert place.exists()


def test_where_nothing_can_be_kept_that_is_said(make_project: MakeProject, stub: Stub, tmp_path: Path) -> None:
    stub.reply("ok " + "words " * 800)
    path = make_project(endpoint_project(stub, [f"case {number}" for number in range(CASES)]))
    taken = tmp_path / "a file"
    taken.write_text("")
    done = run_where_there_is_no_room(path, taken)
    assert done.code == 2
    assert "can't be kept elsewhere either and are lost" in done.err


@settings(max_examples=12)
@given(
    text=st.text(),
    raw=st.binary(max_size=300),
    error=st.none() | st.text(),
    tokens=st.none() | st.integers(-1, 2**70),
    cost=st.none() | st.floats(0, 1e6),
    latency=st.none() | st.floats(0, 1e9),
)
def test_whatever_came_comes_back_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    text: str,
    raw: bytes,
    error: str | None,
    tokens: int | None,
    cost: float | None,
    latency: float | None,
) -> None:
    fields = {"text": text, "raw": raw, "error": error, "cost_usd": cost, "latency_ms": latency}
    one = answer(1, usage=Usage(tokens, tokens), **fields)
    place = tmp_path_factory.mktemp("project")
    with Project.create(place / "direct.db", "a project") as project:
        project.responses.add_all([one]).result()
        direct = project.responses.lookup(keys([one])), project.responses.raw(1)
    with Project.create(place / "late.db", "a project") as project:
        project.responses.spill.keep([one])
        project.responses.spill.take_in()
        assert (project.responses.lookup(keys([one])), project.responses.raw(1)) == direct


__all__ = ["stub", "synterm"]

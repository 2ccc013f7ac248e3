"""Runs on a Dask cluster that is there already: what it gives, what it spends, and what is wrong with an address."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import pytest
from distributed.comm.core import connect

from synterm.executors.dask import DaskEngine
from synterm.executors.engine import WorkerLostError
from synterm.executors.lines import packed
from synterm.executors.worker import setup_line
from synterm.providers import weights
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.executors.test_crew import many, parity
from tests.executors.test_dask import answers, made, number, without
from tests.support.http_stub import Messages, Reply, Stub


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A scheduler with two workers, in threads of this process."""
    local: Any = distributed.LocalCluster
    with local(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        memory_limit=0,
    ) as cluster:
        yield cluster


def actors(cluster: Any) -> list[int]:
    """How many each worker has."""
    return [len(worker.state.actors) for worker in cluster.workers.values()]


def copied(path: Path) -> Path:
    """The same project once more."""
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    return copy


async def test_a_cluster_of_a_runs_own_lets_nobody_else_in() -> None:
    engine = DaskEngine(None, 1)
    await engine.open()
    try:
        [place] = await engine.places()
        own = engine.own
        assert own is not None
        assert place.startswith("tls://127.0.0.1:")
        _, _, port = own.address.rpartition(":")
        # Whoever is on this machine can make certificates, but not those that this cluster signed.
        stranger = distributed.Security.temporary()
        for address, security in ((f"tcp://127.0.0.1:{port}", None), (f"tls://127.0.0.1:{port}", stranger)):
            with pytest.raises(OSError):
                await connect(address, timeout=5, **_shown(security))
    finally:
        await engine.close()


def _shown(security: Any) -> dict[str, Any]:
    return security.get_connection_args("client") if security else {}


def test_it_gives_what_a_run_here_gives_and_keeps_nothing(
    make_project: MakeProject, stub: Stub, synterm: Synterm, cluster: Any
) -> None:
    seen: list[list[int]] = []

    def reply(messages: Messages) -> Reply:
        seen.append(actors(cluster))
        return parity(messages)

    path = make_project(many(stub, 60))
    copy = copied(path)
    stub.reply(parity)
    here = synterm("run", path, "--json", "-")
    stub.reply(reply)
    there = synterm("run", copy, "--json", "-", "--executor", "dask", "--address", cluster.scheduler_address)
    assert (here.code, there.code) == (0, 0), there.err
    assert without(there.json) == without(here.json)
    assert [1, 1] in seen
    assert len(set(made(copy))) == 60
    assert cluster.scheduler.tasks == {}


def test_no_more_workers_than_are_wanted(make_project: MakeProject, stub: Stub, synterm: Synterm, cluster: Any) -> None:
    seen: set[tuple[int, ...]] = set()

    def reply(messages: Messages) -> Reply:
        seen.add(tuple(sorted(actors(cluster))))
        return parity(messages)

    stub.reply(reply)
    address = cluster.scheduler_address.removeprefix("tcp://")
    done = synterm("run", make_project(many(stub, 20)), "--executor", "dask", "--address", address, "--workers", "1")
    assert done.code == 0, done.err
    assert seen == {(0, 1)}


def test_the_cap_holds_over_all_workers(make_project: MakeProject, stub: Stub, synterm: Synterm, cluster: Any) -> None:
    stub.reply(parity)
    path = make_project(many(stub, 60))
    address = ("--executor", "dask", "--address", cluster.scheduler_address)
    done = synterm("run", path, "--max-cost", "0.0004", "--json", "-", *address)
    totals = done.json["totals"]
    assert done.code == 3
    assert 0 < totals["cost_usd"] <= 0.0004
    assert totals["cost_usd"] == pytest.approx(len(stub.calls) * 14e-6)
    assert totals["not_made"] == 60 - len(stub.calls) > 0
    assert "cap" in done.err


EMBEDDED = """\
synterm: 1
name: near
models:
  - {name: near, model: embedded/default, params: {temperature: 0, max_tokens: 4}}
prompts:
  - name: router
    versions: [{messages: [{role: system, content: Say yes or no.}, {role: user, content: "{{ message }}"}]}]
tree:
  - feature: Answers
    checks: [{type: label, labels: ["yes", "no"]}]
    behaviors:
      - behavior: Facts
        scenarios:
          - scenario: all
            cases:
              - {input: is water wet, expected: "yes"}
              - {input: is fire cold, expected: "no"}
              - {input: is the sky green, expected: "no"}
              - {input: do fish swim, expected: "yes"}
"""


def test_the_embedded_model_answers_there_as_here(make_project: MakeProject, tmp_path: Path, cluster: Any) -> None:
    asyncio.run(weights.fetch(lambda arrived, expected: None))
    path = make_project(EMBEDDED)
    copy = copied(path)
    found: list[Any] = []
    for project, where in ((path, ()), (copy, ("--executor", "dask", "--address", cluster.scheduler_address))):
        report = tmp_path / "report.json"
        command = [sys.executable, "-m", "synterm", "run", str(project), "--json", str(report), "--quiet", *where]
        subprocess.run(command, check=True, timeout=240)
        found.append(without(json.loads(report.read_text(encoding="utf-8"))))
    assert found[0] == found[1]
    assert len(made(copy)) == 4


def test_a_scheduler_that_goes_away_ends_the_run_and_what_came_in_is_kept(
    make_project: MakeProject, stub: Stub, synterm: Synterm, cluster: Any
) -> None:
    path = make_project(many(stub, 40))
    gone, once = threading.Event(), threading.Lock()

    def close() -> None:
        while answers(path) < 20:
            time.sleep(0.02)
        cluster.close()
        gone.set()

    def reply(messages: Messages) -> Reply:
        if number(messages) < 20:
            return parity(messages)
        if once.acquire(blocking=False):
            threading.Thread(target=close, daemon=True).start()
        return Reply("even", hold=gone)

    stub.reply(reply)
    done = synterm("run", path, "--json", "-", "--executor", "dask", "--address", cluster.scheduler_address)
    assert done.code == 3
    assert f"the Dask scheduler at {cluster.scheduler_address} answers no more" in done.err
    assert done.json["totals"]["passed"] + done.json["totals"]["failed"] >= 20
    stub.reply(parity)
    again = synterm("run", path, "--json", "-")
    assert (again.code, again.json["totals"]["cached"]) == (
        0,
        done.json["totals"]["passed"] + done.json["totals"]["failed"],
    )


async def test_a_worker_with_another_synterm_says_what_to_install(cluster: Any) -> None:
    engine = DaskEngine(cluster.scheduler_address)
    await engine.open()
    try:
        place, *_ = await engine.places()
        with pytest.raises(WorkerLostError, match=r"the run is made by 0\.0\.9: .*pip install synterm==0\.0\.9"):
            await engine.start(place, packed([{"version": "0.0.9"}]))
    finally:
        await engine.close()


WITHOUT = """\
import sys


class Nowhere:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "synterm":
            raise ModuleNotFoundError("No module named 'synterm'", name="synterm")


sys.meta_path.insert(0, Nowhere())
"""


async def test_a_worker_without_synterm_says_what_to_install(tmp_path: Path) -> None:
    preload = tmp_path / "nowhere_to_be_found.py"
    preload.write_text(WITHOUT)
    local: Any = distributed.LocalCluster
    async with local(
        n_workers=0, host="127.0.0.1", scheduler_kwargs={"dashboard_address": "127.0.0.1:0"}, asynchronous=True
    ) as cluster:
        command = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address, "--no-nanny"]
        options = ["--preload", str(preload), "--local-directory", str(tmp_path), "--no-dashboard"]
        quiet = asyncio.subprocess.DEVNULL
        worker = await asyncio.create_subprocess_exec(*command, *options, stdout=quiet, stderr=quiet)
        engine = DaskEngine(cluster.scheduler_address)
        try:
            await engine.open()
            [place] = await engine.places()
            with pytest.raises(
                WorkerLostError, match=r"it has no synterm; on its machine: pip install 'synterm\[dask\]"
            ):
                await engine.start(place, setup_line())
        finally:
            await engine.close()
            worker.kill()
            await worker.wait()


def test_where_nothing_listens(make_project: MakeProject, synterm: Synterm) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = synterm("run", make_project(), "--executor", "dask", "--address", f"tcp://127.0.0.1:{port}")
    assert (done.code, done.out) == (3, "")
    assert f"nothing answers at tcp://127.0.0.1:{port}" in done.err
    assert "dask scheduler" in done.err


def test_where_something_else_listens(make_project: MakeProject, synterm: Synterm, stub: Stub) -> None:
    address = f"tcp://127.0.0.1:{stub.port}"
    done = synterm("run", make_project(), "--executor", "dask", "--address", address)
    assert done.code == 3
    assert f"no Dask scheduler answers at {address}" in done.err
    assert "is it the scheduler's port" in done.err


def test_where_all_is_answered_nobody_is_asked(make_project: MakeProject, stub: Stub, synterm: Synterm) -> None:
    path = make_project(many(stub, 3))
    stub.reply(parity)
    assert synterm("run", path).code == 0
    done = synterm("run", path, "--executor", "dask", "--address", "tcp://127.0.0.1:9")
    assert (done.code, len(stub.calls)) == (0, 3), done.err
    assert "all answers are in the project file: no worker of Dask is needed" in done.err
    assert synterm("run", path, "--no-cache", "--executor", "dask", "--address", "tcp://127.0.0.1:9").code == 3


@pytest.mark.parametrize("address", ["http://127.0.0.1:8787", "tcp://", "tcp://host:no", "inproc://1/2/3"])
def test_what_is_no_address(make_project: MakeProject, synterm: Synterm, address: str) -> None:
    done = synterm("run", make_project(), "--executor", "dask", "--address", address)
    assert done.code == 2
    assert "is no address of a Dask scheduler" in done.err


def test_a_cluster_that_asks_nobody_who_they_are_is_only_used_where_the_settings_name_it(
    make_project: MakeProject, synterm: Synterm, own_config: Path
) -> None:
    path = make_project()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # No address of this machine's own by its looks; but a connection to it goes nowhere else.
    address = f"tcp://0.0.0.0:{port}"
    done = synterm("run", path, "--executor", "dask", "--address", address)
    assert done.code == 3
    assert "asks nobody who they are" in done.err
    assert f"tls://0.0.0.0:{port}" in done.err
    assert f'trusted_clusters = ["{address}"]' in done.err
    (own_config / "settings.toml").write_text(f'trusted_clusters = ["{address}"]\n')
    from synterm.settings import load_settings

    load_settings.cache_clear()
    assert "nothing answers at" in synterm("run", path, "--executor", "dask", "--address", address).err

"""`synterm run --batch`, as people call it: left alone, killed and called again."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from synterm.evaluate.reservation import today
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.cli.endpoint import endpoint_project, events
from tests.conftest import MakeProject
from tests.support.batch_stub import BatchStub, batch_stub
from tests.support.batching import KEY, MESSAGES, sent
from tests.support.bound import bind
from tests.support.litellm_starts import Template, ended

__all__ = ["batch_stub"]

_WITHIN_S = 120


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that the model names is set."""
    monkeypatch.setenv("STUB_KEY", KEY)
    bind("STUB_KEY")


@pytest.fixture
def path(make_project: MakeProject, batch_stub: BatchStub) -> Path:
    """A project with four cases, whose model is the stub."""
    text = endpoint_project(batch_stub, MESSAGES, model="openai/gpt-4o-mini", api_key_env="STUB_KEY")
    return make_project(text)


def stopped(template: Template, path: Path, stub: BatchStub, number: int) -> tuple[int, str]:
    """Call it in a process of its own, and send it a signal while it waits; its exit code and what it said."""
    command = template.synterm_command("run", path, "--batch")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + _WITHIN_S
    while not stub.seen["retrieve"] and time.monotonic() < until:
        stub.arrived.acquire(timeout=0.1)
    asked = stub.seen["retrieve"]
    process.send_signal(number)
    said = ended(process, _WITHIN_S)
    assert asked, f"it never asked how far the batch is: {said}"
    return process.returncode, said


def test_a_killed_process_is_followed_up_and_nothing_is_sent_twice(
    synterm: Synterm, path: Path, batch_stub: BatchStub, litellm_starts: Template
) -> None:
    batch_stub.polls = 1_000_000
    stopped(litellm_starts, path, batch_stub, signal.SIGKILL)
    batch_stub.polls = 1
    done = synterm("run", path, "--batch", "--json", "-")
    assert (done.code, done.json["totals"]["passed"]) == (0, 4)
    assert (sent(batch_stub), len(batch_stub.batches)) == ((1, 1, 0), 1)
    assert KEY not in done.out + done.err


def test_ctrl_c_leaves_it_there_and_says_so(
    synterm: Synterm, path: Path, batch_stub: BatchStub, litellm_starts: Template
) -> None:
    batch_stub.polls = 1_000_000
    code, said = stopped(litellm_starts, path, batch_stub, signal.SIGINT)
    assert (code, "4 requests go on in batches at the provider" in said) == (130, True)
    assert "4 requests wait in batches" in synterm("run", path, "--limit", "1").err
    given_up = synterm("run", path, "--batch", "--batch-forget", "--no-wait")
    assert "given up: the batch batch_0 with 4 requests" in given_up.err
    assert (given_up.code, sent(batch_stub)[1]) == (3, 2)
    with Project.open(path) as project:
        assert project.spending.on(today()).spent_usd > 0, "what was given up counts as spent, without a cap too"


def test_whoever_does_not_wait_is_told_what_to_do_and_what_a_dry_run_would_do(
    synterm: Synterm, path: Path, batch_stub: BatchStub, own_config: Path
) -> None:
    (own_config / "settings.toml").write_text("day_cap_usd = 5\n")
    bind("STUB_KEY")
    foreseen = synterm("run", path, "--batch", "--dry-run", "--max-cost", "1")
    assert "stub: 1 batch of 4 requests, at batch rates (50% of the full price)" in foreseen.out
    assert "cap of the run: $1.00" in foreseen.out and "cap of the day: $5.00" in foreseen.out
    assert batch_stub.calls == []
    batch_stub.polls = 2
    left = synterm("run", path, "--batch", "--no-wait", "--progress", "json")
    assert left.code == 3
    assert "not waited for" in left.err and "the same command with --batch" in left.err
    assert "4 requests in batches at the provider" in synterm("run", path, "--batch", "--dry-run").out
    done = synterm("run", path, "--batch", "--progress", "json", "--quiet")
    assert (done.code, sent(batch_stub)) == (0, (1, 1, 0))
    assert {"note", "judged"} <= {event["event"] for event in events(done)}


def test_a_dry_run_says_requests_tokens_price_and_what_the_file_has(
    synterm: Synterm, path: Path, batch_stub: BatchStub
) -> None:
    synterm("run", path, "--limit", "1")
    said = synterm("run", path, "--dry-run").out
    assert "3 requests in all, <$0.0001 at most; 1 from the file" in said
    assert "tokens in, 24 out at most" in said


@pytest.mark.parametrize(
    "options",
    [
        ["--no-wait"],
        ["--batch-forget"],
        ["--batch", "--repeat", "5", "--stop-early"],
        ["--batch", "--rejudge", "2"],
    ],
)
def test_options_that_contradict_each_other(synterm: Synterm, path: Path, options: list[str]) -> None:
    assert synterm("run", path, *options).code == 2


def test_an_endpoint_that_was_not_approved_gets_nothing(
    synterm: Synterm, make_project: MakeProject, batch_stub: BatchStub
) -> None:
    path = make_project(endpoint_project(batch_stub, MESSAGES, api_base="https://evil.invalid/v1"), "evil.db")
    done = synterm("run", path, "--batch")
    assert (done.code, "not approved" in done.err, batch_stub.calls) == (3, True, [])


def test_a_batch_that_is_waited_for_outlives_the_run_that_handed_it_in(
    synterm: Synterm, path: Path, batch_stub: BatchStub
) -> None:
    batch_stub.polls = 2
    assert synterm("run", path, "--batch", "--no-wait").code == 3
    edited = next(case for case in synterm("ls", path, "cases", "--json").json["cases"])
    assert synterm("edit", path, "case", edited["id"], "--input", "another").code == 0
    assert synterm("history", path, "prune", "--keep", "0", "--answers", "--yes").code == 0
    waited = "(SELECT content_id FROM batch_requests)"
    with closing(sqlite3.connect(path)) as db:
        assert db.execute(f"SELECT count(*) FROM contents WHERE id IN {waited}").fetchone() == (4,)
    done = synterm("run", path, "--batch", "--json", "-")
    # The three cases that still say the same are answered by it; only the edited one is asked anew.
    assert (done.code, done.json["totals"]["passed"], len(batch_stub.batches)) == (0, 4, 2)
    assert synterm("history", path, "prune", "--keep", "1", "--answers", "--yes").code == 0
    assert synterm("run", path, "--json", "-").json["totals"]["requests"] == 0

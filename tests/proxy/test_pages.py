"""What docs/guard-litellm.md shows, word for word: how to install, and each configuration in a proxy that runs it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from synterm.storage.project import Project
from tests.proxy.conftest import logged
from tests.proxy.docs import ROOT, shown
from tests.proxy.processes import PROXY, TOKEN, Proxy, Serving, synterm
from tests.support.http_stub import Reply, Stub


@pytest.fixture(scope="module")
def inside(home: Path, endpoint: dict[str, str]) -> Iterator[Proxy]:
    """A proxy with the page's first configuration."""
    process = Proxy(home, "inside.yaml", shown("inside/config.yaml"), endpoint)
    yield process
    process.stop()


@pytest.fixture(scope="module")
def guard(home: Path) -> Iterator[Serving]:
    """The guard's service, as the page starts it."""
    process = Serving(home, "router.db", "--behavior", "Routing", "--log", "served.jsonl", "--budget-ms", "5000")
    yield process
    process.stop()


@pytest.fixture(scope="module")
def beside(home: Path, endpoint: dict[str, str], guard: Serving) -> Iterator[Proxy]:
    """A proxy with the page's second configuration."""
    env = endpoint | {"SYNTERM_GUARD_URL": guard.url, "SYNTERM_GUARD_TOKEN": TOKEN}
    process = Proxy(home, "beside.yaml", shown("beside/config.yaml"), env)
    yield process
    process.stop()


def test_the_readme_installs_what_the_page_says() -> None:
    by_page = shown("install").splitlines()
    by_readme = shown("tests with a proxy", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert by_page[0] in by_readme
    assert by_page[1].replace("synterm", ".") in by_readme


def test_nothing_that_the_guard_needs_is_missing_in_that_environment() -> None:
    pip = [str(PROXY.with_name("python")), "-m", "pip", "check"]
    said = subprocess.run(pip, capture_output=True, text=True, timeout=60, check=False).stdout.splitlines()
    lacks = {re.split(r" requires | has requirement ", line)[1] for line in said if line.startswith("synterm ")}
    assert {re.split(r"[,<>= ]", line)[0] for line in lacks} == {"argcomplete", "prometheus-client", "rich", "textual"}


def test_inside_an_answer_comes_through_or_is_held_back(inside: Proxy, model: Stub) -> None:
    assert inside.ask("schedule").text == "schedule"
    said = inside.ask("Sure, I can help!")
    assert said.status == 400
    assert said.error.startswith("Held back by the guardrail routing: no label in the answer (verdict ")


def test_inside_the_verdicts_are_logged(inside: Proxy, model: Stub, home: Path) -> None:
    inside.ask("summarize")
    inside.stop()
    last = logged(home / "verdicts.jsonl")[-1]
    assert (last["input"], last["output"], last["allowed"]) == ("summarize", "summarize", True)
    synterm(home, "new", "verdicts.db", "--from", str(ROOT / "sample_projects" / "meeting_router" / "project.yaml"))
    synterm(home, "import", "verdicts.db", "verdicts.jsonl", "--as", "production")
    with Project.open(home / "verdicts.db") as inbox:
        assert inbox.traffic.count()[0] == len(logged(home / "verdicts.jsonl"))


def test_beside_an_answer_comes_through_or_is_held_back(beside: Proxy, model: Stub) -> None:
    assert beside.ask("schedule").text == "schedule"
    said = beside.ask("Sure, I can help!")
    assert said.status == 400
    assert said.error.startswith("no label in the answer (verdict ")


def test_beside_a_stream_is_held_back_until_it_is_judged(beside: Proxy, model: Stub) -> None:
    model.reply(Reply("the label is schedule", pieces=("the ", "label ", "is ", "sche", "dule")))
    assert beside.ask("move my 3pm", stream=True).text == "the label is schedule"
    model.reply(Reply("Sure, I can help with that!", pieces=("Sure, ", "I can ", "help ", "with ", "that ", "now!")))
    said = beside.ask("move my 3pm", stream=True)
    assert said.status == 400
    assert "help" not in said.body


def test_beside_calls_of_tools_are_judged(beside: Proxy, model: Stub) -> None:
    model.reply(Reply(None, calls=[("find_room", '{"seats": 4}')], finish_reason="tool_calls"))
    said = beside.ask("a room", tools=[{"type": "function", "function": {"name": "find_room"}}])
    assert said.status == 400
    assert "no label" in said.error


def test_beside_the_log_of_verdicts_has_what_was_asked(beside: Proxy, model: Stub, home: Path, guard: Serving) -> None:
    model.reply("clarify")
    beside.ask("do it")
    guard.stop()
    last = logged(home / "served.jsonl")[-1]
    assert (last["input"], last["output"]) == ("do it", "clarify")


def test_beside_nothing_comes_through_when_the_guard_is_gone(beside: Proxy, model: Stub, guard: Serving) -> None:
    guard.stop()
    said = beside.ask("schedule")
    assert said.status == 500
    assert said.error.startswith("Generic Guardrail API failed")

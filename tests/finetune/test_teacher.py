"""A stronger model answers what nothing says a right answer for; what passes the checks counts. A real endpoint."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from synterm.cli.main import main
from synterm.core.training import TrainingPlan
from synterm.finetune.build import build
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.http_stub import Reply, Stub, stub

__all__ = ["stub"]

Finetune = Callable[..., tuple[int, str, str]]

ASKED = ["where is my parcel", "cancel the order of monday", "how tall is the tower", "is the shop open at night"]


def project_text(stub: Stub) -> str:
    models = [
        {
            "name": name,
            "model": f"openai/{name}",
            "api_base": stub.url,
            "params": {"max_tokens": 50},
            "price": {"input": 100, "output": 100},
        }
        for name in ("small", "gpt")
    ]
    cases = [{"input": text, "split": "train"} for text in ASKED]
    cases += [{"input": "which colours are there", "split": "dev"}]
    tree = [
        {
            "feature": "Help",
            "checks": [{"type": "contains", "value": "order"}],
            "gates": [{"min_pass_rate": 1.0}],
            "behaviors": [{"behavior": "Answers", "scenarios": [{"scenario": "plain", "cases": cases}]}],
        }
    ]
    messages = [{"role": "system", "content": "Answer."}, {"role": "user", "content": "{{ message }}"}]
    versions = [{"messages": messages}, {"messages": [{"role": "system", "content": "Be kind."}, messages[1]]}]
    prompts = [{"name": "help", "versions": versions}]
    return json.dumps({"synterm": 1, "name": "h", "models": models, "prompts": prompts, "tree": tree})


@pytest.fixture
def path(make_project: MakeProject, stub: Stub) -> Path:
    return make_project(project_text(stub), "help.db")


@pytest.fixture
def tune(capsys: pytest.CaptureFixture[str]) -> Finetune:
    """Runs `synterm finetune`."""

    def call(*words: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["finetune", *map(str, words)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def right(path: Path) -> dict[str, str]:
    """The cases that can be learnt from, with their right answer."""
    with Project.open(path) as project:
        found = build(project, TrainingPlan(prompt="help@v2"))
        return {one.case.title: one.positives[0].text for one in found.examples}


def test_what_passes_the_checks_counts_and_the_rest_is_told(path: Path, stub: Stub, tune: Finetune) -> None:
    stub.reply(lambda messages: "no idea" if "tall" in messages[-1]["content"] else f"order: {messages[-1]['content']}")
    assert right(path) == {}
    code, out, err = tune(path, "--teacher", "gpt")
    assert code == 0
    assert "gpt answered 4 cases that had no right answer" in out
    assert "3 passed the checks and count as right answers from now on" in out
    assert "1 failed: " in out
    assert "order" in out
    assert "4 requests" in out
    assert "$" in out
    assert "4 evaluations" in err
    assert {call.body["model"] for call in stub.calls} == {"gpt"}
    assert stub.calls[0].body["messages"][0]["content"] == "Be kind."
    assert right(path) == {text: f"order: {text}" for text in ASKED if "tall" not in text}
    with Project.open(path) as project:
        [run] = project.runs.all()
        assert (run.status, run.totals["cost_usd"] > 0) == ("complete", True)


def test_only_what_is_still_without_an_answer_is_asked(path: Path, stub: Stub, tune: Finetune) -> None:
    stub.reply(lambda messages: "no idea" if "tall" in messages[-1]["content"] else "your order")
    tune(path, "--teacher", "gpt")
    count = len(stub.calls)
    code, out, _ = tune(path, "--teacher", "gpt")
    assert (code, len(stub.calls)) == (0, count)
    assert "gpt answered 1 case that had no right answer" in out
    assert "$0.0000, 0 requests, 1 answer from the file" in out
    # Another version of the prompt may do better, and counts for the case whatever prompt is learnt from.
    stub.reply("the order of the tower")
    _, out, _ = tune(path, "--teacher", "gpt", "--prompt", "help@v1")
    assert "1 passed the checks" in out
    assert stub.calls[-1].body["messages"][0]["content"] == "Answer."
    assert right(path)["how tall is the tower"] == "the order of the tower"
    code, _, err = tune(path, "--teacher", "gpt")
    assert "nothing to ask: 4 cases in train, and each has a right answer" in err


def test_nothing_is_paid_for_what_would_be_refused_anyway(path: Path, stub: Stub, tune: Finetune) -> None:
    stub.reply("your order")
    with Project.open(path) as project:
        [dev] = [case for case in project.cases.select() if case.split == "dev"]
        twin = dev.model_copy(update={"input": {"message": f"{ASKED[0]}?"}})
        project.cases.put([twin]).result()
    code, out, err = tune(path, "--teacher", "gpt")
    assert (code, len(stub.calls)) == (0, 3)
    assert "not asked about: 1 case that would be refused anyway (near-duplicate 1)" in err
    assert "gpt answered 3 cases" in out
    _, _, err = tune(path, "--teacher", "gpt", "--split", "dev")
    assert len(stub.calls) == 3
    assert "1 case that would be refused anyway (split 1)" in err


def test_a_cap_ends_it_and_the_same_command_goes_on(path: Path, stub: Stub, tune: Finetune) -> None:
    stub.reply("your order")
    code, out, _ = tune(path, "--teacher", "gpt", "--max-cost", "0.0000001")
    assert (code, len(stub.calls)) == (3, 0)
    assert "gpt answered 0 cases" in out
    assert "4 not asked yet: " in out
    code, _, _ = tune(path, "--teacher", "gpt", "--max-cost", "5")
    assert (code, len(stub.calls)) == (0, 4)


def test_errors_are_told_and_leave_it_incomplete(path: Path, stub: Stub, tune: Finetune) -> None:
    stub.reply(Reply(status=401))
    code, out, _ = tune(path, "--teacher", "gpt")
    assert code == 3
    assert "got no verdict" in out
    stub.reply("your order")
    assert tune(path, "--teacher", "gpt")[0] == 0
    assert len(right(path)) == 4


def test_what_would_not_count_is_not_asked_for(path: Path, stub: Stub, tune: Finetune) -> None:
    code, _, err = tune(path, "--teacher", "gpt", "--positives", "human,expected")
    assert (code, "--positives leaves out passed" in err) == (2, True)
    code, _, err = tune(path, "--teacher", "gpt", "--model", "small")
    assert (code, "none of gpt would count" in err) == (2, True)
    code, _, err = tune(path, "--teacher", "gtp")
    assert (code, "gtp" in err, "gpt" in err) == (2, True, True)
    assert stub.calls == []


def test_the_run_is_told_as_json(path: Path, stub: Stub, tune: Finetune) -> None:
    stub.reply("your order")
    code, out, err = tune(path, "--teacher", "gpt", "--json", "-")
    assert code == 0
    assert json.loads(out)["totals"]["passed"] == 4
    assert "4 passed the checks" in err


def test_interrupted_it_keeps_what_came_in(path: Path, stub: Stub) -> None:
    hold = threading.Event()
    stub.reply(lambda messages: Reply("your order", hold=None if "parcel" in messages[-1]["content"] else hold))
    command = [sys.executable, "-m", "synterm", "finetune", str(path), "--teacher", "gpt"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        for _ in ASKED:
            assert stub.arrived.acquire(timeout=60)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        hold.set()
        process.kill()
    assert process.returncode == 130
    assert "the same command again sends only the rest" in err
    assert len(right(path)) <= 1

"""What the tests with a real LiteLLM proxy stand on: an environment that has it, and processes of it.

They are no part of the ordinary suite: LiteLLM's proxy holds rich to a release that the workbench is too new for, so it
has an environment of its own, ``.venv-proxy``, made as docs/guard-litellm.md says. ``pytest tests/proxy`` runs them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.proxy.docs import shown
from tests.proxy.processes import PROXY, ROOT, Proxy, synterm
from tests.proxy.projects import CONFIG, assistant
from tests.support.http_stub import Messages, Stub

ByWords = Callable[[Messages], str]


def pytest_configure() -> None:
    """Refuses to run without the proxy: a skipped proof would read as one that holds."""
    if not PROXY.is_file():
        raise pytest.UsageError(f"tests/proxy start {PROXY}, which is not there: the README says how to make it")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where these tests keep their files: the projects and what the proxies log."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "log_calls.py").write_text(shown("log_calls.py"), encoding="utf-8")
    sample = ROOT / "sample_projects" / "meeting_router" / "project.yaml"
    synterm(folder, "new", "router.db", "--from", str(sample))
    return folder


@pytest.fixture(scope="session")
def _model() -> Iterator[Stub]:
    server = Stub().start()
    yield server
    server.stop()


@pytest.fixture
def model(_model: Stub) -> Stub:
    """The model behind the proxies. It says what the user said last, unless it is told otherwise."""
    _model.reply(lambda messages: messages[-1]["content"])
    _model.calls.clear()
    return _model


@pytest.fixture(scope="session")
def _judge() -> Iterator[Stub]:
    server = Stub().start()
    yield server
    server.stop()


@pytest.fixture
def judge(_judge: Stub) -> Stub:
    """The model that judges how polite an answer is. It finds all polite, unless it is told otherwise."""
    _judge.reply(json.dumps({"reason": "polite", "score": 5}))
    return _judge


@pytest.fixture(scope="session")
def project(home: Path, _judge: Stub) -> Path:
    """The project of which most guardrails of these tests take their checks."""
    (home / "assistant.json").write_text(assistant(_judge.url), encoding="utf-8")
    synterm(home, "new", "assistant.db", "--from", "assistant.json", "--trust")
    shutil.copy(home / "assistant.db", home / "replaced.db")
    return home / "assistant.db"


@pytest.fixture(scope="session")
def endpoint(_model: Stub) -> dict[str, str]:
    """The environment by which a proxy finds the model."""
    return {"ROUTER_API_BASE": _model.url, "ROUTER_API_KEY": "none"}


@pytest.fixture(scope="session")
def proxy(home: Path, project: Path, endpoint: dict[str, str]) -> Iterator[Proxy]:
    """A proxy with guardrails of every kind, of which each request names those that it wants."""
    process = Proxy(home, "all.yaml", CONFIG, endpoint)
    yield process
    process.stop()


def logged(file: Path) -> list[dict[str, Any]]:
    """What a proxy has logged of its calls, or a guard of its verdicts, in a file so far."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [json.loads(line) for line in lines]

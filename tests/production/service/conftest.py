"""One service for all tests that only ask it something."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.guard_server import GuardServer, build, serve_command
from tests.support.http_stub import stub

ROUTER = """\
synterm: 1
name: small router
prompts:
  - {name: router, messages: [{role: user, content: "{{ message }}"}]}
tree:
  - feature: Routing
    checks: [{type: label, labels: [schedule, summarize, clarify, out_of_scope]}]
    behaviors:
      - behavior: Out of scope
        scenarios:
          - {scenario: off-topic, cases: [{input: "what's the capital of peru", expected: out_of_scope}]}
      - behavior: Ambiguous
        scenarios:
          - {scenario: borderline, cases: [{input: "do it", expected: clarify}]}
  - feature: Replies
    behaviors:
      - behavior: Polite
        checks: [{type: not-contains, value: idiot}, {type: word-count, value: {max: 5}}]
        scenarios:
          - {scenario: plain, cases: [{input: "hello"}]}
"""


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two features with checks of their own."""
    return build(tmp_path_factory.mktemp("router") / "router.db", ROUTER)


@pytest.fixture(scope="module")
def server(router: Path) -> Iterator[GuardServer]:
    """A service of it."""
    running = GuardServer(router)
    yield running
    running.stop()
    assert not [line for line in running.lines if "Traceback" in line or "internal" in line], running.lines


@pytest.fixture
def run_guard() -> Callable[..., tuple[int, str]]:
    """Runs a service that is to end by itself: its exit code, and what it said."""

    def run(project: Path, *options: str) -> tuple[int, str]:
        command = serve_command(project, *options)
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stderr

    return run


__all__ = ["ROUTER", "router", "run_guard", "server", "stub"]

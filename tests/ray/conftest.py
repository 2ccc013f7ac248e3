"""What the tests with Ray stand on: an environment that has it, and what runs leave of processes.

They are no part of the ordinary suite: Ray takes 200 MB and some seconds for each cluster. It has an environment of its
own, ``.venv-ray``, made as the README says. ``pytest tests/ray`` runs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ray.clusters import PYTHON, Begin, Head, Run
from tests.support.http_stub import stub


def pytest_configure() -> None:
    """Refuses to run without Ray: a skipped proof would read as one that holds."""
    if not PYTHON.is_file():
        raise pytest.UsageError(f"tests/ray start {PYTHON}, which is not there: the README says how to make it")


@pytest.fixture(scope="session")
def head() -> Iterator[Head]:
    """A cluster that asks for a token."""
    cluster = Head()
    yield cluster
    cluster.stop()


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Begins runs on Ray; those that a test leaves are ended."""
    runs: list[Run] = []

    def start(*given: Any, **named: Any) -> Run:
        runs.append(Run(*given, **named))
        return runs[-1]

    yield start
    for run in runs:
        run.end()


__all__ = ["head", "stub"]

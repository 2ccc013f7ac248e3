"""What all tests stand on: no settings, logs or keys of the person who runs them, and small projects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from synterm.formats.build import build_project
from synterm.formats.project_text import read_project_text
from synterm.settings import load_settings
from tests.support.trusting import trusted

# How long an example takes says nothing on a machine that others use too.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

SMALL = """\
synterm: 1
name: small router
models:
  - name: rules
    model: scripted/rules
    params:
      rules:
        - {match: "be terse", in: system, answer: clarify}
        - {match: peru, in: user, answer: out_of_scope}
        - {match: notes, in: user, answer: summarize}
        - {match: flood, in: user, outcome: "rate limited"}
      default: clarify
prompts:
  - name: router
    versions:
      - note: the first try
        messages:
          - {role: system, content: "Be terse."}
          - {role: user, content: "{{ message }}"}
      - note: says what it is for
        messages:
          - {role: system, content: "You route one message to one agent."}
          - {role: user, content: "{{ message }}"}
tree:
  - feature: Routing
    checks: [{type: label, labels: [schedule, summarize, clarify, out_of_scope]}]
    behaviors:
      - behavior: Out of scope
        scenarios:
          - scenario: off-topic
            cases:
              - {input: "what's the capital of peru", expected: out_of_scope, tags: [terse, trivia]}
              - {input: "peru again", expected: out_of_scope, split: holdout}
      - behavior: Ambiguous
        scenarios:
          - scenario: borderline
            cases:
              - {input: "notes from the thing", expected: summarize}
              - {input: "do it", expected: clarify, tags: [terse]}
              - {input: "book a room", expected: schedule}
"""
"""One prompt in two versions, a scripted model, four dev cases and one in the holdout. Under version 1 every answer is
``clarify``, so 1 of 4 dev cases passes; under version 2, 3 of 4 do."""

MakeProject = Callable[..., Path]


@pytest.fixture
def own_config(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the test's own settings file."""
    place = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("SYNTERM_CONFIG_DIR", str(place))
    return place


@pytest.fixture
def own_logs(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the test's own logs."""
    place = tmp_path_factory.mktemp("log")
    monkeypatch.setenv("SYNTERM_LOG_DIR", str(place))
    return place


@pytest.fixture
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what the workbench remembers: the tour was seen, and no room is set aside for each test."""
    place = tmp_path_factory.mktemp("state")
    (place / "spill").mkdir(mode=0o700)
    (place / "spill" / "reserve").touch()
    (place / "workbench.json").write_text('{"tour_seen": true}')
    monkeypatch.setenv("SYNTERM_STATE_DIR", str(place))
    return place


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, own_config: Path, own_logs: Path, own_state: Path) -> Iterator[None]:
    """Nothing of the person who runs the tests; but the data directory stays, so that weights are fetched once."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)
    for name in ("GITHUB_ACTIONS", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


@pytest.fixture
def make_project(tmp_path: Path) -> MakeProject:
    """Makes project files, trusted: ``make_project()``, or from another text form and under another name."""

    def make(text: str = SMALL, name: str = "small.db") -> Path:
        source = tmp_path / f"{name}.yaml"
        source.write_text(text, encoding="utf-8")
        path = tmp_path / name
        build_project(path, read_project_text(source))
        return trusted(path)

    return make

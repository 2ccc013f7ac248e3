"""What all tests stand on: no settings, logs or keys of the person who runs them, and small projects."""

from __future__ import annotations

import gc
import itertools
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from synterm import plugins
from synterm.formats.build import build_project
from synterm.formats.project_text import read_project_text
from synterm.settings import load_settings
from tests.support.kept import Kept
from tests.support.litellm_starts import Template, forked_starts
from tests.support.trusting import trusted

# A shell that starts tests in the background has them ignore ctrl+c, and so the programs that they start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests leave whole apps behind, which are looked through again and again while the next one opens: a fifth of its time.
gc.set_threshold(10_000, 50, 20)

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

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests of this process have their folders."""
    return tmp_path_factory.mktemp("of", numbered=False)


@pytest.fixture
def own_place(places: Path) -> Path:
    """What a test has beside `tmp_path`: its settings, logs and state."""
    place = places / f"{next(_NUMBERS)}"
    place.mkdir(mode=0o700)
    return place


@pytest.fixture
def tmp_path(places: Path, request: pytest.FixtureRequest) -> Path:
    """The test's own folder. pytest's own looks for a free number among the folders of all tests before: a tenth of
    what all tests cost."""
    tmp_path = places / f"{re.sub('[^A-Za-z0-9_]', '_', request.node.name)[:30]}{next(_NUMBERS)}"
    tmp_path.mkdir(mode=0o700)
    return tmp_path


@pytest.fixture
def own_config(monkeypatch: pytest.MonkeyPatch, own_place: Path) -> Path:
    """The folder of the test's own settings file."""
    return _own(monkeypatch, own_place, "config")


@pytest.fixture
def own_logs(monkeypatch: pytest.MonkeyPatch, own_place: Path) -> Path:
    """The folder of the test's own logs."""
    return _own(monkeypatch, own_place, "log")


def _own(monkeypatch: pytest.MonkeyPatch, place: Path, kind: str) -> Path:
    folder = place / kind
    folder.mkdir(mode=0o700)
    monkeypatch.setenv(f"SYNTERM_{kind.upper()}_DIR", str(folder))
    return folder


@pytest.fixture
def own_state(monkeypatch: pytest.MonkeyPatch, own_place: Path) -> Path:
    """The folder of what the workbench remembers: the tour was seen, and no room is set aside for each test."""
    place = _own(monkeypatch, own_place, "state")
    (place / "spill").mkdir(mode=0o700)
    (place / "spill" / "reserve").touch()
    (place / "workbench.json").write_text('{"tour_seen": true}')
    return place


@pytest.fixture(scope="session", autouse=True)
def litellm_starts() -> Iterator[Template]:
    """LiteLLM's process is a fork of one that imported LiteLLM once, but where the process itself is what is tested:
    there it is started by `real_starts`."""
    with forked_starts() as template:
        yield template


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
    # What a project withheld is withheld in its process, which is one for all tests.
    plugins._withheld.clear()  # pyright: ignore[reportPrivateUsage]


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Projects that are built once and copied for each test."""
    return Kept(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def make_project(tmp_path: Path, kept: Kept) -> MakeProject:
    """Makes project files, trusted: ``make_project()``, or from another text form and under another name."""
    made: list[Path] = []

    def make(text: str = SMALL, name: str = "small.db") -> Path:
        source = tmp_path / f"{name}.yaml"
        source.write_text(text, encoding="utf-8")
        path = tmp_path / name
        if text == SMALL and not made:
            kept.copy(text, path, lambda file: build_project(file, read_project_text(source)))
        else:
            build_project(path, read_project_text(source))
        made.append(path)
        return trusted(path)

    return make

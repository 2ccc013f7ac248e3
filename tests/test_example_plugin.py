"""The plugin in examples/, as its users have it: built, installed somewhere of its own, trusted, used, broken, gone."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from synterm.checks.registry import CHECKS
from synterm.describe.filters.registry import FILTERS
from synterm.describe.generators.registry import GENERATORS
from synterm.finetune.formats.registry import FORMATS
from synterm.formats.sources.registry import SOURCES
from synterm.plugins import Registry
from tests.cli.conftest import Synterm, synterm
from tests.conftest import MakeProject
from tests.support.docs_script import docs_script

__all__ = ["synterm"]

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "examples" / "synterm-mail"
REGISTRIES: tuple[Registry[Any], ...] = (CHECKS, GENERATORS, FILTERS, SOURCES, FORMATS)
MAIL = """\
synterm: 1
name: answers
models:
  - name: rules
    model: scripted/rules
    params:
      rules: [{match: parcel, in: user, answer: "See https://help.shop.example/track."}]
      default: "See https://shop-refunds.example/."
prompts:
  - name: answer
    versions:
      - messages: [{role: system, content: "Answer mail."}, {role: user, content: "{{ message }}"}]
tree:
  - feature: Mail
    checks: [{type: links-to, hosts: shop.example}]
    behaviors:
      - behavior: Answers
        scenarios:
          - scenario: questions
            cases:
              - {input: "Where is the parcel that I sent back to you three weeks ago, in the blue bag?"}
              - {input: "I want my money back, the blue one is broken"}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the plugin is installed: a folder with nothing else in it."""
    target = tmp_path_factory.mktemp("installed")
    words = ["install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target", str(target)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *words, str(PLUGIN)], capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.fixture
def plugin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The plugin is installed beside synterm."""
    monkeypatch.syspath_prepend(str(folder))
    _look_again()
    yield
    monkeypatch.undo()
    _look_again()


def _look_again() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "synterm_mail"]:
        del sys.modules[name]
    for registry in REGISTRIES:
        registry.look_again()


@pytest.fixture
def project(plugin: None, make_project: MakeProject) -> Path:
    """A project that names its check, and is trusted with it."""
    return make_project(MAIL, "mail.db")


def verdicts(report: Any) -> list[tuple[bool | None, str]]:
    """Of each evaluation in turn, whether the check passed, and its reason or error."""
    checks = [check for one in report["evaluations"] for check in one["checks"]]
    return [(check["passed"], check["reason"] or check["error"]) for check in checks]


def test_its_own_tests_pass(folder: Path) -> None:
    paths = os.pathsep.join((str(folder), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"],
        cwd=PLUGIN,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_readme_says_what_its_docstrings_say(plugin: None) -> None:
    said = (PLUGIN / "README.md").read_text(encoding="utf-8")
    assert docs_script("checks").sections(["links-to"]) in said
    assert docs_script("generators").sections(["as-mail"]) in said


def test_a_project_that_names_its_check_is_restricted_until_it_is_trusted(
    plugin: None, tmp_path: Path, synterm: Synterm
) -> None:
    text, path = tmp_path / "theirs.yaml", tmp_path / "theirs.db"
    text.write_text(MAIL, encoding="utf-8")
    assert "restricted" in synterm("new", path, "--from", text).err
    _look_again()
    refused = synterm("run", path)
    assert (refused.code, "synterm_mail" in sys.modules) == (2, False)
    assert "run the check links-to of a plugin" in refused.err
    listed = synterm("ls", path, "checks").out
    assert "restricted: it is a plugin's check" in listed
    assert "synterm_mail" not in sys.modules
    assert synterm("trust", path, "--yes").code == 0
    found = verdicts(synterm("run", path, "--json", "-").json)
    assert found == [(True, "1 link, to where they may lead"), (False, 'leads to "shop-refunds.example"')]


def test_it_is_listed_where_checks_generators_and_packages_are(project: Path, synterm: Synterm) -> None:
    first, *others = synterm("ls", project, "checks").out.splitlines()
    assert first.split("\t")[:2] == ["links-to", "synterm-mail 0.1.0"]
    assert "The answer links to no host but those that it may" in first
    assert {line.split("\t")[1] for line in others} == {""}
    listing = synterm("ls", project, "checks", "--json").json
    assert (listing["schema"], listing["checks"][0]["package"]) == ("synterm.checks/1", "synterm-mail 0.1.0")
    assert "generator\tas-mail\tputs the request into a mail" in synterm("generate", project, "--list").out
    told = synterm("doctor").out
    assert "synterm-mail 0.1.0: check links-to, generator as-mail, source mbox" in told


def test_its_generator_makes_cases_and_its_source_brings_some(project: Path, tmp_path: Path, synterm: Synterm) -> None:
    # Only the longer of the two requests has a line that is broken at any width.
    for form, count in (("reply", 2), ("wrapped", 1)):
        done = synterm("generate", project, "--with", f"as-mail:only={form}", "--count", str(count), "--json", "-")
        assert done.code == 0
        assert [case["tags"][-1] for case in done.json["cases"]] == [form] * count
    box = tmp_path / "support.mbox"
    box.write_text("From a@mail.example Mon Mar  3 09:12:00 2025\nSubject: x\n\nWhere is it?\n", encoding="utf-8")
    done = synterm("import", project, box, "--into", "Mail/Answers/questions", "--map", "message=message")
    assert done.code == 0, done.err
    assert "support.mbox: mbox, 1 row" in done.err
    assert "rows" not in [line.split()[1] for line in synterm("doctor", project).out.splitlines() if line[0] in "!✗"]


def test_without_it_each_command_says_what_is_missing(
    project: Path, monkeypatch: pytest.MonkeyPatch, folder: Path, synterm: Synterm
) -> None:
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path != str(folder)])
    _look_again()
    for words, kind in (
        (["run", project], "check"),
        (["generate", project, "--with", "casing"], "check"),
        (["generate", project, "--with", "as-mail"], "generator"),
    ):
        done = synterm(*words)
        assert done.code == 2
        assert f"is not a type of {kind}" in done.err
        assert f"A plugin's {kind} is there once its package is installed beside synterm" in done.err
    with sqlite3.connect(project) as db:
        assert db.execute("SELECT count(*) FROM generations").fetchone() == (0,)
    db.close()


def test_what_it_raises_is_told_with_its_name_and_line(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, synterm: Synterm
) -> None:
    def broken(*_: object, **__: object) -> Any:
        return {}["no such thing"]

    for module, name in (("links_to", "hosts_in"), ("as_mail", "mail"), ("mbox", "_row")):
        monkeypatch.setattr(import_module(f"synterm_mail.{module}"), name, broken)
    done = synterm("run", project, "--json", "-")
    said = "the check failed: KeyError: 'no such thing' (in synterm_mail.links_to line "
    assert [(passed, why.startswith(said)) for passed, why in verdicts(done.json)] == [(None, True)] * 2
    made = synterm("generate", project, "--with", "as-mail", "--count", "1")
    assert made.code == 3
    assert "as-mail: it failed: KeyError: 'no such thing' (in synterm_mail.as_mail line " in made.out
    box = tmp_path / "support.mbox"
    box.write_text("From a@mail.example Mon Mar  3 09:12:00 2025\nSubject: x\n\nWhere is it?\n", encoding="utf-8")
    brought = synterm("import", project, box, "--into", "Mail/Answers/questions")
    assert brought.code == 2
    assert "the source mbox failed: KeyError: 'no such thing' (in synterm_mail.mbox line " in brought.err
    for one in (done, made, brought):
        assert "Traceback" not in one.out + one.err

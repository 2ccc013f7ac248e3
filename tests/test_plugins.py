"""What is found by name: from this package, or from another one that somebody installed."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import synterm
from synterm.checks.registry import CHECKS
from synterm.describe.filters.registry import FILTERS
from synterm.describe.generators.registry import GENERATORS
from synterm.finetune.formats.registry import FORMATS
from synterm.formats.sources.registry import SOURCES
from synterm.plugins import Registry
from synterm.storage.project import Project

ROOT = Path(synterm.__file__).parent.parent
REGISTRIES: dict[str, Registry[Any]] = {one.noun: one for one in (CHECKS, FILTERS, FORMATS, GENERATORS, SOURCES)}
WHERE = {
    "check": "synterm.checks.registry:CHECKS",
    "filter": "synterm.describe.filters.registry:FILTERS",
    "format": "synterm.finetune.formats.registry:FORMATS",
    "generator": "synterm.describe.generators.registry:GENERATORS",
    "source": "synterm.formats.sources.registry:SOURCES",
}
BASES = {
    "check": ("synterm.checks.word_count", "WordCount"),
    "filter": ("synterm.describe.filters.length", "Length"),
    "format": ("synterm.finetune.formats.alpaca", "Alpaca"),
    "generator": ("synterm.describe.generators.casing", "Casing"),
    "source": ("synterm.formats.sources.table", "Table"),
}
NAMED = ("format", "source")
"""Those that are asked for by a name of their own; the others by the type that a configuration says."""
HEAVY = "jsonschema referencing litellm textual rapidfuzz sqlglot tiktoken numpy wordllama py3langid pyarrow".split()

nouns = pytest.mark.parametrize("noun", sorted(REGISTRIES))


def install(folder: Path, group: str, entries: str, code: str) -> None:
    """Put a package where Python finds it."""
    info = folder / "someones_own-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: someones-own\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{entries}\n")
    (folder / "someones_own.py").write_text(code)


def told(folder: Path, noun: str, expression: str) -> Any:
    """What an expression about ``found``, a registry, is in a Python that was just started."""
    module, _, name = WHERE[noun].partition(":")
    code = f"import sys, json; from {module} import {name} as found; print(json.dumps({expression}))"
    paths = os.pathsep.join((str(folder), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@nouns
def test_what_is_built_in_is_an_entry_point_too(noun: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"][REGISTRIES[noun].group] == REGISTRIES[noun].built_in


@pytest.mark.parametrize(("noun", "name"), [(noun, name) for noun, one in REGISTRIES.items() for name in one.built_in])
def test_each_says_what_it_is_and_has_its_own_name(noun: str, name: str) -> None:
    found = REGISTRIES[noun].find(name)
    assert (found.name if noun in NAMED else found.type) == name
    assert inspect.getdoc(found)
    assert REGISTRIES[noun].titles()[name]
    assert name in REGISTRIES[noun]


@nouns
def test_another_package_brings_its_own_and_takes_no_names(noun: str, tmp_path: Path) -> None:
    module, base = BASES[noun]
    label = "name" if noun in NAMED else "type"
    code = f"from {module} import {base}\nclass Own({base}):\n    'Somebody made it.'\n    {label} = 'own'\n"
    code += "" if noun == "check" else "    title = 'Somebody made it.'\n"
    taken = next(iter(REGISTRIES[noun].built_in))
    install(tmp_path, REGISTRIES[noun].group, f"own = someones_own:Own\n{taken} = someones_own:Own", code)
    asked = f"[found.titles()['own'], found.find('own').{label}, found.find({taken!r}).{label}, 'own' in found]"
    assert told(tmp_path, noun, asked) == ["Somebody made it.", "own", taken, True]


@nouns
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1 / 0", "can't be loaded from someones_own:Own: division by zero"),
        ("import sys; sys.exit()", "can't be loaded from someones_own:Own: SystemExit"),
        ("raise ValueError", "can't be loaded from someones_own:Own: ValueError"),
        ("Own = 5", "someones_own:Own is not a"),
    ],
)
def test_a_broken_package_is_named_and_spoils_nothing_else(noun: str, code: str, said: str, tmp_path: Path) -> None:
    install(tmp_path, REGISTRIES[noun].group, "own = someones_own:Own", code)
    titles = told(tmp_path, noun, "found.titles()")
    assert said in titles.pop("own")
    assert titles == told(tmp_path / "nothing", noun, "found.titles()")


def test_a_file_is_read_though_a_package_for_others_is_broken(tmp_path: Path) -> None:
    install(tmp_path, SOURCES.group, "own = someones_own:Own", "1 / 0")
    (tmp_path / "cases.csv").write_text("message,expected\nhello,greet\n")
    Project.create(tmp_path / "new.db", "new").close()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "synterm",
            "import",
            "new.db",
            "cases.csv",
            "--into",
            "A/B/C",
            "--map",
            "message=message",
            "--preview",
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "hello" in done.stdout
    assert "the source own can't be loaded from someones_own:Own: division by zero" in done.stderr


@nouns
def test_nothing_heavy_is_imported_to_tell_what_there_is(noun: str, tmp_path: Path) -> None:
    assert told(tmp_path, noun, f"[found.titles() and [], sorted({{*{HEAVY!r}}} & {{*sys.modules}})]") == [[], []]


@nouns
def test_nothing_of_it_is_imported_before_it_is_asked_for(noun: str, tmp_path: Path) -> None:
    name, place = list(REGISTRIES[noun].built_in.items())[-1]
    module = place.partition(":")[0]
    asked = f"[{module!r} in sys.modules, {name!r} in found, {module!r} in sys.modules, bool(found.find({name!r}))]"
    assert told(tmp_path, noun, asked) == [False, True, False, True]

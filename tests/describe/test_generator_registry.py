"""Generators are found by name, from this package or another one."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import synterm
from synterm.describe.generators.registry import BUILT_IN, GROUP, _generator_class, known_generators, load_generator
from synterm.errors import InputError

ROOT = Path(synterm.__file__).parent.parent


def test_the_built_in_generators_are_those_of_the_entry_points() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"][GROUP] == BUILT_IN


@pytest.mark.parametrize("kind", sorted(BUILT_IN))
def test_every_generator_says_what_it_is(kind: str) -> None:
    generator = _generator_class(kind)
    assert generator.type == kind
    assert inspect.getdoc(generator)
    assert known_generators()[kind] == generator.title


def test_a_generator_is_made_from_its_configuration_and_says_it_again() -> None:
    config = {"type": "misspellings", "strength": 0.5, "only": ["keys"]}
    assert load_generator(config).config() == config
    assert load_generator({"type": "casing"}).config() == {"type": "casing"}


@pytest.mark.parametrize(
    ("config", "message", "hint"),
    [
        ({"type": "mispellings"}, "type: 'mispellings' is not a type of generator", "did you mean misspellings"),
        ({"type": 5}, "generator: type: must be text", "known: "),
        ({}, "generator: type: is missing", "known: "),
        ({"type": "casing", "strength": 2}, "generator casing: strength: must be at most 1", ""),
        (
            {"type": "casing", "strenght": 1},
            "generator casing: strenght: is not a field here; did you mean strength?",
            "",
        ),
        (
            {"type": "casing", "only": ["smal"]},
            "generator casing: only: 'smal' is no kind of this; did you mean small?",
            "",
        ),
        ({"type": "casing", "value": {1}}, "generator casing: is not plain JSON", ""),
    ],
)
def test_a_mistake_is_named_with_its_field_and_what_is_near(config: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(InputError) as error:
        load_generator(config)
    assert str(error.value).startswith(message)
    assert hint in (error.value.hint or "")


def test_another_package_brings_generators_and_takes_no_names(tmp_path: Path) -> None:
    info = tmp_path / "someones-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: someones\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[{GROUP}]\nshout = someones:Shout\ncasing = someones:Shout\nbad = nowhere:X\n"
    )
    (tmp_path / "someones.py").write_text(
        "from synterm.describe.generators.casing import Casing\n"
        "class Shout(Casing):\n    type = 'shout'\n    title = 'shouts'\n"
    )
    code = (
        "from synterm.describe.generators.registry import *\n"
        "print(known_generators()['shout'], load_generator({'type': 'casing'}).type, known_generators()['bad'])"
    )
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.startswith("shouts casing the generator bad can't be loaded from nowhere:X")


def test_nothing_heavy_is_imported_for_the_list() -> None:
    code = (
        "import sys; from synterm.describe.generators.registry import known_generators; known_generators()\n"
        "print({'litellm', 'tiktoken', 'numpy', 'textual', 'wordllama'} & {*sys.modules})"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"


def test_several_texts_may_stand_in_one() -> None:
    assert load_generator({"type": "casing", "only": "small, capitals"}).config()["only"] == ["small", "capitals"]

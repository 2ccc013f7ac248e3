"""``synterm --version``: what a report of a fault needs, and nothing private."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from synterm import __version__
from synterm.care.about import about, unnamed
from tests.cli.conftest import Synterm


def test_the_first_line_is_for_programs_the_rest_for_people(synterm: Synterm) -> None:
    done = synterm("--version")
    first, *rest = done.out.splitlines()
    assert (done.code, first) == (0, f"synterm {__version__}")
    heads = [line[2:12].strip() for line in rest]
    assert [head for head in heads if head] == (
        "installed Python platform SQLite packages extras embedded terminal settings data state logs".split()
    )
    assert "Python     CPython 3." in done.out or "Python     PyPy 3." in done.out
    assert max(map(len, rest)) <= 100


def test_as_json_it_is_what_its_schema_says(synterm: Synterm) -> None:
    done = synterm("--version", "--json")
    jsonschema.validate(done.json, json.loads(synterm("schema", "version").out))
    assert done.json["synterm"] == __version__
    assert done.json["packages"]["textual"]
    assert synterm("-V", "--json").out == done.out


def test_nothing_private_is_in_it(synterm: Synterm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home" / "ada"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USER", "ada")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-of-the-version")
    monkeypatch.setenv("SYNTERM_CONFIG_DIR", str(home / "conf"))
    monkeypatch.setenv("SYNTERM_LOG_DIR", str(tmp_path / "elsewhere" / "ada" / "logs"))
    for words in ([], ["--json"]):
        out = synterm("--version", *words).out
        assert "sk-canary" not in out
        assert "ada" not in out.replace(str(tmp_path), "")
        assert "~/conf" in out


def test_the_home_folder_is_shortened(tmp_path: Path) -> None:
    assert unnamed(tmp_path / "x" / "y", {"HOME": str(tmp_path)}) == "~/x/y"
    assert unnamed(Path("/srv/ada/x"), {"HOME": "/home/ada", "USER": "ada"}) == "/srv/USER/x"


def test_what_the_terminal_is_said_to_be_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = about({"TERM": "xterm-256color", "NO_COLOR": "1"}).terminal
    assert told == {"TERM": "xterm-256color", "COLORTERM": None, "NO_COLOR": "1"}


def test_nothing_heavy_is_imported_for_it() -> None:
    program = (
        "import sys\nfrom synterm.cli.main import main\n"
        "main(['--version'])\nsys.stderr.write('MODULES ' + ' '.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(done.stderr.rpartition("MODULES ")[2].split())
    assert loaded.isdisjoint("textual litellm pydantic sqlite_utils jinja2 argcomplete asyncio aiohttp".split())

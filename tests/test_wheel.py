"""The wheel that people install: built, put into an environment of its own, and used there.

Its dependencies are those of the environment that runs the tests: fetching them again takes a minute.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RULES = [{"match": "meeting", "in": "user", "answer": "schedule"}, {"match": "summar", "answer": "summarize"}]

Run = Callable[..., str]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel."""
    target = tmp_path_factory.mktemp("wheel")
    _call(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, ROOT, cwd=target)
    [made] = target.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def place(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which the wheel is installed, and nothing of the checkout can be found."""
    made = tmp_path_factory.mktemp("environment")
    venv.create(made, symlinks=True)
    python = made / "bin" / "python"
    [site] = (made / "lib").glob("python*/site-packages")
    _call(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--no-deps",
        "--no-index",
        "--quiet",
        wheel,
        cwd=made,
    )
    # What stands in the folders named here comes after what is installed; .pth files in them are not read, so that an
    # editable install of the checkout is out of sight.
    others = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (site / "dependencies.pth").write_text("\n".join(others))
    return made


@pytest.fixture
def installed(place: Path, tmp_path: Path) -> Run:
    """Runs a program of the environment, away from the checkout: ``installed("synterm", "--help")``."""

    def run(program: str, *words: str) -> str:
        return _call(place / "bin" / program, *words, cwd=tmp_path)

    return run


def test_themes_samples_and_the_license_are_in_the_wheel_and_tests_are_not(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("themes", "sample_projects"):
        files = [file for file in (ROOT / folder).rglob("*") if file.is_file()]
        assert files
        assert names >= {f"synterm/{file.relative_to(ROOT).as_posix()}" for file in files}
    assert any(name.endswith("LICENSE") for name in names)
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"synterm"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".db")]


def test_every_stylesheet_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert names >= {file.relative_to(ROOT).as_posix() for file in (ROOT / "synterm").rglob("*.tcss")}


def test_the_page_that_browsers_are_served_is_in_the_wheel(wheel: Path) -> None:
    page = ROOT / "synterm" / "cli" / "browser" / "page"
    files = {file.relative_to(ROOT).as_posix() for file in page.iterdir()}
    assert {"index.html", "page.css", "page.js"} <= {Path(name).name for name in files}
    assert set(zipfile.ZipFile(wheel).namelist()) >= files


def test_the_page_of_the_report_is_in_the_wheel(wheel: Path) -> None:
    page = ROOT / "synterm" / "reports" / "html" / "page"
    files = {file.relative_to(ROOT).as_posix() for file in page.iterdir()}
    assert {"report.html", "report.css", "report.js"} <= {Path(name).name for name in files}
    assert set(zipfile.ZipFile(wheel).namelist()) >= files


def test_the_code_under_test_comes_from_the_wheel(installed: Run, place: Path) -> None:
    code = "import synterm, synterm.paths as p; print(synterm.__file__, p.themes_dir(), p.samples_dir(), sep='\\n')"
    paths = [Path(line) for line in installed("python", "-c", code).splitlines()]
    assert len(paths) == 3
    for path in paths:
        assert path.exists()
        assert path.is_relative_to(place)
        assert not path.is_relative_to(ROOT)


def test_its_checks_are_found_by_their_entry_points(installed: Run) -> None:
    code = (
        "from importlib.metadata import entry_points; print(*[e.load() for e in entry_points(group='synterm.checks')])"
    )
    assert "synterm.checks.label.Label" in installed("python", "-c", code)


def test_every_module_can_be_imported_and_asks_nothing_of_a_network(installed: Run) -> None:
    code = (
        "import importlib, os, pkgutil, sys\n"
        # One module is for LiteLLM's own proxy, which has imported litellm before; that would fetch a list of prices.
        "os.environ['LITELLM_LOCAL_MODEL_COST_MAP'] = 'True'\n"
        "watched = 'socket.connect socket.getaddrinfo socket.gethostbyname socket.sendto subprocess.Popen os.system '\n"
        "watched = (watched + 'os.posix_spawn os.fork').split()\n"
        "heard = []\n"
        "sys.addaudithook(lambda event, args: heard.append((event, repr(args)[:80])) if event in watched else None)\n"
        "import synterm\n"
        "for module in pkgutil.walk_packages(synterm.__path__, 'synterm.'):\n"
        "    if not module.name.endswith(('__main__', '_child')):\n"
        "        importlib.import_module(module.name)\n"
        "print('all', heard)"
    )
    assert installed("python", "-c", code) == "all []\n"


def test_the_sample_is_made_and_evaluated(installed: Run, tmp_path: Path) -> None:
    assert "usage: synterm my.db" in installed("synterm", "--help")
    installed("synterm", "new", "x.db", "--sample", "meeting_router")
    param = f"rules={json.dumps(RULES)}"
    installed("synterm", "add", "x.db", "model", "rules", "--model", "scripted/rules", "--param", param)
    words = ("run", "x.db", "--model", "rules", "--limit", "30", "--fail-on", "error", "--json", "-")
    report = json.loads(installed("synterm", *words))
    assert (report["schema"], report["totals"]["cases"], report["totals"]["errors"]) == ("synterm.run/1", 30, 0)
    assert report["totals"]["passed"] > 0
    again = json.loads(installed("synterm", *words))
    assert again["totals"]["requests"] == 0
    assert "<h1>meeting router</h1>" in installed("synterm", "report", "x.db", "-o", "-")
    assert [file.name for file in tmp_path.iterdir()] == ["x.db"]


def _call(*words: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout

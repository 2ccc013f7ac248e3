"""What people install: the wheel and the source distribution, and the wheel used in an environment of its own.

That is one for the oldest and one for the newest Python that are found here (tests/support/pythons.py). On the one
that runs the tests its dependencies are those of the tests: fetching them again takes a minute. On another one they
are fetched.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from email import message_from_string
from pathlib import Path

import pytest

from tests.support.pythons import pythons_here

pytestmark = pytest.mark.timeout(1000)
"""Packages are fetched for a Python that is not the one of the tests."""

ROOT = Path(__file__).parents[1]
RULES = [{"match": "meeting", "in": "user", "answer": "schedule"}, {"match": "summar", "answer": "summarize"}]

Run = Callable[..., str]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    return _built(tmp_path_factory.mktemp("wheel"), ROOT, "--wheel")


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution."""
    return _built(tmp_path_factory.mktemp("sdist"), ROOT, "--sdist")


def _built(target: Path, source: Path, what: str) -> Path:
    _call(sys.executable, "-m", "build", what, "--no-isolation", "--outdir", target, source, cwd=target)
    [made] = target.iterdir()
    return made


@pytest.fixture(scope="module", params=["oldest", "newest"])
def place(wheel: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """An environment in which the wheel is installed, and nothing of the checkout can be found."""
    pythons = pythons_here()
    minor = min(pythons) if request.param == "oldest" else max(pythons)
    if request.param == "newest" and minor == min(pythons):
        pytest.skip("there is one Python here")
    made = tmp_path_factory.mktemp("environment")
    own = minor == sys.version_info.minor
    without = ("--without-pip",) if own else ()
    _call(pythons[minor], "-m", "venv", *without, made, cwd=made)
    python = made / "bin" / "python"
    if not own:
        # All modules can be imported with the package that serves a browser. Compiled are those that are.
        words = (python, "-m", "pip", "install", "--quiet", "--no-compile", f"{wheel}[serve]")
        _call(*words, cwd=made, within_s=900)
        return made
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


def test_the_wheel_made_of_the_source_distribution_is_the_one_made_of_the_tree(
    wheel: Path, sdist: Path, tmp_path: Path
) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    [source] = tmp_path.iterdir()
    (target := tmp_path / "wheel").mkdir()
    again = _built(target, source, "--wheel")
    assert again.name == wheel.name
    assert _contents(again) == _contents(wheel)


def test_the_source_distribution_has_all_that_is_the_projects_and_nothing_else(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tracked = _call("git", "ls-files", "-z", cwd=ROOT).split("\0") if (ROOT / ".git").exists() else []
    there = {name for name in tracked if (ROOT / name).is_file()}
    assert there <= names
    assert names - there <= {"PKG-INFO"} or not tracked
    wanted = ("examples/synterm-mail/pyproject.toml", "docs/checks.md", "themes/synterm-dark.toml", "tests/conftest.py")
    assert {*wanted, "sample_projects/meeting_router/project.yaml", "uv.lock", "LICENSE"} <= names
    junk = re.compile(r"__pycache__|\.py[co]$|\.db(-wal|-shm)?$|(^|/)\.(venv|git|hypothesis|pytest_cache)|\.egg-info")
    assert [name for name in names if junk.search(name) and name != ".gitignore"] == []


def test_the_page_on_an_index_has_no_link_that_is_dead_there(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        told = message_from_string(archive.read(name).decode())
    assert told["Description-Content-Type"] == "text/markdown"
    text = str(told.get_payload())
    assert "# synterm" in text
    assert re.findall(r"\]\((?!https?://|#)[^)]*\)", text) == []
    assert re.findall(r"!\[[^\]]*\]", text) == []
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for heading in re.findall(r"^## .*", readme, re.MULTILINE):
        assert heading in text
    tried = {int(minor) for minor in re.findall(r":: 3\.(\d+)", "\n".join(told.get_all("Classifier") or []))}
    assert told["Requires-Python"] == f">=3.{min(tried)}"
    assert "synterm/py.typed" in zipfile.ZipFile(wheel).namelist()


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


def _contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _call(*words: str | Path, cwd: Path, within_s: float = 180) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        words, cwd=cwd, env=environment, capture_output=True, text=True, timeout=within_s, check=False
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout

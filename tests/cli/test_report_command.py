"""``synterm report`` and ``synterm run --html``: a run as one HTML file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.recording import record_run


def run_of(page: Path) -> str:
    """The id of the run that a page tells of."""
    found = re.search(r"<code>(\w{26})</code>", page.read_text(encoding="utf-8"))
    assert found
    return found[1]


def runs(path: Path) -> list[str]:
    """The ids of the recorded runs, the oldest first."""
    with Project.look(path) as project:
        return [run.id for run in project.runs.all()]


def test_the_last_run_if_none_is_named(synterm: Synterm, make_project: MakeProject, tmp_path: Path):
    path, page = make_project(), tmp_path / "report.html"
    record_run(path, "--prompt", "router@v1")
    record_run(path, "--prompt", "router@v2")
    done = synterm("report", path, "-o", page)
    assert (done.code, done.out) == (0, "")
    assert re.fullmatch(r".*report\.html: 4 evaluations, \d+ kB\n", done.err)
    assert run_of(page) == runs(path)[1]
    assert "router@v2" in page.read_text() and "router@v1" not in page.read_text()


def test_a_run_by_its_id_or_its_end(synterm: Synterm, make_project: MakeProject, tmp_path: Path):
    path, page = make_project(), tmp_path / "report.html"
    for version in ("v1", "v2"):
        record_run(path, "--prompt", f"router@{version}")
    first, second = runs(path)
    for named, run in ((first, first), (second.lower()[-8:], second), (first[-6:], first), ("last", second)):
        assert synterm("report", path, named, "-o", page).code == 0
        assert run_of(page) == run


def test_stdout_gets_the_page_only(synterm: Synterm, make_project: MakeProject):
    done = synterm("report", record_run(make_project()), "--output", "-")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("<!DOCTYPE html>") and done.out.rstrip().endswith("</html>")


def test_how_many_rows(synterm: Synterm, make_project: MakeProject, tmp_path: Path):
    path, page = record_run(make_project(), "--prompt", "router@all"), tmp_path / "report.html"
    assert "3 evaluations, 5 left out (--rows all), " in synterm("report", path, "-o", page, "--rows", "3").err
    assert "3 of 8 evaluations stand here" in page.read_text()
    assert "8 evaluations, " in synterm("report", path, "-o", page, "--rows", "all").err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "required: -o/--output"),
        (("-o", "no/such/report.html"), "no/such: there is no such folder"),
        (("-o", "x.html", "--rows", "some"), "--rows: invalid whole number value: 'some'"),
        (("-o", "x.html", "--rows", "0"), "--rows: must be at least 1"),
        (("NOSUCHRUN", "-o", "x.html"), "no run 'NOSUCHRUN'"),
    ],
)
def test_what_can_not_be_is_said(
    synterm: Synterm, make_project: MakeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...], said: str,
):  # fmt: skip
    path = record_run(make_project())
    monkeypatch.chdir(tmp_path)
    done = synterm("report", path, *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert not (tmp_path / "x.html").exists()


def test_without_a_run_it_says_how_to_make_one(synterm: Synterm, make_project: MakeProject, tmp_path: Path):
    path = make_project()
    done = synterm("report", path, "-o", tmp_path / "x.html")
    assert done.code == 2
    assert "there is no recorded run yet" in done.err and f"synterm run {path} makes one" in done.err


def test_a_run_writes_its_own(synterm: Synterm, make_project: MakeProject, tmp_path: Path):
    path, page, told = make_project(), tmp_path / "own.html", tmp_path / "own.json"
    done = synterm("run", path, "--min-pass-rate", "0.9", "--html", page, "--json", told)
    assert done.code == 1
    assert "own.html: 4 evaluations" in done.err
    text = page.read_text(encoding="utf-8")
    assert run_of(page) == json.loads(told.read_text())["run_id"]
    assert "1 of 1 gate fails" in text and "at least 90 % pass" in text
    assert "Counted again" not in text


def test_a_run_with_its_page_on_stdout_tells_the_rest_on_stderr(synterm: Synterm, make_project: MakeProject):
    done = synterm("run", make_project(), "--html", "-")
    assert done.out.startswith("<!DOCTYPE html>") and done.out.rstrip().endswith("</html>")
    assert "3/4" in done.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--html", "no/such/x.html"), "no/such: there is no such folder"),
        (("--html", "-", "--json", "-"), "only one of --json and --html can be -"),
    ],
)
def test_a_page_that_can_not_be_written_is_said_before_the_run(
    synterm: Synterm, make_project: MakeProject, options: tuple[str, ...], said: str
):
    path = make_project()
    done = synterm("run", path, *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert runs(path) == []


def test_quiet_is_quiet(synterm: Synterm, make_project: MakeProject, tmp_path: Path):
    done = synterm("run", make_project(), "--quiet", "--html", tmp_path / "x.html")
    assert (done.out, done.err) == ("", "")
    assert (tmp_path / "x.html").exists()


def test_a_project_that_is_read_only_has_reports(synterm: Synterm, make_project: MakeProject, tmp_path: Path):
    path = record_run(make_project())
    path.chmod(0o400)
    assert synterm("report", path, "-o", tmp_path / "x.html").code == 0


def test_a_recorded_run_is_held_against_a_baseline(synterm: Synterm, make_project: MakeProject, tmp_path: Path) -> None:
    path, page = make_project(), tmp_path / "r.html"
    assert synterm("run", path, "--prompt", "router@v2", "--quiet").code == 0
    assert synterm("baseline", path, "set", "main").code == 0
    assert synterm("run", path, "--prompt", "router@v1", "--quiet").code == 0
    assert synterm("report", path, "-o", page, "--against", "main").code == 0
    for words in ("Against main", "▼ 2 broken", "not enough evidence"):
        assert words in page.read_text()
    page.unlink()
    wrong = synterm("report", path, "-o", page, "--against", "mian")
    assert (wrong.code, page.exists()) == (2, False)
    assert "nothing to compare with is called 'mian'" in wrong.err

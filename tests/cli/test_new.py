"""`synterm new` and `synterm demo`: making project files."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import SMALL


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "project.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture
def samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of samples: the demo's, with a scripted model in place of the embedded one."""
    folder = tmp_path / "samples"
    (folder / "meeting_router").mkdir(parents=True)
    (folder / "meeting_router" / "project.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setattr("synterm.cli.samples.samples_dir", lambda: folder)
    return folder


def test_a_text_form_becomes_one_private_file(synterm: Synterm, source: Path, tmp_path: Path):
    path = tmp_path / "made.db"
    done = synterm("new", path, "--from", source)
    assert (done.code, done.out) == (0, "")
    assert "1 feature, 2 behaviors, 2 scenarios, 5 cases, 1 prompt, 1 model" in done.err
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["made.db", "project.yaml"]
    with Project.open(path) as project:
        assert project.name == "small router"
        (prompt,) = project.prompts.all()
        assert [version.note for version in prompt.versions] == ["the first try", "says what it is for"]
        assert prompt.draft == prompt.versions[-1].body


def test_an_empty_project_takes_its_name_from_the_file_or_the_option(synterm: Synterm, tmp_path: Path):
    synterm("new", tmp_path / "plain.db")
    synterm("new", tmp_path / "other.db", "--name", "My own")
    for file, name in (("plain.db", "plain"), ("other.db", "My own")):
        with Project.open(tmp_path / file) as project:
            assert project.name == name


def test_what_is_there_is_never_touched(synterm: Synterm, source: Path, tmp_path: Path):
    taken = tmp_path / "taken.db"
    taken.write_text("mine")
    (tmp_path / "link.db").symlink_to(tmp_path / "nowhere")
    for path in (taken, tmp_path / "link.db", tmp_path):
        done = synterm("new", path, "--from", source)
        assert (done.code, "there is a file of that name already" in done.err) == (2, True)
    assert taken.read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SMALL.replace("type: label", "type: lable"), "did you mean label"),
        (SMALL.replace("synterm: 1", "synterm: 2"), "project.yaml line 1"),
        ("synterm: [", "project.yaml line"),
    ],
)
def test_a_text_form_with_an_error_makes_no_file(synterm: Synterm, source: Path, tmp_path: Path, text: str, said: str):
    source.write_text(text)
    done = synterm("new", tmp_path / "made.db", "--from", source)
    assert (done.code, said in done.err) == (2, True), done.err
    assert [entry.name for entry in tmp_path.iterdir()] == ["project.yaml"]


def test_a_text_form_comes_from_stdin_too(synterm_process: Synterm, tmp_path: Path):
    assert synterm_process("new", tmp_path / "made.db", "--from", "-", given=SMALL.encode()).code == 0
    assert (tmp_path / "made.db").is_file()


def test_samples_are_listed_and_used_by_name(synterm: Synterm, samples: Path, tmp_path: Path):
    assert synterm("new", "--list-samples").out == "meeting_router\n"  # its text begins with no sentence
    assert synterm("new", tmp_path / "a.db", "--sample", "meeting_router").code == 0
    done = synterm("new", tmp_path / "b.db", "--sample", "../meeting_router")
    assert (done.code, "did you mean meeting_router?" in done.err) == (2, True)


def test_a_folder_that_is_not_there_is_named(synterm: Synterm, tmp_path: Path):
    done = synterm("new", tmp_path / "no" / "x.db")
    assert (done.code, "there is no such folder" in done.err) == (2, True)


def test_the_demo_evaluates_all_versions_and_says_what_changed(
    synterm: Synterm, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNTERM_DATA_DIR", str(tmp_path / "data"))
    done = synterm("demo")
    path = tmp_path / "data" / "demo" / "meeting_router.db"
    assert done.code == 0
    assert f"the demo project is {path}" in done.err
    assert "▲ 2 fixed   ▼ 0 broken" in done.out
    assert " 75 %  router@v2  says what it is for" in done.out
    assert "The weakest behavior now is Routing/Ambiguous: 2 of 3 pass." in done.out
    assert f"  synterm {path}\n" in done.out
    assert synterm("demo", "--headless", "--json", "-").json["totals"]["cached"] == 8


def test_the_demo_is_no_gate_but_its_errors_count(synterm: Synterm, samples: Path, tmp_path: Path):
    sample = samples / "meeting_router" / "project.yaml"
    sample.write_text(SMALL.replace("feature: Routing", "feature: Routing\n    gates: [{min_pass_rate: 1}]"))
    assert synterm("demo", tmp_path / "gated.db").code == 0
    sample.write_text(SMALL + '              - {input: "flood", expected: clarify}\n')
    assert synterm("demo", tmp_path / "flooded.db").code == 3


def test_a_fresh_demo_keeps_the_old_one_beside(synterm: Synterm, samples: Path, tmp_path: Path):
    path = tmp_path / "play.db"
    synterm("demo", path)
    synterm("add", path, "feature", "Mine")
    synterm("demo", path, "--fresh")
    features = [node["name"] for node in synterm("ls", path, "--json").json["nodes"] if node["level"] == "feature"]
    assert features == ["Routing"]
    assert "Mine" in synterm("ls", tmp_path / "play.old.db").out


def test_a_fresh_demo_never_moves_what_is_no_project(synterm: Synterm, samples: Path, tmp_path: Path):
    path = tmp_path / "notes.db"
    path.write_text("mine")
    assert synterm("demo", path, "--fresh").code == 2
    assert path.read_text() == "mine"

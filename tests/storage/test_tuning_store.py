"""Tunings in the project file, and in the merge of two files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from synterm.core.ids import new_id
from synterm.core.tuning import Tuning
from synterm.errors import InputError, NotFoundError, ProjectError, UsageError
from synterm.formats.merge_files import merge_files
from synterm.storage.connect import connect
from synterm.storage.project import Project
from tests.conftest import MakeProject


def tuning(**told: object) -> Tuning:
    """A tuning that runs."""
    given: dict[str, object] = {
        "id": new_id(),
        "trainer": "openai",
        "base": "openai/gpt-4o-mini-2024-07-18",
        "status": "running",
        "method": "sft",
        "prompt": "router@v2",
        "settings": {"epochs": 3, "rate": None},
        "set_sha256": "ab" * 32,
        "rows": 12,
        "root_ids": ("A", "B"),
    }
    return Tuning.model_validate(given | told)


@pytest.fixture
def path(make_project: MakeProject) -> Path:
    """A project file."""
    return make_project()


def test_tunings_are_read_as_they_were_kept_the_newest_first(path: Path) -> None:
    first = tuning()
    second = tuning(trainer="local", status="done", model_name="small-tuned", losses=((1, 2.5), (2, 0.5)), cpu_s=40.5)
    with Project.open(path) as project:
        project.tunings.put(first, second).result()
        project.tunings.put(first.model_copy(update={"status": "failed", "error": "no \ud800 more"})).result()
    with Project.open(path) as project:
        newest, oldest = project.tunings.all()
        assert newest.started
        assert newest.updated
        assert newest == second.model_copy(update={"started": newest.started, "updated": newest.updated})
        assert (oldest.status, oldest.error, oldest.root_ids) == ("failed", "no \ufffd more", ("A", "B"))
        assert project.tunings.find(second.id[-6:].lower()) == project.tunings.find("last") == newest
        assert project.tunings.of_model("small-tuned") == newest
        assert project.tunings.of_model("another") is None
        assert project.tunings.running() == []
        assert project.tunings.remove(first.id).result() == 1
        assert project.tunings.all() == [newest]


def test_one_is_found_by_the_end_of_its_id_if_no_other_ends_so(path: Path) -> None:
    with Project.open(path) as project:
        with pytest.raises(NotFoundError, match="no tuning 'last'"):
            project.tunings.find("last")
        project.tunings.put(tuning(id="1A"), tuning(id="2A")).result()
        with pytest.raises(UsageError, match="2 tunings end in 'a'"):
            project.tunings.find("a")
        for name in ("", "3A"):
            with pytest.raises(NotFoundError, match="no tuning"):
                project.tunings.find(name)


def test_the_same_training_begins_once_while_it_runs(path: Path) -> None:
    with Project.open(path) as project, Project.open(path) as other:
        first = project.tunings.begin(tuning()).result()
        assert other.tunings.begin(tuning()).result() == first
        assert other.tunings.begin(tuning(settings={"epochs": 2, "rate": None})).result().id != first.id
        assert other.tunings.begin(tuning(set_sha256="cd" * 32)).result().id != first.id
        project.tunings.put(first.model_copy(update={"status": "cancelled"})).result()
        again = other.tunings.begin(tuning()).result()
        assert again.id != first.id
        assert [one.id for one in project.tunings.running()][-1] == again.id


def test_a_loss_that_is_no_number_is_left_out_and_what_json_can_not_hold_is_refused(path: Path) -> None:
    with Project.open(path) as project:
        project.tunings.put(tuning(losses=((1, 0.5), (2, float("nan")), (3, float("inf"))))).result()
        assert project.tunings.find("last").losses == ((1, 0.5),)
        with pytest.raises(InputError, match="can't be kept as JSON"):
            project.tunings.put(tuning(settings={"epochs": 2**70}))


@pytest.mark.parametrize("body", ["{}", "no JSON", '["a"]', '{"trainer": 1}'])
def test_what_synterm_never_wrote_is_told_of_as_damage(path: Path, body: str) -> None:
    db = connect(path)
    db.conn.execute("INSERT INTO tunings VALUES ('X', ?, 'then')", (body,))
    db.conn.close()
    with Project.open(path) as project:
        with pytest.raises(ProjectError, match="a tuning in the file is damaged"):
            project.tunings.all()
        with pytest.raises(ProjectError, match="a tuning in the file is damaged"):
            project.tunings.begin(tuning()).result()


def test_of_two_files_the_merged_one_has_what_was_known_last(path: Path, tmp_path: Path) -> None:
    shared, mine = tuning(), tuning(base="openai/other")
    with Project.open(path) as project:
        project.tunings.put(shared).result()
    other = Path(shutil.copy(path, tmp_path / "other.db"))
    with Project.open(path) as project:
        project.tunings.put(mine).result()
    with Project.open(other) as project:
        ended = shared.model_copy(update={"status": "done", "model_name": "tuned", "result": "openai/ft:x"})
        project.tunings.put(ended).result()
    for order in ([path, other], [other, path]):
        out = tmp_path / f"{order[0].stem}.merged.db"
        report = merge_files(order, out)
        assert report.conflict_count == 0
        with Project.open(out) as project:
            found = {one.id: one for one in project.tunings.all()}
            assert found.keys() == {shared.id, mine.id}
            assert (found[shared.id].status, found[shared.id].result) == ("done", "openai/ft:x")

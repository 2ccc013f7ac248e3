"""`synterm share`: a copy to give away, and nothing in it that was deleted or is a key."""

from __future__ import annotations

import hashlib
import json
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]

from synterm.checks.no_secrets import PATTERNS
from synterm.core.case import Case
from synterm.storage.connect import connect
from synterm.storage.project import Project
from tests.care.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.older import older_file

KEY = "sk-proj-Qw8f3k2x9z7v1b5n4m6c0l"


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchall()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def shared(synterm: Synterm, make_project: MakeProject) -> Iterator[Path]:
    """A project with a run over two versions, a verdict of a person, a baseline and a logged call."""
    path = make_project()
    synterm("run", path, "--prompt", "router@all", "--quiet")
    synterm("baseline", path, "set", "main")
    log = path.with_name("log.jsonl")
    log.write_text(json.dumps({"input": {"message": "only in a log"}, "output": "clarify"}) + "\n")
    done = synterm("import", path, log, "--as", "production")
    assert done.code == 0, done.err
    yield path


def test_the_copy_is_the_whole_project_in_one_private_file(synterm: Synterm, shared: Path) -> None:
    out, before = shared.with_name("out.db"), digest(shared)
    done = synterm("share", shared, "-o", out, "--json", "-")
    assert done.code == 0, done.err
    Draft202012Validator(synterm("schema", "share").json).validate(done.json)
    assert done.json["counts"] == {
        "cases": 5,
        "prompts": 1,
        "models": 1,
        "runs": 1,
        "answers": 8,
        "logged calls": 1,
    }
    assert digest(shared) == before
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert not [file for file in out.parent.iterdir() if file.name.startswith((".", "out.db-"))]
    assert synterm("dump", out).out == synterm("dump", shared).out
    assert synterm("doctor", out).code == 0
    assert "--force replaces it" in synterm("share", shared, "-o", out).err
    assert synterm("share", shared, "-o", out, "--force").code == 0
    assert synterm("share", shared, "-o", shared, "--force").code == 2


def test_what_was_deleted_is_in_the_project_file_and_not_in_the_copy(
    synterm: Synterm, make_project: MakeProject
) -> None:
    path, out = make_project(), Path("out.db")
    out = path.with_name("out.db")
    with Project.open(path) as project:
        [scenario, *_] = project.nodes.tree().scenarios()
        cases = [Case(scenario_id=scenario.id, input={"message": f"canary{number:04}"}) for number in range(300)]
        project.cases.put(cases).result()
    synterm("run", path, "--quiet", "--limit", "50", "--repeat", "2")
    with Project.open(path) as project:
        [last] = project.runs.all()
        project.runs.remove(last.id).result()
        project.cases.remove([case.id for case in cases]).result()
    assert b"canary" in path.read_bytes()
    done = synterm("share", path, "-o", out, "--json", "-")
    assert done.code == 0, done.err
    assert done.json["removed"]["texts"] == 300
    assert done.json["removed"]["answers"] > 0
    assert b"canary" not in out.read_bytes()
    assert (done.json["counts"]["cases"], synterm("doctor", out).code) == (5, 0)


def test_parts_are_left_out_with_all_that_belongs_to_them(synterm: Synterm, shared: Path) -> None:
    synterm("run", shared, "--source", "production", "--quiet")
    out = shared.with_name("out.db")
    done = synterm("share", shared, "-o", out, "--without", "traffic", "--json", "-")
    assert "logged calls" not in done.json["counts"]
    assert b"only in a log" not in out.read_bytes()
    assert done.json["counts"]["answers"] == 8
    lean = synterm(
        "share", shared, "-o", out, "--force", "--without", "runs,names", "--without", "traffic", "--json", "-"
    )
    assert lean.json["counts"] == {"cases": 5, "prompts": 1, "models": 1}
    assert lean.json["left_out"] == ["runs", "traffic", "names"]
    assert synterm("doctor", out).code == 0
    wrong = synterm("share", shared, "-o", out, "--without", "rums")
    assert (wrong.code, "runs" in wrong.err) == (2, True)


def test_names_become_numbers_and_verdicts_keep_their_answers(synterm: Synterm, shared: Path) -> None:
    out = shared.with_name("out.db")
    with closing(connect(shared).conn) as db:
        db.execute("UPDATE runs SET who = 'grace.hopper'")
        db.execute(
            "INSERT INTO reviews SELECT 'R1', unhex(content_id), zeroblob(32), pk, 1, '', 'ada.lovelace', '', '', "
            "'review', NULL, NULL FROM responses LIMIT 1"
        )
    told = synterm("share", shared, "-o", out, "--dry-run", "--json", "-").json
    assert (told["names"], told["out"], out.exists()) == (3, None, False)  # and whoever set the baseline
    done = synterm("share", shared, "-o", out, "--without", "names", "--without", "runs", "--json", "-")
    assert done.json["names"] == 0
    assert b"lovelace" not in out.read_bytes()
    assert b"hopper" not in out.read_bytes()
    [(who, answer, row)] = rows(out, "SELECT who, answer, response_pk FROM reviews")
    assert (who.startswith("person "), answer, row) == (True, "clarify", None)
    synterm("share", shared, "-o", out, "--force", "--without", "names")
    assert rows(out, "SELECT count(*) FROM runs WHERE config LIKE '%host%' OR who NOT LIKE 'person %'") == [(0,)]
    synterm("share", shared, "-o", out, "--force", "--without", "verdicts")
    assert rows(out, "SELECT count(*) FROM reviews") == [(0,)]


SAMPLES = {
    "aws": "AKIAQ7TZ5XWPL2MNB3KD",
    "github": "ghp_" + "a1B2c3D4e5F6" * 3,
    "openai": KEY,
    "private-key": "-----BEGIN RSA PRIVATE KEY-----",
    "slack": "xoxb-123456789012-abcdefghijkl",
    "url-password": "https://ada:s3cret-word@db.internal",
}


def test_a_key_stops_the_copy_wherever_it_stands_and_is_never_said(
    synterm: Synterm, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(SAMPLES) <= set(PATTERNS)
    path = make_project()
    out = path.with_name("out.db")
    synterm("run", path, "--quiet")
    monkeypatch.setenv("HOUSE_TOKEN", "no-form-at-all-77")
    places = {
        "aws": "UPDATE prompt_bodies SET body = json_set(body, '$.messages[0].content', ?)",
        "github": "UPDATE nodes SET description = ?",
        "openai": "UPDATE responses SET raw = CAST(? AS BLOB) WHERE pk = 1",
        "private-key": "UPDATE responses SET error = ? WHERE pk = 1",
        "slack": "UPDATE models SET spec = json_set(spec, '$.model', 'openai/' || ?)",
        "url-password": "UPDATE responses SET raw = CAST(replace(?, '/', '\\/') AS BLOB) WHERE pk = 2",
    }
    with closing(connect(path).conn) as db:
        for kind, sql in places.items():
            db.execute(sql, (SAMPLES[kind],))
        db.execute("UPDATE responses SET text = 'it is no-form-at-all-77 …' WHERE pk = 3")
    done = synterm("share", path, "-o", out)
    assert (done.code, out.exists()) == (1, False)
    told = synterm("share", path, "-o", out, "--json", "-").json
    assert {find["kind"] for find in told["keys"]} == {*SAMPLES, "HOUSE_TOKEN"}
    for secret in (*SAMPLES.values(), "no-form-at-all-77"):
        assert secret not in done.out + done.err + json.dumps(told)
    assert not [file for file in path.parent.iterdir() if file.name.startswith(".")]
    assert synterm("share", path, "-o", out, "--anyway").code == 0


def test_personal_data_is_told_and_does_not_stop_the_copy(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    out = path.with_name("out.db")
    synterm(
        "add",
        path,
        "case",
        "Routing/Ambiguous/borderline",
        "--input",
        "mail ada@lovelace.org, card 4111 1111 1111 1111",
    )
    done = synterm("share", path, "-o", out)
    assert (done.code, out.exists()) == (0, True)
    assert "personal  1 in cases: e-mail ad…rg (16 characters)" in done.out
    assert "1 in cases: card 41…11" in done.out
    assert "lovelace" not in done.out


def test_a_project_in_use_is_shared_as_it_is_at_that_moment(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    out = path.with_name("out.db")
    stop = threading.Event()
    with Project.open(path) as project:
        [scenario, *_] = project.nodes.tree().scenarios()
        store = project.cases

        def write() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                case = Case(scenario_id=scenario.id, input={"message": f"written {number}"})
                store.put([case]).result()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            codes = [synterm("share", path, "-o", out, "--force").code for _ in range(3)]
        finally:
            stop.set()
            writer.join()
    assert codes == [0, 0, 0]
    assert synterm("doctor", out).code == 0
    texts = {json.loads(given)["message"] for (given,) in rows(out, "SELECT input FROM contents") if "written" in given}
    assert texts == {f"written {number}" for number in range(1, len(texts) + 1)}


def test_what_is_under_way_is_not_under_way_in_the_copy(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    out = path.with_name("out.db")
    with closing(connect(path).conn) as db:
        db.execute("INSERT INTO runs VALUES ('R', '2026', NULL, 'running', 'ada', NULL, '{}', '{}')")
        db.execute("INSERT INTO spending VALUES ('2026-01-01', 0.25, 0.5)")
    synterm("share", path, "-o", out)
    assert rows(out, "SELECT status FROM runs") == [("interrupted",)]
    assert rows(out, "SELECT spent_usd, reserved_usd FROM spending") == [(0.25, 0.0)]


@pytest.mark.parametrize("kind", ["damaged", "strange", "none", "older"])
def test_a_file_that_is_not_as_synterm_makes_it_is_not_shared(
    synterm: Synterm, make_project: MakeProject, tmp_path: Path, kind: str
) -> None:
    path, out = make_project(), tmp_path / "out.db"
    if kind == "damaged":
        with closing(connect(path).conn) as db:
            db.execute("PRAGMA foreign_keys = OFF")
            db.execute("DELETE FROM contents")
    elif kind == "strange":
        with closing(sqlite3.connect(str(path))) as db:
            db.execute("CREATE VIEW evil AS SELECT 1")
    elif kind == "none":
        path.write_text("hello")
    else:
        path.unlink()
        older_file(path, 2).conn.close()
    before = digest(path)
    done = synterm("share", path, "-o", out)
    assert (done.code, out.exists()) == ((0, True) if kind == "older" else (2, False)), done.err
    assert digest(path) == before
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]
    if kind == "older":
        assert synterm("ls", out, "tree").code == 0

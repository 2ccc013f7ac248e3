"""`synterm merge`: shards that become one run, people's files, conflicts, and files that are not to be trusted."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]

from synterm.core.ids import new_id
from synterm.errors import ProjectError
from synterm.evaluate.recount import recount
from synterm.formats.merge_files import merge_files
from synterm.storage.merge.merge import Merged, merge
from synterm.storage.merge.tables import LEFT_OUT, merged_tables
from synterm.storage.migrations import SCHEMA_VERSION
from synterm.storage.project import Project
from synterm.storage.schema_check import schema_of
from tests.cli.conftest import Done, Synterm
from tests.cli.endpoint import endpoint_project
from tests.conftest import SMALL, MakeProject
from tests.support.http_stub import Messages, Stub
from tests.support.logical import digest
from tests.support.older import older_file

MESSAGES = [f"message {number}" for number in range(60)]
WHAT_DIFFERS = {"run_id", "wall_s", "latency_ms", "cached", "shard"}
"""What may differ between two runs of the same answers."""
PRICE = {"price": {"input": 0, "output": 1000}}


def answer(messages: Messages) -> str:
    """Two of three messages pass."""
    return "no" if int(messages[-1]["content"].split()[-1]) % 3 == 0 else "ok"


@pytest.fixture
def path(make_project: MakeProject, stub: Stub) -> Path:
    """A project whose model is the stub."""
    stub.reply(answer)
    return make_project(endpoint_project(stub, MESSAGES, **PRICE))


def copies(path: Path, count: int) -> list[Path]:
    """Copies of a file beside it."""
    made = [path.with_name(f"{path.stem}-{number}.db") for number in range(1, count + 1)]
    for copy in made:
        shutil.copy(path, copy)
    return made


def same(value: Any) -> Any:
    """A report without what may differ."""
    if isinstance(value, dict):
        return {name: same(part) for name, part in value.items() if name not in WHAT_DIFFERS}  # pyright: ignore[reportUnknownVariableType]
    return [same(part) for part in value] if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType]


def shards(synterm: Synterm, path: Path, count: int, *options: str) -> list[Path]:
    files = copies(path, count)
    for number, file in enumerate(files, 1):
        assert synterm("run", file, "--shard", f"{number}/{count}", "--quiet", *options).code == 0
    return files


def runs(path: Path) -> list[Any]:
    with Project.open(path) as project:
        return project.runs.all()


def merged(synterm: Synterm, target: Path, *words: str | Path) -> Done:
    done = synterm("merge", "-o", target, *words)
    assert done.code == 0, done.out + done.err
    return done


class TestShards:
    """Runs of all shards of one plan are one run."""

    @pytest.mark.parametrize("options", [[], ["--repeat", "3"], ["--repeat", "4", "--stop-early"]])
    def test_eight_shards_merged_equal_one_unsharded_run(
        self, synterm: Synterm, path: Path, stub: Stub, options: list[str]
    ) -> None:
        whole, out = path.with_name("whole.db"), path.with_name("all.db")
        shutil.copy(path, whole)
        assert synterm("run", whole, "--quiet", *options).code == 0
        files = shards(synterm, path, 8, *options)
        done = merged(synterm, out, *files)
        assert "8 shards make one run" in done.out
        [one], [all_of_it] = runs(whole), runs(out)
        assert same(all_of_it.totals) == {**same(one.totals), "cost_usd": pytest.approx(one.totals["cost_usd"])}
        assert all_of_it.config["cases"] == one.config["cases"] == 60
        assert all_of_it.config["variants"] == one.config["variants"]
        assert (all_of_it.status, all_of_it.who, all_of_it.git_commit) == (one.status, one.who, one.git_commit)
        sent = len(stub.calls)
        again, all_again = (synterm("run", file, *options, "--json", "-").json for file in (whole, out))
        assert len(stub.calls) == sent
        assert same_reports(again, all_again)

    def test_its_totals_are_what_its_evaluations_come_to(self, synterm: Synterm, path: Path) -> None:
        out = path.with_name("all.db")
        files = shards(synterm, path, 3, "--prompt", "ask@all", "--repeat", "2")
        merged(synterm, out, *files)
        with Project.open(out) as project:
            [run] = project.runs.all()
            summary = json.loads(json.dumps(recount(project, run).result.summary))
        assert run.totals == {**summary, "cost_usd": pytest.approx(summary["cost_usd"])}
        assert run.totals["wall_s"] == max(each.totals["wall_s"] for file in files for each in runs(file))
        assert run.started == min(each.started for file in files for each in runs(file))
        assert run.ended == max(each.ended for file in files for each in runs(file))

    def test_any_order_and_merging_again_give_the_same(self, synterm: Synterm, path: Path) -> None:
        files = shards(synterm, path, 4)
        outs = [path.with_name(f"out-{number}.db") for number in range(5)]
        merged(synterm, outs[0], *files)
        merged(synterm, outs[1], *reversed(files))
        merged(synterm, outs[2], *files[:2])
        merged(synterm, outs[3], files[3], outs[2], files[2])
        done = merged(synterm, outs[4], outs[0], *files)
        assert len({digest(out) for out in (outs[0], outs[1], outs[3], outs[4])}) == 1
        assert done.out.count("adds nothing") == 4

    def test_what_was_spent_adds_up_and_is_not_doubled(self, synterm: Synterm, path: Path) -> None:
        out = path.with_name("all.db")
        files = shards(synterm, path, 3)
        merged(synterm, out, *files, files[0])
        # Sixty answers of three tokens, a tenth of a cent each.
        assert sum(spent(out)) == pytest.approx(0.18)
        assert runs(out)[0].totals["cost_usd"] == pytest.approx(0.18)

    def test_where_one_is_missing_the_others_stay_as_they_are(self, synterm: Synterm, path: Path) -> None:
        out, files = path.with_name("some.db"), shards(synterm, path, 4)
        done = merged(synterm, out, files[0], files[3], "--json", "-")
        assert done.json["missing_shards"] == [{"shards": 4, "there": [1, 4], "missing": [2, 3], "incomplete": []}]
        assert "a run of 4 shards lacks shards 2, 3:" in done.err
        done = merged(synterm, path.with_name("more.db"), *files[:3])
        assert "a run of 4 shards lacks shard 4:" in done.out
        assert [run.config["shard"]["index"] for run in runs(out)] == [1, 4]

    def test_shards_that_were_evaluated_by_other_checks_are_no_run(self, synterm: Synterm, path: Path) -> None:
        one, two = copies(path, 2)
        with Project.open(two) as project:
            tree = project.nodes.tree()
            [scenario] = tree.scenarios()
            assert scenario.checks
            project.nodes.put(scenario.model_copy(update={"checks": scenario.checks * 2})).result()
        for number, file in enumerate((one, two), 1):
            assert synterm("run", file, "--shard", f"{number}/2", "--quiet", "--fail-on", "error").code == 0
        out = path.with_name("both.db")
        done = merged(synterm, out, one, two, "--prefer", "newest", "--json", "-")
        assert (done.json["combined"], len(done.json["missing_shards"])) == ([], 2)
        assert len(runs(out)) == 2

    def test_a_baseline_that_named_a_shard_names_the_whole_run(self, synterm: Synterm, path: Path) -> None:
        files, out = shards(synterm, path, 2), path.with_name("all.db")
        spoil(files[1], "INSERT INTO baselines SELECT 'main', '', id, 'ann', ended FROM runs")
        merged(synterm, out, *files)
        db = sqlite3.connect(out)
        assert db.execute("SELECT name, run_id FROM baselines").fetchall() == [("main", runs(out)[0].id)]
        db.close()

    def test_each_machine_may_pin_its_shard_under_the_same_name(self, synterm: Synterm, path: Path) -> None:
        files, out = shards(synterm, path, 3), path.with_name("all.db")
        for file in files:
            assert synterm("baseline", file, "set", "night").code == 0
        merged(synterm, out, *files)
        db = sqlite3.connect(out)
        assert db.execute("SELECT name, run_id FROM baselines").fetchall() == [("night", runs(out)[0].id)]
        db.close()
        assert "1 run that a baseline pins stays" in synterm("history", out, "prune", "--keep", 0, "--yes").err
        some = synterm("merge", "-o", path.with_name("some.db"), *files[:2])
        assert (some.code, "baseline night: run" in some.out) == (1, True)

    def test_a_baseline_of_a_shard_that_stays_one_stays_with_it(self, synterm: Synterm, path: Path) -> None:
        files, out = shards(synterm, path, 3), path.with_name("some.db")
        assert synterm("baseline", files[1], "set", "night").code == 0
        merged(synterm, out, *files[:2])
        with Project.open(out) as project:
            [pin] = project.baselines.all()
            assert project.runs.get(pin.run_id).config["shard"]["index"] == 2

    def test_what_the_machines_have_installed_makes_no_other_run(self, synterm: Synterm, path: Path) -> None:
        files, out = shards(synterm, path, 2), path.with_name("all.db")
        config = runs(files[1])[0].config
        assert {"checks", "versions"} <= config.keys()
        config["versions"] = {**config["versions"], "python": "3.99.0"}
        spoil(files[1], f"UPDATE runs SET config = '{json.dumps(config)}'")
        assert merged(synterm, out, *files, "--json", "-").json["combined"][0]["shards"] == 2

    def test_a_night_later_it_is_another_run(self, synterm: Synterm, path: Path) -> None:
        first, second = path.with_name("first.db"), path.with_name("second.db")
        merged(synterm, first, *shards(synterm, path, 2))
        merged(synterm, second, *shards(synterm, first, 2))
        assert len({run.id for run in runs(second)}) == 2
        assert [run.totals["evaluations"] for run in runs(second)] == [60, 60]


def spent(path: Path) -> list[float]:
    db = sqlite3.connect(path)
    try:
        return [row[0] for row in db.execute("SELECT spent_usd FROM spending")]
    finally:
        db.close()


def same_reports(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Two reports of the same answers, but for the order in which evaluations of equal cases stand."""
    assert same(other) == same(one)
    return bool(one["evaluations"])


class TestPeople:
    """Files that several people worked on."""

    def edited(self, synterm: Synterm, path: Path, *edits: list[str]) -> list[Path]:
        files = copies(path, len(edits))
        for file, words in zip(files, edits, strict=True):
            assert synterm(words[0], file, *words[1:]).code == 0
        return files

    def test_what_each_added_is_there(self, synterm: Synterm, make_project: MakeProject) -> None:
        path = make_project()
        place = "Routing/Ambiguous/borderline"
        files = self.edited(
            synterm,
            path,
            ["add", "case", place, "--input", "mine", "--expected", "clarify"],
            ["add", "case", place, "--input", "yours", "--expected", "clarify"],
            ["add", "model", "other", "--model", "scripted/rules"],
        )
        out = path.with_name("all.db")
        done = merged(synterm, out, *files)
        assert f"{files[1]}: adds 1 case" in done.out
        said = synterm("ls", out, "cases").out
        assert ("mine" in said, "yours" in said) == (True, True)
        assert "other" in synterm("ls", out, "models").out

    def test_both_changed_the_same_thing(self, synterm: Synterm, make_project: MakeProject) -> None:
        path = make_project()
        node = ["edit", "node", "Routing/Ambiguous", "--description"]
        files = self.edited(synterm, path, [*node, "mine"], [*node, "yours"])
        out = path.with_name("all.db")
        done = synterm("merge", "-o", out, *files, "--json", "-")
        assert (done.code, out.exists()) == (1, False)
        Draft202012Validator(synterm("schema", "merge").json).validate(done.json)
        [conflict] = done.json["conflicts"]
        assert (conflict["kind"], conflict["name"], conflict["field"]) == (
            "behavior",
            "Routing/Ambiguous",
            "description",
        )
        assert [(side["file"], side["text"]) for side in conflict["sides"]] == [
            (str(files[0]), "mine"),
            (str(files[1]), "yours"),
        ]
        assert "conflict: behavior Routing/Ambiguous: description" in done.err
        assert "nothing was written" in done.err
        for prefer, order, kept in (
            ("newest", files, "yours"),
            ("first", files, "mine"),
            ("first", files[::-1], "yours"),
        ):
            merged(synterm, out, *order, "--prefer", prefer, "--force")
            assert kept in synterm("show", out, "node", "Routing/Ambiguous").out

    def test_two_lists_of_gates_over_the_project_are_a_conflict(
        self, synterm: Synterm, make_project: MakeProject
    ) -> None:
        path = make_project()
        out = path.with_name("both.db")
        gated = [["edit", "project", "--gate", gate] for gate in ("90%", "80%")]
        one, other = self.edited(synterm, path, *gated)
        done = synterm("merge", "-o", out, one, other)
        assert (done.code, "conflict: project gates: value" in done.out, out.exists()) == (1, True, False)
        merged(synterm, out, one, path)
        with Project.open(out) as project:
            assert [gate.min_pass_rate for gate in project.gates] == [0.9]

    def test_with_a_base_what_one_changed_or_removed_counts(self, synterm: Synterm, make_project: MakeProject) -> None:
        path = make_project()
        with Project.open(path) as project:
            case = next(iter(project.cases.select()))
        files = self.edited(
            synterm,
            path,
            ["edit", "node", "Routing/Ambiguous", "--description", "mine"],
            ["rm", "case", case.id, "--yes"],
        )
        out = path.with_name("all.db")
        assert synterm("merge", "-o", out, *files).code == 1
        merged(synterm, out, "--base", path, *files)
        assert "mine" in synterm("show", out, "node", "Routing/Ambiguous").out
        with Project.open(out) as project:
            assert case.id not in {each.id for each in project.cases.select()}

    def test_what_one_removed_and_another_works_on_is_a_conflict(
        self, synterm: Synterm, make_project: MakeProject
    ) -> None:
        path = make_project()
        files = self.edited(
            synterm,
            path,
            ["rm", "node", "Routing/Ambiguous", "--yes"],
            ["add", "case", "Routing/Ambiguous/borderline", "--input", "new", "--expected", "clarify"],
        )
        out = path.with_name("all.db")
        done = synterm("merge", "-o", out, "--base", path, *files)
        assert (done.code, out.exists()) == (1, False)
        assert "conflict: scenario Routing/Ambiguous/borderline: removed" in done.out
        merged(synterm, out, "--base", path, *files, "--prefer", "newest")
        assert "new" in synterm("ls", out, "cases").out

    def test_two_texts_of_one_number_are_both_kept(self, synterm: Synterm, make_project: MakeProject) -> None:
        path = make_project()
        files = self.edited(
            synterm,
            path,
            ["edit", "prompt", "router", "--system", "Mine."],
            ["edit", "prompt", "router", "--system", "Yours."],
        )
        assert synterm("run", files[1], "--prompt", "router@v3", "--quiet").code == 0
        out = path.with_name("all.db")
        done = merged(synterm, out, *files, "--prefer", "newest")
        assert f"{files[1]}: router@v3 is v4 now" in done.out
        with Project.open(out) as project:
            texts = [version.body.messages[0].content for version in project.prompts.get("router").versions]
            [run] = project.runs.all()
            assert texts == ["Be terse.", "You route one message to one agent.", "Mine.", "Yours."]
            assert project.runs.columns(run.id)[0][2] == "v4"
            assert (run.config["variants"][0]["version"], run.totals["variants"][0]["name"]) == (
                "v4",
                "router@v4 · rules",
            )

    def test_what_two_made_under_one_name_is_one(self, synterm: Synterm, make_project: MakeProject) -> None:
        path = make_project()
        files = self.edited(synterm, path, *[["add", "feature", "Support"]] * 2)
        for file in files:
            synterm("add", file, "behavior", "Support/Refunds")
            synterm("add", file, "scenario", "Support/Refunds/plain")
            synterm("add", file, "case", "Support/Refunds/plain", "--input", file.stem)
        out = path.with_name("all.db")
        merged(synterm, out, *files)
        assert synterm("ls", out, "tree").out.count("Refunds") == synterm("ls", files[0], "tree").out.count("Refunds")
        assert all(file.stem in synterm("ls", out, "cases").out for file in files)

    def test_a_dry_run_writes_nothing(self, synterm: Synterm, make_project: MakeProject) -> None:
        path = make_project()
        there = sorted(path.parent.iterdir())
        done = synterm("merge", "--dry-run", "-o", path.with_name("out.db"), path)
        assert (done.code, "nothing was written" in done.out) == (0, True)
        assert sorted(path.parent.iterdir()) == there


class TestTarget:
    """The file that is made."""

    def test_it_is_none_of_the_files_and_nothing_is_replaced_unasked(
        self, synterm: Synterm, make_project: MakeProject, tmp_path: Path
    ) -> None:
        path, other = make_project(), tmp_path / "other.db"
        before = path.read_bytes()
        assert synterm("merge", "-o", path, path, "--force").code == 2
        other.write_text("mine")
        assert "there is a file of that name already" in synterm("merge", "-o", other, path).err
        assert synterm("merge", "-o", tmp_path / "nowhere" / "x.db", path).code == 2
        assert other.read_text() == "mine"
        merged(synterm, other, path, "--force")
        assert digest(other) == digest(path)
        assert path.read_bytes() == before
        assert other.stat().st_mode & 0o777 == 0o600
        assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]

    def test_one_that_is_open_elsewhere_is_not_replaced(self, synterm: Synterm, make_project: MakeProject) -> None:
        path = make_project()
        [other] = copies(path, 1)
        with Project.open(other):
            done = synterm("merge", "-o", other, path, "--force")
        assert (done.code, "open in another program" in done.err) == (2, True)

    def test_what_a_killed_merge_left_is_removed_a_day_later(self, synterm: Synterm, make_project: MakeProject) -> None:
        path = make_project()
        folder = path.parent
        names = [f".synterm-merge.{new_id()}", f".synterm-merge.{new_id()}-journal", f".out.db.{new_id()}"]
        others = [".synterm-merge.mine", f".other.db.{new_id()}", f".synterm-merge.{new_id()}"]
        long_ago = time.time() - 25 * 3600
        for name in (*names, *others):
            (folder / name).touch()
            if name != others[-1]:
                os.utime(folder / name, (long_ago, long_ago))
        merged(synterm, folder / "out.db", path)
        assert {file.name for file in folder.iterdir() if file.name.startswith(".")} == {*others}

    def test_one_that_was_opened_during_the_work_is_not_replaced(
        self, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = make_project()
        one, other = copies(path, 2)
        with Project.open(one) as project:
            project.runs.start({"in": "one"}, who="one", git_commit=None).result()
        opened: list[Project] = []

        def slow(*words: Any) -> Merged:
            found = merge(*words)
            opened.append(Project.open(other))
            opened[0].runs.start({"typed": "meanwhile"}, who="other", git_commit=None).result()
            return found

        monkeypatch.setattr("synterm.formats.merge_files.merge", slow)
        with pytest.raises(ProjectError, match="open in another program"):
            merge_files([path, one], other, replace=True)
        opened[0].close()
        assert [run.who for run in runs(other)] == ["other"]
        monkeypatch.undo()
        assert merge_files([path, one], other, replace=True).exit_code == 0
        assert [run.who for run in runs(other)] == ["one"]

    def test_a_log_that_a_killed_program_left_is_no_obstacle(
        self, synterm: Synterm, make_project: MakeProject, tmp_path: Path
    ) -> None:
        path = make_project()
        [other] = copies(path, 1)
        killed = tmp_path / "killed.db"
        with Project.open(other) as project:
            project.runs.start({}, who="killed", git_commit=None).result()
            for ending in ("", "-wal"):
                shutil.copy(f"{other}{ending}", f"{killed}{ending}")
        assert Path(f"{killed}-wal").stat().st_size
        merged(synterm, killed, path, "--force")
        assert (runs(killed), digest(killed)) == ([], digest(path))


def spoil(path: Path, *statements: str) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        db.execute(statement)
    db.close()


FOREIGN_BYTES = b"no database at all" * 100
SPOILED = {
    "a trigger": (
        "CREATE TRIGGER evil AFTER INSERT ON cases BEGIN UPDATE models SET spec = ''; END",
        "holds a trigger that synterm never made (evil)",
    ),
    "a view": ("CREATE VIEW evil AS SELECT * FROM cases", "a view that synterm never made (evil)"),
    "a table": ("CREATE TABLE evil (x)", "a table that synterm never made (evil)"),
    "an index less": ("DROP INDEX cases_by_split", "the index cases_by_split in the file is damaged"),
    "one that says it is older": ("PRAGMA user_version = 3", "that synterm never made"),
    "newer": ("PRAGMA user_version = 9999", "pip install --upgrade synterm"),
    "no project": ("PRAGMA application_id = 7", "not a synterm project"),
    "another project": ("UPDATE meta SET value = 'other' WHERE key = 'id'", "another project than"),
    "no parent": ("UPDATE cases SET scenario_id = 'nowhere' WHERE pk = 1", "is damaged"),
    "no grades": ("UPDATE evaluations SET grades = '[77]'", "is damaged"),
    "grades that are no JSON": ("UPDATE evaluations SET grades = '[77'", "is damaged"),
    "another content": ('UPDATE contents SET input = \'{"message": "evil"}\'', "is damaged"),
}


class TestStrangers:
    """Nothing of a file is taken over before it is known to be one that synterm made."""

    @pytest.mark.parametrize("name", SPOILED)
    def test_a_file_that_synterm_did_not_make_so_is_refused(
        self, synterm: Synterm, make_project: MakeProject, name: str
    ) -> None:
        statement, said = SPOILED[name]
        path = make_project()
        synterm("run", path, "--quiet")
        [strange] = copies(path, 1)
        if "grades" in name:
            spoil(path, "DELETE FROM runs", "DELETE FROM run_columns", "DELETE FROM evaluations")
        spoil(strange, "PRAGMA foreign_keys = OFF", statement)
        before, out = strange.read_bytes(), path.with_name("out.db")
        # What names nothing shows at the end; beside a whole copy it would be a conflict first.
        done = synterm("merge", "-o", out, *([strange] if name == "no parent" else [path, strange]))
        assert (done.code, said in done.err, out.exists()) == (2, True, False), done.err
        assert strange.read_bytes() == before
        assert not [file for file in path.parent.iterdir() if file.name.startswith(".")]

    def test_an_older_one_is_brought_up_to_date_first(self, synterm: Synterm, make_project: MakeProject) -> None:
        path = make_project()
        older = path.with_name("older.db")
        older_file(older, 3).conn.close()
        done = synterm("merge", "-o", path.with_name("out.db"), path, older)
        assert (done.code, f"synterm ls {older}" in done.err) == (2, True)

    def test_what_is_no_database_or_is_cut_off_is_refused(self, synterm: Synterm, make_project: MakeProject) -> None:
        path = make_project()
        strange = path.with_name("strange.db")
        for content in (FOREIGN_BYTES, path.read_bytes()[:20_000], b""):
            strange.write_bytes(content)
            assert synterm("merge", "-o", path.with_name("out.db"), path, strange).code == 2
        assert synterm("merge", "-o", path.with_name("out.db"), path, path.parent).code == 2
        assert synterm("merge", "-o", path.with_name("out.db"), path, "missing.db").code == 2

    def test_a_run_that_claims_another_as_its_part_does_not_remove_it(
        self, synterm: Synterm, make_project: MakeProject
    ) -> None:
        path = make_project()
        synterm("run", path, "--quiet")
        [strange] = copies(path, 1)
        synterm("run", strange, "--quiet")
        [victim] = runs(path)
        config = json.dumps({"variants": [], "plan": victim.config["plan"], "shards": [victim.id]})
        spoil(strange, f"UPDATE runs SET config = '{config}' WHERE id <> '{victim.id}'")
        out = path.with_name("out.db")
        merged(synterm, out, path, strange)
        assert victim.id in {run.id for run in runs(out)}


def test_every_table_is_merged_or_named_as_left_out() -> None:
    tables = {part.name for part in schema_of(SCHEMA_VERSION) if part.kind == "table"} | {"_sqlite_migrations"}
    assert tables - merged_tables() - LEFT_OUT.keys() == set()
    assert merged_tables() & LEFT_OUT.keys() == set()
    assert merged_tables() <= tables


def test_a_project_merged_with_itself_is_itself(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project(SMALL)
    synterm("run", path, "--prompt", "router@all", "--quiet")
    out = path.with_name("out.db")
    done = merged(synterm, out, path, path)
    assert done.out.count("adds nothing") == 1
    assert digest(out) == digest(path)

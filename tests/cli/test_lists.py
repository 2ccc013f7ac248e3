"""`synterm ls`, `show`, `models` and `schema`: data on stdout, for people and for programs."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from synterm.providers import weights
from tests.cli.conftest import Synterm
from tests.conftest import SMALL, MakeProject

LISTS = ("tree", "cases", "prompts", "models", "runs")


@pytest.fixture
def path(make_project: MakeProject, synterm: Synterm) -> Path:
    made = make_project()
    synterm("run", made, "--quiet")
    return made


@pytest.mark.parametrize("what", LISTS)
def test_every_list_fits_its_schema(synterm: Synterm, path: Path, what: str):
    schema = synterm("schema", what).json
    Draft202012Validator.check_schema(schema)
    listing = synterm("ls", path, what, "--json").json
    Draft202012Validator(schema).validate(listing)
    assert listing["schema"] == f"synterm.{what}/1"
    assert len(next(value for name, value in listing.items() if name != "schema")) > 0


@pytest.mark.parametrize("what", LISTS)
def test_off_a_terminal_lists_are_whole_lines_with_tabs(synterm: Synterm, path: Path, what: str):
    done = synterm("ls", path, what)
    entries = next(value for name, value in synterm("ls", path, what, "--json").json.items() if name != "schema")
    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) == len(entries)
    assert all("\t" in line for line in done.out.splitlines())


def test_a_hint_names_the_project_that_the_command_was_about(synterm: Synterm, path: Path):
    done = synterm("show", path, "generation", "last")
    assert (done.code, f"hint: synterm generate {path} makes cases" in done.err) == (2, True)


def test_what_there_is_none_of_is_said_with_what_makes_some(synterm: Synterm, tmp_path: Path):
    path = tmp_path / "empty.db"
    synterm("new", path)
    for what in (*LISTS, "trends", "documents", "generations", "gates", "imports"):
        done = synterm("ls", path, what)
        assert (done.code, done.out) == (0, "")
        assert re.search(f": synterm .*{path}|; synterm run {path}", done.err), (what, done.err)


def test_cases_are_chosen_as_in_a_run_and_by_text(synterm: Synterm, path: Path):
    def found(*options: str) -> int:
        return len(synterm("ls", path, "cases", *options).out.splitlines())

    assert found() == 5
    assert found("--split", "holdout") == 1
    assert found("--behavior", "off-*", "--tag", "trivia") == 1
    assert found("--text", "PERU") == 2
    assert found("--status", "draft") == 0
    assert found("--limit", "2") == 2


def test_on_a_terminal_lists_are_cut_to_its_width(make_project: MakeProject):
    path = make_project(SMALL + f'              - {{input: "{"一二三四 long " * 40}", expected: clarify}}\n')
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "synterm", "ls", str(path), "cases"]
    environment = {**os.environ, "COLUMNS": "60", "TERM": "xterm"}
    with subprocess.Popen(command, stdout=follower, stderr=follower, env=environment) as process:
        os.close(follower)
        shown = _read_all(leader)
    assert process.returncode == 0
    lines = shown.decode().splitlines()
    assert len(lines) == 6
    from rich.cells import cell_len

    assert max(map(cell_len, lines)) <= 60
    assert all(line.split()[-1].startswith("Rout") for line in lines), "the last column is seen: the widest give way"
    assert "…" in lines[-1]
    assert "\t" not in shown.decode()


def test_show_gives_the_same_shape_as_ls_of_one_entry(synterm: Synterm, path: Path):
    case = synterm("ls", path, "cases", "--json").json["cases"][2]
    assert synterm("show", path, "case", case["id"][-8:], "--json").json["cases"] == [case]
    model = synterm("show", path, "model", "rules", "--json").json
    assert model == synterm("ls", path, "models", "--json").json
    nodes = synterm("show", path, "node", "Routing/Ambiguous", "--json").json["nodes"]
    assert [node["name"] for node in nodes] == ["Ambiguous", "borderline"]


def test_drafts_and_rejected_cases_are_counted_apart(synterm: Synterm, path: Path):
    before = synterm("ls", path, "--json").json["nodes"][0]["cases"]
    ids = [case["id"] for case in synterm("ls", path, "cases", "--json").json["cases"]]
    assert synterm("edit", path, "case", ids[0], "--status", "draft").code == 0
    assert synterm("edit", path, "case", ids[1], "--status", "rejected").code == 0
    first = synterm("ls", path).out.splitlines()[0]
    assert f"{before - 2} cases, 1 draft, 1 rejected" in first
    assert f"{before - 2} cases, 1 draft, 1 rejected" in synterm("show", path, "node", "Routing").out
    root = synterm("ls", path, "--json").json["nodes"][0]
    assert (root["cases"], root["drafts"], root["rejected"]) == (before, 1, 1)


def test_show_tells_all_of_a_thing(synterm: Synterm, path: Path):
    case = synterm("ls", path, "cases", "--json").json["cases"][0]["id"]
    shown = synterm("show", path, "case", case).out
    for part in (
        case,
        "Routing/Out of scope/off-topic",
        "what's the capital of peru",
        "tags terse, trivia",
        "split dev",
    ):
        assert part in shown
    shown = synterm("show", path, "node", "borderline").out
    assert 'check from above: {"labels"' in shown
    assert "3 cases" in shown
    assert "ready: answers by its rules" in synterm("show", path, "model", "rules").out


def test_show_a_prompt_as_drafted_or_as_kept(synterm: Synterm, path: Path):
    drafted = synterm("show", path, "prompt", "router").out
    assert "You route one message" in drafted
    assert "the first try" in drafted
    kept = synterm("show", path, "prompt", "router@v1").out
    assert "Be terse." in kept
    assert "You route" not in kept
    versions = synterm("show", path, "prompt", "router@1", "--json").json["prompts"][0]["versions"]
    assert [version["number"] for version in versions] == [1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["case", "ZZZZZZ"], "no case named 'ZZZZZZ'"),
        (["prompt", "ruoter"], "did you mean router?"),
        (["prompt", "router@v7"], "it has: v1, v2"),
        (["node", "Ambigous"], "did you mean Ambiguous?"),
        (["model", "x"], "known: rules"),
    ],
)
def test_what_is_not_there_is_an_error_with_a_hint(synterm: Synterm, path: Path, words: list[str], said: str):
    done = synterm("show", path, *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_models_says_what_is_usable_and_what_the_others_lack(
    synterm: Synterm, path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    synterm("add", path, "model", "far", "--model", "openai/gpt-4o-mini")
    listing = synterm("models", path, "--json").json
    Draft202012Validator(synterm("schema", "usable").json).validate(listing)
    states = {row["name"]: row for row in listing["project"]}
    assert (states["rules"]["state"], states["far"]["state"]) == ("ready", "missing")
    assert "OPENAI_API_KEY" in states["far"]["hint"]
    shown = synterm("models", path).out
    assert "✓\trules\tscripted/rules" in shown
    assert "OPENAI_API_KEY" in shown
    assert synterm("models").out in shown


def test_models_pull_fetches_only_what_is_not_there(synterm: Synterm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(weights, "find", lambda: tmp_path / "there.gguf")
    done = synterm("models", "pull", "default")
    assert (done.code, done.err) == (0, f"already in {tmp_path / 'there.gguf'}\n")
    assert synterm("models", "pull", "other").code == 2
    assert synterm("models", "pull").code == 2


def test_models_pull_says_what_comes_from_where(synterm: Synterm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    async def fetch(on_progress: weights.OnProgress) -> Path:
        on_progress(1, 2)
        return tmp_path / "new.gguf"

    monkeypatch.setattr(weights, "find", lambda: None)
    monkeypatch.setattr(weights, "fetch", fetch)
    done = synterm("models", "pull", "default")
    assert done.code == 0
    assert "SmolLM2-135M" in done.err
    assert "98 MB" in done.err
    assert f"kept in {tmp_path / 'new.gguf'}" in done.err


@pytest.mark.parametrize("name", ["run", "usable", "project", "case", *LISTS])
def test_every_schema_is_a_schema(synterm: Synterm, name: str):
    done = synterm("schema", name)
    Draft202012Validator.check_schema(json.loads(done.out))


def test_the_schema_of_a_text_form_takes_what_new_takes(synterm: Synterm):
    import yaml

    validator = Draft202012Validator(synterm("schema", "project").json)
    validator.validate(yaml.safe_load(SMALL))
    assert not validator.is_valid({"synterm": 2, "name": "x"})


def _read_all(leader: int) -> bytes:
    """What was written to the terminal until its other end closed."""
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            part = b""
        if not part:
            os.close(leader)
            return b"".join(parts)
        parts.append(part)


@pytest.mark.parametrize("what", ["runs", "generations", "imports"])
def test_times_are_to_the_minute_for_people_and_whole_for_programs(synterm: Synterm, path: Path, what: str):
    source = path.with_name("more.csv")
    source.write_text("input,expected\nbook it,schedule\n")
    assert synterm("import", path, source, "--into", "borderline").code == 0
    assert synterm("generate", path, "--with", "misspellings", "--count", "1").code in (0, 3)
    assert synterm("run", path, "--quiet", "--fail-on", "").code == 0
    time = synterm("ls", path, what).out.split("\t")[1]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "synterm", "ls", str(path), what]
    with subprocess.Popen(command, stdout=follower, stderr=follower):
        os.close(follower)
        shown = _read_all(leader).decode()
    assert f"  {time[:16].replace('T', ' ')}  " in shown
    assert time not in shown
    if what == "imports":
        assert f"imported {time[:16].replace('T', ' ')}\n" in synterm("import", path, "--undo").err + "\n"

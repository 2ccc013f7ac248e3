"""A name that is nothing: what was meant is said, wherever a name is given."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Synterm
from tests.conftest import MakeProject

WRONG = [
    ("rum my.db", "did you mean rm or run"),
    ("help rum", "did you mean rm or run"),
    ("help add cse", "did you mean case?"),
    ("--vesion", "did you mean --version?"),
    ("--version --jsn", "did you mean --json?"),
    ("my.db run", "the command comes first: synterm run my.db"),
    ("my.db rnu", "the command comes first: synterm run my.db"),
    ("run", "hint: synterm run my.db\n"),
    ("add", "hint: synterm add my.db KIND\n"),
    ("add my.db", "KIND is one of feature, behavior, scenario, case, prompt, model, document"),
    ("add my.db cse x", "(feature, behavior, scenario, case, prompt, model, document)\nhint: did you mean case?"),
    ("ls my.db cass", "did you mean cases?"),
    ("ls cases", "name the project first: synterm ls PROJECT cases …\nhint: synterm ls my.db cases\n"),
    ("ls cases my.db", "name the project first: synterm ls PROJECT cases …\nhint: synterm ls my.db cases\n"),
    ("show x.db my.db", "the project comes first: synterm show my.db"),
    ("show my.db prmpt x", "did you mean prompt?"),
    ("baseline my.db sett main", "did you mean set?"),
    ("completion bsh", "did you mean bash"),
    ("schema ru", "did you mean run"),
    ("run my.db --modle x", "unknown option --modle\nhint: did you mean --model?"),
    ("report --ouput x", "unknown option --ouput\nhint: did you mean --output?"),
    ("edit my.db case x --expcted=1", "did you mean --expected"),
    ("run my.db --split dve", "(dev, holdout, train, all)\nhint: did you mean dev?"),
    ("run my.db --by tga", "did you mean tag?"),
    ("run my.db --executor dsk", "did you mean dask?"),
    ("run my.db --fail-on gtae", "did you mean gate?"),
    ("run mi.db", "did you mean my.db? synterm new mi.db makes a new one"),
    ("mi.db", "did you mean my.db? synterm new mi.db makes a new one"),
    ("diff my.db mi.db", "did you mean my.db?"),
    ("load my.ymal -o z.db", "did you mean my.yaml?"),
    ("run my.db --prompt ruter", "did you mean router?"),
    ("run my.db --prompt router@v9", "it has: v1, v2"),
    ("run my.db --model ruls", "did you mean rules?"),
    ("run my.db --behavior Ambigous", "did you mean Routing/Ambiguous?"),
    ("run my.db --tag ters", "no case has the tag 'ters'\nhint: did you mean terse?"),
    ("ls my.db cases --tag ters", "did you mean terse?"),
    ("coverage my.db --tag ters --no-map", "did you mean terse?"),
    ("run my.db --where tag:ters", "did you mean terse?"),
    ("run my.db --baseline mian", "did you mean main?"),
    ("compare my.db mian last", "did you mean main?"),
    ("baseline my.db show mian", "did you mean main?"),
    ("history my.db lst", "did you mean last"),
    ("show my.db generation lst", "did you mean last?"),
    ("show my.db case 8FH3K2QW", "cases lists them"),
    ("review my.db --model ruls --limit 1", "did you mean rules?"),
    ("add my.db case borderlin --input x", "did you mean borderline?"),
    ("edit my.db node Routing --check lable", "did you mean label"),
    ("edit my.db node Routing --gate 'must pas'", "must pass"),
    ("generate my.db --with paraphrse", "did you mean paraphrase?"),
    ("generate my.db --with misspellings:strenght=0.3", "did you mean strength?"),
    ("generate my.db --with misspellings --filter near-duplcate", "did you mean near-duplicate?"),
    ("distill my.db --attack jailbrek", "did you mean jailbreak"),
    ("export my.db --format trl-sf -o x", "did you mean trl-sft"),
    ("import my.db my.yaml --format promptfo", "did you mean promptfoo"),
    ("import my.db my.yaml --judge ruls", "did you mean rules?"),
    ("import my.db my.yaml --as production --mask emial", "did you mean email?"),
    ("new y.db --sample meting_router", "did you mean meeting_router?"),
    ("models pul default", "did you mean pull?"),
    ("share my.db -o z.db --without trafic", "did you mean traffic?"),
]


@pytest.fixture
def here(synterm: Synterm, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with a project ``my.db``, one run of it pinned as ``main``, and its text."""
    made = make_project()
    assert synterm("run", made, "--quiet", "--fail-on", "error").code == 0
    assert synterm("baseline", made, "set", "main").code == 0
    folder = tmp_path / "here"
    folder.mkdir()
    made.rename(folder / "my.db")
    (folder / "my.yaml").write_text("synterm: 1\n")
    monkeypatch.chdir(folder)
    return folder


def test_what_was_meant_is_said_wherever_a_name_is_given(here: Path, synterm: Synterm) -> None:
    silent: list[str] = []
    for line, hint in WRONG:
        done = synterm(*shlex.split(line))
        if done.code != 2 or hint not in done.err:
            silent.append(f"synterm {line}: exit {done.code}, {done.err.strip()} instead of {hint}")
    assert not silent, "\n".join(silent)
    assert sorted(file.name for file in here.iterdir()) == ["my.db", "my.yaml"]


def test_a_command_without_a_project_names_those_that_are_here(
    synterm: Synterm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "hint: synterm run my.db; synterm new my.db makes one" in synterm("run").err
    for name in ("b.db", "a.db", ".hidden.db", "bell\x07.db"):
        (tmp_path / name).touch()
    assert synterm("run").err.endswith("hint: synterm run PROJECT; here are a.db, b.db\n")


def test_what_follows_two_dashes_is_no_option(synterm: Synterm, make_project: MakeProject) -> None:
    assert "unknown option" not in synterm("rm", make_project(), "case", "--yes", "--", "--modle").err


def test_a_value_with_a_space_is_no_option(synterm: Synterm, make_project: MakeProject) -> None:
    done = synterm("review", make_project(), "--reject", "--with what")
    assert "unknown option" not in done.err

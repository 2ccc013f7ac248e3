"""What Tab completes: through bash itself, with the script that synterm prints; zsh and fish where they are."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from synterm.cli.commands import COMMANDS
from synterm.cli.complete.kinds import FREE, kind_of, value_of
from synterm.cli.complete.quoting import can_stand, quoted
from synterm.cli.parsers import every_parser
from synterm.glance import KINDS, names_in
from tests.cli.conftest import Synterm
from tests.cli.test_help_pages import _actions
from tests.conftest import SMALL, MakeProject

HOSTILE = [
    "$(touch PWNED)",
    "`touch PWNED`",
    "x;touch PWNED",
    'it\'s "so" & more',
    "a*?[b]{c,d}",
    "~root",
    "back\\slash",
    "x#y %z ^ = : <>|",
    "ümläut 日本",
]
LEFT_OUT = ["--yes", "tab\there", "esc\x1b[31mred", "new\nline", "right‮left", "x" * 200 + "\x07"]

Complete = Callable[..., list[str]]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with a ``synterm`` that runs this one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    file = folder / "synterm"
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m synterm "$@"\n')
    file.chmod(0o755)
    return folder


@pytest.fixture
def bash(synterm: Synterm, program: Path, tmp_path: Path) -> Complete:
    """What bash would offer for the last word of each line; in `read`, what it then reads back for it."""
    script = tmp_path / "completion.bash"
    script.write_text(synterm("completion", "bash").out)

    def complete(*lines: str, cwd: Path | None = None, read: bool = False) -> list[str]:
        asked = f"source {script}\nCOMP_WORDBREAKS=$' \\t\\n\"\\'@><=;|&(:'\n" + _ASK
        shown = 'eval "words=( ${reply} )"; printf "[%s]" "${words[@]}"; echo' if read else 'echo "$reply"'
        done = subprocess.run(
            ["bash", "--norc", "--noprofile", "-c", asked.replace("SHOWN", shown), "bash", *lines],
            cwd=cwd or tmp_path,
            env=_environment(program),
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        assert done.stderr == ""
        return done.stdout.splitlines()

    return complete


_ASK = """
for line in "$@"; do
    COMP_LINE=$line COMP_POINT=${#line} COMP_TYPE=9
    _synterm synterm
    for reply in "${COMPREPLY[@]}"; do SHOWN; done
    echo --
done
"""


def _environment(program: Path) -> dict[str, str]:
    place = Path(__file__).parents[2]
    path = os.pathsep.join(filter(None, (str(place), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PATH": f"{program}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": path, "LC_ALL": "C.UTF-8"}


def parts(lines: list[str]) -> list[list[str]]:
    """The answers to each line."""
    found: list[list[str]] = [[]]
    for line in lines:
        if line == "--":
            found.append([])
        else:
            found[-1].append(line)
    return found[:-1]


def test_bash_completes_commands_options_choices_and_files(bash: Complete, tmp_path: Path) -> None:
    for name in ("my.db", "with space.db", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "folder").mkdir()
    commands, projects, options, choices, kinds, below, files, samples, generators = parts(
        bash(
            "synterm re",
            "synterm run ",
            "synterm run my.db --mo",
            "synterm run my.db --split ",
            "synterm ls my.db t",
            "synterm edit my.db pr",
            "synterm add my.db prompt x --system @no",
            "synterm new other.db --sample meet",
            "synterm generate my.db --with 'fillers | missp",
        )
    )
    assert set(commands) == {"report", "review"}
    assert set(projects) >= {"my.db", "with\\ space.db", "folder/"}
    assert "notes.txt" not in projects
    assert options == ["--model "]
    assert choices == ["dev", "holdout", "train", "all"]
    assert kinds == ["tree", "trends"]
    assert set(below) == {"prompt", "project"}
    assert files == ["@notes.txt "]
    assert "meeting_router " in samples or "meeting_router" in samples
    assert generators == ["fillers | misspellings"]


def test_bash_completes_what_the_project_holds(bash: Complete, synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    assert synterm("run", path, "--quiet", "--fail-on", "error").code == 0
    assert synterm("baseline", path, "set", "main").code == 0
    before = {file.name: file.stat().st_mtime_ns for file in path.parent.iterdir()}
    prompts, versions, models, tree, quoted_tree, tags, baselines, runs = parts(
        bash(
            f"synterm run {path} --prompt ",
            f"synterm run {path} --prompt router@v",
            f"synterm run {path} --model ",
            f"synterm run {path} --behavior Routing/O",
            f"synterm run {path} --behavior 'Routing/Out of scope/o",
            f"synterm ls {path} cases --tag t",
            f"synterm run {path} --baseline=m",
            f"synterm report {path} l",
        )
    )
    assert prompts == ["router", "router@draft", "router@v2", "router@v1"]
    # Where bash breaks words: only what it puts in.
    assert set(versions) == {"@v2", "@v1"}
    assert models == ["rules "]
    assert tree == ["Routing/Out\\ of\\ scope", "Routing/Out\\ of\\ scope/off-topic"]
    assert quoted_tree == ["Routing/Out of scope/off-topic"]
    assert set(tags) == {"terse", "trivia"}
    assert baselines == ["main "]
    assert runs == ["last", "last-1"]
    assert {file.name: file.stat().st_mtime_ns for file in path.parent.iterdir()} == before


@pytest.fixture
def hostile(make_project: MakeProject) -> Path:
    text = yaml.safe_load(SMALL)
    text["tree"][0]["behaviors"][0]["scenarios"][0]["cases"][0]["tags"] = [*HOSTILE, *LEFT_OUT]
    return make_project(yaml.safe_dump(text, allow_unicode=True))


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_bash_reads_a_completed_name_back_as_it_is(bash: Complete, hostile: Path, quote: str) -> None:
    [offered] = parts(bash(f"synterm ls {hostile} cases --tag {quote}"))
    assert len(offered) == len(HOSTILE) + 1  # and one of another case
    code = "".join(f"printf '%s\\n' {quote}{one}{quote}\n" for one in offered)
    done = subprocess.run(
        ["bash", "-c", code],
        cwd=hostile.parent,
        env={"HOME": "/nowhere", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
    )
    assert set(done.stdout.decode().splitlines()) == {*HOSTILE, "terse"}
    assert not list(hostile.parent.glob("*PWNED*"))


def test_an_exclamation_mark_is_no_history(tmp_path: Path) -> None:
    assert quoted("a!b", '"', "") == "a\"'!'\"b"
    assert quoted("a!b", "", "") == "a\\!b"
    assert quoted("~/x y", "", "~/") == "~/x\\ y"
    assert quoted("~root", "", "") == "\\~root"


def test_what_a_terminal_would_act_on_is_not_offered() -> None:
    assert [name for name in (*HOSTILE, *LEFT_OUT) if can_stand(name)] == [*HOSTILE, "--yes"]


def _values(path: Path) -> Iterator[dict[str, str]]:
    yield from (names_in(path, kind) for kind in KINDS)


def test_a_project_that_is_in_use_is_read_with_what_waits_in_its_log(make_project: MakeProject) -> None:
    path = make_project()
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("UPDATE models SET name = 'of the log'")
        beside = sorted(file.name for file in path.parent.iterdir())
        assert names_in(path, "model") == {"of the log": ""}
        writer.execute("BEGIN EXCLUSIVE")  # nobody else may write, and nobody waits for that
        assert names_in(path, "prompt")["router@v1"] == "the first try"
        writer.execute("ROLLBACK")
        assert sorted(file.name for file in path.parent.iterdir()) == beside


def test_every_kind_of_name_is_read_of_a_project_that_has_none(make_project: MakeProject) -> None:
    assert all(isinstance(found, dict) for found in _values(make_project()))


@pytest.mark.parametrize("damage", ["text", "cut", "view", "folder", "pipe", "link"])
def test_a_file_that_is_no_sound_project_has_no_names_and_nothing_is_said(
    bash: Complete, make_project: MakeProject, tmp_path: Path, damage: str
) -> None:
    made = make_project()
    path = tmp_path / "bad.db"
    match damage:
        case "text":
            path.write_text("no database")
        case "cut":
            path.write_bytes(made.read_bytes()[:5000])
        case "view":
            path.write_bytes(made.read_bytes())
            _turn_into_view(path)
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case _:
            path.symlink_to(made)
    assert parts(bash(f"synterm run {path} --model ")) == [[]]


def _turn_into_view(path: Path) -> None:
    """Models that would never end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DROP TABLE models")
        endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS name FROM n"
        db.execute(f"CREATE VIEW models AS {endless}")


def test_the_only_project_here_is_meant_where_none_is_named(bash: Complete, make_project: MakeProject) -> None:
    path = make_project()
    assert parts(bash("synterm run --model ", cwd=path.parent)) == [["rules "]]


def test_other_shells_are_given_values_as_they_are_with_a_few_words(program: Path, make_project: MakeProject) -> None:
    path = make_project()
    line = f"synterm run {path} --prompt r"
    asked = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_SHELL": "fish", "_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_DFS": "\t"}
    environment = {**_environment(program), **asked, "COMP_LINE": line, "COMP_POINT": str(len(line))}
    done = subprocess.run(["synterm"], env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines()[0] == "router\tas kept last"
    assert done.stdout.splitlines()[-1] == "router@v1\tthe first try"


def test_no_command_is_imported_for_a_tab(make_project: MakeProject) -> None:
    line = f"synterm run {make_project()} --model "
    asked = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_SHELL": "bash", "COMP_LINE": line, "COMP_POINT": str(len(line))}
    program = (
        "import os, sys\n"
        f"os.environ.update({asked!r})\n"
        "from synterm.cli.main import entry\nentry()\nsys.stderr.write('MODULES ' + ' '.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "rules \n"
    loaded = set(done.stderr.rpartition("MODULES ")[2].split())
    assert loaded.isdisjoint(("synterm.cli.run", "synterm.storage", "sqlite_utils", "pydantic", "textual", "litellm"))


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_script_is_one_that_the_shell_reads(synterm: Synterm, tmp_path: Path, shell: str) -> None:
    if (found := shutil.which(shell)) is None:
        pytest.skip(f"there is no {shell} here")
    script = tmp_path / f"completion.{shell}"
    script.write_text(synterm("completion", shell).out)
    done = subprocess.run([found, "-n", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_of_every_value_it_is_known_what_it_can_be() -> None:
    unknown = [
        f"{parser.prog} {'/'.join(action.option_strings) or action.dest}: {value_of(action)}"
        for name in COMMANDS
        for parser in every_parser(name)
        for action in _actions(parser)
        if action.nargs != 0 and action.choices is None and not kind_of(parser.prog, action)
        if value_of(action) not in FREE
    ]
    assert unknown == []

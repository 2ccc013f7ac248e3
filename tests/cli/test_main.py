"""Finding the command, and how errors reach people and scripts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from synterm import __version__
from synterm.cli.commands import COMMANDS
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject


def test_no_words_print_the_first_steps(synterm: Synterm):
    done = synterm()
    assert done.code == 0
    assert [step in done.out for step in ("synterm demo", "synterm new my.db", "synterm my.db")] == [True] * 3
    assert synterm("--help").out == done.out


def test_the_overview_lists_every_command_that_works_and_no_other(synterm: Synterm):
    lines = synterm().out.split("\n\n")[-1].splitlines()
    # The group, the commands, what they do.
    assert {name for line in lines for name in line[13:30].split()} == set(COMMANDS)


def test_the_overview_is_seen_at_once_on_a_small_terminal(synterm: Synterm):
    lines = synterm("--help").out.splitlines()
    assert len(lines) < 24
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(synterm: Synterm, command: str):
    done = synterm(command, "--help")
    assert done.code == 0
    assert f"examples:\n  synterm {command}" in done.out
    assert done.err == ""


def test_the_version(synterm: Synterm):
    assert synterm("--version").out.startswith(f"synterm {__version__}\n")


def test_a_word_that_is_nothing_gets_a_hint(synterm: Synterm):
    assert "did you mean rm or run" in synterm("rum").err
    done = synterm("fresh.db")
    assert done.code == 2
    assert done.err == ("synterm: 'fresh.db' is neither a command nor a project file\nhint: synterm new fresh.db\n")


def test_the_workbench_without_a_terminal_points_to_run(synterm: Synterm, make_project: MakeProject):
    path = make_project()
    done = synterm(path)
    assert done.code == 2
    assert f"hint: synterm run {path} evaluates without one" in done.err


def test_an_unknown_option_names_what_is_near(synterm: Synterm):
    done = synterm("run", "x.db", "--min-pas-rate", "1")
    assert done.code == 2
    assert "did you mean --min-pass-rate" in done.err


def test_an_unknown_option_of_a_kind_names_what_is_near(synterm: Synterm):
    assert "did you mean --expected" in synterm("add", "x.db", "case", "s", "--expcted", "1").err


def test_an_error_in_the_settings_names_file_and_key(synterm: Synterm, make_project: MakeProject, own_config: Path):
    (own_config / "settings.toml").write_text("concurency = 3\n")
    done = synterm("run", make_project())
    assert done.code == 2
    assert "settings.toml, line 1: concurency" in done.err
    assert "hint: did you mean concurrency?" in done.err


def test_an_internal_error_is_one_line_and_the_traceback_goes_to_the_log(
    synterm: Synterm, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch, own_logs: Path
):
    def fail(*_: object, **__: object) -> None:
        secret = "sk-canary"
        raise ZeroDivisionError(f"bad \x1b[31m news {len(secret)}")

    monkeypatch.setattr("synterm.cli.run.evaluate", fail)
    done = synterm("run", make_project())
    log = own_logs / "crash.log"
    assert done.code == 2
    assert done.err == f"synterm: internal error: ZeroDivisionError: bad ␛[31m news 9; details in {log}\n"
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_damaged_project_is_an_error_for_people(synterm: Synterm, make_project: MakeProject):
    path = make_project()
    raw = bytearray(path.read_bytes())
    raw[4096:] = b"\xff" * (len(raw) - 4096)
    path.write_bytes(raw)
    done = synterm("ls", path)
    assert done.code == 2
    assert "damaged" in done.err
    assert "internal error" not in done.err


def test_a_reader_that_goes_away_is_no_error(make_project: MakeProject):
    cases = "".join(f'              - {{input: "message {n}", expected: clarify}}\n' for n in range(3000))
    path = make_project(_many(cases))
    command = [sys.executable, "-m", "synterm", "ls", str(path), "cases"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def _many(cases: str) -> str:
    from tests.conftest import SMALL

    return SMALL + cases


@pytest.mark.parametrize(
    "allowed",
    [
        (["--help"], "argparse annotationlib pydantic rich textual litellm tiktoken sqlite_utils asyncio jinja2"),
        (["run", "--help"], "textual litellm tiktoken rich.table"),
    ],
    ids=["help", "run help"],
)
def test_help_imports_nothing_heavy(allowed: tuple[list[str], str]):
    words, heavy = allowed
    assert _loaded(words).isdisjoint(heavy.split())


def test_a_run_of_scripted_models_imports_no_model_library_and_no_screen(make_project: MakeProject):
    loaded = _loaded(["run", str(make_project())])
    assert "rich" in loaded
    assert loaded.isdisjoint(("litellm", "tiktoken", "textual", "xllamacpp", "openai", "aiohttp"))


def _loaded(words: list[str]) -> set[str]:
    """The modules that a command line leaves loaded."""
    program = (
        "import sys\nfrom synterm.cli.main import main\n"
        f"main({words!r})\nsys.stderr.write('MODULES ' + ' '.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stderr.rpartition("MODULES ")[2].split())

"""``synterm export`` on real project files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import synterm as package
from synterm.finetune.formats.registry import BUILT_IN
from tests.cli.conftest import Synterm
from tests.conftest import SMALL, MakeProject

ROOT = Path(package.__file__).parent.parent
MESSAGES = (
    ("what time is it in tokyo", "out_of_scope"),
    ("who won the cup last night", "out_of_scope"),
    ("how tall is mount kenya", "out_of_scope"),
    ("sum up what the board said on friday", "summarize"),
    ("the gist of yesterday's standup", "summarize"),
    ("main points from the retro", "summarize"),
    ("put lunch with mia on thursday", "schedule"),
    ("move the review to nine", "schedule"),
    ("cancel my slot at four", "schedule"),
    ("the other one", "clarify"),
    ("same as before please", "clarify"),
    ("can you handle this", "clarify"),
)


def project_text() -> str:
    """The small project with a scenario of cases to train on."""
    cases = "".join(
        f"              - {{input: {json.dumps(text)}, expected: {label}, split: train}}\n" for text, label in MESSAGES
    )
    return SMALL + "          - scenario: to learn\n            cases:\n" + cases


@pytest.fixture
def recorded(make_project: MakeProject, synterm: Synterm) -> Path:
    """A project whose train cases were answered once."""
    path = make_project(project_text())
    assert synterm("run", path, "--split", "train", "--quiet").code in (0, 1)
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_format_is_written_with_all_that_belongs_to_it(synterm: Synterm, recorded: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = synterm("export", recorded, "--format", "trl-prompt-completion", "-o", out, "--validation", "0.25")
    assert (done.code, done.out) == (0, "")
    names = {"README.md", "lineage.jsonl", "manifest.json", "train.jsonl", "validation.jsonl"}
    assert {*files(out)} == names
    rows = lines(out / "train.jsonl") + lines(out / "validation.jsonl")
    asked = {row["prompt"][-1]["content"]: row["completion"][0]["content"] for row in rows}
    assert asked == dict(MESSAGES)
    assert {row["prompt"][0]["content"] for row in rows} == {"You route one message to one agent."}
    manifest = json.loads((out / "manifest.json").read_text())
    assert f"{out}: {manifest['rows']['train']} rows to train on" in done.err
    assert manifest["prompt"]["id"]
    assert manifest["prompt"]["name"] == "router@v2"


def test_wrong_answers_are_those_that_were_recorded(synterm: Synterm, recorded: Path, tmp_path: Path) -> None:
    done = synterm("export", recorded, "--format", "trl-dpo", "-o", tmp_path / "out", "--validation", "0")
    rows = lines(tmp_path / "out" / "train.jsonl")
    # The scripted model says clarify, which is right for three of them.
    assert len(rows) == 9
    assert {row["rejected"][0]["content"] for row in rows} == {"clarify"}
    assert "left out of trl-dpo: 3 · dpo: there is no wrong answer to hold against the right one" in done.err
    told = lines(tmp_path / "out" / "lineage.jsonl")
    assert {one["wrong"]["model"] for one in told} == {"rules"}


def test_several_formats_go_into_folders_of_their_own(synterm: Synterm, recorded: Path, tmp_path: Path) -> None:
    done = synterm(
        "export", recorded, "--format", "trl-kto", "--format", "mlx-lm", "-o", tmp_path / "out", "--json", "-"
    )
    assert done.code == 0
    assert [one["format"] for one in done.json["exports"]] == ["trl-kto", "mlx-lm"]
    assert {one.name for one in (tmp_path / "out").iterdir()} == {"trl-kto", "mlx-lm"}


def test_of_several_formats_none_is_written_when_one_has_nothing(
    synterm: Synterm, make_project: MakeProject, tmp_path: Path
) -> None:
    path = make_project(project_text())
    done = synterm("export", path, "--format", "trl-sft", "--format", "trl-dpo", "-o", tmp_path / "out")
    assert done.code == 2
    assert "nothing to write as trl-dpo" in done.err
    assert not (tmp_path / "out").exists()


def test_the_same_project_gives_the_same_bytes_anywhere(
    recorded: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    formats = [word for name in BUILT_IN for word in ("--format", name)]
    seen: list[dict[str, bytes]] = []
    for number, zone in enumerate(("UTC", "Asia/Tokyo")):
        place = tmp_path_factory.mktemp(f"place{number}")
        set_up = {
            "PYTHONHASHSEED": str(number + 1),
            "TZ": zone,
            "PYTHONPATH": str(ROOT),
            "LC_ALL": ("C", "C.UTF-8")[number],
        }
        done = subprocess.run(
            [sys.executable, "-m", "synterm", "export", str(recorded), *formats, "-o", "out"],
            env={**os.environ, **set_up},
            cwd=place,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        seen.append(files(place / "out"))
    assert {name.partition("/")[0] for name in seen[0]} == {*BUILT_IN}
    assert seen[0].keys() == seen[1].keys()
    assert [name for name, content in seen[0].items() if seen[1][name] != content] == []


def test_a_dry_run_tells_and_writes_nothing(synterm: Synterm, recorded: Path, tmp_path: Path) -> None:
    before = {*tmp_path.iterdir()}
    done = synterm("export", recorded, "--format", "openai-sft", "--dry-run", "--json", "-", "--train-price", "3")
    assert "openai-sft, not written" in done.err
    assert "cost: about $" in done.err
    assert done.json["format"] == "openai-sft"
    assert {*tmp_path.iterdir()} == before


def test_what_guards_refuse_is_told_and_not_written(synterm: Synterm, recorded: Path, tmp_path: Path) -> None:
    done = synterm(
        "export",
        recorded,
        "--format",
        "trl-sft",
        "-o",
        tmp_path / "out",
        "--split",
        "train",
        "--split",
        "dev",
        "--rows",
        "1",
    )
    assert done.code == 0
    assert "refused: " in done.err
    assert "split" in done.err
    assert f"synterm finetune {recorded} --rows" in done.err
    text = (tmp_path / "out" / "train.jsonl").read_text()
    assert "notes from the thing" not in text


def test_nothing_set_aside_says_what_to_do(synterm: Synterm, make_project: MakeProject, tmp_path: Path) -> None:
    done = synterm("export", make_project(), "--format", "trl-sft", "-o", tmp_path / "out")
    assert done.code == 2
    assert "nothing to write as trl-sft" in done.err
    assert "--set-aside" in done.err


def test_where_all_is_refused_it_says_what_and_why(synterm: Synterm, make_project: MakeProject, tmp_path: Path) -> None:
    done = synterm("export", make_project(), "--format", "trl-sft", "--split", "dev", "-o", tmp_path / "out")
    assert done.code == 2
    assert "refused: " in done.err and "it is in dev, which models are evaluated on" in done.err
    assert not (tmp_path / "out").exists()


def test_a_second_export_replaces_the_first_and_a_changed_one_is_kept(
    synterm: Synterm, recorded: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    again = ("export", recorded, "--format", "llamafactory", "-o", out)
    assert synterm(*again).code == 0
    before = files(out)
    assert synterm(*again).code == 0
    assert files(out) == before
    (out / "sft.yaml").write_text("mine: true\n")
    done = synterm(*again)
    assert done.code == 2
    assert "sft.yaml was changed since it was exported" in done.err
    assert (out / "sft.yaml").read_text() == "mine: true\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "trl-sft"], "where to?"),
        (["-o", "out"], "in which format?"),
        (["--format", "tlr-sft", "-o", "out"], "'tlr-sft' is no format that is written"),
        (["--format", "trl-sft", "-o", "data.jsonl"], "an export is a folder"),
        (["--format", "trl-sft", "-o", "out", "--license", "My Own!"], "--license 'My Own!'"),
        (["--format", "trl-sft", "-o", "out", "--base", "a'; rm -rf b"], "--base"),
        (["--format", "trl-sft", "-o", "out", "--prompt", "nobody"], "nobody"),
    ],
)
def test_a_wrong_command_says_what_is_wrong(synterm: Synterm, recorded: Path, words: list[str], said: str) -> None:
    done = synterm("export", recorded, *words)
    assert done.code == 2
    assert said in done.err


def test_a_project_is_needed(synterm: Synterm) -> None:
    assert "export of which project?" in synterm("export", "--format", "trl-sft").err


def test_the_formats_are_listed_with_what_each_needs(synterm: Synterm) -> None:
    done = synterm("export", "--list")
    listed = [line.split("\t") for line in done.out.splitlines()]
    assert [line[0] for line in listed] == [*BUILT_IN]
    assert {line[0]: line[1] for line in listed}["trl-dpo"] == "pairs"


def test_the_manifest_fits_its_schema(synterm: Synterm, recorded: Path, tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator

    schema = synterm("schema", "manifest").json
    synterm("export", recorded, "--format", "axolotl", "-o", tmp_path / "out")
    Draft202012Validator(schema).validate(json.loads((tmp_path / "out" / "manifest.json").read_text()))


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom synterm.cli.main import main\nmain(['export', '--help'])\n"
        "sys.stderr.write(' '.join({*'textual litellm tiktoken pydantic_ai numpy torch'.split()} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""

"""Names that want to be paths: none of a project's names becomes one, and a file that a text names stays beside it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from synterm.cli.main import main
from synterm.errors import InputError
from synterm.formats.beside import file_beside
from synterm.formats.import_file import FileOptions, opened_source

BAD = [
    "../out",
    "../../out",
    "..",
    ".",
    "/etc/passwd",
    "//etc/passwd",
    "/dev/stdin",
    "/proc/self/environ",
    "a/../../out",
    "a/./../../out",
    "./../out",
    "..\\out",
    "..\\..\\out",
    "a\\..\\..\\out",
    "C:\\out",
    "C:out",
    "C:/out",
    "\\\\host\\share\\out",
    "//host/share/out",
    "\\\\?\\C:\\out",
    "~",
    "~/out",
    "~root/out",
    "$HOME/out",
    "${HOME}/out",
    "`id`",
    "$(touch out)",
    "; touch out",
    "| touch out",
    "&& touch out",
    "> out",
    "out\n../out",
    "out\x00.txt",
    "%2e%2e%2fout",
    "..%c0%af..%c0%afout",
    "．．/out",
    "\u202egpj.out",
    "-o",
    "--output=out",
    "CON",
    "NUL.txt",
    "out.",
    "a" * 300,
    "file:///etc/passwd",
    "http://127.0.0.1:9/out",
    ".git/config",
    "index.html/../out",
]
FORMATS = ("alpaca", "openai-sft", "trl-sft", "sharegpt", "mlx-lm", "axolotl", "llamafactory")


def hostile() -> dict[str, Any]:
    """A text form whose every name is a bad one, as far as names may be so."""
    rules = {"rules": [{"match": "x", "in": "user", "answer": "yes"}], "default": "yes"}
    names = [name for name in BAD if "\0" not in name and "\n" not in name and len(name) <= 100]
    cases: list[dict[str, Any]] = [
        {"input": {"message": name}, "expected": "yes", "tags": [name[:40]], "split": "train"} for name in names
    ]
    return {
        "synterm": 1,
        "name": "../../out",
        "models": [{"name": name, "model": "scripted/rules", "params": rules} for name in names[:3]],
        "prompts": [
            {"name": name, "messages": [{"role": "user", "content": "{{ message }}"}]} for name in ("../p", "/p")
        ],
        "documents": [{"name": name, "text": "x"} for name in ("../out", "/tmp/out", "C:\\out")],
        "tree": [
            {
                "feature": name.replace("/", "∕"),
                "checks": [{"type": "equals"}],
                "behaviors": [{"behavior": "..", "scenarios": [{"scenario": ".", "cases": cases if not at else []}]}],
            }
            for at, name in enumerate(names)
        ],
    }


def below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def test_what_is_written_stands_where_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inside = tmp_path / "a" / "b" / "inside"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    path, source = inside / "p.db", inside / "p.yaml"
    source.write_text(json.dumps(hostile()), encoding="utf-8")
    assert main(["new", str(path), "--from", str(source)]) == 0, capsys.readouterr().err
    assert main(["run", str(path), "--split", "all", "--html", "r.html", "--junit", "r.xml", "--json", "r.json"]) == 0
    assert main(["report", str(path), "-o", "report.html"]) == 0
    assert main(["dump", str(path), "-o", "dump.yaml"]) == 0
    assert main(["load", "dump.yaml", "-o", "again.db"]) == 0
    assert main(["merge", "-o", "merged.db", str(path), "again.db"]) == 0
    made = {"p.db", "p.yaml", "r.html", "r.xml", "r.json", "report.html", "dump.yaml", "again.db", "merged.db"}
    for name in FORMATS:
        assert main(["export", str(path), "--format", name, "-o", f"out-{name}"]) == 0, capsys.readouterr().err
    written = below(tmp_path)
    loose = {name.removeprefix("a/b/inside/") for name in written if "/out-" not in name}
    assert loose == made
    for name in written - {f"a/b/inside/{one}" for one in made}:
        folder, _, file = name.removeprefix("a/b/inside/").partition("/")
        assert folder.removeprefix("out-") in FORMATS
        assert file.replace("_", "").replace("-", "").replace(".", "").isalnum(), name


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A folder with a file, a folder, and links that lead out of it; outside of it a file that may not be read."""
    folder = tmp_path / "a" / "b" / "project"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "cases.jsonl").write_text('{"input": {"message": "x"}, "expected": "clarify"}\n')
    for secret in (tmp_path / "out", tmp_path / "a" / "out", tmp_path / "a" / "b" / "out"):
        secret.write_text('{"input": {"message": "secret"}}\n')
    (folder / "link").symlink_to(tmp_path / "out")
    (folder / "links").symlink_to(tmp_path)
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "fifo")
    return folder


@pytest.mark.parametrize("name", [*BAD, "", "below", "link", "links/out", "loop", "fifo", "below/../../out"])
def test_a_file_that_a_text_names_stays_beside_it(beside: Path, name: str) -> None:
    with pytest.raises(InputError):
        file_beside(beside, name)


def test_what_is_beside_it_is_read(beside: Path) -> None:
    assert file_beside(beside, "below/cases.jsonl").name == "cases.jsonl"
    assert file_beside(beside, "./below/cases.jsonl").is_file()


def test_no_text_form_and_no_config_reads_what_is_outside(beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project, config = beside / "p.yaml", beside / "promptfooconfig.yaml"
    for name in [*BAD, "link", "links/out", "fifo"]:
        scenario = {"scenario": "S", "cases": [{"file": name}]}
        tree = [{"feature": "F", "behaviors": [{"behavior": "B", "scenarios": [scenario]}]}]
        project.write_text(json.dumps({"synterm": 1, "name": "x", "tree": tree}))
        assert main(["new", str(beside / "p.db"), "--from", str(project)]) == 2, name
        assert not (beside / "p.db").exists()
        config.write_text(json.dumps({"prompts": ["p"], "providers": ["x"], "tests": [f"file://{name}.jsonl", name]}))
        with opened_source(str(config), FileOptions(format="promptfoo")) as (source, file):
            assert all(isinstance(row, InputError) for row in source.rows(file)), name
    assert "secret" not in capsys.readouterr().err

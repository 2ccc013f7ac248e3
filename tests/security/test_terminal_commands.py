"""Whatever texts a project, a file or a command line has: no command writes anything that acts on a terminal."""

from __future__ import annotations

import io
import sys
from itertools import chain
from pathlib import Path

import pytest

from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.security.payloads import ESCAPES, MARKUP, MODEL, NAME, PROMPT, SCENARIO, SHORT, acting, hostile_project
from tests.support.traffic import UNCOVERED, logged, placed, with_traffic

Words = tuple[str | Path, ...]
LISTS = "tree cases gates prompts models documents runs trends duplicates"


@pytest.fixture
def path(make_project: MakeProject) -> Path:
    """A project with hostile texts everywhere, also in the name of its file."""
    return make_project(hostile_project(), f"h {NAME}.db")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Files to be read, with hostile names and contents."""
    quoted = SHORT.replace('"', '""')
    texts = {
        "cases.csv": f'message,extra,"{quoted}"\n"{quoted} a",b,"{quoted}"\nplain,x,y\n',
        "broken.jsonl": f'{{"input": {{"message": "a"}}}}\n{{bad {SHORT}\n["{SHORT}"]\n',
        "calls.csv": f'message,extra,reply\n"{quoted}",b,"{quoted}"\nplain,x,y\n',
        "doc.md": f"# {SHORT}\n",
        "text.yaml": f"synterm: 1\nname: x\nunknown {SHORT}: 1\n",
    }
    found = {name: tmp_path / f"{NAME} {name}" for name in texts}
    for name, place in found.items():
        place.write_text(texts[name], encoding="utf-8")
    return found


def harmless(synterm: Synterm, monkeypatch: pytest.MonkeyPatch, given: str, expected: int, *words: str | Path) -> str:
    """Run a command, and look at all that it writes."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8"))
    done = synterm(*words)
    said = done.out + done.err
    told = f"{words}: {said[:800]!r}"
    assert not acting(said), told
    assert "internal error" not in said and "Traceback" not in said, told
    assert done.code == expected, told
    return said


def test_what_commands_tell_of_a_project(
    path: Path, synterm: Synterm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: dict[str, Path]
) -> None:
    with Project.open(path) as project:
        at = placed(project, SCENARIO)
    calls = [logged(f"{SHORT} {number}", SHORT, number, **(at if number else UNCOVERED)) for number in range(5)]
    with_traffic(path, *calls)
    model, versions = ("--model", MODEL), ("--prompt", f"{PROMPT}@v1", "--prompt", f"{PROMPT}@v2")
    into = f"f {NAME}/imported {NAME}/i {NAME}"
    reports = (f"--{name}" for name in ("html", "junit", "comment", "json"))
    asked: list[tuple[int, Words]] = [
        (3, ("run", path, *model, *versions, "--github", *(w for name in reports for w in (name, tmp_path / name)))),
        (3, ("run", path, *model, "--split", "all", "--repeat", "2", "--by", "tag")),
        (3, ("run", path, *model, "--progress", "json", "--no-cache")),
        (3, ("run", path, *model, "--json", "-", "--where", f'"{SHORT}"')),
        (0, ("run", path, *model, "--dry-run")),
        *(
            (0, ("ls", path, what))
            for what in "tree cases gates prompts models documents runs trends duplicates".split()
        ),
        *((0, ("ls", path, what, "--json")) for what in ("tree", "cases", "prompts", "models")),
        (0, ("show", path, "node", SCENARIO)),
        (0, ("show", path, "prompt", f"{PROMPT}@v2")),
        (0, ("show", path, "model", MODEL)),
        (0, ("show", path, "document", "d")),
        (0, ("history", path)),
        (0, ("history", path, "last")),
        (0, ("baseline", path, "set", "main")),
        (0, ("baseline", path, "show", "main")),
        (3, ("run", path, *model, *versions, "--baseline", "main")),
        (0, ("compare", path, f"{PROMPT}@v1", f"{PROMPT}@v2", "--list", "9")),
        (0, ("report", path, "-o", tmp_path / "r.html")),
        (0, ("review", path, "--export", "-")),
        (0, ("distill", path)),
        (0, ("generate", path, "--from", "*", "--with", "casing", "--count", "4", "--no-usual-filters")),
        (0, ("show", path, "generation", "last")),
        (0, ("review", path, "--drafts", "--export", "-")),
        (0, ("coverage", path, "--map", "--html", tmp_path / "c.html")),
        (0, ("import", path, files["cases.csv"], "--into", into, "--expected", SHORT, "--preview")),
        (0, ("import", path, files["cases.csv"], "--into", into, "--expected", SHORT)),
        (2, ("import", path, files["broken.jsonl"], "--into", into, "--no-expected")),
        (0, ("ls", path, "imports")),
        (0, ("import", path, files["calls.csv"], "--as", "production", "--output", "reply", "--no-placing")),
        (0, ("inbox", path)),
        (0, ("inbox", path, "--find", "plain")),
        (0, ("inbox", path, "--uncovered")),
        (0, ("finetune", path, "--near", "1", "--instruction", SHORT)),
        (0, ("export", path, "--format", "trl-sft", "-o", tmp_path / f"sft {NAME}", "--near", "1")),
        (0, ("guard", path, "--behavior", "*/plain", "--input", "plain", "--expected", SHORT)),
        (0, ("models", path)),
        (0, ("models", path, "--test", MODEL, "--message", SHORT)),
        (0, ("dump", path, "--all")),
        (0, ("new", tmp_path / f"other {NAME}.db", "--from", path.with_name(f"{path.name}.yaml"))),
        (0, ("diff", path, path)),
        (1, ("diff", path, tmp_path / f"other {NAME}.db")),
        (0, ("merge", "-o", tmp_path / f"m {NAME}.db", path, path)),
    ]
    said = [harmless(synterm, monkeypatch, f"{SHORT}\n", code, *words) for code, words in asked]
    shown = "".join(said)
    assert "␛]52;c;eA==␇‹U+009B›7m‹U+202E›[/x][@click=app.exit]" in shown, "as text it is there"


def test_what_commands_say_of_what_can_not_be(
    path: Path, synterm: Synterm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: dict[str, Path]
) -> None:
    gone, into = tmp_path / f"gone {NAME}", f"f {NAME}/b/s"
    asked: list[Words] = [
        (SHORT,),
        (f"--{SHORT}",),
        *((command, path, f"--{SHORT}") for command in ("run", "ls", "import", "generate", "dump", "history", "inbox")),
        *(("show", path, kind, SHORT) for kind in ("node", "prompt", "model", "document", "case", "generation")),
        *(("rm", path, kind, SHORT) for kind in ("node", "prompt", "model", "document", "case")),
        *(("run", path, option, SHORT) for option in ("--prompt", "--model", "--behavior", "--limit")),
        *(("run", path, option, SHORT) for option in ("--baseline", "--fail-on", "--shard", "--max-cost")),
        ("run", gone),
        ("ls", path, SHORT),
        ("history", path, SHORT),
        ("baseline", path, "set", SHORT),
        ("baseline", path, "show", SHORT),
        ("compare", path, SHORT, SHORT),
        ("report", path, SHORT, "-o", tmp_path / "x.html"),
        ("generate", path, "--from", SHORT, "--with", "casing"),
        ("generate", path, "--with", SHORT),
        ("generate", path, "--with", f"casing:{SHORT}=1"),
        ("coverage", path, "--fill", SHORT),
        ("import", path, gone, "--into", into),
        ("import", path, files["cases.csv"], "--into", SHORT),
        ("import", path, files["cases.csv"], "--into", into, "--map", f"{SHORT}={SHORT}"),
        ("import", path, files["cases.csv"], "--into", into, "--format", SHORT),
        ("inbox", path, "--show", SHORT),
        ("inbox", path, "--since", SHORT),
        ("export", path, "--format", SHORT, "-o", gone),
        ("finetune", path, "--trainer", SHORT),
        ("guard", path, "--behavior", SHORT),
        ("models", SHORT),
        ("models", path, "--test", SHORT),
        ("dump", path, "-o", gone / NAME),
        ("load", files["text.yaml"], "-o", gone),
        ("load", gone, "-o", gone),
        ("new", tmp_path / "y.db", "--sample", SHORT),
        ("new", tmp_path / "y.db", "--from", files["text.yaml"]),
        ("diff", gone, path),
        ("init-ci", path, "-o", "-"),
        ("add", path, "feature", SHORT),
        ("add", path, "behavior", f"{NAME}/y"),
        ("add", path, "case", SCENARIO, "--input", SHORT),
        ("add", path, "document", gone),
        ("add", path, "model", NAME, "--model", "scripted/rules", "--param", f"{NAME}=1"),
        ("edit", path, "node", SCENARIO, "--gate", SHORT),
        ("edit", path, "model", MODEL, "--param", f"{SHORT}=1"),
        ("edit", path, "case", SHORT, "--expected", SHORT),
        ("schema", SHORT),
        ("demo", gone / NAME, "--sample", SHORT),
        ("serve", path, "--port", SHORT),
    ]
    for words in asked:
        harmless(synterm, monkeypatch, "", 2, *words)


def test_each_way_to_act_on_a_terminal(
    make_project: MakeProject, synterm: Synterm, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, payload in enumerate((*chain(*ESCAPES.values()), *MARKUP)):
        name = " ".join(payload.replace("/", "").replace("@", "").split())
        path = make_project(hostile_project(payload, name), f"{number}.db")
        harmless(synterm, monkeypatch, "", 3, "run", path, "--model", f"m {name}")
        harmless(synterm, monkeypatch, "", 0, "ls", path, "cases")
        harmless(synterm, monkeypatch, "", 2, "run", path, "--prompt", payload)

"""Rules of the house that hold for every file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from packaging.requirements import Requirement

from synterm import __version__

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "synterm"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
MOST_LINES = 400
TEXTS = {".py", ".tcss", ".toml", ".md", ".yaml", ".yml", ".jsonl", ".sh", ".cfg"}
# Put together here, so that this file does not hold them itself.
NOT_TO_BE_SAID = re.compile("|".join(("/wor" + "k/", "/tmp/" + "w/", "/opt/" + "pypi", "TO" + "DO", "FIX" + "ME")))


def modules(folder: Path = PACKAGE) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def texts() -> Iterator[Path]:
    for name in ("synterm", "tests", "themes", "sample_projects", "examples", "docs", "benchmarks"):
        yield from (file for file in (ROOT / name).rglob("*") if file.suffix in TEXTS)
    yield from (file for file in ROOT.iterdir() if file.suffix in TEXTS)


def place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def test_no_file_is_long() -> None:
    files = [*modules(), *PACKAGE.rglob("*.tcss")]
    counts = {place(file): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert {name: count for name, count in counts.items() if count > MOST_LINES} == {}


def test_imports_point_downward() -> None:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_every_folder_has_its_place_in_the_layers() -> None:
    [layers] = [contract for contract in PROJECT["tool"]["importlinter"]["contracts"] if contract["type"] == "layers"]
    placed = {name.strip() for layer in layers["layers"] for name in re.split(r"[|:]", layer)}
    there = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert there - {"__init__"} == placed


def test_no_modules_need_each_other_to_be_imported() -> None:
    """What is imported for types alone, or when it is needed, makes no circle."""
    known = {_name(file): file for file in modules()}
    needs = {name: {one for one in _loaded(_parsed(file)) if one in known} - {name} for name, file in known.items()}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        raise AssertionError(" -> ".join(error.args[1])) from None


def test_every_module_says_what_it_is_for() -> None:
    silent = [place(file) for file in modules() if not ast.get_docstring(_parsed(file))]
    assert silent == []


def test_everything_public_has_a_docstring() -> None:
    silent = [f"{place(file)}: {name}" for file in modules() for name in _undocumented(_parsed(file))]
    assert silent == []


def test_nothing_tells_of_the_machine_it_was_written_on() -> None:
    said = {
        place(file): found.group()
        for file in texts()
        if (found := NOT_TO_BE_SAID.search(file.read_text(encoding="utf-8")))
    }
    assert said == {}


def test_no_release_of_litellm_that_was_malicious_can_be_installed() -> None:
    [pin] = [Requirement(line) for line in PROJECT["project"]["dependencies"] if Requirement(line).name == "litellm"]
    for bad in ("1.82.7", "1.82.8"):
        assert bad not in pin.specifier
    assert all(part.operator == "==" for part in pin.specifier)


def test_the_lock_holds_the_pinned_litellm() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    [pin] = [Requirement(line) for line in PROJECT["project"]["dependencies"] if Requirement(line).name == "litellm"]
    assert [entry["version"] in pin.specifier for entry in lock["package"] if entry["name"] == "litellm"] == [True]


def test_the_version_is_the_same_everywhere() -> None:
    assert PROJECT["project"]["version"] == __version__


def test_test_modules_have_names_of_their_own() -> None:
    names = Counter(file.name for file in (ROOT / "tests").rglob("test_*.py"))
    assert {name for name, count in names.items() if count > 1} == set()
    assert not list((ROOT / "tests").rglob("__init__.py"))


def _name(file: Path) -> str:
    return place(file).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _loaded(node: ast.AST) -> Iterator[str]:
    """The modules, and what of them, that are imported as a module is."""
    for inner in ast.iter_child_nodes(node):
        match inner:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                continue
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.Import(names=names):
                yield from (one.name for one in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from (module, *(f"{module}.{one.name}" for one in names))
            case _:
                yield from _loaded(inner)


def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _undocumented(module: ast.Module) -> Iterator[str]:
    for node in _public(module.body):
        if not ast.get_docstring(node):
            yield node.name
        if isinstance(node, ast.ClassDef) and not _inherits(node):
            yield from (f"{node.name}.{inner.name}" for inner in _public(node.body) if not ast.get_docstring(inner))


def _public(body: Iterable[ast.stmt]) -> Iterator[Named]:
    return (node for node in body if isinstance(node, Named) and not node.name.startswith("_"))


def _inherits(node: ast.ClassDef) -> bool:
    """Whether its methods may have their docstrings from the class above."""
    return any(not (isinstance(base, ast.Name) and base.id in ("ABC", "BaseModel", "Protocol")) for base in node.bases)

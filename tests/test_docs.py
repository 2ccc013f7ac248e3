"""The documentation: every page is reached from the README, and every command that it names is there."""

from __future__ import annotations

import re
import shlex
from argparse import ArgumentParser, _SubParsersAction  # pyright: ignore[reportPrivateUsage]
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from synterm.cli.commands import COMMANDS
from synterm.cli.parser import Parser
from synterm.storage.table_words import TABLES
from tests.support.docs_script import docs_script

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_TOCTREE = re.compile(r"^```\{toctree\}\n(?::[^\n]*\n|\n)*(.*?)^```", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```.*?^```|^(?: {4}[^\n]*(?:\n|\Z))+", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`(synterm [^`]+)`")
_OPTION = re.compile(r"--[a-z][a-z-]+")
_BREAK = re.compile(r"[|;&<>]+|.*;")


def links(page: Path) -> Iterator[Path]:
    """The files that a page links to, and the pages that it has in its tables of contents."""
    yield from contents(page)
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith(("#", "mailto:")):
            yield (page.parent / target.partition("#")[0]).resolve()


def contents(page: Path) -> list[Path]:
    """The pages that the site has below a page, in their order."""
    names = " ".join(_TOCTREE.findall(page.read_text(encoding="utf-8"))).split()
    return [(page.parent / f"{name}.md").resolve() for name in names]


def commands(page: Path) -> Iterator[str]:
    """All that a page has of command lines."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    for block in _FENCE.findall(text):
        for line in block.splitlines():
            bare = line.strip().removeprefix("$ ")
            if bare.startswith("synterm "):
                yield bare.partition("  ")[0].partition(" #")[0]
    for span in _SPAN.findall(_FENCE.sub("", text)):
        yield " ".join(span.split())


@cache
def options(command: str) -> frozenset[str]:
    """All options of a command, those of its kinds too."""
    module = import_module(COMMANDS[command])
    parser = Parser(command, module.HELP, module.EXAMPLES)
    module.add_arguments(parser)
    return frozenset(_options(parser))


def _options(parser: ArgumentParser) -> Iterator[str]:
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage]
        yield from action.option_strings
        if isinstance(action, _SubParsersAction):
            for inner in dict.fromkeys(action.choices.values()):
                yield from _options(inner)


def test_every_page_is_reached_from_the_readme_and_no_link_is_dead() -> None:
    reached: set[Path] = set()
    left = [ROOT / "README.md"]
    while left:
        page = left.pop()
        reached.add(page)
        for target in links(page):
            assert target.exists(), f"{page.name} links to {target.name}, which is not there"
            if target.suffix == ".md" and target not in reached:
                left.append(target)
    assert set(PAGES) <= reached


def test_every_page_has_its_place_on_the_site() -> None:
    index = ROOT / "docs" / "index.md"
    assert sorted([index, *contents(index)]) == sorted((ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize("name", docs_script("make").MADE)
def test_what_is_made_from_the_code_is_what_the_code_says(name: str) -> None:
    for path, text in docs_script("make").files(docs_script(name)).items():
        assert path.read_text(encoding="utf-8") == text, f"make it anew: python docs/make.py {name}"


def test_every_table_and_column_of_the_project_file_has_words() -> None:
    made = docs_script("file_schema").columns()
    assert {name: {column for column, *_ in columns} for name, columns in made.items()} == {
        name: set(table.columns) for name, table in TABLES.items()
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_and_option_that_a_page_names_is_there(page: Path) -> None:
    wrong: list[str] = []
    for line in commands(page):
        first = line.split()[1]
        names = first.split("|") if "|" in first else [first]
        if not all(re.fullmatch(r"[a-z][a-z-]*", name) for name in names):
            continue  # a project, a placeholder, or an option of synterm itself
        for name in names:
            if name not in COMMANDS:
                wrong += [line] if name not in ("help", "…") else []
                continue
            said = _OPTION.findall(_unquoted(line))
            wrong += [f"{line}: no {option}" for option in said if option not in options(name) | {"--help"}]
    assert not wrong, "\n".join(wrong)


def _unquoted(line: str) -> str:
    """The words of a command up to where another one begins, but for what stands in quotes."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        words = line.split()
    kept: list[str] = []
    for word in words:
        if kept and _BREAK.fullmatch(word):
            break
        kept.append(word if word.startswith("--") and " " not in word else "")
    return " ".join(kept)


def test_no_line_of_the_man_page_is_a_request_by_chance() -> None:
    lines = (ROOT / "docs" / "synterm.1").read_text(encoding="ascii").splitlines()
    requests = {line.split()[0] for line in lines if line.startswith((".", "'"))}
    assert requests <= {".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".nf", ".fi", ".RS", ".RE"}

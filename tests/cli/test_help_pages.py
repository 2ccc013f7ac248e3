"""Each page of help: short usage, every option said, examples that the parsers take, and nothing wider than 80."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator

import pytest

from synterm.cli.commands import COMMANDS
from synterm.cli.help_page import laid_out
from synterm.cli.parser import Parser
from synterm.cli.parsers import below, every_parser, parser_of
from tests.cli.conftest import Synterm

_BREAK = re.compile(r"[|<>;]|\$\(")


def pages() -> Iterator[Parser]:
    for name in COMMANDS:
        yield from every_parser(name)


def test_every_page_has_words_an_example_and_says_every_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    wrong: list[str] = []
    for parser in pages():
        page = parser.format_help()
        usage = page.partition("\n\n")[0]
        wrong += [f"{parser.prog}: no description"] if not parser.description else []
        wrong += [f"{parser.prog}: no example"] if "\nexamples:\n  " not in page else []
        wrong += [f"{parser.prog}: its usage is a wall"] if len(usage.splitlines()) > 3 else []
        wrong += [f"{parser.prog}: no help of {_name(action)}" for action in _actions(parser) if not action.help]
        wrong += [
            f"{parser.prog}: wide: {line}" for line in page.splitlines() if len(line) > 80 and " " in line.strip()
        ]
    assert not wrong, "\n".join(wrong)


def _actions(parser: Parser) -> list[argparse.Action]:
    return [one for one in parser._actions if not isinstance(one, argparse._SubParsersAction)]


def _name(action: argparse.Action) -> str:
    return "/".join(action.option_strings) or action.dest


def test_every_example_is_one_that_the_parsers_take() -> None:
    taken = 0
    for parser in pages():
        for line in _examples(parser):
            words = _own_words(line)
            if words[1] in COMMANDS:
                parser_of(words[1]).parse_args(words[2:])
                taken += 1
    assert taken > 150


def _examples(parser: Parser) -> Iterator[str]:
    text = (parser.epilog or "").replace("\\\n", " ")
    for line in text.splitlines():
        if found := re.match(r"  (?:.* \| )?(synterm .*?)(?:  |$)", line):
            yield found[1]


def _own_words(line: str) -> list[str]:
    """The words of a command up to where another one begins."""
    words: list[str] = []
    for word in shlex.split(line, comments=False):
        if _BREAK.fullmatch(word):
            break
        words.append(word)
    return words


def test_usage_is_short_where_there_are_many_options(synterm: Synterm) -> None:
    assert synterm("run", "--help").out.startswith("usage: synterm run PROJECT [options]\n")
    assert synterm("report", "--help").out.startswith("usage: synterm report [-o FILE]") is False
    assert synterm("share", "--help").out.startswith("usage: synterm share PROJECT -o OUT [options]\n")
    assert synterm("dump", "--help").out.startswith("usage: synterm dump [-o FILE] [--all] PROJECT\n")


@pytest.mark.parametrize("words", [("run",), ("add",), ("baseline",)])
def test_help_before_a_command_is_help_after_it(synterm: Synterm, words: tuple[str, ...]) -> None:
    assert synterm("help", *words).out == synterm(*words, "--help").out


def test_help_of_what_stands_below_a_command_needs_no_project(synterm: Synterm) -> None:
    assert synterm("help", "add", "case").out == synterm("add", "x.db", "case", "--help").out
    assert synterm("help", "edit", "behavior").out.startswith("usage: synterm edit PROJECT node PATH [options]\n")
    assert synterm("help").out == synterm("--help").out


def test_what_can_not_stand_beside_a_long_command_goes_below_it() -> None:
    text = "One\ntwo.\n\nexamples:\n  synterm run my.db --where 'a b' --tag t          what it does"
    assert [*laid_out(text, 40)] == [
        "One two.",
        "",
        "examples:",
        "  synterm run my.db --where 'a b' \\",
        "      --tag t",
        "      what it does",
    ]
    assert [*laid_out(text, 80)][-1] == "  synterm run my.db --where 'a b' --tag t          what it does"


def test_a_list_hangs_below_its_own_beginning() -> None:
    assert [*laid_out("codes:\n  0  all of it is well and good here", 30)] == [
        "codes:",
        "  0  all of it is well and",
        "     good here",
    ]


def test_below_gives_what_stands_below_a_command_by_all_its_names() -> None:
    assert set(below(parser_of("edit"))) == {
        "node",
        "feature",
        "behavior",
        "scenario",
        "case",
        "prompt",
        "project",
        "model",
    }
    assert below(parser_of("run")) == {}

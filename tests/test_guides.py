"""The tutorial and the how-to pages: their commands can be read, and what asks no model answers as they say."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from synterm.cli.commands import COMMANDS
from synterm.cli.main import main
from synterm.cli.parsers import parser_of
from tests.support.docs_script import DOCS, docs_script

guides = docs_script("tutorial")
PAGES = sorted([guides.TUTORIAL, *DOCS.glob("howto-*.md")])
BLOCKS = {page.stem: [*guides.blocks(page.read_text(encoding="utf-8"))] for page in PAGES}


class Terminal(io.StringIO):
    """What a command writes to, as to a terminal."""

    def isatty(self) -> bool:
        return True


def orders(command: str) -> list[list[str]]:
    """The synterm commands of a line of shell, as words."""
    lexed = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexed.whitespace_split = True
    found: list[list[str]] = [[]]
    for word in lexed:
        if re.fullmatch(r"[|&;<>()]+", word):
            found.append([])
        else:
            found[-1].append(word)
    return [words[1:] for words in found if words[:1] == ["synterm"]]


@pytest.mark.parametrize("page", sorted(BLOCKS))
def test_every_command_of_a_guide_can_be_read(page: str) -> None:
    read = 0
    for block in BLOCKS[page]:
        for step in block.steps:
            for words in orders(step.command):
                if words[0] in COMMANDS:
                    parser_of(words[0]).parse_args(words[1:])
                    read += 1
    assert read or page == "howto-plugin"


@pytest.mark.parametrize("page", [page for page in sorted(BLOCKS) if any("same" in one.words for one in BLOCKS[page])])
def test_what_asks_no_model_answers_as_the_guide_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    around = guides.surroundings(tmp_path)
    for name in set(os.environ) - set(around):
        monkeypatch.delenv(name)
    for name, value in around.items():
        monkeypatch.setenv(name, value)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    held = 0
    for block in BLOCKS[page]:
        if block.what == "file":
            (work / block.said).write_text(block.body, encoding="utf-8")
        elif "same" in block.words:
            now, code = again(block, monkeypatch)
            assert lines(now) == lines(block.body), f"python docs/tutorial.py --write {page}.md"
            assert code == int(block.words.get("exit", "0"))
            held += 1
    assert held


def again(block: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    """The body of a block as it would be written now, and how its last command ended."""
    said: list[str] = []
    code = 0
    for step in block.steps:
        answer, code = answered(step.command, monkeypatch)
        said += [f"$ {step.command}", *guides.shortened(guides.tidy(answer, Path.cwd()), block.words)]
    return "\n".join(said), code


def answered(command: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    """What a line of shell answers, with synterm's commands in this process, and the code of the last one."""
    told = Terminal()
    code = 0
    for part in re.split(r" && |; ", command):
        before, _, last = part.rpartition(" | ")
        given = shell(before) if before else ""
        if not last.startswith("synterm "):
            told.write(shell(part))
            continue
        messages = io.StringIO()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8"))
        monkeypatch.setattr(sys, "stdout", told)
        monkeypatch.setattr(sys, "stderr", messages)
        code = main(shlex.split(last)[1:])
        told.write(messages.getvalue())
    return told.getvalue(), code


def shell(command: str) -> str:
    return subprocess.run(("bash", "-c", command), capture_output=True, text=True, check=True).stdout


def lines(body: str) -> list[str]:
    """The lines in any order: what goes to stdout and to stderr meets by chance."""
    return sorted(line for line in guides.same_everywhere(body).splitlines() if line.strip(" …"))

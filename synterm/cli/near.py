"""What was meant where a project file, or a command, is missing or named wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synterm.cli.commands import COMMANDS
from synterm.errors import did_you_mean
from synterm.paths import near_project_files, project_files

_LISTED = 5


def project_hint(prog: str, others: Sequence[str] = ()) -> str:
    """For a command without a project: the whole of it where there is only one file here, else which there are.

    `others` are what is missing besides.
    """
    files = project_files(Path())
    rest = "".join(f" {name}" for name in others)
    if len(files) == 1:
        return f"{prog} {files[0]}{rest}"
    if files:
        more = " …" if len(files) > _LISTED else ""
        return f"{prog} PROJECT{rest}; here are {', '.join(files[:_LISTED])}{more}"
    return f"{prog} my.db{rest}; synterm new my.db makes one"


def word_hint(word: str) -> str | None:
    """For a word in the place of a command or a project that is neither."""
    path = Path(word)
    if word.endswith(".db"):
        near = near_project_files(path)
        return (
            f"did you mean {' or '.join(near)}? synterm new {word} makes a new one" if near else f"synterm new {word}"
        )
    near = did_you_mean(word, COMMANDS) or ""
    if near.startswith("did you mean"):
        return near
    files = near_project_files(path)
    return f"did you mean {' or '.join(files)}?" if files else "synterm --help lists the commands"


def order_hint(project: str, words: list[str]) -> str:
    """For words after a project: a command that belongs before it, or what they stand near."""
    first = words[0]
    if first in COMMANDS:
        return f"the command comes first: synterm {first} {project}"
    near = did_you_mean(first, COMMANDS) or ""
    if near.startswith("did you mean"):
        return f"the command comes first: synterm {near.split()[3].rstrip('?')} {project}"
    return "synterm PROJECT opens the workbench"

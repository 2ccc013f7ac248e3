"""Opening what a command names: the project file, and texts that may stand in files."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Generator
from pathlib import Path

from synterm.cli.output import say
from synterm.errors import InputError
from synterm.paths import near_files
from synterm.storage.connect import DatabaseError, project_error
from synterm.storage.project import Project


@contextlib.contextmanager
def opened(name: str) -> Generator[Project, None, None]:
    """The project in the file `name`, closed at the end. Raises ProjectError whenever the file fails.

    What the command writes is the user's own word, so that a trusted project stays trusted through it.
    """
    path = Path(name)
    try:
        with Project.open(path) as project:
            for told in project.responses.spill.take_in():
                say(told)
            project.trust.follow_edits()
            yield project
    except DatabaseError as error:
        raise project_error(error, path) from error


def text_of(value: str) -> str:
    """`value` itself, or for ``@FILE`` the text of a file, for ``@-`` of stdin. ``@@`` stands for one @.

    The line break at the end of a file is not part of its text. Raises InputError when it can't be read as UTF-8.
    """
    if not value.startswith("@") or value.startswith("@@"):
        return value.removeprefix("@") if value.startswith("@@") else value
    name = value[1:]
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise InputError(error.strerror or str(error), where=name, hint=near_files(Path(name))) from error
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 (byte {error.start})", where=name) from error

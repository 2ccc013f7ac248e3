"""A person's own editor, on a text of the project."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from synterm.errors import InputError, SettingsError

T = TypeVar("T")

_FALLBACKS = ("nano", "vim", "vi")
_PROBLEM = "#! "
"""Begins the lines on top that say what is wrong; no document has lines that begin so."""


def editor_command(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The editor and its options: VISUAL, EDITOR, or one that is usually there. Raises SettingsError without any."""
    for variable in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(environment.get(variable, ""))
        except ValueError as error:
            raise SettingsError(f"can't be read as a command: {error}", where=variable) from error
        if command:
            return command
    found = next((path for name in _FALLBACKS if (path := shutil.which(name))), None)
    if found is None:
        raise SettingsError("there is no editor", hint="set EDITOR, for example EDITOR=nano")
    return [found]


def edit_text(text: str, *, ending: str = ".txt") -> str:
    """The text as the editor leaves it, which owns the terminal meanwhile.

    It stands in a file that only this user can read, in a folder of its own, both gone afterwards. Raises
    SettingsError when there is no editor, or it can't be started; InputError when it fails, or leaves no UTF-8.
    """
    command = editor_command()
    with tempfile.TemporaryDirectory(prefix="synterm-") as folder:
        file = Path(folder) / f"edit{ending}"
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            out.write(text.encode("utf-8", "replace"))
        _run([*command, str(file)])
        try:
            return file.read_bytes().decode()
        except OSError as error:
            raise InputError("the editor took the file away; nothing was changed") from error
        except UnicodeDecodeError as error:
            raise InputError("the editor left something that is not UTF-8; nothing was changed") from error


def edit_until_valid(text: str, read: Callable[[str], T], edit: Callable[[str], str]) -> T | None:
    """What `read` makes of the text once it is edited; None when it was left as it was.

    What `read` finds wrong (InputError) goes on top of the text, and the editor opens again: nothing typed is lost.
    Leaving the editor without a change gives up.
    """
    shown, before = text, text
    while True:
        edited = edit(shown)
        body = _without_problems(edited)
        if body == before:
            return None
        try:
            return read(body)
        except InputError as error:
            before = body
            lines = [f"{error}{f'; {error.hint}' if error.hint else ''}", "Leave without a change to give up."]
            # The lines that errors name are those of the text below.
            shown = "".join(f"{_PROBLEM}{line}\n" for part in lines for line in part.split("\n")) + body


def _run(command: list[str]) -> None:
    # ctrl+c is the editor's while it runs: a handler, unlike ignoring, is not inherited by it.
    before = signal.signal(signal.SIGINT, _leave_be)
    try:
        # The person's own choice of editor, from their environment, run without a shell.
        code = subprocess.run(command, check=False).returncode  # noqa: S603
    except OSError as error:
        raise SettingsError(
            f"the editor {command[0]} can't be started: {error.strerror}", hint="set EDITOR to the command of yours"
        ) from error
    finally:
        signal.signal(signal.SIGINT, before)
    if code:
        raise InputError(f"the editor ended with {code}; nothing was changed")


def _leave_be(_signal: int, _frame: object) -> None:
    pass


def _without_problems(text: str) -> str:
    lines = text.split("\n")
    while lines and lines[0].startswith(_PROBLEM.rstrip()):
        lines.pop(0)
    return "\n".join(lines)

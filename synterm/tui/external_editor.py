"""A person's own editor, on a text of the project."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from synterm.errors import InputError, SettingsError, SyntermError
from synterm.paths import private_folder, state_dir

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


class Lent:
    """A file for the editor, in a folder of its own, that only this user can read."""

    def __init__(self, ending: str) -> None:
        self._ending = ending
        self._file: Path | None = None
        self._first = ""

    def edit(self, text: str) -> str:
        """The text as the editor leaves it, which owns the terminal meanwhile.

        Raises SettingsError when there is no editor, or it can't be started; InputError when it fails, leaves no
        UTF-8, or there is no room for the file.
        """
        command = editor_command()
        file = self._put(text)
        _run([*command, str(file)])
        try:
            return file.read_bytes().decode()
        except OSError as error:
            # What stood in it may be the work of an earlier turn.
            self._put(text)
            raise InputError("the editor took the file away; nothing was changed") from error
        except UnicodeDecodeError as error:
            raise InputError("the editor left something that is not UTF-8; nothing was changed") from error

    def changed(self) -> Path | None:
        """The file, where it says something else than at first."""
        if self._file is None or not self._file.exists():
            return None
        text = self._file.read_bytes().decode("utf-8", "replace")
        return None if _without_problems(text) == self._first else self._file

    def remove(self) -> None:
        """Remove file and folder."""
        if self._file is not None:
            shutil.rmtree(self._file.parent, ignore_errors=True)

    def _put(self, text: str) -> Path:
        try:
            if self._file is None:
                self._first = text
                self._file = _folder() / f"edit{self._ending}"
            new = self._file.with_suffix(".new")
            with os.fdopen(os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
                out.write(text.encode("utf-8", "replace"))
            # At once or not at all: without room for the new text, the one that an earlier turn left stays.
            return new.replace(self._file)
        except OSError as error:
            raise InputError(
                f"there can be no file for the editor: {error.strerror}",
                where=error.filename and str(error.filename),
                hint=f"make room, or set SYNTERM_STATE_DIR to a folder that you may write; now it is {state_dir()}",
            ) from error


@contextmanager
def lent(ending: str = ".txt") -> Generator[Lent]:
    """A file for the editor, gone after the block.

    Where an error leaves the block after something was changed in the file, it stays, and the error's hint names it.
    """
    file = Lent(ending)
    try:
        yield file
    except BaseException as error:
        kept = file.changed()
        if kept is None:
            file.remove()
        elif isinstance(error, SyntermError):
            error.hint = "; ".join(filter(None, (error.hint, f"what you wrote is kept in {kept}")))
        raise
    file.remove()


def edit_text(text: str, *, ending: str = ".txt") -> str:
    """The text as the editor leaves it. Raises what `Lent.edit` raises."""
    with lent(ending) as file:
        return file.edit(text)


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


def _folder() -> Path:
    """A folder for one file, where it outlives a restart of the machine."""
    place = state_dir() / "edited"
    try:
        private_folder(place)
        return Path(tempfile.mkdtemp(dir=place))
    except OSError:  # a home where nothing may be written
        return Path(tempfile.mkdtemp(prefix="synterm-"))


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

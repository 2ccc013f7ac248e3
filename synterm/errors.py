"""Errors that a person reads.

SyntermError                 what happened, to what, and what to do next
├── UsageError               the command line asks for something that can't be
├── InputError               a file or a value is not what it must be; names file, line and field
├── ProjectError             the project file can't be opened, read or written
│   ├── NotFoundError        a name that the project doesn't have
│   └── RestrictedError      the project asks for more than its user trusts it with
├── ModelError               a model can't be used here (missing key, runtime, weights)
├── ExecutorError            no workers beyond this process can be had
└── SettingsError            the user's own settings file
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status means; a contract with CI."""

    OK = 0
    GATE_FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
    INSUFFICIENT = 4
    INTERRUPTED = 130


class SyntermError(Exception):
    """An error to be shown as `message`, and `hint` on what to do next.

    `where` names the file, line or field; it is shown before the message.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, hint: str | None = None, where: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class UsageError(SyntermError):
    """The command line asks for something that can't be."""


class InputError(SyntermError):
    """A file or a value is not what it must be; nothing was changed."""


class ProjectError(SyntermError):
    """The project file can't be opened, read or written."""


class NotFoundError(ProjectError):
    """The project has nothing of that name."""


class RestrictedError(ProjectError):
    """The project asks for more than this user trusts it with: nothing was started, nothing sent."""


class ModelError(SyntermError):
    """A model can't be used here."""

    exit_code = ExitCode.INCOMPLETE


class ExecutorError(SyntermError):
    """No workers beyond this process can be had: the engine is not installed, not there, or gone."""

    exit_code = ExitCode.INCOMPLETE


class SettingsError(SyntermError):
    """The user's settings file."""


class FileNotice(UserWarning):
    """Something to know of a project file that does not stop the work."""


def near(word: str, known: Iterable[str]) -> str | None:
    """A hint naming the known words nearest to `word`; None when none is near."""
    found = did_you_mean(word, known)
    return found if found and found.startswith("did you mean") else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint naming the known words nearest to `word`, or all of them when few; None when there are none."""
    words = sorted(set(known))
    if not words:
        return None
    if near := get_close_matches(word, words, n=3, cutoff=0.5):
        return f"did you mean {' or '.join(near)}?"
    listed = ", ".join(words[:12]) + (" …" if len(words) > 12 else "")
    return f"known: {listed}"

"""A report as a JSON file, or on stdout."""

from __future__ import annotations

import os
import re
import secrets
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel

from synterm.core.report import EvaluationReport, RunReport
from synterm.errors import InputError
from synterm.hidden import hidden
from synterm.text import printable

_COMMAND = "##["
_SQLITE = b"SQLite format 3\0"
_NOT_ASCII = re.compile("[\x7f-\U0010ffff]+")


def json_text(document: BaseModel) -> str:
    """`document` as strict JSON (RFC 8259: no NaN), indented, with a newline at its end.

    Characters that could act on a terminal stand as ``\\uXXXX``: the same data, and safe to show.
    """
    return safe_json(document.model_dump_json(indent=2, by_alias=True)) + "\n"


def write_json(document: BaseModel, target: str) -> None:
    """Write `document` to the file `target`, all of it or nothing, or to stdout for ``-``. Raises InputError."""
    write_parts([json_text(document)], target)


def write_run(report: RunReport, evaluations: Iterable[EvaluationReport], target: str) -> None:
    """Write a run's report with its evaluations, a line for each: a `RunDocument`, of which no more than one
    evaluation is held at a time.

    To the file `target`, all of it or nothing, or to stdout for ``-``. Raises InputError, and whatever taking the
    evaluations raises: what went to stdout until then is no whole document.
    """
    write_parts(_run(report, evaluations), target)


def _run(report: RunReport, evaluations: Iterable[EvaluationReport]) -> Iterator[str]:
    yield json_text(report).removesuffix("\n}\n") + ',\n  "evaluations": ['
    separator = "\n    "
    for evaluation in evaluations:
        yield separator + safe_json(evaluation.model_dump_json(by_alias=True))
        separator = ",\n    "
    yield "\n  ]\n}\n"


def write_parts(parts: Iterable[str], target: str, *, private: bool = False) -> None:
    """Write a text that comes in parts, as `write_json` does, with no credential in it.

    A file is new under the user's own rule (umask), or where it is `private` for its owner alone; one that is written
    over stays as open as it was.
    """
    if target == "-":
        sys.stdout.flush()
        sys.stdout.buffer.writelines(hidden(part).encode() for part in parts)
        sys.stdout.buffer.flush()
        return
    refuse_database(Path(target))
    try:
        _replace(Path(target), parts, 0o600 if private else 0o666)
    except OSError as error:
        raise InputError(f"can't be written: {error.strerror or error}", where=target) from error


def refuse_database(path: Path) -> None:
    """Raise InputError for a database: a slip of the hand must not turn a project into a report on it."""
    try:
        if not path.is_file():
            return
        with path.open("rb") as file:
            is_database = file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return
    if is_database:
        raise InputError("it is a database, and is not written over", where=str(path), hint="name another file")


def _replace(path: Path, parts: Iterable[str], mode: int) -> None:
    """Put `parts` in a file beside `path`, then give it that name."""
    if path.exists() and not path.is_file():
        # A pipe or a device: there is nothing to replace.
        with path.open("wb") as file:
            file.writelines(hidden(part).encode() for part in parts)
        return
    path = path.resolve()
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
            file.writelines(hidden(part).encode() for part in parts)
        if path.exists():
            beside.chmod(stat.S_IMODE(path.stat().st_mode))
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def safe_json(text: str) -> str:
    """JSON with what could act on a terminal, or as a command of GitHub's runner, as ``\\uXXXX``."""
    if _COMMAND in text:
        text = text.replace(_COMMAND, r"\u0023#[")
    return text if text.isascii() and "\x7f" not in text else _NOT_ASCII.sub(_shown_or_escaped, text)


def _shown_or_escaped(match: re.Match[str]) -> str:
    characters = match.group()
    if printable(characters) == characters:
        return characters
    return "".join(one if printable(one) == one else _escaped(one) for one in characters)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))

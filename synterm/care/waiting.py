"""Answers that a project file could not take, and that wait to be put into it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from synterm.care.found import Found
from synterm.care.kept import Keeping
from synterm.errors import ProjectError
from synterm.storage.project import Project
from synterm.storage.spill import Spilled, spilled
from synterm.text import plural


def waiting_for(path: Path, keeping: Keeping) -> Iterator[Found]:
    """What waits for the project file at `path`."""
    for one in spilled():
        if one.path == path.resolve():
            yield Found("answers", "warning", _said(one), _to_do(one), keeping(partial(_take_in, path)))


def waiting() -> Iterator[Found]:
    """What waits for any project file."""
    for one in spilled():
        yield Found("answers", "warning", _said(one), _to_do(one))


def _said(one: Spilled) -> str:
    return f"{plural(one.count, 'answer')} that {one.path} could not take at {one.created} wait in {one.file}"


def _to_do(one: Spilled) -> str:
    if one.path.exists():
        takes = f"synterm doctor {shlex.quote(str(one.path))} --fix"
        return f"once it can be written: the workbench, a run, or {takes} takes them in"
    return "the project file is not there any more: opened in its new place it takes them in; else remove the file"


def _take_in(path: Path) -> str:
    with Project.open(path) as project:
        told = "; ".join(project.responses.spill.take_in())
        if any(one.path == path.resolve() for one in spilled(project.id)):
            raise ProjectError(told)
    return told or "someone else has taken them in"

"""Looking at a project file that is not to be changed, of whatever version, also while others work in it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

from synterm.storage.connect import DatabaseError, project_error
from synterm.storage.project import Project
from synterm.storage.versions import copy_to, is_older


@contextlib.contextmanager
def looked_at(name: str | Path) -> Generator[Project]:
    """The project in a file, to be read only; of a file of an older version, a copy that is brought up to date.

    Raises ProjectError whenever the file fails.
    """
    path = Path(name)
    try:
        if is_older(path):
            with _copied(path) as copy, Project.open(copy) as project:
                yield project
        else:
            with Project.look(path) as project:
                yield project
    except DatabaseError as error:
        raise project_error(error, path) from error


@contextlib.contextmanager
def _copied(path: Path) -> Generator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="synterm-"))
    try:
        copy = folder / path.name
        copy_to(path, copy)
        yield copy
    finally:
        shutil.rmtree(folder, ignore_errors=True)

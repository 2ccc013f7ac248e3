"""Looking at a project file that is not to be changed, of whatever version, also while others work in it.

Opened to be written, a file says so in its header: to git it is another file then, whatever was written.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

from synterm.errors import ProjectError
from synterm.storage.connect import UPGRADE, DatabaseError, made_by_newer, project_error
from synterm.storage.migrations import SCHEMA_VERSION
from synterm.storage.opening import check_project_file
from synterm.storage.project import Project
from synterm.storage.versions import copy_alone, copy_to, is_older, is_without_log


@contextlib.contextmanager
def read_only(name: str | Path, *, whole: bool = False) -> Generator[Project]:
    """The project in a file, to be read only; a copy of one that could not be read without writing.

    With `whole` a file of a newer version is refused, of which some would be left out. Raises ProjectError when it is
    none, and whenever the file fails.
    """
    path = Path(name)
    try:
        version = check_project_file(path).version
        if whole and version > SCHEMA_VERSION:
            raise ProjectError(made_by_newer(version, SCHEMA_VERSION), where=str(path), hint=UPGRADE)
        if is_without_log(path):
            with _copied(path, copy_alone) as project:
                yield project
        elif is_older(path):
            with _copied(path, copy_to) as project:
                yield project
        else:
            with Project.look(path) as project:
                yield project
    except DatabaseError as error:
        raise project_error(error, path) from error


@contextlib.contextmanager
def _copied(path: Path, by: Callable[[Path, Path], None]) -> Generator[Project]:
    folder = Path(tempfile.mkdtemp(prefix="synterm-"))
    copy = folder / path.name
    try:
        by(path, copy)
        with Project.open(copy, keep_older=False) as project:
            yield project
    except OSError as error:
        raise ProjectError(error.strerror or str(error), where=str(path)) from error
    except ProjectError as error:
        if error.where != str(copy):
            raise
        raise ProjectError(error.message, where=str(path), hint=error.hint) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""From the text form of a project to a project file."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

from synterm.core.ids import new_id
from synterm.errors import ProjectError
from synterm.formats.project_text import ProjectText
from synterm.storage.project import Project


def build_project(path: Path, text: ProjectText) -> None:
    """Make the project file `path` from `text`, all of it or nothing: it is made beside and gets its name at the end.

    Raises ProjectError when there is something of that name already, or it can't be written.
    """
    refuse_existing(path)
    beside = path.with_name(f".{path.name}.{new_id()}")
    try:
        with Project.create(beside, text.name) as project:
            _fill(project, text)
        refuse_existing(path)
        beside.rename(path)
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            beside.with_name(beside.name + ending).unlink(missing_ok=True)


def refuse_existing(path: Path) -> None:
    """Raise ProjectError when there is a file, a folder or a link of that name, or no folder to put it in."""
    if path.exists() or path.is_symlink():
        raise ProjectError("there is a file of that name already", where=str(path), hint="choose another name")
    if not path.parent.is_dir():
        raise ProjectError("there is no such folder", where=str(path.parent), hint=f"mkdir -p {path.parent}")


def _fill(project: Project, text: ProjectText) -> None:
    written: list[Future[Any]] = [
        project.models.put(*text.models),
        project.nodes.put(*text.nodes),
        project.cases.put(text.cases),
        project.documents.put(*text.documents),
    ]
    if text.gates:
        written.append(project.set_gates(text.gates))
    for prompt in text.prompts:
        versions = [(version.note, version.body) for version in prompt.versions]
        written.append(project.prompts.add(prompt.name, versions))
    for future in written:
        future.result()

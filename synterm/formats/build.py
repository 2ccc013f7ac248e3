"""From the text form of a project to a project file."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synterm.core.ids import new_id
from synterm.errors import InputError, ProjectError
from synterm.formats.project_text import ProjectText
from synterm.formats.rest import CasesPart, DocumentPart, Part, PromptPart, ReviewsPart, TablePart, ToldPart
from synterm.storage.arriving import ArrivingCase
from synterm.storage.held import place_of
from synterm.storage.known import is_known, note
from synterm.storage.project import Project
from synterm.storage.replacing import replace_file
from synterm.storage.whole import META


@dataclass(frozen=True, slots=True)
class Built:
    """What was put into a project file."""

    counts: Counter[str] = field(default_factory=Counter[str])
    """How many of each: ``feature``, ``case``, ``prompt``, ``model``, ``document``, ``verdict``; and rows by table."""
    told: Counter[str] = field(default_factory=Counter[str])
    """How many runs and baselines the text only tells of."""
    doubts: list[InputError] = field(default_factory=list[InputError])
    """What can't work, but was so in the project file that the text was made of."""


def build_project(path: Path, text: ProjectText, *, same: bool = False) -> Built:
    """Make the project file `path` from `text`, all of it or nothing: it is made beside and gets its name at the end.

    `same`: it is the project that the text was made of, by id and by the day it was made; else a new one.
    Raises ProjectError when there is something of that name already, or it can't be written; InputError for further
    parts of the text that are wrong.
    """
    refuse_existing(path)
    beside = path.with_name(f".{path.name}.{new_id()}")
    try:
        with Project.create(beside, text.name) as project:
            built = _Builder(project, text).build(same=same)
        put_in_place(beside, path, replace=False)
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            beside.with_name(beside.name + ending).unlink(missing_ok=True)
    return built


def refuse_existing(path: Path) -> None:
    """Raise ProjectError when there is a file, a folder or a link of that name, or no folder to put it in."""
    if path.exists() or path.is_symlink():
        raise ProjectError("there is a file of that name already", where=str(path), hint="choose another name")
    if not path.parent.is_dir():
        raise ProjectError("there is no such folder", where=str(path.parent), hint=f"mkdir -p {path.parent}")


def put_in_place(beside: Path, out: Path, *, replace: bool) -> None:
    """Give a finished file its name; it is on disk when this returns.

    It is known under that name if it was under its own. Raises ProjectError for a file of that name, or with `replace`
    for one that another program has open.
    """
    place = place_of(beside)
    known = is_known(beside, place)
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    if replace:
        replace_file(beside, out)
    else:
        refuse_existing(out)
        beside.rename(out)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(out.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    if known:
        note(out, place.file)


class _Builder:
    """Fills a new project file."""

    def __init__(self, project: Project, text: ProjectText) -> None:
        self._project = project
        self._text = text
        self._built = Built()
        self._last: Future[Any] | None = None

    def build(self, *, same: bool) -> Built:
        """All of it; what was found on the way."""
        self._describe(same)
        if self._text.rest is not None:
            for part in self._text.rest.parts():
                self._take(part)
        self._wait()
        self._built.counts["case"] = self._project.arriving.settle()
        self._built.doubts.extend(self._text.rest.doubts if self._text.rest else self._text.doubts)
        return self._built

    def _describe(self, same: bool) -> None:
        """What the first part of the text says."""
        project, text, notes = self._project, self._text, self._text.notes
        arriving, counts = project.arriving, self._built.counts
        named = {"id": notes.id, "created": notes.created} if same else {}
        known = {key: value for key, value in notes.meta.items() if key not in META}
        written: list[Future[Any]] = [
            arriving.meta({**known, **{key: value for key, value in named.items() if value}}),
            project.models.put(*text.models),
            project.nodes.put(*text.nodes),
            project.documents.put(*text.documents),
            arriving.cases(ArrivingCase(case, f"case {case.id}") for case in text.cases),
            *(arriving.prompt(prompt, notes.prompts.get(prompt.id)) for prompt in text.prompts),
            arriving.stamps(notes.nodes, notes.models, notes.documents),
        ]
        if text.gates:
            written.append(project.set_gates(text.gates))
        for future in written:
            future.result()
        counts.update(node.level for node in text.nodes)
        counts.update(prompt=len(text.prompts), model=len(text.models), document=len(text.documents))

    def _take(self, part: Part) -> None:
        """A further part. One is written while the next is read."""
        arriving, counts = self._project.arriving, self._built.counts
        match part:
            case PromptPart(prompt, updated):
                counts["prompt"] += 1
                self._after(arriving.prompt(prompt, updated))
            case DocumentPart(document, stamp):
                counts["document"] += 1
                self._after(self._project.documents.put(document))
                self._after(arriving.stamps({}, {}, {document.name: stamp}))
            case CasesPart(cases):
                self._after(arriving.cases(cases))
            case ReviewsPart(reviews):
                counts["verdict"] += len(reviews)
                self._after(arriving.reviews(reviews))
            case TablePart(table, columns, rows, place):
                self._take_rows(table, columns, rows, place)
            case ToldPart(name, count):
                self._built.told[name.removesuffix("s")] += count

    def _take_rows(self, table: str, columns: tuple[str, ...], rows: Any, place: str) -> None:
        try:
            self._project.arriving.check_table(table, columns)
        except InputError as error:
            raise InputError(error.message, where=place, hint=error.hint) from error
        self._built.counts[table] += len(rows)
        self._after(self._project.arriving.rows(table, columns, rows))

    def _after(self, written: Future[Any]) -> None:
        self._wait()
        self._last = written

    def _wait(self) -> None:
        if self._last is not None:
            self._last.result()
        self._last = None

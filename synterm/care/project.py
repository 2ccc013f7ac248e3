"""Examining a project file: whether it is whole, and what was left half done in it. Nothing in it is changed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from synterm.care.allowed import allowed
from synterm.care.beside import beside
from synterm.care.found import Found, well
from synterm.care.half_done import half_done
from synterm.care.kept import Keeping
from synterm.care.look import to_look_at
from synterm.care.places import waiting
from synterm.errors import ProjectError
from synterm.storage.compact import compact
from synterm.storage.condition import Condition, Header
from synterm.storage.connect import UPGRADE
from synterm.storage.foreign import read_only
from synterm.storage.header import RESTORE
from synterm.storage.mending import remove_unused
from synterm.storage.migrations import SCHEMA_VERSION
from synterm.storage.project import Project
from synterm.storage.spill import spilled
from synterm.text import megabytes, one_line, plural

_MUCH_FREE = 0.25
_WORTH_IT = 10_000_000
_RESTORE = "synterm doctor PROJECT --backups lists copies that were kept; --restore puts one in its place"


def examine(path: Path, keeping: Keeping) -> Iterator[Found]:
    """Look at the file, at what is in it, and at what lies beside it.

    Raises ProjectError where there is no such file. Repairs of what is in the file go through `keeping`.
    """
    if not path.exists():
        raise ProjectError("there is no such project file", where=str(path), hint=f"synterm new {path}")
    yield from beside(path)
    try:
        with to_look_at(path) as place:
            yield from _condition(place, path, keeping)
    except ProjectError as error:
        yield Found("file", "broken", error.message, _to_do(error, path))


def _condition(place: Path, path: Path, keeping: Keeping) -> Iterator[Found]:
    with Condition.of(place) as condition:
        header = condition.header()
        yield _version(header)
        condition.check_schema()
        yield well("schema", "made of what synterm makes, and of nothing else")
        problems = condition.problems()
        if problems:
            some = "; ".join(one_line(problem, 120) for problem in problems[:3])
            yield Found("pages", "broken", f"the file is damaged: {some}", _RESTORE.replace("PROJECT", str(path)))
            return
        yield well("pages", "whole: every page, row and index was read")
        if header.version == SCHEMA_VERSION:
            yield from _rows(condition)
            yield from half_done(condition, path, keeping)
            yield from _room(condition, header, path, keeping)
    with read_only(place) as project:
        yield _content(project)
        yield from allowed(project, path)
        yield from waiting(project.id, partial(_take_in, path))


def _to_do(error: ProjectError, path: Path) -> str:
    """What to do; `--restore` where all that is known is that a copy would help."""
    restore = _RESTORE.replace("PROJECT", str(path))
    return restore if error.hint in (None, RESTORE) else error.hint


def _version(header: Header) -> Found:
    if header.version == SCHEMA_VERSION:
        return well("version", f"file version {header.version}, this synterm's")
    said = f"file version {header.version}, and this synterm has {SCHEMA_VERSION}"
    if header.version > SCHEMA_VERSION:
        return Found("version", "note", f"{said}: it can only be looked at", UPGRADE)
    return Found("version", "note", f"{said}: the next opening keeps a copy of it and brings it up to date")


def _rows(condition: Condition) -> Iterator[Found]:
    """Whether rows fit together."""
    told = [
        (condition.dangling(), "refer to what is not there"),
        (condition.unreadable(), "can't be read"),
        (condition.misnamed(), "not what their names, which are hashes of them, say"),
    ]
    wrong = [f"{plural(count, 'row')} of {name}: {words}" for found, words in told for name, count in found.items()]
    if wrong:
        hint = "it was changed by something other than synterm; a copy from before may help"
        yield Found("rows", "broken", "; ".join(wrong), hint)
    else:
        yield well("rows", "they fit together, and are what their names say")
    if lost := condition.lost():
        said = "; ".join(f"{count:,} {words} that are not there" for words, count in lost.items())
        yield Found("references", "warning", said, "an old copy may hold them: synterm merge brings both together")


def _room(condition: Condition, header: Header, path: Path, keeping: Keeping) -> Iterator[Found]:
    """What the file holds that nothing needs."""
    if unused := condition.unused():
        said = f"{plural(unused, 'text')} of removed cases and prompts are in the file still"
        yield Found("removed", "note", said, None, keeping(partial(_remove_unused, path)))
    if header.free > max(_WORTH_IT, _MUCH_FREE * header.size):
        said = f"{megabytes(header.free)} of {megabytes(header.size)} are free: what comes next uses them"
        yield Found("size", "note", said, None, partial(_compact, path))
    else:
        yield well("size", megabytes(header.size))


def _content(project: Project) -> Found:
    """Whether all that people made can be read, and how much that is."""
    tree, prompts, models = project.nodes.tree(), project.prompts.all(), project.models.all()
    documents = project.documents.entries()
    cases, runs = sum(project.cases.counts().values()), len(project.runs.page(limit=-1))
    _ = project.gates, project.baselines.all(), project.tunings.all(), project.traffic.logs()
    counts = [
        plural(len(tree.scenarios()), "scenario"),
        plural(cases, "case"),
        plural(len(prompts), "prompt"),
        plural(len(models), "model"),
        plural(runs, "run"),
        plural(project.responses.count(), "answer"),
    ]
    counts += [plural(len(documents), "document")] if documents else []
    return well("content", f"{project.name}: {', '.join(counts)}")


def _take_in(path: Path) -> str:
    with Project.open(path) as project:
        told = "; ".join(project.responses.spill.take_in())
        if spilled(project.id):
            raise ProjectError(told or "they wait for another file of this project", where=str(path))
    return told or "they were taken in"


def _remove_unused(path: Path) -> str:
    return f"removed {plural(remove_unused(path), 'text')}"


def _compact(path: Path) -> str:
    return f"the file is {megabytes(compact(path))} smaller"

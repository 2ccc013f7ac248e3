"""Merging files of one project: read side by side, settled, and written beside the place where the result goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from synterm.errors import ProjectError
from synterm.storage.merge.edits import Edits
from synterm.storage.merge.gather import Gathered, gather
from synterm.storage.merge.made import leave_out_undone
from synterm.storage.merge.names import field_of, kind_of, name_of, text_of
from synterm.storage.merge.scratch import Scratch, scratch
from synterm.storage.merge.settle import REMOVED, Difference, Prefer, Side
from synterm.storage.merge.shards import Combined, Partial, combine_shards
from synterm.storage.merge.source import Source, inspect
from synterm.storage.merge.tables import Edited
from synterm.storage.merge.versions import Renumbered, note_numbers, number_versions
from synterm.storage.merge.write import write

MOST_TOLD = 200
"""So many conflicts are told; all are counted."""
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Said:
    """What one file says, and when it was changed there."""

    file: str
    text: str
    time: str | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something of which files say different things."""

    kind: str
    name: str
    field: str
    said: tuple[Said, ...]


@dataclass(slots=True)
class Merged:
    """What came of a merge."""

    project_id: str
    files: list[Gathered]
    conflicts: list[Conflict] = field(default_factory=list[Conflict])
    conflict_count: int = 0
    combined: list[Combined] = field(default_factory=list[Combined])
    partial: list[Partial] = field(default_factory=list[Partial])
    renumbered: list[Renumbered] = field(default_factory=list[Renumbered])
    taken_back: int = 0
    """Cases that are left out, since their generation was taken back in one of the files."""


def merge(
    inputs: Sequence[Path], base: Path | None, prefer: Prefer | None, folder: Path, target: Path | None
) -> Merged:
    """Merge files, and write the result to `target` unless there is a conflict that nobody settled; None: don't write.

    `base`: what they were before people changed them. `folder` has room for what is thrown away afterwards. Raises
    ProjectError for a file that can't be merged, or files of different projects.
    """
    sources = [inspect(number, path) for number, path in enumerate(inputs, 1)]
    before = inspect(0, base) if base else None
    _refuse_others([*sources, *([before] if before else [])])
    found = Merged(sources[0].project_id, [])
    with scratch(folder) as room:
        if before:
            gather(room, before, None)
            room.run("CREATE TABLE base_runs AS SELECT id FROM runs")
        found.files = [gather(room, source, before) for source in sources]
        note_numbers(room)
        Edits(room, prefer, lambda one, side, difference: _tell(room, found, one, side, difference)).settle_all()
        found.taken_back = leave_out_undone(room)
        found.renumbered = number_versions(room)
        found.combined, found.partial = combine_shards(room)
        _note_parts(room, found)
        if target and (prefer or not found.conflict_count):
            write(room, target)
    return found


def _note_parts(room: Scratch, found: Merged) -> None:
    """What is part of a run that a file had is nothing new."""
    made = {combined.run_id for combined in found.combined}
    parts = {shard for shard, run_id in room.rows("SELECT shard_id, run_id FROM combined") if run_id not in made}
    for gathered in found.files:
        gathered.recount_runs(parts)


def _refuse_others(sources: Sequence[Source]) -> None:
    first = sources[0]
    for source in sources:
        if source.project_id != first.project_id:
            raise ProjectError(
                f"another project than {first.name}",
                where=source.name,
                hint="only copies of one file can be merged; for cases: synterm add PROJECT case --file",
            )


def _tell(room: Scratch, found: Merged, one: Edited, side: Side, difference: Difference) -> None:
    found.conflict_count += 1
    if len(found.conflicts) >= MOST_TOLD:
        return
    names = {gathered.source.number: gathered.source.name for gathered in found.files} | {0: "the base"}
    removed = difference.field == REMOVED

    def said(each: Side) -> Said:
        text = "changed or added to" if removed else text_of(room, difference.field, each.values.get(difference.field))
        time = each.values.get(one.time) if one.time else None
        return Said(names[each.file], text[:_LONGEST], time)

    told = (*(Said(names[file], REMOVED, None) for file in difference.gone), *map(said, difference.said))
    kind, name = kind_of(one.table, side.values), name_of(room, one.table, side.values)
    found.conflicts.append(Conflict(kind, name, REMOVED if removed else field_of(difference.field), told))

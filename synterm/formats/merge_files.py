"""Merging project files into a new one: all of it or nothing, made beside and renamed at the end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synterm.core.ids import new_id
from synterm.core.merging import (
    CombinedRun,
    ConflictSide,
    MergeConflict,
    MergeCounts,
    MergedFile,
    MergeReport,
    MissingShards,
    RenumberedVersion,
)
from synterm.errors import ExitCode, ProjectError
from synterm.evaluate.whole_run import whole_totals
from synterm.formats.build import put_in_place, refuse_existing
from synterm.storage.merge.merge import Merged, merge
from synterm.storage.merge.scratch import sweep
from synterm.storage.merge.settle import Prefer
from synterm.storage.project import Project
from synterm.storage.replacing import refuse_open

_KINDS = {
    "nodes": "tree",
    "cases": "cases",
    "prompts": "prompts",
    "prompt_versions": "versions",
    "models": "models",
    "documents": "documents",
    "responses": "answers",
    "runs": "runs",
    "reviews": "reviews",
    "baselines": "baselines",
    "generations": "generations",
    "tunings": "tunings",
    "traffic_logs": "logs",
    "traffic": "logged calls",
}
_ENDINGS = ("", "-wal", "-shm", "-journal")


def merge_files(
    inputs: Sequence[Path],
    out: Path,
    *,
    base: Path | None = None,
    prefer: Prefer | None = None,
    replace: bool = False,
    dry_run: bool = False,
) -> MergeReport:
    """Merge `inputs` into the new file `out`, and say what came of it; at a conflict nothing is written.

    `replace`: put it in the place of a file that is there. Raises ProjectError for a file that can't be merged or
    written.
    """
    base = base if base is not None and not _is_empty(base) else None
    _refuse_target(out, [*inputs, *([base] if base else [])], replace=replace, dry_run=dry_run)
    sweep(out.parent, f".{out.name}.")
    beside = out.with_name(f".{out.name}.{new_id()}")
    try:
        found = merge(inputs, base, prefer, out.parent, None if dry_run else beside)
        if beside.exists():
            _count(beside, found)
            put_in_place(beside, out, replace=replace)
            return _report(found, base, out, prefer)
        return _report(found, base, None, prefer)
    finally:
        for ending in _ENDINGS:
            beside.with_name(beside.name + ending).unlink(missing_ok=True)


def _is_empty(base: Path) -> bool:
    """Whether there is nothing in the base: git gives an empty file where two sides have none in common."""
    return base.is_file() and base.stat().st_size == 0


def _refuse_target(out: Path, inputs: Sequence[Path], *, replace: bool, dry_run: bool) -> None:
    if any(path.exists() and out.exists() and path.samefile(out) for path in inputs):
        raise ProjectError(
            "the merged file can't be one of those that are merged",
            where=str(out),
            hint="-o another name; then rename it",
        )
    if replace and out.is_file() and not out.is_symlink():
        if not dry_run:
            refuse_open(out)  # before the work; at its end it is held to that again
        return
    if out.is_file() and not replace:
        raise ProjectError("there is a file of that name already", where=str(out), hint="--force replaces it")
    refuse_existing(out)


def _count(path: Path, found: Merged) -> None:
    """Count the runs that were made of shards anew, from what they found."""
    if not found.combined:
        return
    with Project.open(path) as project:
        for combined in found.combined:
            totals = whole_totals(project, project.runs.get(combined.run_id))
            project.runs.set_totals(combined.run_id, totals).result()


def _report(found: Merged, base: Path | None, out: Path | None, prefer: Prefer | None) -> MergeReport:
    names = {gathered.source.number: gathered.source.name for gathered in found.files}
    return MergeReport(
        project_id=found.project_id,
        out=str(out) if out else None,
        base=str(base) if base else None,
        exit_code=ExitCode.GATE_FAILED if found.conflict_count and not prefer else ExitCode.OK,
        files=[
            MergedFile(
                file=gathered.source.name,
                counts={
                    word: MergeCounts(added=count.added, changed=count.changed, known=count.known)
                    for table, word in _KINDS.items()
                    if (count := gathered.counts[table])
                },
            )
            for gathered in found.files
        ],
        conflicts=[
            MergeConflict(
                kind=one.kind,
                name=one.name,
                field=one.field,
                sides=[ConflictSide(file=said.file, text=said.text, changed=said.time) for said in one.said],
            )
            for one in found.conflicts
        ],
        conflict_count=found.conflict_count,
        preferred=prefer if found.conflict_count else None,
        combined=[CombinedRun(run_id=one.run_id, shards=one.of) for one in found.combined],
        missing_shards=[
            MissingShards(shards=one.of, there=[*one.there], missing=one.missing, incomplete=[*one.incomplete])
            for one in found.partial
        ],
        renumbered=[
            RenumberedVersion(file=names[one.file], prompt=one.prompt, was=f"v{one.was}", now=f"v{one.now}")
            for one in found.renumbered
        ],
        taken_back=found.taken_back,
    )

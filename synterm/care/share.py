"""Making a copy of a project to give away: all of it or nothing, made beside and renamed at the end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synterm.care.look import to_look_at
from synterm.care.scan import Finds, scan, without_keys
from synterm.core.ids import new_id
from synterm.core.sharing import SharePart, ShareReport
from synterm.errors import ExitCode, ProjectError
from synterm.formats.build import put_in_place, refuse_existing
from synterm.storage.condition import Condition
from synterm.storage.merge.scratch import sweep
from synterm.storage.replacing import refuse_open
from synterm.storage.snapshot import asks, counts, leave_out, people, snapshot, texts, waiting

_ENDINGS = ("", "-wal", "-shm", "-journal")


def share(
    path: Path,
    out: Path,
    without: Sequence[SharePart] = (),
    *,
    anyway: bool = False,
    replace: bool = False,
    dry_run: bool = False,
) -> ShareReport:
    """Write the project at `path` into the file `out`, and say what is in it; with keys in it nothing is written.

    The project may be in use meanwhile, and is not changed. `anyway`: write it with keys too. Raises ProjectError
    for a file that can't be read or written.
    """
    _refuse_target(path, out, replace=replace, dry_run=dry_run)
    sweep(out.parent, f".{out.name}.")
    beside = out.with_name(f".{out.name}.{new_id()}")
    try:
        beside.touch(mode=0o600)
        with to_look_at(path) as place:
            snapshot(place, beside)
        removed = leave_out(beside, without)
        finds = scan(texts(beside))
        _check(beside)
        written = not dry_run and (anyway or not finds.keys)
        report = _report(path, beside, without, removed, finds, out if written else None)
        if finds.keys and not anyway:
            return report.model_copy(update={"exit_code": ExitCode.GATE_FAILED})
        if written:
            put_in_place(beside, out, replace=replace)
        return report
    except OSError as error:
        raise ProjectError(error.strerror or str(error), where=str(out)) from error
    finally:
        for ending in _ENDINGS:
            beside.with_name(beside.name + ending).unlink(missing_ok=True)


def _refuse_target(path: Path, out: Path, *, replace: bool, dry_run: bool) -> None:
    if out.exists() and path.samefile(out):
        raise ProjectError("the copy can't be the project itself", where=str(out), hint="-o another name")
    if out.is_file() and not out.is_symlink():
        if not replace:
            raise ProjectError("there is a file of that name already", where=str(out), hint="--force replaces it")
        if not dry_run:
            refuse_open(out)  # before the work; at its end it is held to that again
        return
    refuse_existing(out)


def _check(beside: Path) -> None:
    """Raise ProjectError unless the copy is whole: a project may be damaged, and nobody has read it to its end."""
    with Condition.of(beside) as condition:
        wrong = [*condition.problems(), *(f"rows of {table} refer to nothing" for table in condition.dangling())]
    if wrong:
        raise ProjectError(f"the project is damaged: {wrong[0]}", hint="synterm doctor PROJECT says more")


def _report(
    path: Path, beside: Path, without: Sequence[SharePart], removed: dict[str, int], finds: Finds, out: Path | None
) -> ShareReport:
    return ShareReport(
        project=str(path),
        out=str(out) if out else None,
        size=beside.stat().st_size,
        exit_code=ExitCode.OK,
        left_out=list(without),
        counts=counts(beside),
        removed=removed,
        asks=without_keys(asks(beside)),
        keys=list(finds.keys.values()),
        people=list(finds.people.values()),
        names=0 if "names" in without else people(beside),
        waiting=waiting(beside),
        not_looked_for=list(finds.missing),
    )

"""What was begun in a project and came to no end: the process that began it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from synterm.care.found import Found, well
from synterm.care.kept import Keeping
from synterm.evaluate.alive import is_alive, is_elsewhere
from synterm.reports.figures import dollars
from synterm.storage.condition import Condition, Unfinished
from synterm.storage.mending import end_unfinished, release_reserved
from synterm.text import plural

_NOUNS = {"runs": "run", "generations": "generation"}


def half_done(condition: Condition, path: Path, keeping: Keeping) -> Iterator[Found]:
    """Runs and generations that nobody goes on with, and money that is set aside for nothing."""
    unfinished = condition.unfinished()
    for table, noun in _NOUNS.items():
        yield from _of(table, noun, [one for one in unfinished if one.table == table], path, keeping)
    if reserved := condition.reserved():
        said = f"{dollars(reserved)} are set aside for requests under way, or that were under way when a program ended"
        yield Found("spending", "note", said, None, keeping(partial(_release, path)))


def _of(table: str, noun: str, found: list[Unfinished], path: Path, keeping: Keeping) -> Iterator[Found]:
    gone = [one for one in found if not is_alive(one.process) and not is_elsewhere(one.process)]
    elsewhere = [one for one in found if is_elsewhere(one.process)]
    alive = len(found) - len(gone) - len(elsewhere)
    if alive:
        yield Found(table, "note", f"{plural(alive, noun)} under way now")
    if elsewhere:
        said = f"{plural(len(elsewhere), noun)} under way on another machine, or stopped there"
        yield Found(table, "note", said, f"the same command there again goes on with the {noun}")
    if gone:
        said = f"{plural(len(gone), noun)} began and did not end, the last at {gone[-1].started}: the process is gone"
        hint = "the same command again goes on, and asks only for what has no answer; or synterm doctor PROJECT --fix"
        mend = keeping(partial(_end, path, gone))
        yield Found(table, "warning", said, hint.replace("PROJECT", str(path)), mend)
    if not found:
        yield well(table, f"no {noun} is half done")


def _end(path: Path, gone: list[Unfinished]) -> str:
    return f"{plural(end_unfinished(path, gone), 'entry')} noted as interrupted; nothing that was received is touched"


def _release(path: Path) -> str:
    release_reserved(path)
    return "given back: nobody has the file open"

"""Edits of cases, each with what takes it back exactly: same ids, same row numbers, same everything."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Mapping, Sequence

from synterm.core.case import Case, Origin
from synterm.core.ids import new_id
from synterm.storage.case_changes import Column, Groups, Removed
from synterm.storage.cases import CaseStore
from synterm.tui.edits import Edit, Moved


def assigning(cases: CaseStore, label: str, column: Column, value: str, keys: Sequence[int]) -> Edit:
    """Give cases, by row number, one value of a column."""
    before: list[Groups] = []
    # Another scenario has other checks.
    touched = tuple(cases.ids_of(keys)) if column == "scenario_id" else ()
    chosen = array("q", keys)

    async def apply() -> None:
        before[:] = [await asyncio.wrap_future(cases.assign(column, {value: chosen}))]

    async def revert() -> None:
        await asyncio.wrap_future(cases.assign(column, before[0]))

    return Edit(label, apply, revert, touched, lambda moved: _renumber(moved, chosen, *before))


def retagging(cases: CaseStore, label: str, keys: Sequence[int], add: Sequence[str], drop: Sequence[str]) -> Edit:
    """Add tags to cases, and take others away."""
    before: list[Groups] = []
    chosen = array("q", keys)

    async def apply() -> None:
        before[:] = [await asyncio.wrap_future(cases.retag(chosen, add, drop))]

    async def revert() -> None:
        await asyncio.wrap_future(cases.assign("tags", before[0]))

    return Edit(label, apply, revert, renumber=lambda moved: _renumber(moved, chosen, *before))


def removing(cases: CaseStore, label: str, keys: Sequence[int]) -> Edit:
    """Remove cases."""
    removed: list[Removed] = []
    chosen = array("q", keys)

    async def apply() -> None:
        removed[:] = [await asyncio.wrap_future(cases.take_out(chosen))]

    async def revert() -> Moved:
        return Moved(await asyncio.wrap_future(cases.put_back(removed[0])))

    return Edit(label, apply, revert, renumber=lambda moved: _renumber(moved, chosen))


def adding(cases: CaseStore, label: str, new: Sequence[Case]) -> Edit:
    """Add cases. Made again after it was taken back, they have the row numbers that they had, where those are free."""
    removed: list[Removed] = []

    async def apply() -> Moved:
        if removed:
            return Moved(await asyncio.wrap_future(cases.put_back(removed[0])))
        await asyncio.wrap_future(cases.put(new))
        return Moved()

    async def revert() -> None:
        keys = cases.keys_of([case.id for case in new])
        removed[:] = [await asyncio.wrap_future(cases.take_out(keys))]

    return Edit(label, apply, revert)


def replacing(cases: CaseStore, label: str, changes: Mapping[str, tuple[Case, Case]]) -> Edit:
    """Put cases, by id, in place of what they were: before, after. Whoever was made from one follows its split."""
    before = [old for old, _ in changes.values()]
    after = [new for _, new in changes.values()]
    seeds = [(new.id, new.split) for old, new in changes.values() if old.split != new.split]
    moved: list[Groups] = []

    async def apply() -> None:
        await asyncio.wrap_future(cases.put(after))
        moved.clear()
        for case_id, split in seeds:
            keys = cases.families(cases.keys_of([case_id])).keys
            moved.append(await asyncio.wrap_future(cases.assign("split", {split: keys})))

    async def revert() -> None:
        for groups in reversed(moved):
            await asyncio.wrap_future(cases.assign("split", groups))
        await asyncio.wrap_future(cases.put(before))

    return Edit(label, apply, revert, tuple(changes), lambda numbers: _renumber(numbers, *moved))


def _renumber(moved: Mapping[int, int], *known: array[int] | Groups) -> None:
    """Put new row numbers in the place of old ones."""
    for numbers in known:
        for keys in [numbers] if isinstance(numbers, array) else numbers.values():
            for at, key in enumerate(keys):
                keys[at] = moved.get(key, key)


def differs(one: Case, other: Case) -> bool:
    """Whether two cases say something else: also ``1`` and ``true``, which are equal in Python."""
    return one != other or one.content_id != other.content_id


def variation(case: Case) -> Case:
    """A case made by hand from another: of the same root and split, so that ten of them are no ten data points."""
    return Case(
        id=new_id(),
        scenario_id=case.scenario_id,
        input=dict(case.input),
        expected=case.expected,
        tags=case.tags,
        split=case.split,
        origin=Origin(seed_id=case.id),
        root_id=case.root_id,
    )

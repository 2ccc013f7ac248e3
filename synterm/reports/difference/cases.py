"""Which cases two projects do not share: by id, and else by content within the same scenario."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from synterm.core.tree import Tree
from synterm.reports.difference.shapes import CaseChange, Counts, FieldChange
from synterm.storage.project import Project
from synterm.storage.whole import CaseKey

_Pair = tuple[CaseKey, CaseKey]


class CaseDifferences:
    """Reads the cases of both sides in one pass; only those that have no partner of their id are held."""

    def __init__(
        self, before: Project, after: Project, trees: tuple[Tree, Tree], scenarios: Mapping[str, str], limit: int
    ) -> None:
        self._sides = before, after
        self._trees = trees
        self._scenarios = scenarios
        """The later scenario of each earlier one."""
        self._limit = limit
        self.counts = Counts(before=0, after=0, added=0, removed=0)
        """How many differ; complete once `found` was called."""

    def found(self) -> list[CaseChange]:
        """The cases that differ, by their place in the tree and id, at most `limit`."""
        changed: list[_Pair] = []
        gone: list[CaseKey] = []
        came: list[CaseKey] = []
        counts = self.counts
        for one, other in self._joined():
            counts.before += one is not None
            counts.after += other is not None
            if one and other:
                if self._said(one) != other[1:]:
                    changed.append((one, other))
            elif one:
                gone.append(one)
            elif other:
                came.append(other)
        gone, came = self._by_content(gone, came)
        counts.added, counts.removed, counts.changed = len(came), len(gone), len(changed)
        places = [{node.id: at for at, node in enumerate(tree.walk())} for tree in self._trees]
        gone.sort(key=lambda key: (places[0][key.scenario_id], key.id))
        came.sort(key=lambda key: (places[1][key.scenario_id], key.id))
        changed.sort(key=lambda pair: (places[1][pair[1].scenario_id], pair[1].id))
        return [*self._told(gone, changed, came)]

    def _joined(self) -> Iterator[tuple[CaseKey | None, CaseKey | None]]:
        """Both sides by id."""
        left, right = (side.whole.case_keys() for side in self._sides)
        one, other = next(left, None), next(right, None)
        while one or other:
            if one and other and one.id == other.id:
                yield one, other
                one, other = next(left, None), next(right, None)
            elif other is None or (one is not None and one.id < other.id):
                yield one, None
                one = next(left, None)
            else:
                yield None, other
                other = next(right, None)

    def _said(self, key: CaseKey) -> tuple[str, ...]:
        """What an earlier case says but its id, in the later side's scenarios."""
        return (self._scenarios.get(key.scenario_id, ""), *key[2:])

    def _by_content(self, gone: list[CaseKey], came: list[CaseKey]) -> tuple[list[CaseKey], list[CaseKey]]:
        """What is left of both when each that says the same in the same scenario has its partner."""
        open_after: defaultdict[tuple[str, ...], list[CaseKey]] = defaultdict(list)
        for key in came:
            open_after[key[1:6]].append(key)
        left: list[CaseKey] = []
        for key in gone:
            partners = open_after.get(self._said(key)[:5])
            if partners:
                partners.pop()
            else:
                left.append(key)
        return left, [key for keys in open_after.values() for key in keys]

    def _told(self, gone: list[CaseKey], changed: list[_Pair], came: list[CaseKey]) -> Iterator[CaseChange]:
        limit = self._limit
        gone = gone[:limit]
        changed = changed[: limit - len(gone)]
        came = came[: limit - len(gone) - len(changed)]
        earlier = self._sides[0].contents.values({key.content_id for key in (*gone, *(one for one, _ in changed))})
        later = self._sides[1].contents.values({key.content_id for key in (*came, *(other for _, other in changed))})
        for key in gone:
            yield self._alone("removed", key, earlier, self._trees[0])
        for one, other in changed:
            left, right = (
                self._fields(key, values, tree)
                for key, values, tree in zip((one, other), (earlier, later), self._trees, strict=True)
            )
            fields = {
                name: FieldChange(before=left[name], after=right[name])
                for name in right
                if repr(left[name]) != repr(right[name])
            }
            alone = self._alone("changed", other, later, self._trees[1])
            yield alone.model_copy(update={"fields": fields})
        for key in came:
            yield self._alone("added", key, later, self._trees[1])

    def _alone(self, sign: Any, key: CaseKey, values: Mapping[str, tuple[Any, Any]], tree: Tree) -> CaseChange:
        given, expected = values[key.content_id]
        return CaseChange(sign=sign, id=key.id, path=tree.path(key.scenario_id), input=given, expected=expected)

    def _fields(self, key: CaseKey, values: Mapping[str, tuple[Any, Any]], tree: Tree) -> dict[str, Any]:
        given, expected = values[key.content_id]
        return {
            "scenario": tree.path(key.scenario_id),
            "input": given,
            "expected": expected,
            "tags": orjson.loads(key.tags),
            "split": key.split,
            "status": key.status,
            "origin": orjson.loads(key.origin),
            "root": key.root_id,
        }

"""Where each case has its place in the columns' arrays."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import repeat

from synterm.core.case import Case


class Slots:
    """Numbers cases from 0 on, in the order they are met. The columns of a board share one."""

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}
        self._ids: list[str] = []
        self._scenario = array("L")
        self._root = array("L")
        self._roots: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._scenario_ids: list[str] = []
        self._counted: bytearray | None = None
        self._wanted: frozenset[str] = frozenset()
        """The cases that were to count when that was said last."""

    def __len__(self) -> int:
        return len(self._ids)

    def of(self, case: Case) -> int:
        """The slot of a case; a new one for a case that was not met before. A case that was moved is told apart."""
        return self.place(case.id, case.scenario_id, case.root_id)

    def place(self, case_id: str, scenario_id: str, root_id: str) -> int:
        """The same of a case that is known by its ids only."""
        slot = self._slots.get(case_id)
        if slot is None:
            slot = self._slots[case_id] = len(self._ids)
            self._ids.append(case_id)
            self._scenario.append(self._number(scenario_id))
            self._root.append(self._root_number(case_id, root_id))
            if self._counted is not None:
                self._counted.append(case_id in self._wanted)
        elif self._scenario_ids[self._scenario[slot]] != scenario_id:
            self._scenario[slot] = self._number(scenario_id)
        return slot

    def find(self, case_id: str) -> int | None:
        """The slot of a case; None when it was not met yet."""
        return self._slots.get(case_id)

    def id(self, slot: int) -> str:
        """The case in a slot."""
        return self._ids[slot]

    def scenario(self, slot: int) -> str:
        """The scenario of the case in a slot."""
        return self._scenario_ids[self._scenario[slot]]

    def count_only(self, case_ids: Iterable[str]) -> None:
        """Have only these cases count, and those that are met from now on; see `count_in`."""
        self._counted = bytearray(len(self._ids))
        self._wanted = frozenset(case_ids)
        for case_id in self._wanted:
            slot = self._slots.get(case_id)
            if slot is not None:
                self._counted[slot] = 1

    def count_in(self, slot: int) -> None:
        """Have the case in a slot count."""
        if self._counted is not None:
            self._counted[slot] = 1

    def counts(self, slot: int) -> bool:
        """Whether the case in a slot counts: it fits what the cases are filtered by."""
        return self._counted is None or bool(self._counted[slot])

    @property
    def roots(self) -> Sequence[int]:
        """By slot, a number for the lineage; 0 where no other case that was met is of the same one."""
        return self._root

    @property
    def scenarios(self) -> Sequence[int]:
        """By slot, a number for the scenario; see `scenario_numbered`."""
        return self._scenario

    def scenario_numbered(self, number: int) -> str:
        """The scenario that has this number."""
        return self._scenario_ids[number]

    @property
    def counted(self) -> Iterable[int]:
        """By slot: 1 where the case counts."""
        return repeat(1) if self._counted is None else self._counted

    def _root_number(self, case_id: str, root_id: str) -> int:
        if root_id == case_id:
            return self._roots.get(case_id, 0)
        number = self._roots.get(root_id)
        if number is None:
            number = self._roots[root_id] = len(self._roots) + 1
            if (root := self._slots.get(root_id)) is not None:
                self._root[root] = number
        return number

    def _number(self, scenario_id: str) -> int:
        number = self._numbers.get(scenario_id)
        if number is None:
            number = self._numbers[scenario_id] = len(self._scenario_ids)
            self._scenario_ids.append(scenario_id)
        return number

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

    def __len__(self) -> int:
        return len(self._ids)

    def of(self, case: Case) -> int:
        """The slot of a case; a new one for a case that was not met before. A case that was moved is told apart."""
        slot = self._slots.get(case.id)
        if slot is None:
            slot = self._slots[case.id] = len(self._ids)
            self._ids.append(case.id)
            self._scenario.append(self._number(case.scenario_id))
            self._root.append(self._root_number(case))
            if self._counted is not None:
                self._counted.append(0)
        elif self._scenario_ids[self._scenario[slot]] != case.scenario_id:
            self._scenario[slot] = self._number(case.scenario_id)
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
        for case_id in case_ids:
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

    def _root_number(self, case: Case) -> int:
        if case.root_id == case.id:
            return self._roots.get(case.id, 0)
        number = self._roots.get(case.root_id)
        if number is None:
            number = self._roots[case.root_id] = len(self._roots) + 1
            if (root := self._slots.get(case.root_id)) is not None:
                self._root[root] = number
        return number

    def _number(self, scenario_id: str) -> int:
        number = self._numbers.get(scenario_id)
        if number is None:
            number = self._numbers[scenario_id] = len(self._scenario_ids)
            self._scenario_ids.append(scenario_id)
        return number

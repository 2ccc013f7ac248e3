"""Which evaluations stand in the report, where there are more than it is to hold."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

from synterm.evaluate.sheet import Sheet
from synterm.storage.recorded import Recorded
from synterm.text import plural

_LAST = 2**32
"""Beyond every number of a case."""


@dataclass(frozen=True, slots=True)
class Part:
    """The evaluations of one verdict."""

    made: int
    shown: int
    below: int
    """Those of cases with a number up to this one are shown."""


class Choice:
    """All that failed, then all without a verdict, then those that passed, as far as `most` goes (None: all of them).

    Where there is room for some only, these are of a sample of the cases: the same ones under each variant, and the
    same ones each time. Cases are drawn by a number that their id gives.
    """

    def __init__(self, sheet: Sheet, most: int | None) -> None:
        self.made = sheet.made
        self.shown = sheet.made if most is None else min(sheet.made, most)
        self._numbers = [crc32(name.encode()) for name in sheet.names()]
        room, parts = self.shown, list[Part]()
        for counts in _counts(sheet):
            parts.append(self._part(counts, room))
            room -= parts[-1].shown
        self.failed, self.without_verdict, self.passed = parts

    def of(self, failing_first: Iterable[Recorded]) -> Iterator[Recorded]:
        """Those of a run's evaluations that are shown; stops reading when it has them all."""
        left = self.shown
        for done in failing_first if left else ():
            if self.shown == self.made or crc32(done.case_id.encode()) <= self._part_of(done).below:
                yield done
                left -= 1
                if not left:
                    return

    @property
    def words(self) -> str:
        """What stands there and what does not."""
        if self.shown == self.made:
            return f"All {plural(self.made, 'evaluation')} of the run stand here, those that failed first."
        told = [
            _told(self.failed, "that failed"),
            _told(self.without_verdict, "without a verdict"),
            _told(self.passed, "that passed"),
        ]
        return (
            f"{self.shown:,} of {plural(self.made, 'evaluation')} stand here: {'; '.join(filter(None, told))}. "
            f"{self.made - self.shown:,} are left out; a sample is of the same cases under each variant. "
            "All figures above are of all evaluations."
        )

    def _part(self, counts: array[int], room: int) -> Part:
        made = sum(counts)
        if made <= room:
            return Part(made, made, _LAST)
        if not room:
            return Part(made, 0, -1)
        by_number = sorted((self._numbers[case], count) for case, count in enumerate(counts) if count)
        taken = 0
        for number, count in by_number:
            taken += count
            if taken >= room:
                return Part(made, room, number)
        raise AssertionError("there are more evaluations than room")

    def _part_of(self, done: Recorded) -> Part:
        if done.passed is None:
            return self.without_verdict
        return self.passed if done.passed else self.failed


def _counts(sheet: Sheet) -> tuple[array[int], array[int], array[int]]:
    """How many evaluations failed, have no verdict, passed: for each case, by its number."""
    columns = [sheet.column(variant) for variant in sheet.variants]
    failed, errors, passed = (array("i", bytes(4 * len(sheet.roots))) for _ in range(3))
    for column in columns:
        for case in range(len(sheet.roots)):
            failed[case] += column.judged[case] - column.passed[case]
            errors[case] += column.errors[case]
            passed[case] += column.passed[case]
    return failed, errors, passed


def _told(part: Part, words: str) -> str:
    if not part.made:
        return ""
    if part.shown == part.made:
        return f"all {part.made:,} {words}"
    return f"{f'a sample of {part.shown:,}' if part.shown else 'none'} of the {part.made:,} {words}"

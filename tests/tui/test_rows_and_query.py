"""Pages of cases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from synterm.core.case import Case
from synterm.tui.board.rows import CaseRows


def test_only_the_pages_that_are_looked_at_are_read() -> None:
    reads: list[int] = []

    def read(keys: Sequence[int]) -> list[Case]:
        reads.append(keys[0])
        return [Case(scenario_id="s", input={"m": str(key)}) for key in keys]

    rows = CaseRows(range(100_000), read)
    assert len(rows) == 100_000
    assert rows[50_123].title == "50123"
    assert rows[50_124].title == "50124"
    assert rows[-1].title == "99999"
    assert [case.title for case in rows[199:201]] == ["199", "200"]
    assert reads == [50_000, 99_800, 0, 200]
    with pytest.raises(IndexError):
        rows[100_000]

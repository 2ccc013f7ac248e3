"""The map of cases by meaning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.describe.coverage.plane import Drawn, plane

pytest.importorskip("wordllama")

TEXTS = ("book a room", "reserve a meeting room", "the notes of monday", "a recipe for soup", "how do i cook soup")


def cases(*texts: str) -> list[tuple[str, Case]]:
    return [
        ("B", Case(id=f"{number:026d}", scenario_id="S", input={"message": text})) for number, text in enumerate(texts)
    ]


def test_what_means_the_same_lies_near() -> None:
    found = plane(cases(*TEXTS), (), 0)
    assert found == plane(cases(*TEXTS), (), 0)
    places = [(point.x, point.y) for point in found.points]

    def apart(one: int, other: int) -> float:
        return sum((a - b) ** 2 for a, b in zip(places[one], places[other], strict=True))

    assert apart(3, 4) < apart(0, 3)
    assert apart(0, 1) < apart(0, 4)
    assert 0 < found.shown <= 1
    assert {min(axis) for axis in zip(*places, strict=True)} == {0.0}
    assert {max(axis) for axis in zip(*places, strict=True)} == {1.0}


@pytest.mark.parametrize("texts", [(), ("one",), ("same", "same"), ("", ""), ("one", "two")])
def test_few_cases_have_a_map_too(texts: tuple[str, ...]) -> None:
    found = plane(cases(*texts), (), 3)
    assert [point.case_id for point in found.points] == [case.id for _, case in cases(*texts)]
    assert all(0 <= point.x <= 1 and 0 <= point.y <= 1 for point in found.points)
    assert found.left_out == 3


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 300), max_size=12), st.integers(0, 500))
def test_points_are_shared_out_evenly(counts: dict[str, int], most: int) -> None:
    drawn = Drawn(counts, most)
    chosen = {name: [*drawn.of(name)] for name in counts}
    total = sum(map(len, chosen.values()))
    assert total == min(sum(counts.values()), most)
    assert drawn.left_out == sum(counts.values()) - total
    for name, places in chosen.items():
        assert len(set(places)) == len(places)
        assert all(0 <= place < counts[name] for place in places)
        # Who has more left over than another one has had its turn.
        assert all(len(places) + 1 >= len(other) for other in chosen.values()) or len(places) == counts[name]

"""Balance and division hold what they promise, whatever the examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.core.prompt import Message
from synterm.core.training import TrainingExample
from synterm.finetune.select.balance import balanced, ordered
from synterm.finetune.select.divide import divided

Row = tuple[int, str, str, float | None]
_ROW: st.SearchStrategy[Row] = st.tuples(
    st.integers(0, 12), st.sampled_from("ABC"), st.sampled_from(["", "x", "y"]), st.sampled_from([None, 0.0, 0.4, 1.0])
)
ROWS = st.lists(_ROW, max_size=60)


def examples(rows: Sequence[Row]) -> list[TrainingExample]:
    return [
        TrainingExample(
            case=Case(id=f"case{number}", scenario_id="s", input={"m": number}, split="train", root_id=f"root{root}"),
            behavior=behavior,
            scenario=f"{behavior}/s",
            label=label,
            prompt=(Message(role="user", content=str(number)),),
            positives=(),
            negatives=(),
            difficulty=difficulty,
        )
        for number, (root, behavior, label, difficulty) in enumerate(rows)
    ]


@given(ROWS, st.floats(1, 5))
def test_no_group_is_far_above_the_median_one_and_hard_ones_stay(rows: Sequence[Row], most: float) -> None:
    all_of_them = ordered(examples(rows), "hard")
    kept = balanced(all_of_them, most)
    assert [one for one in all_of_them if one in kept] == kept
    for name in ("behavior", "label"):
        counts = Counter(value for one in kept if (value := getattr(one, name)))
        if counts:
            assert max(counts.values()) <= max(1, most * median(counts.values()))
    if len(kept) < len(all_of_them):
        assert kept
    for behavior, label in {(one.behavior, one.label) for one in all_of_them if not one.label}:
        mine = [one.difficulty or 0.0 for one in kept if (one.behavior, one.label) == (behavior, label)]
        lost = [one.difficulty or 0.0 for one in all_of_them if (one.behavior, one.label) == (behavior, label)]
        assert mine == lost[: len(mine)]


@given(ROWS, st.floats(0, 0.9), st.integers(0, 5))
def test_no_lineage_is_in_both_parts_and_every_behavior_keeps_one(rows: Sequence[Row], share: float, seed: int) -> None:
    given_in = examples(rows)
    found = divided(given_in, share, seed)
    assert found == divided(given_in, share, seed)
    assert [one.case.id for one in found] == [one.case.id for one in given_in]
    parts = {part: {one.case.root_id for one in found if one.part == part} for part in ("train", "validation")}
    assert not parts["train"] & parts["validation"]
    roots = {one.case.root_id for one in found}
    assert len(parts["validation"]) <= round(share * len(roots))
    first: dict[str, str] = {}
    for one in found:
        first.setdefault(one.case.root_id, one.behavior)
    assert set(first.values()) == {first[root] for root in parts["train"]}


def test_the_share_is_met_over_all_behaviors() -> None:
    rows = [(number, "ABCD"[number % 4], "", None) for number in range(40)]
    found = divided(examples(rows), 0.1, 0)
    aside = [one for one in found if one.part == "validation"]
    assert {one.behavior for one in aside} == {"A", "B", "C", "D"}
    assert len(aside) == 4
    assert not [one for one in divided(examples(rows[:3]), 0.1, 0) if one.part == "validation"]


def test_lineages_that_ask_the_same_stand_together() -> None:
    rows = examples([(number, "A", "", None) for number in range(20)])
    same = [*rows[:10], *(replace(one, prompt=rows[0].prompt) for one in rows[10:])]
    parts = {one.part for one in divided(same, 0.3, 1) if one.prompt == same[0].prompt}
    assert len(parts) == 1

"""What docs/quality.md shows is what the filters find."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Known
from synterm.describe.filters.registry import known_filters, load_filter
from synterm.describe.likeness import likeness, units

PAGE = (Path(__file__).parents[2] / "docs" / "quality.md").read_text(encoding="utf-8")


def table(name: str) -> list[list[str]]:
    part = PAGE.partition(f"<!-- {name} -->")[2].partition(f"<!-- /{name} -->")[0]
    rows = [line.strip("|").split(" | ") for line in part.strip().splitlines()[2:]]
    return [[cell.strip() for cell in row] for row in rows]


def case(case_id: str, text: str, expected: str) -> Case:
    return Case(id=f"01KB7Q8Y0000000000{case_id}", scenario_id="s", input={"message": text}, expected=expected)


SEED = case("5337BKZT", "want my money back", "refund")
KNOWN = Known(
    [
        SEED,
        case("5337BKZV", "where is my order 4711", "status"),
        case("5337BKZX", "can you send me a new invoice for march", "invoice"),
    ],
    ["refund", "status", "invoice"],
)


@pytest.mark.parametrize(("settings", "text", "expected", "finds"), table("examples"))
def test_the_examples_are_so(settings: str, text: str, expected: str, finds: str) -> None:
    quality = load_filter(json.loads(settings.strip("`")))
    if quality.extra:
        pytest.importorskip("wordllama")
    found = quality.open(KNOWN).judge(Candidate({"message": text}, expected, "same", "made"), SEED)
    verdict = "kept" if found.kept else "dropped"
    digits = 1 if quality.type == "length" else 2
    score = "" if found.score is None else f", {found.score:.{digits}f}"
    assert f"{verdict}{score}: {found.reason}" == finds


@pytest.mark.parametrize(("one", "other", "ratio", "alike", "cosine"), table("pairs"))
def test_the_pairs_are_so(one: str, other: str, ratio: str, alike: str, cosine: str) -> None:
    from rapidfuzz import fuzz

    assert f"{fuzz.ratio(one, other) / 100:.2f}" == ratio
    assert f"{likeness(units(one), units(other)):.2f}" == alike
    pytest.importorskip("wordllama")
    from synterm.analysis.embeddings import embedder

    a, b = embedder().embed([one, other])
    assert abs(float(a @ b) - float(cosine)) < 0.0075


def test_every_filter_is_told_of() -> None:
    assert all(f"`{kind}`" in PAGE for kind in known_filters())

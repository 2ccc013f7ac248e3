"""Filters by their type, and what a threshold would do."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.problems import InvalidError
from synterm.describe.filters.effect import effect
from synterm.describe.filters.registry import BUILT_IN, known_filters, load_filter

scores = st.lists(st.one_of(st.none(), st.floats(0, 1)))


@pytest.mark.parametrize("kind", sorted(BUILT_IN))
def test_every_filter_says_what_it_is(kind: str) -> None:
    quality = load_filter({"type": kind})
    assert quality.type == kind
    assert quality.config() == {"type": kind}
    assert load_filter(quality.config()) == quality
    assert known_filters()[kind] == quality.title
    assert (quality.side is not None) == hasattr(quality, "threshold")


def test_the_settings_stand_in_the_configuration() -> None:
    config = {"type": "near-duplicate", "threshold": 0.8}
    assert load_filter(config).config() == config


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, "type: is missing"),
        ({"type": 3}, "type: must be text"),
        ({"type": "near-duplicates"}, "'near-duplicates' is not a type of filter"),
        ({"type": "near-duplicate", "treshold": 0.8}, "treshold"),
        ({"type": "near-duplicate", "threshold": 0.2}, "threshold"),
        ({"type": "near-duplicate", "threshold": {1}}, "not plain JSON"),
        ({"type": "length", "shortest": 9, "longest": 3}, "shortest is more than longest"),
    ],
)
def test_a_wrong_configuration_says_what_is_wrong(config: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidError) as wrong:
        load_filter(config)
    assert said in str(wrong.value)


def test_a_filter_that_nearly_is_named_gets_a_hint() -> None:
    with pytest.raises(InvalidError) as wrong:
        load_filter({"type": "near-duplicates"})
    assert "near-duplicate" in str(wrong.value.hint)


@given(scores, st.lists(st.floats(0, 1)))
def test_the_effect_is_what_applying_would_do(found: list[float | None], thresholds: list[float]) -> None:
    below = [sum(score is None or score < threshold for score in found) for threshold in thresholds]
    above = [sum(score is None or score >= threshold for score in found) for threshold in thresholds]
    assert effect(found, thresholds, "below") == below
    assert effect(found, thresholds, "from") == above
    assert effect(found, thresholds, None) == [len(found)] * len(thresholds)


def test_filters_are_loaded_without_what_they_may_need() -> None:
    code = (
        "import sys\n"
        "from synterm.describe.filters.registry import BUILT_IN, load_filter\n"
        "for kind in BUILT_IN: load_filter({'type': kind})\n"
        "heavy = {'numpy', 'wordllama', 'py3langid', 'litellm', 'tiktoken'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.ids import canonical_json, content_id, new_id

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=10,
)


def test_ids_are_ulids_that_sort_by_time() -> None:
    ids = [new_id() for _ in range(10_000)]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", made) for made in ids)


def many_ids(count: int) -> list[str]:
    return [new_id() for _ in range(count)]


def test_ids_made_by_several_threads_are_distinct() -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = [made for batch in pool.map(many_ids, [1000] * 8) for made in batch]
    assert len(set(ids)) == 8000


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), JSON))
def test_the_order_of_names_does_not_matter(value: dict[str, Any]) -> None:
    turned = dict(reversed(value.items()))
    assert canonical_json(value) == canonical_json(turned)
    assert content_id("case", value) == content_id("case", turned)


@given(JSON, JSON)
def test_different_values_have_different_names(one: Any, other: Any) -> None:
    assert (content_id("case", one) == content_id("case", other)) == (canonical_json(one) == canonical_json(other))


def test_the_kind_is_part_of_the_name() -> None:
    assert content_id("case", {}) != content_id("prompt", {})
    # Fixed for good: files that exist hold such names.
    assert content_id("case", {"b": 1, "a": "é"}) == (
        "7212bb73b237d8e80d60ac5de4bfc3afd1bb2e906d216ac78531b96e112fb2af"
    )


@pytest.mark.parametrize("value", ["\ud800", {1, 2}, 2**64, {1: 2}, object()])
def test_what_json_does_not_have_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)

"""Long texts that are made to take very long, through what looks for patterns in them."""

from __future__ import annotations

import pytest

from synterm.checks.patterns import compile_pattern, found
from synterm.production.masking import Masker

pytestmark = pytest.mark.timeout(90)
"""Ends a test that would run on and on; what is here takes a fraction of a second."""

MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a|a)*b",
        r"(a|aa)+$",
        r"(.*a){20}",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r"(x+x+)+y",
        r"(?:a?){30}a{30}$",
    ],
)
def test_a_pattern_that_explodes_elsewhere_takes_time_in_proportion_to_the_text(pattern: str) -> None:
    assert not found(compile_pattern(pattern), "a" * MEGABYTE + "!", full=True)


@pytest.mark.parametrize(
    "unit",
    ["4111 1111 1111 1111 ", "4111-", "a@a.aa ", "1.1.1.1 ", "DE89370400440532013000 ", "123-45-6789 ", "1 ", "::"],
)
def test_personal_data_is_masked_in_long_texts_too(unit: str) -> None:
    masker = Masker(("card", "email", "ip", "iban", "us-ssn", "secrets"))
    masked = masker.text(unit * (MEGABYTE // 3 // len(unit)), {})
    assert "4111 1111 1111 1111" not in masked
    assert "a@a.aa" not in masked

"""Masking: nothing that a finder finds is left, whatever stands around it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synterm.checks.no_pii import NoPii
from synterm.checks.no_secrets import NoSecrets
from synterm.errors import InputError, UsageError
from synterm.production.masking import Masker, kinds_named

MASKER = Masker()
FINDERS = [*NoPii().finders(), *NoSecrets().finders()]
PRIVATE = (
    "joe@acme.com",
    "Joe.Doe+x@mail.acme.co.uk",
    "+1 415 555 2671",
    "+49 (30) 901820",
    "4111 1111 1111 1111",
    "4111111111111111",
    "378282246310005",
    "DE89 3704 0044 0532 0130 00",
    "GB82WEST12345698765432",
    "536-22-1234",
    "8.8.8.8",
    "2001:4860:4860::8888",
    "sk-abcdefghijklmnopqrstuvwxyz012345",
    "AKIAQ7TZ5XWPL2MNB3KD",
    "ghp_" + "a1B2" * 9,
    "postgres://app:hunter22@db.acme.com",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
)
texts = st.lists(
    st.one_of(
        st.sampled_from(PRIVATE), st.text(max_size=8), st.sampled_from(["", " ", "\n", "@", ".", "-", "+1", "4"])
    ),
    max_size=12,
).map("".join)

values = st.recursive(
    texts | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def finds_in(text: str) -> list[str]:
    """What is found in a text."""
    found: list[str] = []
    for finder in FINDERS:
        try:
            found += [find.text for find in finder(text)]
        except InputError:  # too many places to look at, and nothing in the first of them
            continue
    return found


@given(texts)
@example("4111 1111 1111 1111+1 415 555 2671 5 2")
@example("joe@acme.com" * 40)
def test_nothing_that_is_found_is_left(text: str) -> None:
    counts: dict[str, int] = {}
    masked = MASKER.text(text, counts)
    assert finds_in(masked) == []
    assert bool(finds_in(text)) <= bool(counts)
    assert MASKER.text(masked, {}) == masked


@pytest.mark.parametrize("private", PRIVATE)
def test_each_kind_is_masked_amid_words(private: str) -> None:
    counts: dict[str, int] = {}
    masked = MASKER.text(f"before {private} behind", counts)
    assert masked.startswith("before [")
    assert masked.endswith("] behind")
    assert sum(counts.values()) == 1


@given(st.text(alphabet="abc \n.,!?äß"))
def test_what_holds_nothing_stays_as_it_is(text: str) -> None:
    assert MASKER.text(text, {}) == text


@given(values)
def test_values_and_the_names_in_them_are_masked(value: Any) -> None:
    masked = MASKER.value(value, {})
    assert MASKER.is_clean(masked) or MASKER.value(masked, {}) == masked
    for leaf in _texts(masked):
        assert finds_in(leaf) == []
    json.dumps(masked)


def test_numbers_and_names_of_objects_are_looked_at() -> None:
    counts: dict[str, int] = {}
    value = {"a@b.com": 4111111111111111, "c@d.com": [8, 1.5, True, None], "plain": {"x": "y"}}
    assert MASKER.value(value, counts) == {
        "[e-mail]": "[card]",
        "[e-mail] 2": [8, 1.5, True, None],
        "plain": {"x": "y"},
    }
    assert counts == {"e-mail": 2, "card": 1}


def test_all_of_a_private_key_goes() -> None:
    key = "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADAN\\nabc+/=\\n-----END PRIVATE KEY-----"
    assert MASKER.text(f"here: {key}.", {}) == "here: [secret]."
    assert MASKER.text("cut: -----BEGIN PRIVATE KEY-----\nMIIEvQ", {}) == "cut: [secret]"


def test_half_characters_and_a_million_of_anything_are_taken() -> None:
    assert MASKER.text("a \ud83d joe@acme.com", {}) == "a \ufffd [e-mail]"
    counts: dict[str, int] = {}
    many = "".join(f"u{n}@acme.com +1 415 555 {n % 9999:04} 4111 1111 1111 1111\n" for n in range(20_000))
    masked = MASKER.text(many, counts)
    assert "@" not in masked
    assert finds_in(masked) == []
    assert counts["e-mail"] == 20_000


def test_only_some_kinds() -> None:
    masker = Masker(["email", "openai"])
    assert masker.kinds == ("secret", "e-mail")
    said = "joe@acme.com 8.8.8.8 sk-abcdefghijklmnopqrstuvwxyz012345 AKIAQ7TZ5XWPL2MNB3KD"
    assert masker.text(said, {}) == "[e-mail] 8.8.8.8 [secret] AKIAQ7TZ5XWPL2MNB3KD"
    assert Masker(["phone"], region="US").text("call 415 555 2671", {}) == "call [phone]"
    with pytest.raises(UsageError, match="nothing that can be masked"):
        kinds_named("email,mail")


def _texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for one in value for text in _texts(one)]  # pyright: ignore[reportUnknownVariableType]
        case dict():
            return [text for pair in value.items() for one in pair for text in _texts(one)]  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        case _:
            return []

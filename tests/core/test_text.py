from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.text import megabytes, one_line, plural, printable, storable

ANY_TEXT = st.text() | st.text(st.characters(categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Lu")))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n\ttext é 😀", "plain\n\ttext é 😀"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("a\x00b\x7f", "a␀b␡"),
        ("a\r\nb\rc", "a\nb␍c"),
        ("\x9b31m", "‹U+009B›31m"),
        ("abc\u202edef", "abc‹U+202E›def"),
        ("\u2066x\u2069", "‹U+2066›x‹U+2069›"),
        ("a\u200bb\ufeff", "a‹U+200B›b‹U+FEFF›"),
        ("\ud800", "‹U+D800›"),
        ("\U000e0041", "‹U+E0041›"),
        ("a\u2028b", "a‹U+2028›b"),
    ],
)
def test_what_would_move_hide_or_colour_is_made_visible(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_families_of_emoji_stay_joined() -> None:
    assert printable("👩\u200d👧 ❤\ufe0f") == "👩\u200d👧 ❤\ufe0f"


@given(ANY_TEXT)
def test_no_control_or_direction_character_is_ever_shown(text: str) -> None:
    shown = printable(text)
    assert all(
        unicodedata.category(character) not in ("Cc", "Cs") for character in shown.replace("\n", "").replace("\t", "")
    )
    assert not set(shown) & set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
    assert printable(shown) == shown


@given(ANY_TEXT, st.integers(0, 40))
def test_one_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= max(limit, 1)
    assert len(line.splitlines()) <= 1
    assert len(one_line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("  a\n\n b\t c ", None, "a b c"),
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("", 5, ""),
        ("x" * 1000, 3, "xx…"),
        (" " * 1000 + "x", 3, "…"),
    ],
)
def test_long_lines_are_cut_with_a_mark(text: str, limit: int | None, line: str) -> None:
    assert one_line(text, limit) == line


@given(st.text())
def test_storable_text_can_be_stored_and_is_else_the_same(text: str) -> None:
    stored = storable(text)
    stored.encode()
    assert len(stored) == len(text)
    assert stored == text or any("\ud800" <= character <= "\udfff" for character in text)


def test_counts_and_sizes_as_people_read_them() -> None:
    assert [plural(0, "case"), plural(1, "case"), plural(1200, "case")] == ["0 cases", "1 case", "1,200 cases"]
    assert megabytes(8_250_000) == "8.2 MB"


@given(
    st.text(alphabet=st.sampled_from("ab \t\n\u00a0\u200b\x1b é😀\ud800"), max_size=12), st.none() | st.integers(0, 12)
)
def test_a_text_that_fits_is_the_same_line_whatever_shortcut_it_takes(text: str, limit: int | None) -> None:
    if limit is None or len(printable(text)) <= limit:
        assert one_line(text, limit) == printable(" ".join(text.split()))

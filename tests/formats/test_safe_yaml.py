from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from synterm.errors import InputError
from synterm.formats.safe_yaml import load_yaml


def read(text: str) -> Any:
    return load_yaml(text, name="p.yaml").data


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
        ('""', ""),
        ("12", 12),
        ("-7", -7),
        ("0x1f", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2026-03-01", "2026-03-01"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("-", None),
        ("<<", "<<"),
        ("=", "="),
        ("18446744073709551615", 2**64 - 1),
    ],
)
def test_plain_scalars_are_read_as_yaml_1_2_says(written: str, value: Any) -> None:
    if written == "-":
        assert read("- \n") == [None]
    else:
        found = read(f"a: {written}")["a"]
        assert (found, type(found)) == (value, type(value))


def test_characters_beyond_the_first_plane_are_read() -> None:
    assert read('{a: 😀, b: "\\U0001F600"}') == {"a": "😀", "b": "😀"}


def test_names_are_texts_whatever_they_look_like() -> None:
    assert read("{1: a, true: b, null: c, 2026-01-01: d}") == {"1": "a", "true": "b", "null": "c", "2026-01-01": "d"}


def test_merge_keys_are_names_like_others() -> None:
    assert read("a: &x {b: 1}\nc: {<<: *x}") == {"a": {"b": 1}, "c": {"<<": {"b": 1}}}


def test_an_empty_text_is_nothing() -> None:
    assert read("") is None
    assert read("# only a comment\n") is None
    assert read("\ufeffa: 1") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3", 3, "'a' stands twice"),
        ("a:\n  - {b: 1, b: 2}", 2, "'b' stands twice"),
        (
            "a: 1\nb: !!python/object/apply:os.system [ls]",
            2,
            "tags such as tag:yaml.org,2002:python/object/apply:os.system",
        ),
        ("a: !!binary aGk=", 1, "tags such as"),
        ("a: !!set {x}", 1, "tags such as"),
        ("a: !!timestamp 2026-01-01", 1, "tags such as"),
        ("a: !own 1", 1, "tags such as !own"),
        ("a: 1\n---\nb: 1", 2, "a second document begins"),
        ("? [a]\n: 1", 1, "a name must be a text"),
        ("a: &x b\n? *x\n: 1", 2, "a name must be a text"),
        ("a: *x", 1, "nothing before is named &x"),
        ("a: &x [1, *x]", 1, "nothing before is named &x"),
        ("a: 1e999", 1, "the number is too large to keep"),
        ("a:\n- " + "9" * 5000, 2, "the number is too large to keep"),
        ("a: 18446744073709551616", 1, "the number is too large to keep"),
        ("a: b: c", 1, "mapping values are not allowed"),
        ("a: 1\n\tb: 2", 2, "found a tab character that violates indentation"),
        ("a: [1,\n", 2, "did not find expected node content"),
        ('a: "\\ud800"', 1, "invalid Unicode"),
        ("[" * 60, 1, "nests deeper than 50"),
        ("".join(" " * n + "a:\n" for n in range(60)), 51, "nests deeper than 50"),
    ],
)
def test_what_is_not_plain_data_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(InputError) as error:
        read(text)
    assert error.value.where == f"p.yaml line {line}"
    assert message in error.value.message


@pytest.mark.parametrize("text", ["a: \x00", "a: \ud800", "\x07"])
def test_characters_that_yaml_does_not_take_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"p\.yaml: not YAML"):
        read(text)


def test_without_the_compiled_parser_the_same_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert read("a: [no, 1, &x {b: c}, *x]") == {"a": ["no", 1, {"b": "c"}, {"b": "c"}]}
    for text in ('a: "\\ud800"', '"\\ud800": a', "[" * 60, "a: 1\na: 2"):
        with pytest.raises(InputError, match=r"p\.yaml line"):
            read(text)


def test_aliases_stand_for_what_was_named() -> None:
    found = read("a: &x [1, {b: 2}]\nc: *x\nd: &y e\nf: *y")
    assert found == {"a": [1, {"b": 2}], "c": [1, {"b": 2}], "d": "e", "f": "e"}


def test_a_hundred_aliases_are_enough() -> None:
    assert len(read("a: &x 1\nb: [" + "*x, " * 100 + "]")["b"]) == 100
    with pytest.raises(InputError, match="more than 100 aliases"):
        read("a: &x 1\nb: [" + "*x, " * 101 + "]")


def test_a_bomb_of_aliases_is_refused() -> None:
    lines = ["a0: &a0 [" + "1, " * 10 + "]"]
    lines += [f"a{n}: &a{n} [" + f"*a{n - 1}, " * 10 + "]" for n in range(1, 10)]
    with pytest.raises(InputError, match="aliases stand for more than"):
        read("\n".join(lines))


def test_aliases_can_not_nest_deeper_than_text() -> None:
    lines = ["a0: &a0 [[[[[[[[[1]]]]]]]]]"] + [f"a{n}: &a{n} [[[[[[[[*a{n - 1}]]]]]]]]" for n in range(1, 7)]
    with pytest.raises(InputError, match="nests deeper than 50"):
        read("\n".join(lines))


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(InputError, match="over 20,000,000 characters long"):
        read("#" * 20_000_001)


TEXT = """\
name: x
tree:
  - feature: a

    behaviors:
      - behavior: b
        checks: [{type: label,
                  labels: [c]}]
  -
    feature: d
    note: |
      many
      lines
    last: e
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("tree",), 2),
        (("tree", 0), 3),
        (("tree", 0, "feature"), 3),
        (("tree", 0, "behaviors", 0, "checks", 0, "type"), 7),
        (("tree", 0, "behaviors", 0, "checks", 0, "labels", 0), 8),
        (("tree", 0, "behaviors", 0, "checks", 0, "absent"), 7),
        (("tree", 0, "behaviors", 7), 5),
        (("tree", 1), 10),
        (("tree", 1, "note"), 11),
        (("tree", 1, "last"), 14),
        (("absent", 3), 1),
    ],
)
def test_the_line_of_a_value_is_known(path: tuple[str | int, ...], line: int) -> None:
    document = load_yaml(TEXT, name="p.yaml")
    assert document.line(path) == line
    assert document.where(path) == f"p.yaml line {line}"


PRINTABLE = st.text(
    st.characters(codec="utf-8", max_codepoint=0xFFFF, exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=20
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | PRINTABLE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PRINTABLE, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_json_is_read_as_json(value: Any) -> None:
    assert read(json.dumps(value)) == value
    assert read(json.dumps(value, ensure_ascii=False, indent=1)) == value


@given(st.text(max_size=200) | st.text(alphabet="ab:-[]{}&*!|>?,#'\"% \n\t0.", max_size=80))
def test_any_text_is_data_or_an_error_with_a_place(text: str) -> None:
    try:
        document = load_yaml(text, name="p.yaml")
    except InputError as error:
        assert (error.where or "").startswith("p.yaml")
    else:
        assert document.line(()) == 1

"""YAML as it is written: pretty, and read back as exactly the same."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from synterm.core.ids import canonical_json
from synterm.errors import InputError
from synterm.formats.json_rows import row_line
from synterm.formats.safe_yaml import load_yaml
from synterm.formats.yaml_text import yaml_flow, yaml_text
from synterm.text import printable

AWKWARD = [
    *"yes no null NULL true ~ 1 1e3 0o7 0x1f 2026-01-01 12:30 .inf <<".split(),
    "",
    " ",
    "\n",
    "\n\n",
    "a\n",
    "a\n\n\n",
    " a\nb",
    "a \nb",
    "\ta\nb",
    "a\n\tb\n",
    "\na",
    "a\n \n",
    "#\na",
    "a\n---\nb",
    "a\r\nb\r\n  c",
    "a: b",
    "- a",
    "? a",
    "| a",
    "# a",
    "a #b",
    "'",
    '"',
    "\\",
    "---",
    "...",
    "{{ x }}",
    "x" * 2000,
    "é",
    "日本",
    "😀",
    "a\x85b",
    "\ufeffa",
    "\u202ea\nb",
    "a\u2028b",
    "\x00",
    "\x1b[31m\nb",
    "\ufffe",
    "\U000e0041",
]
TEXTS = (
    st.text(st.characters(codec="utf-8"), max_size=30)
    | st.text(alphabet=" \t\n\r:#-|>'\"\\{}[],&*!%@`?~ab1.é\x85\u2028\ufeff\u202e😀\x00\x1b", max_size=30)
    | st.sampled_from(AWKWARD)
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=25,
)


def in_order(value: Any) -> Any:
    """The same, told apart by the order of names and by the kinds of numbers too."""
    if isinstance(value, dict):
        return [(name, in_order(one)) for name, one in value.items()]
    return [in_order(one) for one in value] if isinstance(value, list) else (type(value), value)


def back(text: str) -> Any:
    return load_yaml(text, name="p.yaml").data


@settings(max_examples=400)
@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_what_is_written_is_read_back_as_it_was(value: dict[str, Any]) -> None:
    text = yaml_text(value)
    assert in_order(back(text)) == in_order(value)
    assert in_order(back(yaml_flow(value))) == in_order(value)
    assert printable(text) == text
    assert not any(line.startswith(("---", "...")) for line in text.split("\n"))


@given(VALUES)
def test_a_row_is_one_line_that_yaml_reads_too(value: Any) -> None:
    line = row_line(value)
    assert line.count("\n") == 1
    assert printable(line) == line
    if "\\udb40" not in line and '"' * 1000 not in line and "x" * 1000 not in line:
        assert canonical_json(back(line)) == canonical_json([value])


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_are_the_same_to_another_reader(text: str) -> None:
    assert yaml.safe_load(yaml_text({"a": text, "b": [text], "c": {"d": {"e": {"f": text}}}})) == {
        "a": text,
        "b": [text],
        "c": {"d": {"e": {"f": text}}},
    }


def test_it_looks_as_people_write_it() -> None:
    value = {
        "name": "meeting router",
        "models": [
            {"name": "local", "params": {"temperature": 0, "stop": "\n"}},
            {"api_base": "http://127.0.0.1:1/v1"},
        ],
        "messages": [
            {"role": "system", "content": "You route.\n\n  - one\n"},
            {"role": "user", "content": "a\r\n  b\r\n"},
            {"role": "user", "content": "  begins late\nends"},
        ],
        "empty": [[], {}, ""],
        "deep": [[1, [2, [3]]]],
    }
    assert (
        yaml_text(value)
        == """\
name: meeting router
models:
  - name: local
    params:
      temperature: 0
      stop: "\\n"
  - {api_base: "http://127.0.0.1:1/v1"}
messages:
  - role: system
    content: |
      You route.

        - one
  - role: user
    content: "a\\r\\n\\
      \\  b\\r\\n"
  - role: user
    content: |2-
        begins late
      ends
empty: [[], {}, ""]
deep:
  - - 1
    - [2, [3]]
"""
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**64, object(), b"x"])
def test_what_json_does_not_have_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="can't hold"):
        yaml_text({"a": value})


def test_values_may_nest_as_deep_as_the_project_file_takes_them() -> None:
    value: Any = "x"
    for _ in range(250):
        value = [value]
    assert load_yaml(yaml_text({"a": value}), name="p.yaml", depth=320).data == {"a": value}

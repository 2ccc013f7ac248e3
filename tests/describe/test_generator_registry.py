"""Generators are made from their configuration, and mistakes in it are named."""

from __future__ import annotations

from typing import Any

import pytest

from synterm.describe.generators.registry import load_generator
from synterm.errors import InputError


def test_a_generator_is_made_from_its_configuration_and_says_it_again() -> None:
    config = {"type": "misspellings", "strength": 0.5, "only": ["keys"]}
    assert load_generator(config).config() == config
    assert load_generator({"type": "casing"}).config() == {"type": "casing"}


@pytest.mark.parametrize(
    ("config", "message", "hint"),
    [
        ({"type": "mispellings"}, "type: 'mispellings' is not a type of generator", "did you mean misspellings"),
        ({"type": 5}, "generator: type: must be text", "known: "),
        ({}, "generator: type: is missing", "known: "),
        ({"type": "casing", "strength": 2}, "generator casing: strength: must be at most 1", ""),
        (
            {"type": "casing", "strenght": 1},
            "generator casing: strenght: is not a field here; did you mean strength?",
            "",
        ),
        (
            {"type": "casing", "only": ["smal"]},
            "generator casing: only: 'smal' is no kind of this; did you mean small?",
            "",
        ),
        ({"type": "casing", "value": {1}}, "generator casing: is not plain JSON", ""),
    ],
)
def test_a_mistake_is_named_with_its_field_and_what_is_near(config: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(InputError) as error:
        load_generator(config)
    assert str(error.value).startswith(message)
    assert hint in (error.value.hint or "")


def test_several_texts_may_stand_in_one() -> None:
    assert load_generator({"type": "casing", "only": "small, capitals"}).config()["only"] == ["small", "capitals"]

"""The documentation of the generators is what their code says, and its examples are what they make."""

from __future__ import annotations

from synterm.describe.generators.base import Maker
from synterm.describe.generators.registry import GENERATORS
from tests.support.docs_script import docs_script


def test_the_page_says_what_every_field_of_a_maker_is_for() -> None:
    field_docs = docs_script("from_code").field_docs
    for generator in map(GENERATORS.find, GENERATORS.built_in):
        if not issubclass(generator, Maker):
            continue
        assert set(generator.model_fields) <= {name for name, text in field_docs(generator).items() if text}

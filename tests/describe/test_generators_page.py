"""The documentation of the generators is what their code says, and its examples are what they make."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from synterm.describe.generators.base import Maker
from synterm.describe.generators.registry import BUILT_IN, _generator_class

DOCS = Path(__file__).parents[2] / "docs"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generators_page", DOCS / "generators.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_generators_say() -> None:
    page = script().page()
    assert (DOCS / "generators.md").read_text(encoding="utf-8") == page, "make it anew: python docs/generators.py"


def test_the_page_says_what_every_field_of_a_maker_is_for() -> None:
    said = script()
    for generator in map(_generator_class, BUILT_IN):
        if not issubclass(generator, Maker):
            continue
        assert set(generator.model_fields) <= {name for name, text in said._field_docs(generator).items() if text}

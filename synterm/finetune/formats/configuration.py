"""Configurations of training tools, as YAML that older readers take as well."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from synterm.finetune.formats.base import Made
from synterm.formats.yaml_text import yaml_text

_SHORT_FLOAT = re.compile(r"^(\w+: \d+)(e[+-]?\d+)$", re.MULTILINE)
_LEAST = 512


def configuration(comment: str, values: Mapping[str, Any]) -> str:
    """A file of settings under a comment."""
    # YAML 1.1, which most tools read, takes 5e-06 for a text, and 5.0e-06 for a number.
    return f"# {comment}\n" + _SHORT_FLOAT.sub(r"\1.0\2", yaml_text(values))


def room(made: Made) -> int:
    """Tokens that every row surely fits in, a power of two: tools cut or drop what is longer, and each model counts in
    its own way, most of them no more than twice as many."""
    longest = max((example.tokens for example in made.chosen.examples), default=0)
    size = _LEAST
    while size < 2 * longest:
        size *= 2
    return size

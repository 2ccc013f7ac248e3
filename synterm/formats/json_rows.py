"""Rows of JSON in a text form: one on each line, behind a dash, so that YAML reads them too."""

from __future__ import annotations

import json
import re
from typing import Any

from synterm.formats.yaml_text import UNSAFE

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False)


def row_line(value: Any) -> str:
    """A row as a line of text; nothing in it is unsafe to show."""
    text = _ENCODER.encode(value)
    return f"- {UNSAFE.sub(_escape, text) if UNSAFE.search(text) else text}\n"


def _escape(match: re.Match[str]) -> str:
    return json.dumps(match.group())[1:-1]

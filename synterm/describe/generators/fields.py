"""Fields that several generators have."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from synterm.checks.words import words_of

Words = Annotated[tuple[str, ...], BeforeValidator(words_of)]
"""Texts, as a list or as one text with commas between."""

"""Which language a text is in."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from synterm.analysis.library import library

MAX_CHARACTERS = 5000
"""How much of a text counts: its beginning."""
_NEED = "telling languages"
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Language:
    """What a text is most likely in."""

    code: str
    """ISO 639: ``en``, ``de``."""
    confidence: float
    """How sure that is, 0 to 1, among all languages that are known."""


def language_of(text: str) -> Language:
    """The language of a text. Raises ModelError where the library is missing.

    The library is py3langid, which knows some 140 languages; some words of text are needed for it to be sure.
    """
    code, confidence = _identifier().classify(text[:MAX_CHARACTERS])
    return Language(code, min(float(confidence), 1.0))


def known_languages() -> Sequence[str]:
    """The codes of all languages that can be told."""
    return _identifier().labels


def warm() -> None:
    """Load what telling languages takes; half a second the first time. Raises ModelError."""
    _identifier()


def _identifier() -> Any:
    with _lock:  # two threads would load it twice
        return _loaded()


@cache
def _loaded() -> Any:
    langid = library("py3langid.langid", need=_NEED)
    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)

"""The terms of a text: what documents and queries are compared by, word for word."""

from __future__ import annotations

import re
from unicodedata import normalize

# Scripts that put no space between words are taken character by character: kana, Han, Thai, Lao, Khmer, Burmese.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Marks that stand over, under or beside a letter are part of its word, which Python's \w does not say.
_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u065f\u0900-\u0963\u0966-\u0dff"
_TERM = re.compile(rf"[{_UNSPACED}]|(?:[^\W_{_UNSPACED}]|[{_MARKS}])+")
_LONGEST = 64


def terms_of(text: str) -> list[str]:
    """The words of a text, in order, whatever their case; of a word over 64 characters, its beginning."""
    return [term[:_LONGEST] for term in _TERM.findall(normalize("NFC", text.casefold()))]

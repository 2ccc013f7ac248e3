"""How long a text is, in words."""

from __future__ import annotations

import re

LENGTHS: dict[str, str] = {
    "terse": "1 to 4 words",
    "short": "5 to 14 words",
    "medium": "15 to 29 words",
    "long": "30 words and more",
}
"""The lengths that texts are told apart by, and what they mean."""
EMPTY = "empty"
"""Of a text without a word; nobody wants more of them."""
_LONGEST = ((4, "terse"), (14, "short"), (29, "medium"))
_WORD = re.compile(r"\w+(?:['’.,:@/-]\w+)*")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Letters of scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
_ENOUGH = 2000
"""Characters after which a text is long, whatever stands in it."""


def words_in(text: str) -> int:
    """About how many words a text has: in scripts without spaces two letters count as one."""
    head = text[:_ENOUGH]
    unspaced = len(_UNSPACED.findall(head))
    spaced = _UNSPACED.sub(" ", head) if unspaced else head
    return len(_WORD.findall(spaced)) + (unspaced + 1) // 2


def length_of(words: int) -> str:
    """The length of a text of so many words."""
    if not words:
        return EMPTY
    return next((name for most, name in _LONGEST if words <= most), "long")

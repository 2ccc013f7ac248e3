"""What could be typed next in the filter."""

from __future__ import annotations

from synterm.evaluate.query.words import NAMES, Known, quoted, words

_MOST = 40


def completions(query: str, known: Known) -> list[str]:
    """The last term of a query, completed: ``["tag:terse", "tag:typo"]`` for ``… tag:t``; names end with a colon."""
    word = next((word for word in words(query) if word.last), None)
    if word is None:
        return [f"{name}:" for name in NAMES]
    minus = "-" if word.negated else ""
    if word.name in NAMES:
        begun = word.value.casefold()
        values = (value for value in known.values(word.name) if value.casefold().startswith(begun))
        return [f"{minus}{word.name}:{quoted(value)}" for value, _ in zip(values, range(_MOST), strict=False)]
    if word.name or '"' in query[word.start :]:
        return []
    return [f"{minus}{name}:" for name in NAMES if word.value and name.startswith(word.value.casefold())]


def completed(query: str, known: Known) -> str | None:
    """The whole query with its last term completed in the first way that adds to it; None when nothing does."""
    word = next((word for word in words(query) if word.last), None)
    if word is None:
        return None
    whole = (query[: word.start] + ending for ending in completions(query, known))
    return next((text for text in whole if len(text) > len(query) and text.startswith(query)), None)

"""Reading a label from an answer in free text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARACTERS = 1_000_000
"""Longer answers name no label."""

Phrase = tuple[str, ...]
"""A label as the words it is made of."""

# A word, a negative number, or one sign.
_TOKEN = re.compile(r"(?<!\w)-(?=\d)[^\W_]+|[^\W_]+|[^\w\s]")
_CHOICE = re.compile(
    r"[(\[](?P<within>\w{1,3})[)\]]"  # (b)
    r"|(?:^|(?<=[\s*\"'`:]))(?P<before>\w{1,3})(?:[)\]]|[.:](?=[\s*]|$))"  # b)  b.  b:
    r"|\b(?:answer|choice|option)(?: is)?[\s:*\"'`]+(?P<after>\w{1,3})(?=[\"'`*]*(?:[.,;\n]|$))"  # the answer is b
)
_KEPT_SIGNS = frozenset("#%&@")
_DROPPED_SIGNS = frozenset("`~^|\ufe0f")
_PREFIX_WORDS = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """The label that was read; without one, the reason."""

    label: str | None
    reason: str = ""


class LabelReader:
    """Finds which of a fixed set of labels an answer names.

    Case, quotes, Markdown, punctuation, and whether words are joined by spaces, hyphens or underscores, count for
    nothing; signs such as + # < % do. An answer that is a label, or has one after ``Route:``, names it; else it names
    the one label that it mentions in whole words. Raises ValueError for labels that can't be told apart.
    """

    def __init__(self, labels: Sequence[str], aliases: Mapping[str, str], choices: Mapping[str, str]) -> None:
        self._labels = labels
        self._phrases: dict[Phrase, str] = {}
        for label in labels:
            self._add(label, label)
        for other, label in aliases.items():
            self._add(other, label)
        self._choices = {letter.casefold(): label for letter, label in choices.items()}
        self._by_first: dict[str, list[Phrase]] = {}
        for phrase in sorted(self._phrases, key=len, reverse=True):
            self._by_first.setdefault(phrase[0], []).append(phrase)

    def exact(self, text: str) -> str | None:
        """The label that `text` as a whole stands for."""
        return self._whole(_words(text))

    def read(self, text: str) -> Reading:
        """The label that `text` names."""
        if len(text) > MAX_CHARACTERS:
            return Reading(None, f"no label: the answer is over {MAX_CHARACTERS:,} characters long")
        words = _words(text)
        if label := self._whole(words) or self._after_prefix(text):
            return Reading(label)
        found = {*self._mentions(words), *self._chosen(text)}
        if len(found) == 1:
            return Reading(found.pop())
        if found:
            named = ", ".join(label for label in self._labels if label in found)
            return Reading(None, f"more than one label in the answer: {named}")
        return Reading(None, "no label in the answer")

    def _add(self, words: str, label: str) -> None:
        phrase = _words(words)
        if not phrase:
            raise ValueError(f"{words!r} has no word to look for")
        if self._phrases.get(phrase, label) != label or (words == label and phrase in self._phrases):
            raise ValueError(f"{words!r} can't be told from {self._phrases[phrase]!r}")
        self._phrases[phrase] = label

    def _whole(self, words: Phrase) -> str | None:
        if words in self._phrases:
            return self._phrases[words]
        return self._choices.get(words[0]) if len(words) == 1 else None

    def _after_prefix(self, text: str) -> str | None:
        """The label in ``Route: label``, unless what stands before is a label too."""
        head, colon, tail = text.strip().partition(":")
        if not colon or len(head) > 60 or "\n" in head or "\n" in tail:
            return None
        before = _words(head)
        return self.exact(tail) if len(before) <= _PREFIX_WORDS and before not in self._phrases else None

    def _mentions(self, words: Phrase) -> Iterator[str]:
        """Labels that stand in `words`; where one is part of another, the longer counts."""
        position = 0
        while position < len(words):
            phrase = self._phrase_at(words, position)
            if phrase is not None:
                yield self._phrases[phrase]
            position += len(phrase or " ")

    def _phrase_at(self, words: Phrase, position: int) -> Phrase | None:
        candidates = self._by_first.get(words[position], ())
        return next((phrase for phrase in candidates if words[position : position + len(phrase)] == phrase), None)

    def _chosen(self, text: str) -> Iterator[str]:
        if not self._choices:
            return
        for match in _CHOICE.finditer(text.casefold()):
            letter: str = match["within"] or match["before"] or match["after"]
            if label := self._choices.get(letter):
                yield label


def _words(text: str) -> Phrase:
    tokens: list[str] = _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
    return tuple(token for token in tokens if len(token) > 1 or not _is_noise(token))


@lru_cache(maxsize=4096)
def _is_noise(token: str) -> bool:
    """Whether one character is punctuation or Markdown, which mean nothing here."""
    if token.isalnum() or token in _KEPT_SIGNS:
        return False
    return token in _DROPPED_SIGNS or unicodedata.category(token)[0] in "PCZ"

"""The answer gives no key away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial

from pydantic import Field, field_validator

from synterm.checks.base import Example
from synterm.checks.finds import Find, Finder, FreeOf, matches
from synterm.checks.patterns import Pattern, compile_pattern
from synterm.errors import did_you_mean

PATTERNS: Mapping[str, str] = {
    "aws": r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",
    "github": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})\b",
    "gitlab": r"\bglpat-[A-Za-z0-9_\-]{20,60}",
    "google": r"\bAIza[A-Za-z0-9_\-]{35}",
    "hugging-face": r"\bhf_[A-Za-z0-9]{30,60}\b",
    "jwt": r"\beyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{16,}",
    "npm": r"\bnpm_[A-Za-z0-9]{36}\b",
    "openai": r"\bsk-(?:[a-z0-9]{2,12}-)*[A-Za-z0-9_\-]{20,}",
    "private-key": r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----",
    "pypi": r"\bpypi-[A-Za-z0-9_\-]{50,}",
    "slack": r"\bxox[abeoprs]-[A-Za-z0-9\-]{10,}",
    "stripe": r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
    "url-password": r"(?i)\b[a-z][a-z0-9+.\-]{1,20}://[^\s/:@]{1,100}:[^\s/:@]{3,200}@[a-z0-9.\-]{1,200}",
}
"""What each kind of secret looks like, by the prefixes that those who give them out have published."""


class NoSecrets(FreeOf):
    """The answer holds no keys, tokens, private keys, or addresses with a password in them.

    They are told by the forms that are known of them, such as `sk-…`, `ghp_…`, `AKIA…`, so that a password that looks
    like a word is not found. What was found is never repeated in the reason.
    """

    type = "no-secrets"
    example = Example(
        {},
        "Set the key to AKIAQ7TZ5XWPL2MNB3KD and try again.",
        False,
        "aws AK…KD (20 characters)",
    )

    kinds: tuple[str, ...] = Field(default=tuple(PATTERNS), min_length=1)
    """What to look for."""

    @field_validator("kinds")
    @classmethod
    def _known(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        for kind in kinds:
            if kind not in PATTERNS:
                raise ValueError(f"{kind!r} is not a kind of secret; {did_you_mean(kind, PATTERNS)}")
        return kinds

    def finders(self) -> Iterable[Finder]:
        return [partial(_found, kind) for kind in self.kinds]


def _found(kind: str, text: str) -> Iterator[Find]:
    return (Find(kind, found, found) for found in matches(_pattern(kind), text))


@cache
def _pattern(kind: str) -> Pattern:
    return compile_pattern(PATTERNS[kind])

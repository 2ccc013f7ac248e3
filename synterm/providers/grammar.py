"""Labels as a GBNF grammar (llama.cpp, ``grammars/README.md``): the answer is one of them, word for word."""

from __future__ import annotations

from collections.abc import Iterable

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def labels_grammar(labels: Iterable[str]) -> str:
    """``root ::= "schedule" | "retrieve"``. Without labels to choose from, a grammar that takes nothing but the end."""
    choices = [_quoted(label) for label in dict.fromkeys(labels)]
    return f"root ::= {' | '.join(choices) or _quoted('')}"


def tokens_for(labels: Iterable[str]) -> int:
    """Tokens that suffice for the longest label and the end mark: a token spells at least one byte of UTF-8."""
    return max((len(label.encode()) for label in labels), default=0) + 1


def _quoted(label: str) -> str:
    return '"' + "".join(map(_literal, label)) + '"'


def _literal(character: str) -> str:
    if named := _NAMED.get(character):
        return named
    return f"\\x{ord(character):02x}" if ord(character) < 0x20 else character

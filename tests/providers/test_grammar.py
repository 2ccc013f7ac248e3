from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from synterm.providers.grammar import labels_grammar, tokens_for

_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"', re.S)
_ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|.)", re.S)
_NAMED = {"n": "\n", "r": "\r", "t": "\t"}


def read(grammar: str) -> list[str]:
    """The labels that a grammar of this form takes, by GBNF's rules for literals."""
    head, _, body = grammar.partition("root ::= ")
    assert head == ""
    found = [_ESCAPE.sub(_unescape, literal) for literal in _LITERAL.findall(body)]
    assert " | ".join(_LITERAL.sub("x", body).split(" | ")) == " | ".join(["x"] * len(found))
    return found


def _unescape(match: re.Match[str]) -> str:
    code = match.group(1)
    return chr(int(code[1:], 16)) if len(code) == 3 else _NAMED.get(code, code)


def test_labels_become_alternatives():
    assert labels_grammar(["schedule", "out_of_scope"]) == 'root ::= "schedule" | "out_of_scope"'


def test_quotes_backslashes_and_line_breaks_are_escaped():
    assert labels_grammar(['say "hi"', "a\\b", "two\nlines"]) == r'root ::= "say \"hi\"" | "a\\b" | "two\nlines"'


def test_a_label_given_twice_stands_once():
    assert labels_grammar(["a", "b", "a"]) == 'root ::= "a" | "b"'


def test_no_labels_leave_only_the_empty_answer():
    assert labels_grammar([]) == 'root ::= ""'


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), unique=True, min_size=1))
def test_a_grammar_takes_exactly_its_labels(labels: list[str]):
    grammar = labels_grammar(labels)
    assert read(grammar) == labels
    assert grammar.isprintable() or all(ord(character) >= 0x20 for character in grammar)


def test_there_are_tokens_enough_for_the_longest_label_and_the_end():
    assert tokens_for(["a", "漢字"]) == 7
    assert tokens_for([]) == 1

"""The filter of the case list: words to find, and ``name:value`` terms."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import cast, get_args

from synterm.core.case import Split, Status
from synterm.errors import InputError
from synterm.storage.cases import CaseFilter


def parse_query(query: str, scenario_ids: Sequence[str] | None = None) -> CaseFilter:
    """What a query asks for: ``tag:typo split:holdout status:draft "two words"``.

    Without a ``split:`` only dev cases, without a ``status:`` only accepted ones; ``all`` lifts either.
    Raises InputError for a value that does not exist.
    """
    split: str = "dev"
    status: str = "accepted"
    tags: list[str] = []
    words: list[str] = []
    # The key that leads to the filter is easily typed once more.
    for term in _terms(query.removeprefix("/")):
        name, colon, value = term.partition(":")
        if colon and name == "split":
            split = _one_of(name, value, (*get_args(Split), "all"))
        elif colon and name == "status":
            status = _one_of(name, value, (*get_args(Status), "all"))
        elif colon and name == "tag":
            tags.append(value)
        else:
            words.append(term)
    return CaseFilter(
        scenario_ids=scenario_ids,
        split=None if split == "all" else cast(Split, split),
        tags=tags,
        status=None if status == "all" else cast(Status, status),
        text=" ".join(words),
    )


def _terms(query: str) -> list[str]:
    lexer = shlex.shlex(query, posix=True)
    lexer.whitespace_split, lexer.quotes, lexer.escape, lexer.commenters = True, '"', "", ""
    try:
        return list(lexer)
    except ValueError:
        # A quote that is still open while one types.
        return query.replace('"', " ").split()


def _one_of(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise InputError(f"{name}:{value} is none of {', '.join(known)}")
    return value

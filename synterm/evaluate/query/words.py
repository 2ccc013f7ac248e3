"""The words of a query: how a query is cut into terms, and which names and values there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from synterm.core.case import OriginKind, Split, Status
from synterm.storage.case_filter import FLAGS

_TERM = re.compile(r'(-?)(?:([A-Za-z]+):)?((?:"(?:[^"]|"")*(?:"|\Z)|[^\s"])*)')
_QUOTED = re.compile(r'"((?:[^"]|"")*)("|\Z)')
_BARE = re.compile(r'[^\s"]+')
RESULTS = ("failing", "passing", "error", "stale", "fixed", "broken", "disagree", "unjudged")
NAMES: Mapping[str, tuple[str, ...]] = {
    "tag": (),
    "split": (*get_args(Split), "all"),
    "status": (*get_args(Status), "all"),
    "origin": get_args(OriginKind),
    "id": (),
    "scenario": (),
    "expected": (),
    "flag": FLAGS,
    "is": RESULTS,
    "fails": (),
    "passes": (),
}
"""The names of terms, and their values where they are always the same."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a project has that terms can name."""

    tags: Sequence[str] | None = None
    """None: not read yet."""
    scenarios: Sequence[str] = ()
    """Names and paths."""
    labels: Sequence[str] = ()
    columns: Sequence[str] = ()
    """``draft``, ``v6``, ``v6·gpt``."""
    runs: Sequence[str] = ()
    """How recorded runs are called, as far as it is worth offering: ``last``."""
    run_named: Callable[[str], str | None] = lambda _: None
    """The id of the recorded run of a name; None where there is none."""

    def values(self, name: str) -> Sequence[str]:
        """The values that a term can have, as far as they are known."""
        own = {"tag": self.tags or (), "scenario": self.scenarios, "expected": self.labels}
        own |= {name: [*self.columns, *self.runs] for name in ("fails", "passes")}
        return own.get(name, NAMES.get(name, ()))

    def is_closed(self, name: str) -> bool:
        """Whether there are no other values than those."""
        return bool(NAMES.get(name)) or (name == "tag" and self.tags is not None) or name in ("fails", "passes")


@dataclass(frozen=True, slots=True)
class Word:
    """One term as it was typed."""

    name: str
    """In small letters; empty for a text to find."""
    value: str
    negated: bool
    start: int
    """Where it begins in the query."""
    last: bool = field(default=False)
    """Whether the query ends with it: more of it may be typed."""


def words(query: str) -> Iterator[Word]:
    """The terms of a query. Quotes hold a value with spaces together; a quote in it is doubled."""
    # The key that leads to the filter is easily typed once more.
    at = len(query) - len(query.removeprefix("/"))
    while at < len(query):
        if query[at].isspace():
            at += 1
            continue
        found = _TERM.match(query, at)
        assert found is not None, "the pattern matches anything"
        minus, name, value = found.groups()
        yield Word((name or "").lower(), unquoted(value), bool(minus), at, found.end() == len(query))
        at = found.end()


def unquoted(value: str) -> str:
    """What a typed value means."""
    return _QUOTED.sub(lambda match: match.group(1).replace('""', '"'), value)


def quoted(value: str) -> str:
    """A value as it is typed, in quotes where it needs them."""
    plain = _BARE.fullmatch(value) and not value.startswith(("-", "/")) and ":" not in value
    return value if plain else '"' + value.replace('"', '""') + '"'

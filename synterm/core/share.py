"""One of several equal shares of the chosen cases, for machines that evaluate side by side."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from synterm.text import plural

MOST_SHARES = 5000
"""Into so many shares cases can be divided."""
_DIGITS = 15
"""So many hex digits of a content's name are a number that SQLite and JSON hold as well."""


class Share(NamedTuple):
    """Which share: ``Share(2, 8)`` is the second of eight."""

    number: int
    """From 1."""
    of: int

    def holds(self, content_id: str) -> bool:
        """Whether a case of this content (hex id) is in the share: by what it says, and by nothing else."""
        return share_of(content_id, self.of) == self.number


@dataclass(frozen=True, slots=True)
class Whole:
    """What all shares together are."""

    share: Share
    cases: int
    scenario_counts: dict[str, int]
    """How many cases each scenario has in all shares, by scenario id."""
    digest: str
    """What names the cases, wherever they stand: the SHA-256, in hex, of their ids and contents."""

    def words(self, here: int) -> str:
        """``shard 2 of 8: 1,234 of 9,870 cases``, where `here` of them are in this share."""
        return f"shard {self.share.number} of {self.share.of}: {here:,} of {plural(self.cases, 'case')}"


def share_of(content_id: str, of: int) -> int:
    """The share, from 1, that a case of this content (hex id) is in when there are `of` of them.

    Raises ValueError for what is no content's name.
    """
    return int(content_id[:_DIGITS], 16) % of + 1


def divide(rows: Iterable[tuple[Any, ...]], share: Share) -> tuple[list[tuple[int, str]], Whole]:
    """The rows of a share, and what the whole is. A row is row number, scenario id, case id and content id, by case id.

    Gives row numbers with scenario ids, by row number. Raises ValueError as `share_of` does.
    """
    digest = hashlib.sha256()
    counts: Counter[str] = Counter()
    keys, scenarios = array("q"), list[str]()
    for key, scenario_id, case_id, content_id in rows:
        digest.update(f"{case_id} {content_id}\n".encode())
        counts[scenario_id] += 1
        if share.holds(content_id):
            keys.append(key)
            scenarios.append(scenario_id)
    mine = sorted(zip(keys, scenarios, strict=True))
    return mine, Whole(share, counts.total(), dict(counts), digest.hexdigest())

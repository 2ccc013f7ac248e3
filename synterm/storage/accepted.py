"""The accepted cases as what other texts are compared with: no more of each than that takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import orjson

from synterm.storage.base import Store

_PAGE = 2000
_ACCEPTED = "SELECT pk, id, scenario_id, root_id, content_id FROM cases WHERE status = 'accepted'"
_ROWS = f"""
SELECT pk, chosen.id, scenario_id, root_id, contents.input
FROM ({_ACCEPTED} AND pk > ? ORDER BY pk LIMIT ?) AS chosen JOIN contents ON contents.id = content_id ORDER BY pk
"""
_PLACES = f"""
SELECT chosen.id, content_id, root_id, scenario_id, nodes.parent_id
FROM ({_ACCEPTED}) AS chosen LEFT JOIN nodes ON nodes.id = scenario_id ORDER BY chosen.id
"""


class Accepted(NamedTuple):
    """One accepted case."""

    id: str
    scenario_id: str
    root_id: str
    input: dict[str, Any]


class AcceptedStore(Store):
    """The accepted cases of all splits. A hundred thousand are read in a second."""

    def each(self) -> Iterator[Accepted]:
        """All of them, in the order they were added, page by page."""
        after = 0
        while rows := self._rows(_ROWS, [after, _PAGE]):
            after = rows[-1][0]
            with self._reading("a case"):
                page = [Accepted(name, scenario, root, _values(given)) for _, name, scenario, root, given in rows]
            yield from page

    def fingerprint(self) -> str:
        """What tells these cases from others, in hex: their contents, lineages, and where they are in the tree."""
        found = hashlib.sha256()
        for row in self._rows(_PLACES):
            found.update(orjson.dumps(row) + b"\n")
        return found.hexdigest()


def _values(given: str) -> dict[str, Any]:
    values: Any = orjson.loads(given)
    if not isinstance(values, dict):
        raise ValueError("an input is no object")
    return cast("dict[str, Any]", values)

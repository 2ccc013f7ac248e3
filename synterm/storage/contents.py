"""From contents to the cases that have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from synterm.storage.base import Store, chunks, dump

_PAGE = 500


class ContentStore(Store):
    """What cases say, by content id (hex)."""

    def known(self, content_ids: Iterable[str]) -> frozenset[str]:
        """Which of these contents a case has, or had."""
        sql = "SELECT id FROM contents WHERE id IN (SELECT value FROM json_each(?))"
        return frozenset(content for part in chunks(content_ids, _PAGE) for (content,) in self._rows(sql, [dump(part)]))

    def case_ids(self, content_ids: Iterable[str]) -> dict[str, str]:
        """The first case of each of these contents, by content id; of those that a case has now."""
        sql = (
            "SELECT content_id, id, min(pk) FROM cases WHERE content_id IN (SELECT value FROM json_each(?)) GROUP BY 1"
        )
        return {
            content: case_id
            for part in chunks(content_ids, _PAGE)
            for content, case_id, _ in self._rows(sql, [dump(part)])
        }

    def values(self, content_ids: Iterable[str]) -> dict[str, tuple[dict[str, Any], Any]]:
        """Input and expected result of each of these contents."""
        sql = "SELECT id, input, expected FROM contents WHERE id IN (SELECT value FROM json_each(?))"
        found: dict[str, tuple[dict[str, Any], Any]] = {}
        for part in chunks(content_ids, _PAGE):
            rows = self._rows(sql, [dump(part)])
            with self._reading("a case"):
                found.update((row[0], (orjson.loads(row[1]), orjson.loads(row[2]))) for row in rows)
        return found

    def inputs(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Content id and input of every case, each content once."""
        sql = "SELECT id, input FROM contents WHERE id IN (SELECT content_id FROM cases)"
        for content, given in self._each(sql):
            with self._reading("a case"):
                yield content, orjson.loads(given)

    def tagged(self) -> Iterator[tuple[str, frozenset[str]]]:
        """Content id and tags of every case that has tags."""
        for content, tags in self._each("SELECT content_id, tags FROM cases WHERE tags <> '[]'"):
            with self._reading("a case"):
                yield content, frozenset(orjson.loads(tags))

"""Pieces of SQL that the merge uses in several places."""

from __future__ import annotations

from collections.abc import Iterable

from synterm.storage.merge.scratch import OUTER


def same(one: str, other: str, columns: Iterable[str]) -> str:
    """Two rows say the same; the first column is the one that is looked up."""
    return " AND ".join(f"{one}.{name} IS {other}.{name}" for name in columns)


def response_of(pk: str, columns: Iterable[str]) -> str:
    """The row, among those that were taken in, of the answer in the row `pk` of the attached file."""
    return (
        f"(SELECT min(kept.pk) FROM {OUTER}.responses AS asked CROSS JOIN main.responses AS kept "
        f"ON {same('kept', 'asked', columns)} WHERE asked.pk = {pk})"
    )


def as_text(column: str) -> str:
    """A value that JSON can hold."""
    return f"CASE typeof({column}) WHEN 'blob' THEN hex({column}) ELSE {column} END"

"""Which tables and columns a statement in SQL uses, and whether they are allowed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from synterm.checks.patterns import Pattern, compile_pattern, found

_TARGETS = {"insert", "update", "delete", "create", "drop", "alter", "merge", "truncatetable"}
"""Statements that do something to a table; all others read."""
_ALL = "(.*)"
"""How promptfoo's lists write all columns."""


@dataclass(frozen=True, slots=True)
class Use:
    """A table or a column that a statement uses."""

    does: str
    """``select``, ``insert``, ``update``, ``delete``, ``create`` …"""
    within: tuple[str, ...]
    """The database that a table is in, or the table that a column may be of; empty where that is not said."""
    name: str

    @property
    def authorities(self) -> Iterator[str]:
        """How promptfoo's lists write it: ``select::null::users``."""
        for within in (*self.within, "null"):
            yield f"{self.does}::{within}::{self.name}"

    def __str__(self) -> str:
        name = "*" if self.name == _ALL else self.name
        return f"{self.within[0]}.{name}" if len(self.within) == 1 else name


class Allowed:
    """A list of what may be used: ``users``, ``shop.users``, ``users.name``, ``*`` for all columns at once, or
    promptfoo's ``select::null::users``, a pattern (RE2). Upper and lower case are the same. Raises ValueError."""

    def __init__(self, entries: Collection[str]) -> None:
        self._plain = {entry.lower() for entry in entries if "::" not in entry}
        self._patterns: list[Pattern] = [compile_pattern(f"(?i){entry}") for entry in entries if "::" in entry]

    def takes(self, use: Use) -> bool:
        """Whether it may be used, wherever it may be."""
        name = "*" if use.name == _ALL else use.name.lower()
        if name in self._plain or (use.within and all(f"{one.lower()}.{name}" in self._plain for one in use.within)):
            return True
        return any(found(pattern, text, full=True) for pattern in self._patterns for text in use.authorities)


def tables_of(statement: Any) -> list[Use]:
    """The tables, but those that the statement itself makes up (WITH)."""
    from sqlglot import exp

    return [
        Use(_does(statement, table), (table.db,) if table.db else (), table.name)
        for table in statement.find_all(exp.Table)
        if table.name and not _is_made_up(table)
    ]


def columns_of(statement: Any) -> list[Use]:
    """The columns of tables, and ``*``. Those of subqueries are counted where they come from."""
    from sqlglot import exp

    real, derived = _names(statement)
    uses: list[Use] = []
    for column in statement.find_all(exp.Column):
        if not (column.table.lower() in derived and column.table.lower() not in real) and not _is_label(column):
            within = real.get(column.table.lower(), {column.table}) if column.table else _only(real)
            uses.append(Use(_reads_or(statement), tuple(sorted(within)), _ALL if column.name == "*" else column.name))
    stars = (star for star in statement.find_all(exp.Star) if isinstance(star.parent, exp.Select | exp.Returning))
    return [*uses, *(Use("select", (), _ALL) for _ in stars), *_named_alone(statement, real)]


def _named_alone(statement: Any, real: dict[str, set[str]]) -> Iterator[Use]:
    """The columns that an INSERT fills, and those that a JOIN … USING compares: there they are names and no more."""
    from sqlglot import exp

    tables = tuple(sorted(set[str]().union(*real.values())))
    for join in statement.find_all(exp.Join):
        yield from (Use("select", tables, column.name) for column in join.args.get("using") or ())
    if isinstance(statement, exp.Insert) and isinstance(statement.this, exp.Schema):
        filled = statement.this.this.name
        yield from (Use("insert", (filled,), column.name) for column in statement.this.expressions)


def _names(statement: Any) -> tuple[dict[str, set[str]], set[str]]:
    """The tables by the names that they go by here, and the names of subqueries."""
    from sqlglot import exp

    real: dict[str, set[str]] = {}
    derived: set[str] = {query.alias.lower() for query in statement.find_all(exp.Subquery, exp.CTE) if query.alias}
    for table in statement.find_all(exp.Table):
        if _is_made_up(table):
            derived.add(table.alias_or_name.lower())
        else:
            real.setdefault(table.alias_or_name.lower(), set()).add(table.name)
    return real, derived


def _only(real: dict[str, set[str]]) -> set[str]:
    """The table of a column that names none, where there is but one."""
    tables = set[str]().union(*real.values())
    return tables if len(tables) == 1 else set()


def _is_made_up(table: Any) -> bool:
    """Whether the name is one that a WITH around it gives to a query. A query may not mean itself, but by RECURSIVE."""
    if table.db:
        return False
    inside = {id(table)}
    node: Any = table.parent
    while node is not None:
        within: Any = node.args.get("with_") or node.args.get("with")
        for query in within.expressions if within else ():
            own = id(query) in inside
            if query.alias.lower() == table.name.lower() and (not own or within.args.get("recursive")):
                return True
            if own:
                break
        inside.add(id(node))
        node = node.parent
    return False


def _is_label(column: Any) -> bool:
    """Whether it names a result of the same SELECT, to sort or group by it."""
    from sqlglot import exp

    if column.table or column.find_ancestor(exp.Order, exp.Group, exp.Having) is None:
        return False
    select = column.find_ancestor(exp.Select)
    return select is not None and column.name in {made.alias for made in select.expressions if made.alias}


def _reads_or(statement: Any) -> str:
    return statement.key if statement.key in ("update", "delete", "insert") else "select"


def _does(statement: Any, table: Any) -> str:
    if statement.key not in _TARGETS:
        return "select"
    parent = table.parent
    target = parent.parent if parent.key == "schema" else parent
    reads = target is not statement or table.arg_key in ("using", "expression")
    return "select" if reads else statement.key.removesuffix("table")

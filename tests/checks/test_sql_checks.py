"""SQL in answers: what is SQL, and what it may use."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any

import pytest

from synterm.checks.registry import load_check
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

Ask = Callable[..., CheckResult]
ORDERS = {"allowedTables": ["orders"], "allowedColumns": ["id", "orders.name"]}


@pytest.mark.parametrize(
    ("text", "database", "passed"),
    [
        ("SELECT id, name FROM users WHERE id = 1;", "MySQL", True),
        ("SELECT 1; -- done", "MySQL", True),
        ("SELECT id::text FROM users", "PostgreSQL", True),
        ("SELECT TOP 5 id FROM users", "TransactSQL", True),
        ("WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT 2 FROM t) SELECT * FROM t", "sqlite", True),
        ("DROP TABLE users", "MySQL", True),
        ("SELECT * FROM users WHERE", "MySQL", False),
        ("SELEC * FROM users", "MySQL", False),
        ("SELECT", "MySQL", False),
        ("hello world", "MySQL", False),
        ("Sure! SELECT 1", "MySQL", False),
        ("-- nothing", "MySQL", False),
        ("", "MySQL", False),
        ("SELECT " + "(" * 3000 + "1" + ")" * 3000, "MySQL", False),
    ],
)
def test_sql_is_told_from_what_is_none(ask: Ask, text: str, database: str, passed: bool):
    result = ask({"type": "is-sql", "value": {"databaseType": database}}, text)
    assert (result.passed, result.error) == (passed, None)
    assert result.reason


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("SELECT id FROM orders", None),
        ("SELECT o.name FROM orders o ORDER BY o.id", None),
        ("SELECT ID FROM Orders", None),
        ("SELECT count(*) FROM orders", None),
        ("SELECT id AS n FROM orders ORDER BY n", None),
        ("SELECT x.id FROM (SELECT id FROM orders) AS x", None),
        ("WITH users AS (SELECT id FROM orders) SELECT id FROM users", None),
        ("UPDATE orders SET name = 'x' WHERE id = 1", None),
        ("SELECT id FROM users", "table users"),
        ("SELECT id FROM orders, shop.users", "table shop.users"),
        ("SELECT id FROM orders WHERE id IN (SELECT id FROM users)", "table users"),
        ("SELECT id FROM orders; DELETE FROM users", "table users"),
        ("WITH users AS (SELECT id FROM users) SELECT id FROM users", "table users"),
        ("WITH a AS (SELECT id FROM b), b AS (SELECT id FROM orders) SELECT id FROM a", "table b"),
        (
            "SELECT id FROM (WITH users AS (SELECT id FROM orders) SELECT id FROM users) x JOIN users USING (id)",
            "table users",
        ),
        ("DROP DATABASE shop", "table shop"),
        ("SELECT * FROM orders", "column *"),
        ("SELECT orders.* FROM orders", "column orders.*"),
        ("SELECT secret FROM orders", "column orders.secret"),
        ("SELECT o.secret FROM orders o", "column orders.secret"),
        ("SELECT 1 AS secret, secret FROM orders", "column orders.secret"),
        ("SELECT id FROM orders WHERE secret = 1", "column orders.secret"),
        ("SELECT id FROM orders JOIN orders AS p USING (secret)", "column orders.secret"),
        ("INSERT INTO orders (id, secret) VALUES (1, 2)", "column orders.secret"),
        ("UPDATE orders SET secret = 1", "column orders.secret"),
    ],
)
def test_only_what_is_listed_may_be_used(ask: Ask, text: str, used: str | None):
    result = ask({"type": "is-sql", "value": ORDERS}, text)
    assert (result.passed, result.reason) == (
        used is None,
        f"uses the {used}, which is not allowed" if used else "is SQL for MySQL",
    )


def test_a_statement_whose_tables_can_not_be_seen_is_not_allowed(ask: Ask):
    assert ask({"type": "is-sql", "value": ORDERS}, "KILL 5").reason == "KILL does not say what it uses"
    assert ask({"type": "is-sql", "value": {"allowedTables": []}}, "SELECT a FROM b").passed is False


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("SELECT orders.name FROM orders", True),
        ("SELECT id FROM orders", True),
        ("INSERT INTO orders VALUES (1)", True),
        ("DELETE FROM orders", False),
        ("SELECT zip FROM orders", False),
    ],
)
def test_lists_as_promptfoo_writes_them_are_patterns(ask: Ask, text: str, passed: bool):
    rules = {
        "allowedTables": ["(select|insert)::null::orders"],
        "allowedColumns": ["select::orders::(id|name)", "select::null::id"],
    }
    assert ask({"type": "is-sql", "value": rules}, text).passed is passed


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("Try:\n```sql\nSELECT 1\n```\nor not", True),
        ("```\nnope nope nope\n``` then ```SQL SELECT 1```", True),
        ("SELECT 1", True),
        ("Try SELECT 1", False),
        ("```python\nprint(1)\n```", False),
        ("", False),
    ],
)
def test_sql_is_found_in_fences(ask: Ask, text: str, passed: bool):
    assert ask({"type": "contains-sql"}, text).passed is passed
    assert ask({"type": "not-contains-sql"}, text).passed is not passed


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"databaseType": "mysq"}, "value.databaseType: 'mysq' is not a database known here; did you mean mysql"),
        ({"allowedTable": []}, "value.allowedTable: is not a field here"),
        ({"allowedTables": ["select::(::a"]}, "does not compile"),
        ("MySQL", "value: must be named values"),
    ],
)
def test_rules_that_can_not_be_used_are_refused(value: Any, message: str):
    with pytest.raises(InputError) as error:
        load_check({"type": "is-sql", "value": value})
    assert message in error.value.message


def test_too_long_a_text_is_not_read(ask: Ask):
    for kind in ("is-sql", "contains-sql"):
        assert "over 50,000 characters" in (ask({"type": kind}, "```" + "a," * 30_000 + "```").error or "")


def test_without_the_library_there_is_no_verdict_but_what_to_install(ask: Ask, monkeypatch: pytest.MonkeyPatch):
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "sqlglot":
            raise ImportError(name)
        return real(name, *rest, **more)

    for name in [name for name in sys.modules if name.partition(".")[0] == "sqlglot"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    result = ask({"type": "not-is-sql"}, "SELECT 1")
    assert (result.passed, result.error) == (None, "reading SQL needs sqlglot; pip install 'synterm[sql]'")

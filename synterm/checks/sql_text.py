"""SQL in answers, read by sqlglot (the extra ``sql``), within bounds."""

from __future__ import annotations

import logging
from typing import Any

from synterm.errors import InputError, SyntermError
from synterm.text import one_line

MAX_CHARACTERS = 50_000
"""The longest text that is read as SQL: what takes about half a second at worst."""
DIALECTS = {
    "athena": "athena",
    "bigquery": "bigquery",
    "clickhouse": "clickhouse",
    "databricks": "databricks",
    "duckdb": "duckdb",
    "hive": "hive",
    "mariadb": "mysql",
    "mysql": "mysql",
    "oracle": "oracle",
    "postgres": "postgres",
    "postgresql": "postgres",
    "presto": "presto",
    "redshift": "redshift",
    "snowflake": "snowflake",
    "spark": "spark",
    "sqlite": "sqlite",
    "teradata": "teradata",
    "transactsql": "tsql",
    "trino": "trino",
    "tsql": "tsql",
}
"""Databases by name, in lower case, with sqlglot's names for their SQL."""


class SqlError(ValueError):
    """The text is not SQL."""


def read_sql(text: str, database: str) -> list[Any]:
    """The statements of a text, at least one, as sqlglot's expressions.

    Raises SqlError for what is no SQL, InputError for what is too long, SyntermError where sqlglot is missing.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"the answer is over {MAX_CHARACTERS:,} characters long, too long to be read as SQL")
    library = _sqlglot()
    try:
        found = library.parse(text, dialect=DIALECTS[database.lower()])
    except library.errors.SqlglotError as error:
        raise SqlError(f"not SQL: {_words(error)}") from error
    except RecursionError as error:
        raise SqlError("not read as SQL: it nests too deep") from error
    statements = [statement for statement in found if statement is not None and statement.key != "semicolon"]
    if not statements:
        raise SqlError("holds no SQL statement")
    for statement in statements:
        _check_statement(statement)
    return statements


def _sqlglot() -> Any:
    try:
        import sqlglot
    except ImportError as error:
        raise SyntermError("reading SQL needs sqlglot", hint="pip install 'synterm[sql]'") from error
    # It tells the log what it reads only in part; that is an error here.
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    return sqlglot


def _words(error: Any) -> str:
    """What sqlglot says, without the escapes by which it underlines."""
    said: list[dict[str, Any]] = getattr(error, "errors", None) or []
    if not said:
        return one_line(str(error), 120)
    first = said[0]
    near = one_line(str(first.get("highlight") or ""), 40)
    return one_line(f"{first.get('description')} line {first.get('line')}, near {near!r}", 160)


def _check_statement(statement: Any) -> None:
    """Raise SqlError for what sqlglot takes for a statement and no database would: a bare expression, no columns."""
    from sqlglot import exp

    kinds = (exp.Query, exp.Values, exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Copy, exp.LoadData)
    kinds += (exp.Create, exp.Drop, exp.Alter, exp.TruncateTable, exp.Comment, exp.Describe, exp.Show, exp.Analyze)
    kinds += (exp.Set, exp.Use, exp.Pragma, exp.Kill, exp.Transaction, exp.Commit, exp.Rollback, exp.Grant, exp.Revoke)
    if not isinstance(statement, kinds):
        raise SqlError(f"not a statement: {one_line(statement.sql(), 60)}")
    if isinstance(statement, exp.Select) and not statement.expressions:
        raise SqlError("SELECT selects nothing")

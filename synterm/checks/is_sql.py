"""The answer is SQL, and uses nothing that it may not."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from synterm.checks.base import Answer, Check, Example
from synterm.checks.sql_names import Allowed, columns_of, tables_of
from synterm.checks.sql_text import DIALECTS, SqlError, read_sql
from synterm.core.evaluation import CheckResult
from synterm.errors import did_you_mean


class SqlRules(BaseModel):
    """Which SQL it must be, and what it may use."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    database: str = Field(default="MySQL", alias="databaseType")
    tables: tuple[str, ...] | None = Field(default=None, alias="allowedTables")
    columns: tuple[str, ...] | None = Field(default=None, alias="allowedColumns")

    @field_validator("database")
    @classmethod
    def _known(cls, database: str) -> str:
        if database.lower() not in DIALECTS:
            raise ValueError(f"{database!r} is not a database known here; {did_you_mean(database.lower(), DIALECTS)}")
        return database


class IsSql(Check):
    """The answer is SQL, all of it, and uses only tables and columns that it may.

    Several statements may follow one another; each counts. An empty answer is not SQL, and neither is what only a
    procedure of one database could mean (``CALL``). With a list of what may be used, a statement whose tables can't be
    seen fails. Needs sqlglot (``pip install 'synterm[sql]'``), which is lenient: some of what it takes a database would
    not. No verdict without it, or on more than 50,000 characters.
    """

    type = "is-sql"
    example = Example(
        {"value": {"databaseType": "PostgreSQL", "allowedTables": ["orders"]}},
        "SELECT id FROM orders JOIN users USING (id)",
        False,
        "uses the table users, which is not allowed",
    )

    value: SqlRules | None = None
    """``databaseType`` (MySQL where it is not named), ``allowedTables`` and ``allowedColumns``: names as ``users``,
    ``shop.users``, ``users.name``, ``*``, or promptfoo's ``select::null::users``, a pattern."""
    _tables: Allowed | None = PrivateAttr(default=None)
    _columns: Allowed | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _ready(self) -> IsSql:
        self._tables = None if self.rules.tables is None else Allowed(self.rules.tables)
        self._columns = None if self.rules.columns is None else Allowed(self.rules.columns)
        return self

    @property
    def rules(self) -> SqlRules:
        """The rules given, or those that hold where none are."""
        return self.value or SqlRules()

    def judge(self, answer: Answer) -> CheckResult:
        complaint = self.complaint(answer.text)
        return self.verdict(complaint is None, complaint or f"is SQL for {self.rules.database}")

    def complaint(self, text: str) -> str | None:
        """What is wrong with `text`; None where it is as it must be."""
        try:
            statements = read_sql(text, self.rules.database)
        except SqlError as error:
            return str(error)
        return next((said for statement in statements if (said := self._not_allowed(statement))), None)

    def _not_allowed(self, statement: Any) -> str | None:
        if self._tables is None and self._columns is None:
            return None
        if not _is_looked_into(statement):
            return f"{statement.key.upper()} does not say what it uses"
        tables, columns = self._tables, self._columns
        if tables and (use := next((use for use in tables_of(statement) if not tables.takes(use)), None)):
            return f"uses the table {use}, which is not allowed"
        if columns and (use := next((use for use in columns_of(statement) if not columns.takes(use)), None)):
            return f"uses the column {use}, which is not allowed"
        return None


def _is_looked_into(statement: Any) -> bool:
    from sqlglot import exp

    changes = exp.Insert | exp.Update | exp.Delete | exp.Merge | exp.Create | exp.Drop | exp.Alter | exp.TruncateTable
    return isinstance(statement, exp.Query | changes)

"""Writes file-schema.md, the page on tables and columns of project files, from them: ``python docs/file_schema.py``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from from_code import cell
from sqlite_utils import Database

from synterm.storage.migrations import SCHEMA_VERSION, migrations
from synterm.storage.table_words import TABLES, Table

PAGE = Path(__file__).parent / "file-schema.md"
HEAD = f"""\
# Tables of the project file

<!-- Made by docs/file_schema.py from the schema (synterm/storage/migrations.py, table_words.py): change those. -->

A project file is one SQLite database, version {SCHEMA_VERSION} of its schema. These are its tables and what each
column holds, for those who ask it themselves:

```console
$ sqlite3 -readonly support.db "SELECT outcome, count(*) FROM responses GROUP BY outcome"
```

- Only read it so. Who writes past synterm can break what it relies on; `synterm edit`, `load` and `import` change it. A
  file whose tables are not exactly these is [refused](project-file.md).
- Columns that hold JSON say so. An id is a ULID (text) or a SHA-256, which stands as hex in text and as bytes in blobs.
  Times are ISO 8601 in UTC.
- What is immutable (contents of cases, bodies of prompts, answers, what checks found) is named by its hash, stands once
  and is only added to. What changes (cases, nodes, prompts) points to it.
- A file of an earlier version is brought up to date when it is opened, by steps that are all taken or none:
  [project-file.md](project-file.md#files-of-other-versions).
"""


def columns() -> dict[str, list[tuple[str, str, bool, str]]]:
    """The columns of each table of a new project file: name, type, whether it may be missing, and what it refers to."""
    db = Database(memory=True, execute_plugins=False)
    try:
        migrations.apply(db)
        names = [name for name in db.table_names() if not name.startswith(("_", "sqlite_"))]
        return {name: [*_columns(db, name)] for name in names}
    finally:
        db.conn.close()


def _columns(db: Database, table: str) -> Iterator[tuple[str, str, bool, str]]:
    to = {row[3]: row[2] for row in db.execute(f"PRAGMA foreign_key_list({table})")}
    for _, name, kind, needed, _, key in db.execute(f"PRAGMA table_info({table})"):
        yield name, kind, not needed and not key, to.get(name, "")


def page() -> str:
    """The whole page, as Markdown."""
    lines = [HEAD, "## All tables\n\n| table | |\n| --- | --- |"]
    lines += [f"| [`{name}`](#{name}) | {cell(table.about)} |" for name, table in TABLES.items()]
    made = columns()
    return "\n".join(
        (*lines, *(line for name, table in TABLES.items() for line in _section(name, table, made[name])), "")
    )


def _section(name: str, table: Table, made: list[tuple[str, str, bool, str]]) -> Iterator[str]:
    yield f"\n## {name}\n\n{table.about}\n\n| column | | |\n| --- | --- | --- |"
    for column, kind, optional, to in made:
        words = f"{kind.lower()}, or null" if optional else kind.lower()
        refers = f" ([{to}](#{to}))" if to else ""
        yield f"| `{column}` | {words} | {cell(table.columns[column])}{refers} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")

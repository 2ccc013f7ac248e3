"""All that a project file holds, to be compared with another."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from synterm.storage.connect import connect


def tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, by table, sorted; but not when the steps of the schema were taken."""
    with contextlib.closing(connect(path, read_only=True)) as db:
        names = [name for name in db.table_names() if not name.startswith(("sqlite_", "_sqlite_"))]
        return {name: sorted(db.conn.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for name in names}

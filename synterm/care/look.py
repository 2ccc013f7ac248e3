"""Reading a file so that nothing is left beside it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Generator
from pathlib import Path

from synterm.storage.versions import copy_alone, is_without_log


@contextlib.contextmanager
def to_look_at(path: Path) -> Generator[Path]:
    """The file, or a copy of it where SQLite would put a log beside it to read it. Raises ProjectError, OSError."""
    if not is_without_log(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="synterm-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / path.name
        copy_alone(path, copy)
        yield copy

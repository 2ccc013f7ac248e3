"""Parquet and Arrow files, by pyarrow, which comes with the extra `parquet`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from synterm.errors import InputError
from synterm.formats.sources import arrow_child
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow
from synterm.formats.sources.peek import Peek
from synterm.text import one_line

EXTRA = "parquet"
_BEGINNINGS = (b"PAR1", b"ARROW1", b"\xff\xff\xff\xff")
"""Of Parquet and Arrow files, and of what Arrow writes as a stream."""
# Where Python and its libraries are found; nothing that is a secret.
_ENVIRONMENT = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "SYSTEMROOT", "VIRTUAL_ENV")


class Parquet(Source):
    """A table in a Parquet file, or an Arrow file."""

    name = "parquet"
    title = "Parquet and Arrow files (needs synterm[parquet])"
    extra = EXTRA

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        return peek.head.startswith((b"PAR1", b"ARROW1")) or peek.ending in (".parquet", ".arrow")

    def rows(self, file: SourceFile) -> Rows:
        if not file.peek.head.startswith(_BEGINNINGS):
            raise InputError("can't be read as Parquet or Arrow: it begins as neither", where=file.title)
        for number, found in enumerate(_lines(file.path, file.title), start=1):
            where = f"{file.title} row {number}"
            if "wrong" in found:
                yield InputError(found["wrong"], where=where)
            else:
                yield SourceRow(where, number, found["row"])


def _lines(path: Path, title: str) -> Iterator[dict[str, Any]]:
    """What a process of its own says of each row: Arrow is not to be trusted with files of other people.

    Raises InputError for a file that can't be read as such, and where pyarrow is missing.
    """
    if find_spec("pyarrow") is None:
        hint = "pip install 'synterm[parquet]'"
        raise InputError("reading Parquet and Arrow files needs pyarrow", where=title, hint=hint)
    command = [sys.executable, "-P", arrow_child.__file__, str(path.absolute())]
    env = {name: value for name in _ENVIRONMENT if (value := os.environ.get(name)) is not None}
    none, pipe = subprocess.DEVNULL, subprocess.PIPE
    with subprocess.Popen(command, stdin=none, stdout=pipe, stderr=none, env=env) as child:  # noqa: S603 - our own
        assert child.stdout is not None
        try:
            last: dict[str, Any] = {}
            for line in child.stdout:
                last = orjson.loads(line)
                if "row" not in last and "wrong" not in last:
                    break
                yield last
        finally:
            child.kill()
    if "end" not in last:
        said = one_line(str(last.get("error") or _ended(child.returncode)), 300)
        raise InputError(f"can't be read as Parquet or Arrow: {said}", where=title)


def _ended(code: int) -> str:
    with suppress(ValueError):
        return f"its reader was ended by {signal.Signals(-code).name}"
    return f"its reader ended with {code}"

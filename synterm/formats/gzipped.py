"""Files that gzip made, taken out of it before they are read, as far as that stays in bounds."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import IO

from synterm.errors import InputError
from synterm.text import megabytes

MAGIC = b"\x1f\x8b"
ENDING = ".gz"
MOST_BYTES = 2_000_000_000
"""Of what is in it."""
MOST_TIMES = 200
"""How many times longer than the file it may be: logs come to ten or twenty, a thousand is what is made to be one."""
_FREE = 20_000_000
"""Bytes for which that does not matter."""
_PIECE = 1 << 20


def is_gzipped(path: Path) -> bool:
    """Whether a file is what gzip made. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def unpack(path: Path, into: IO[bytes], title: str) -> None:
    """Write what is in the gzip file `path` into a file.

    Raises InputError, naming `title`, for a broken file and one that would become too long; OSError.
    """
    most = min(MOST_BYTES, max(_FREE, MOST_TIMES * path.stat().st_size))
    size = 0
    try:
        with gzip.open(path) as packed:
            while piece := packed.read(_PIECE):
                size += len(piece)
                if size > most:
                    hint = f"zcat {title} | synterm import PROJECT - if it is meant to be that long"
                    raise InputError(f"gives over {megabytes(most)} when unpacked", where=title, hint=hint)
                into.write(piece)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"can't be unpacked: {error}", where=title) from error
    into.flush()

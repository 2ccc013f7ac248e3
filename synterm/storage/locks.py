"""Whether another process has a database open, told by the locks that SQLite takes (sqlite.org/lockingv3.html)."""

from __future__ import annotations

import struct
import sys

_PENDING = 0x40000000
"""Where the bytes lie that SQLite locks; from here to the last there is no data."""
_COUNT = 512
_WHOLE_START = 0
_DARWIN = sys.platform == "darwin"
_LAYOUT = struct.Struct("qqihh" if _DARWIN else "hhqqi0q")
"""``struct flock`` (man 2 fcntl), as the C compiler lays it out on 64 bits."""


def locked_elsewhere(handle: int) -> bool:
    """Whether another process holds a lock of SQLite's on the open file `handle`.

    With a write-ahead log all who have it open hold one all the time; without one only who reads or writes just then.
    Where locks can't be asked for (Windows, some network disks) nobody seems to hold one.
    """
    try:
        import fcntl
    except ImportError:
        return False
    try:
        found = fcntl.fcntl(handle, fcntl.F_GETLK, _packed(fcntl.F_WRLCK))
    except OSError:
        return False
    return _kind(found) != fcntl.F_UNLCK


def _packed(kind: int) -> bytes:
    if _DARWIN:
        return _LAYOUT.pack(_PENDING, _COUNT, 0, kind, _WHOLE_START)
    return _LAYOUT.pack(kind, _WHOLE_START, _PENDING, _COUNT, 0)


def _kind(found: bytes) -> int:
    return _LAYOUT.unpack(found)[3 if _DARWIN else 0]

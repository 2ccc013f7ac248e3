"""How SQLite may keep a file whole: which journal is safe for it, here and with this SQLite."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

_FIXED = (3, 51, 3)
_ALSO_FIXED = ((3, 50, 7), (3, 44, 6))
_REMOTE = frozenset(
    "9p afs beegfs ceph cifs coda davfs gfs2 glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 orangefs smb3 smbfs vboxsf "
    "virtiofs".split()
)
_MOUNTS = Path("/proc/self/mountinfo")
_MOUNT_POINT, _SEPARATOR = 4, "-"


def safe_for_log(version: tuple[int, int, int]) -> bool:
    """Whether this version of SQLite keeps a write-ahead log whole with several connections.

    Those before 3.51.3 can lose committed pages when the log starts over (sqlite.org/wal.html, "the WAL-reset bug");
    3.50.7 and 3.44.6 have the correction too.
    """
    return version >= _FIXED or any(version[:2] == fixed[:2] and version >= fixed for fixed in _ALSO_FIXED)


def is_local(path: PurePath | str, mounts: str) -> bool:
    """Whether a file (absolute path, links resolved) is on a disk of this machine: a log needs shared memory.

    `mounts` is the text of ``/proc/self/mountinfo`` (man 5 proc), empty where there is none: all but a UNC path is
    then taken for local. What programs mount (``fuse.…``) is not: nobody can tell what is behind it.
    """
    name = str(path)
    if name.startswith("\\\\"):
        return False
    longest, kind = "", ""
    for line in mounts.splitlines():
        point, found = _mount(line)
        # A later mount on the same point hides the one before.
        if len(point) >= len(longest) and (name == point or name.startswith(point.rstrip("/") + "/")):
            longest, kind = point, found
    return kind not in _REMOTE and not kind.startswith("fuse.")


def log_is_safe(path: Path, version: tuple[int, int, int]) -> bool:
    """Whether the project file at `path` may have a write-ahead log under this version of SQLite."""
    return safe_for_log(version) and is_local(path.resolve(), _mounts())


def _mount(line: str) -> tuple[str, str]:
    """The mount point of a line of mountinfo, and the type of what is mounted there."""
    words = line.split(" ")
    if len(words) <= _MOUNT_POINT or _SEPARATOR not in words[:-1]:
        return "", ""
    point = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), words[_MOUNT_POINT])
    return point, words[words.index(_SEPARATOR) + 1]


def _mounts() -> str:
    try:
        return _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""  # not Linux

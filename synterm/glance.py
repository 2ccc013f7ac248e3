"""The names that a project file holds, read at a glance: for the completion of a command line.

The file may be anybody's, and in use. It is read by a process of its own (`synterm/storage/cage.py`), which writes
nothing, makes no file, waits for no lock and has little memory and time; of each kind there are so many names at most,
none of them long. Nothing of `synterm.storage` is imported: that takes longer than all of this.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from synterm.errors import ProjectError

SECONDS = 2.0
"""A file that takes longer has no names: whoever pressed Tab waits for them."""
_CAGE = Path(__file__).parent / "storage" / "cage.py"
_MAGIC, _OURS = b"SQLite format 3\0", b"SYNT"
_OURS_AT = slice(68, 72)
"""Where the header says whose file it is."""
_LIMITS = {
    "RLIMIT_AS": 2**29,
    "RLIMIT_CPU": 2,
    "RLIMIT_FSIZE": 0,
    "RLIMIT_NOFILE": 32,
    "RLIMIT_CORE": 0,
}
_PRAGMAS = (
    "PRAGMA busy_timeout = 0",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA query_only = ON",
    f"PRAGMA hard_heap_limit = {2**26}",
)
_MOST = 500
_MOST_NODES = 2000
_MOST_CASES = 5000
_LONGEST = 200
_NAME = _LONGEST + 1
"""So many characters of a name are read: one that is cut off is no name."""
_SHOWN_OF_ID = 8
_LEVELS = 3

Rows = Sequence[Sequence[Any]]
Names = dict[str, str]
"""What can stand on the command line, and a few words on it."""


def names_in(path: Path, kind: str) -> Names:
    """The names of a kind in the project file `path`: one of `KINDS`. Raises ProjectError where it can't be read."""
    try:
        _check(path)
        statement, named = KINDS[kind]
        return named(_rows(path, statement))
    except (OSError, subprocess.SubprocessError) as error:
        raise ProjectError(f"it can't be read at a glance: {error}", where=str(path)) from error


def _check(path: Path) -> None:
    """Raise ProjectError unless it is an ordinary file that begins as a project file does."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise ProjectError("not a file", where=str(path))
    with path.open("rb") as file:
        head = file.read(100)
    if not head.startswith(_MAGIC) or head[_OURS_AT] != _OURS:
        raise ProjectError("not a project file", where=str(path))


def _rows(path: Path, statement: str) -> Rows:
    job = {
        "uri": f"{path.absolute().as_uri()}?{_mode(path)}",
        "limits": _LIMITS,
        "pragmas": _PRAGMAS,
        "functions": ("coalesce", "substr"),
        "pragmas_asked": (),
        # The one that synterm itself reads project files with.
        "library": "pysqlite3" if find_spec("pysqlite3") else "sqlite3",
        "places": [place for place in sys.path if place],
    }
    done = subprocess.run(  # noqa: S603 - a program of ours, and no shell
        [sys.executable, "-I", "-S", _CAGE],
        input=f"{json.dumps(job)}\n{json.dumps(statement)}\n".encode(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
        env={name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ},
        cwd=_CAGE.anchor,
    )
    try:
        answer: object = json.loads(done.stdout)
    except (ValueError, RecursionError) as error:
        raise ProjectError("it ended without an answer", where=str(path)) from error
    if not isinstance(answer, dict) or "rows" not in answer:
        raise ProjectError("SQLite can't read it", where=str(path))
    return cast("Rows", answer["rows"])


def _mode(path: Path) -> str:
    """As it is, where nothing waits in a log; else with the log, whose index is read and never made."""
    log = path.with_name(f"{path.name}-wal")
    try:
        waits = log.stat().st_size > 0
    except OSError:
        waits = False
    return "mode=ro&readonly_shm=1" if waits else "mode=ro&immutable=1"


def _plain(rows: Rows) -> Names:
    return {str(row[0]): str(row[1]) if len(row) > 1 else "" for row in rows if _is_whole(row[0])}


def _is_whole(name: Any) -> bool:
    return len(str(name)) <= _LONGEST


def _versions(rows: Rows) -> Names:
    """``router``, then ``router@draft``, ``router@v2``, ``router@v1``."""
    found: Names = {}
    for name, number, note in rows:
        if not _is_whole(name):
            continue
        found.setdefault(str(name), "as kept last")
        found.setdefault(f"{name}@draft", "its draft")
        if number:
            found[f"{name}@v{number}"] = str(note or "")
    return found


def _paths(rows: Rows) -> Names:
    """Paths of the tree, from above to below."""
    above = {str(node): (str(parent), str(name)) for node, parent, name, _ in rows}
    found: Names = {}
    for node, _, _, level in rows:
        parts: list[str] = []
        here = str(node)
        while here in above and len(parts) < _LEVELS:
            here, name = above[here]
            parts.append(name)
        if all(map(_is_whole, parts)):
            found["/".join(reversed(parts))] = str(level)
    return found


def _scenarios(rows: Rows) -> Names:
    return {path: level for path, level in _paths(rows).items() if level == "scenario"}


def _tags(rows: Rows) -> Names:
    found: Names = {}
    for (text,) in rows:
        try:
            listed: object = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            continue  # cut off, or damaged
        if isinstance(listed, list):
            found |= {str(tag): "" for tag in listed[:_MOST] if _is_whole(tag)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return dict(sorted(found.items())[:_MOST])


def _ids(rows: Rows) -> Names:
    return {str(row[0])[-_SHOWN_OF_ID:]: " ".join(map(str, row[1:])) for row in rows}


def _with_last(rows: Rows) -> Names:
    return {"last": "the newest", "last-1": "the one before", **_ids(rows)} if rows else {}


_TREE = (
    f"SELECT id, coalesce(parent_id, ''), substr(name, 1, {_NAME}), level FROM nodes ORDER BY position "
    f"LIMIT {_MOST_NODES}"
)
KINDS: dict[str, tuple[str, Callable[[Rows], Names]]] = {
    "prompt": (
        f"SELECT substr(p.name, 1, {_NAME}), v.number, substr(v.note, 1, 60) FROM prompts p LEFT JOIN "
        f"prompt_versions v ON v.prompt_id = p.id ORDER BY p.name, v.number DESC LIMIT {_MOST}",
        _versions,
    ),
    "model": (f"SELECT substr(name, 1, {_NAME}) FROM models ORDER BY name LIMIT {_MOST}", _plain),
    "node": (_TREE, _paths),
    "scenario": (_TREE, _scenarios),
    "tag": (
        f"SELECT DISTINCT substr(tags, 1, 2000) FROM (SELECT tags FROM cases ORDER BY pk DESC LIMIT {_MOST_CASES}) "
        f"LIMIT {_MOST}",
        _tags,
    ),
    "baseline": (f"SELECT DISTINCT substr(name, 1, {_NAME}) FROM baselines ORDER BY name LIMIT {_MOST}", _plain),
    "run": ("SELECT substr(id, 1, 40), substr(started, 1, 16), status FROM runs ORDER BY id DESC LIMIT 50", _with_last),
    "case": (f"SELECT substr(id, 1, 40), split, status FROM cases ORDER BY pk DESC LIMIT {_MOST}", _ids),
    "document": (f"SELECT substr(name, 1, {_NAME}) FROM documents ORDER BY name LIMIT {_MOST}", _plain),
    "generation": (
        "SELECT substr(id, 1, 40), substr(started, 1, 16), status FROM generations ORDER BY id DESC LIMIT 50",
        _with_last,
    ),
    "call": ("SELECT substr(id, 1, 40), substr(served, 1, 16) FROM traffic ORDER BY pk DESC LIMIT 50", _ids),
}
"""By kind, what asks for its names, and what makes names of the answer."""

"""A program of its own that reads one database under limits: ``python cage.py``, which `look` starts.

It takes a job as JSON on the first line of stdin, then one statement a line, and answers each with its rows in one line
of JSON. It knows nothing of projects, has no keys in its environment, may write no file, and imports nothing of
synterm: it is there in a few hundredths of a second, and when a file makes SQLite crash or hang, only it is gone.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

_FAILED = 3
_CORE_OFF = (0, 0)


def main() -> int:
    """Serve statements until stdin ends; gives the exit code."""
    job = json.loads(sys.stdin.readline())
    _limit(job["limits"])
    sys.path.extend(job["places"])
    sqlite = import_module(job["library"])
    try:
        connection = sqlite.connect(job["uri"], uri=True, isolation_level=None)
        connection.text_factory = _text
        for statement in job["pragmas"]:
            connection.execute(statement).fetchall()
        connection.set_authorizer(_allowing(sqlite, frozenset(job["functions"]), frozenset(job["pragmas_asked"])))
        for line in sys.stdin:
            _say({"rows": connection.execute(json.loads(line)).fetchall()})
    except (sqlite.Error, MemoryError, UnicodeError) as error:
        _say({"error": str(error) or type(error).__name__})
        return _FAILED
    return 0


def _limit(limits: dict[str, int]) -> None:
    """Take on limits of the system, by their names there. Windows has none of them."""
    try:
        import resource
    except ImportError:
        return
    for name, most in limits.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        allowed = resource.getrlimit(kind)[1]
        most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        # Of its time a process is warned by a signal with a name, before it is killed at the second limit.
        last = most + 1 if name == "RLIMIT_CPU" and most != allowed else most
        try:
            resource.setrlimit(kind, (most, last))
        except (OSError, ValueError):
            # macOS knows the limit of memory by name only; SQLite's own (a pragma) holds there.
            continue


def _allowing(sqlite: Any, functions: frozenset[str], pragmas: frozenset[str]) -> Any:
    """Lets statements read, whatever the file would have them do besides."""
    reading = {sqlite.SQLITE_SELECT, sqlite.SQLITE_READ}
    function, pragma = 31, sqlite.SQLITE_PRAGMA

    def judge(action: int, first: str | None, second: str | None, _schema: str | None, _by: str | None) -> int:
        if action in reading:
            return sqlite.SQLITE_OK
        if action == pragma and first in pragmas:
            return sqlite.SQLITE_OK
        if action == function and second in functions:
            return sqlite.SQLITE_OK
        return sqlite.SQLITE_DENY

    return judge


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, default=repr) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

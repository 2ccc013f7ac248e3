"""Whether the workbench can be drawn where it was called."""

from __future__ import annotations

import codecs
import os
import sys

from synterm.errors import UsageError

_UTF_8 = "utf-8"


def can_draw() -> bool:
    """Whether a person sits at a terminal that can draw it."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def refuse_elsewhere(project: str) -> None:
    """Raise UsageError where the workbench of `project` can't be drawn, with what helps."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the workbench needs a terminal", hint=f"synterm run {project} evaluates without one")
    if not can_draw():
        raise UsageError(
            "the workbench needs a terminal that can place its cursor, and TERM says that this one is dumb",
            hint=f"synterm run {project} evaluates in any; synterm serve {project} opens it in a browser",
        )
    encoding = sys.stderr.encoding or ""
    if not _is_utf_8(encoding):
        better = "unset PYTHONIOENCODING" if "PYTHONIOENCODING" in os.environ else "export LC_ALL=C.UTF-8"
        raise UsageError(
            f"the workbench is drawn with characters of UTF-8, and this terminal takes {encoding} by its settings",
            hint=f"{better}; then again: synterm {project}",
        )


def _is_utf_8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name == _UTF_8
    except LookupError:
        return False

"""Values as they have to stand on a command line of bash, so that it reads back just them.

Other shells are given values as they are, and quote them themselves.
"""

from __future__ import annotations

import re

from synterm.text import printable

LONGEST = 300
"""Characters of a value: nobody picks a longer one from a list."""
_SAFE = re.compile(r"[^\w@%+=:,./-]", re.ASCII)
_IN_DOUBLE = re.compile(r'[\\"`$]')
_HOME = "~"


def can_stand(value: str) -> bool:
    """Whether a value can be offered at all: none that a terminal or a shell would take for more than text."""
    return 0 < len(value) <= LONGEST and value.isprintable() and printable(value) == value


def quoted(value: str, quote: str, typed: str) -> str:
    """`value` as bash reads it after an open `quote` (or none), where `typed` is what stands there already."""
    if quote == "'":
        return value.replace("'", "'\\''")
    if quote == '"':
        # A ! within double quotes stands for a command of before, and no backslash takes that from it.
        return _IN_DOUBLE.sub(r"\\\g<0>", value).replace("!", "\"'!'\"")
    start = _HOME if value.startswith(_HOME) and typed.startswith(_HOME) else ""
    return start + _SAFE.sub(lambda found: _escaped(found[0]), value[len(start) :])


def _escaped(mark: str) -> str:
    return mark if mark.isalnum() else f"\\{mark}"

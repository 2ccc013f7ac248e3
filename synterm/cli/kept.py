"""Keeping a copy of a project before much of it is removed."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synterm.cli.output import say

if TYPE_CHECKING:
    from synterm.storage.backups import Reason

MANY = 10
"""From so many cases on a copy is kept; of parts of the tree, prompts, documents and runs always."""


def add_no_backup(add: Callable[..., Any]) -> None:
    """The option `--no-backup`, added by an `add_argument`."""
    add(
        "--no-backup",
        action="store_true",
        help="keep no copy of the project first (docs/doctor.md): there is no way back then",
    )


def keep_before(path: Path, reason: Reason, *, keep: bool = True) -> None:
    """Keep a copy where `keep` says so, and tell how it comes back. Raises ProjectError when it can't be kept."""
    if not keep:
        return
    from synterm.storage.backups import keep_backup

    backup = keep_backup(path, reason)
    say(f"a copy from before is kept: {shlex.join(['synterm', 'doctor', str(path), '--restore', backup.name])}")

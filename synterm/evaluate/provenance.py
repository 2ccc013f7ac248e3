"""Who makes a run, and on which state of the code."""

from __future__ import annotations

import getpass
import subprocess
from pathlib import Path

_GIT_SECONDS = 2


def who() -> str:
    """The user's login name; empty where there is none, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def git_commit(project: Path) -> str | None:
    """The commit that is checked out where the project file lies; None outside git, or when git does not answer."""
    command = ["git", "-C", str(project.absolute().parent), "rev-parse", "--verify", "--quiet", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False)  # noqa: S603 - fixed words
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None

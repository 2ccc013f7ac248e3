"""The Pythons on this machine that synterm may be installed for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

OLDEST = 11
_NEWEST = 16
VARIABLE = "SYNTERM_TEST_PYTHONS"
"""Names more of them: paths, with the mark between that stands between those of ``PATH``."""
_MANAGED = (
    (os.environ.get("PYENV_ROOT") or "~/.pyenv", "versions/*/bin/python3"),
    (os.environ.get("UV_PYTHON_INSTALL_DIR") or "~/.local/share/uv/python", "*/bin/python3"),
)
_ASKED = "import sys, venv, ensurepip; print(*sys.version_info[:2])"


def pythons_here() -> dict[int, Path]:
    """By minor version of Python 3, one that works: the one that runs this, those on the path, of pyenv, of uv, and
    those that the variable names."""
    found = {sys.version_info.minor: Path(sys.executable)}
    for place in _places():
        name = place.name.removeprefix("python3.")
        if name.isdigit() and int(name) in found:
            continue
        if (minor := _minor(place)) is not None and minor >= OLDEST:
            found.setdefault(minor, place)
    return found


def _places(environ: Mapping[str, str] = os.environ) -> Iterator[Path]:
    yield from (Path(place) for place in environ.get(VARIABLE, "").split(os.pathsep) if place)
    for minor in range(OLDEST, _NEWEST):
        if place := shutil.which(f"python3.{minor}"):
            yield Path(place)
    for folder, pattern in _MANAGED:
        yield from sorted(Path(folder).expanduser().glob(pattern))


def _minor(python: Path) -> int | None:
    """The minor version; None for one that does not run, makes no environments, or is no Python 3."""
    try:
        done = subprocess.run([python, "-c", _ASKED], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor = map(int, done.stdout.split())
    return minor if major == 3 else None

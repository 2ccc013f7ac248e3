"""What a report of a fault should say of where synterm runs. Nothing heavy is imported to find it out.

Nothing in it is private: folders are given from the home folder on, names of users are left out, and of the environment
there is only what tells of the terminal.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from synterm import __version__, paths
from synterm.care.packages import lacking, version_of

PACKAGES = ("textual", "rich", "litellm", "pydantic", "aiohttp", "jinja2", "sqlite-utils", "tiktoken", "argcomplete")
"""Those whose version a fault may hang on."""
_TERMINAL = ("TERM", "COLORTERM", "NO_COLOR")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class About:
    """``synterm --version --json``."""

    schema: str
    synterm: str
    installed: str
    """``wheel``, ``editable``, or ``folder``: not installed, run from where it lies."""
    python: str
    """``CPython 3.11.7``."""
    platform: str
    sqlite: str
    """The version of the library."""
    sqlite_module: str
    """``pysqlite3 0.6.1``, or Python's own ``sqlite3``."""
    packages: dict[str, str | None]
    """Versions; null where one is not installed."""
    extras: dict[str, bool] | None
    """Whether all of an extra is there; null where synterm is not installed."""
    embedded_model: bool
    """Whether its weights were fetched."""
    terminal: dict[str, str | None]
    """Of the environment: null for a variable that is not set."""
    columns: int
    lines: int
    encoding: str
    folders: dict[str, str]
    """Where settings, data, state and logs are."""


def about(environ: Mapping[str, str] = os.environ) -> About:
    """All of it."""
    from synterm.providers.weights import find

    version, module = _sqlite()
    missing = lacking()
    columns, lines = shutil.get_terminal_size()
    return About(
        schema="synterm.version/1",
        synterm=__version__,
        installed=_installed(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        platform=platform.platform(),
        sqlite=version,
        sqlite_module=module,
        packages={name: version_of(name) for name in PACKAGES},
        extras=None if missing is None else {name: not missing[name] for name in sorted(missing) if name},
        embedded_model=find() is not None,
        terminal={name: _short(environ.get(name)) for name in _TERMINAL},
        columns=columns,
        lines=lines,
        encoding=sys.stdout.encoding or "none",
        folders={name: unnamed(place(), environ) for name, place in _FOLDERS.items()},
    )


_FOLDERS = {"settings": paths.config_dir, "data": paths.data_dir, "state": paths.state_dir, "logs": paths.log_dir}


def unnamed(place: Path, environ: Mapping[str, str] = os.environ) -> str:
    """A folder without the name of a user in it: the home folder as ``~``, their name elsewhere as ``USER``."""
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or "~")
    try:
        return str(Path("~") / place.relative_to(home))
    except ValueError:
        names = {environ.get("USER"), environ.get("LOGNAME"), environ.get("USERNAME")}
        return str(Path(*("USER" if part in names else part for part in place.parts)))


def _short(value: str | None) -> str | None:
    return None if value is None else value[:_LONGEST]


def _sqlite() -> tuple[str, str]:
    """As sqlite-utils chooses it, without that: what project files are read with."""
    try:
        module = import_module("pysqlite3")
    except ImportError:
        module = import_module("sqlite3")
    name = module.__name__
    return module.sqlite_version, " ".join(filter(None, (name, version_of(name))))


def _installed() -> str:
    try:
        found = metadata.distribution("synterm")
    except metadata.PackageNotFoundError:
        return "folder"
    here = Path(__file__).resolve().parents[1]
    if here == Path(str(found.locate_file("synterm"))).resolve():
        return "wheel"
    said = found.read_text("direct_url.json") or ""
    return "editable" if '"editable": true' in said and here.parent.as_uri() in said else "folder"

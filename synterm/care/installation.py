"""What is installed here: Python, SQLite, the terminal, the parts that are optional, the embedded model's weights."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from synterm import __version__
from synterm.care.found import Found, well
from synterm.care.packages import lacking
from synterm.checks.registry import CHECKS
from synterm.describe.filters.registry import FILTERS
from synterm.describe.generators.registry import GENERATORS
from synterm.errors import InputError, SettingsError
from synterm.finetune.formats.registry import FORMATS
from synterm.formats.sources.registry import SOURCES
from synterm.providers import weights
from synterm.providers.availability import known_families
from synterm.providers.families import FAMILIES
from synterm.settings import load_settings
from synterm.storage.condition import sqlite_version
from synterm.storage.journal import safe_for_log

_FOR = {
    "local": "the embedded model",
    "analysis": "meanings, language, sentiment, personal data",
    "sql": "checks of SQL",
    "parquet": "Parquet and Arrow files",
    "serve": "the workbench in a browser",
    "train": "training the embedded model here",
}
"""What each optional part is for."""
_SMALLEST = (80, 24)


def installation() -> Iterator[Found]:
    """Look at what is installed; nothing of it is imported that is not needed for looking."""
    yield well("synterm", f"{__version__} in {Path(__file__).parents[1]}")
    yield well("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield _sqlite()
    yield _terminal()
    yield from _packages()
    yield from _plugins()
    yield from _weights()
    yield from _keys()


def _sqlite() -> Found:
    version, module = sqlite_version()
    said = f"{'.'.join(map(str, version))}, of {module}"
    if safe_for_log(version):
        return well("SQLite", f"{said}: a write-ahead log is safe with it")
    words = f"{said}: its write-ahead log can lose data with several connections, so projects are kept without one"
    return Found("SQLite", "warning", f"{words}, and reading and writing wait for each other", "pip install pysqlite3")


def _terminal() -> Found:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    columns, lines = shutil.get_terminal_size()
    name = os.environ.get("TERM", "")
    said = f"{name or 'no TERM'}, {columns} × {lines}, {sys.stdout.encoding or 'no encoding'}"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Found("terminal", "note", f"{said}; not one now, so the workbench can't open here")
    if encoding != "utf8":
        hint = "export LANG=C.UTF-8, or another locale with UTF-8"
        return Found("terminal", "warning", f"{said}: characters that it lacks are shown as escapes", hint)
    if name in ("", "dumb"):
        return Found("terminal", "warning", f"{said}: the workbench can't draw there", "export TERM=xterm-256color")
    if columns < _SMALLEST[0] or lines < _SMALLEST[1]:
        return Found("terminal", "note", f"{said}: the workbench shows less below 80 × 24")
    colours = "24-bit colours" if os.environ.get("COLORTERM") in ("truecolor", "24bit") else "256 colours or fewer"
    return well("terminal", f"{said}, {colours}")


def _packages() -> Iterator[Found]:
    """What synterm needs, and what its extras need, by the names of packages."""
    missing = lacking()
    if missing is None:
        yield Found("packages", "note", "synterm runs from a folder and is not installed, so its needs are not known")
        return
    if needed := missing.pop(""):
        yield Found("packages", "broken", f"missing: {', '.join(needed)}", "pip install --upgrade synterm")
    else:
        yield well("packages", "all that synterm needs, in the versions that it needs")
    yield from (_extra(name, use, missing.get(name, [])) for name, use in _FOR.items())


def _extra(name: str, use: str, missing: list[str]) -> Found:
    part = f"extra {name}"
    if not missing:
        return well(part, f"there: {use}")
    return Found(part, "note", f"not there: {use} ({', '.join(missing)})", f"pip install 'synterm[{name}]'")


def _plugins() -> Iterator[Found]:
    """What other packages bring, by the package; their code is loaded, as it would be when it is named."""
    brought: dict[str, list[str]] = {}
    for registry in (CHECKS, GENERATORS, FILTERS, SOURCES, FORMATS):
        for name, package in registry.packages().items():
            brought.setdefault(package, []).append(f"{registry.noun} {name}")
            try:
                registry.find(name)
            except InputError as error:
                yield Found("plugin", "warning", f"{package}: {error.message}", "update the package, or uninstall it")
    yield from (well("plugin", f"{package}: {', '.join(names)}") for package, names in sorted(brought.items()))


def _weights() -> Iterator[Found]:
    [embedded] = [family for family in known_families() if family.name == "embedded"]
    found = embedded.availability
    if found.state != "ready":
        yield Found("embedded", "note", found.reason, found.hint)
        return
    yield well("embedded", found.reason)
    path = weights.find()
    if path is None:
        return
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest == weights.DEFAULT.sha256:
        yield well("weights", f"{path}, as they were published")
        return

    def remove() -> str:
        path.unlink()
        return "removed: the next use fetches them again"

    said = f"{path} is not what was published ({digest[:12]}… instead of {weights.DEFAULT.sha256[:12]}…)"
    yield Found("weights", "broken", said, "synterm doctor --fix, then synterm models pull default", remove)


def _keys() -> Iterator[Found]:
    """Which keys are set, by name, and where they may go; no value is looked at."""
    there = dict.fromkeys(name for family in FAMILIES for name in family.keys if os.environ.get(name))
    try:
        bound = load_settings().key_hosts
    except SettingsError:
        bound = {}  # said of the settings
    if there:
        yield well("keys", f"set in the environment: {', '.join(there)}")
    else:
        yield Found("keys", "note", "none of a known provider in the environment; the embedded model needs none")
    for name, hosts in bound.items():
        state = "set" if os.environ.get(name) else "not set"
        yield well("keys", f"{name} ({state}) may go to {', '.join(hosts) or 'no host'}")

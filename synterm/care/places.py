"""Where synterm keeps things of this user: settings, what it remembers, logs, copies; who may read them, and room."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from synterm import paths
from synterm.care.found import Found, Mend, well
from synterm.errors import SettingsError
from synterm.settings import load_settings, settings_path
from synterm.storage.backups import backups_dir, taken_room
from synterm.storage.spill import spilled
from synterm.storage.trusted import TrustedProjects
from synterm.text import megabytes, plural

_PRIVATE: dict[str, Callable[[], Path]] = {
    "config": paths.config_dir,
    "state": paths.state_dir,
    "logs": paths.log_dir,
}
_LITTLE = 1_000_000_000
_NEXT_TO_NOTHING = 50_000_000
_LONG_LOGS = 100_000_000
_MOST = 10_000
"""So many files of a folder are looked at."""


def places() -> Iterator[Found]:
    """Look at the user's own folders."""
    yield _settings()
    for name, place in _PRIVATE.items():
        yield private(name, place())
    yield _trust()
    yield from _logs()
    yield from waiting()
    yield from _backups()
    yield from room({"data": paths.data_dir(), "state": paths.state_dir(), "temporary": Path(tempfile.gettempdir())})


def _settings() -> Found:
    path = settings_path()
    if not path.exists():
        return well("settings", f"defaults: there is no {path}")
    load_settings.cache_clear()
    try:
        set_here = load_settings().model_fields_set
    except SettingsError as error:
        return Found("settings", "broken", str(error), error.hint)
    return well("settings", f"{path}: {plural(len(set_here), 'setting')} of your own")


def _trust() -> Found:
    """Whether the list of projects that this user trusts can be read."""
    _, trouble = TrustedProjects().find("")
    if trouble is None:
        return well("trust", "the list of projects that you trust can be read")
    return Found("trust", "warning", trouble, "what stands there counts as not trusted; synterm trust PROJECT asks")


def private(part: str, place: Path) -> Found:
    """Whether nobody else can read a folder of this user, or what is in it."""
    if not place.is_dir():
        return well(part, f"{place}: not there yet")
    if os.name == "nt":
        return well(part, str(place))
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        return Found(part, "broken", f"{place} can't be read and written by you", f"chmod u+rwx {place}")
    open_ones = [path for path in _within(place) if _is_open(path)]
    if not open_ones:
        return well(part, f"{place}: yours alone")

    def close() -> str:
        for path in open_ones:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o700)
        return f"closed to others: {len(open_ones):,} of the files and folders there"

    files = [path for path in open_ones if path.is_file()]
    if not files:
        return Found(part, "note", f"{place}: others can see the names of what is in it", None, close)
    some = ", ".join(path.name for path in files[:3]) + (" …" if len(files) > 3 else "")
    return Found(part, "warning", f"{place}: others can read {some}", "synterm doctor --fix", close)


def _within(place: Path) -> Iterator[Path]:
    """A folder and what is in it, links left out: they are no files of ours."""
    yield place
    count = 0
    for folder, folders, files in os.walk(place):
        for name in (*folders, *files):
            path = Path(folder, name)
            count += 1
            if count > _MOST:
                return
            if not path.is_symlink():
                yield path


def _is_open(path: Path) -> bool:
    """Whether others may do anything with a file or a folder of this user."""
    try:
        found = path.lstat()
    except OSError:  # it is gone by now
        return False
    ordinary = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
    return ordinary and found.st_uid == os.getuid() and bool(found.st_mode & 0o077)


def _logs() -> Iterator[Found]:
    place = paths.log_dir()
    size = sum(path.lstat().st_size for path in _within(place) if path.is_file()) if place.is_dir() else 0
    if size > _LONG_LOGS:
        yield Found("logs", "note", f"{megabytes(size)} in {place}", "they may be removed while nothing runs")
    crashes = place / "crash.log"
    if crashes.is_file():
        said = f"errors that nobody foresaw are kept in {crashes}: places in the code, no values"
        yield Found("crashes", "note", said, "it may be removed once it was read or sent with a report")


def waiting(project: str | None = None, mend: Mend | None = None) -> Iterator[Found]:
    """Answers that a project file could not take, and that wait until it is opened; of one project, or of all."""
    for one in spilled(project):
        said = f"{plural(one.count, 'answer')} that {one.path} could not take at {one.created} wait in {one.file}"
        if one.path.exists():
            yield Found("waiting", "warning", said, f"open it, and it takes them in: synterm {one.path}", mend)
        else:
            hint = "they are taken in by the next copy of it that is opened, wherever it lies"
            yield Found("waiting", "warning", f"{said}; that file is gone", hint, mend)


def _backups() -> Iterator[Found]:
    count, size = taken_room()
    if count:
        said = f"{plural(count, 'file')} kept from before projects were changed ({megabytes(size)})"
        yield well("backups", f"{said} in {backups_dir()}")


def room(folders: dict[str, Path]) -> Iterator[Found]:
    """How much room there is on the disks of some folders, each disk once."""
    seen: set[int] = set()
    for name, folder in folders.items():
        place = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
        if (disk := place.stat().st_dev) in seen:
            continue
        seen.add(disk)
        free = shutil.disk_usage(place).free
        said = f"{free / 1e9:,.1f} GB free for {name} files ({place})"
        if free < _NEXT_TO_NOTHING:
            yield Found("disk", "broken", f"{megabytes(free)} free for {name} files ({place})", "free some space")
        elif free < _LITTLE:
            yield Found("disk", "warning", said, "free some space: answers that were paid for need room")
        else:
            yield well("disk", said)

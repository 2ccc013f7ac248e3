"""Where synterm keeps things outside the project file, and where its own data files are."""

from __future__ import annotations

import os
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

_MOST_FILES = 1000
"""So many names of a folder are looked at, for hints."""


def data_dir() -> Path:
    """The user's data directory (model weights, the demo project); `SYNTERM_DATA_DIR` overrides it."""
    return _place("SYNTERM_DATA_DIR", "user_data_path")


def config_dir() -> Path:
    """The user's settings directory; `SYNTERM_CONFIG_DIR` overrides it."""
    return _place("SYNTERM_CONFIG_DIR", "user_config_path")


def state_dir() -> Path:
    """What the workbench remembers of earlier sittings; `SYNTERM_STATE_DIR` overrides it."""
    return _place("SYNTERM_STATE_DIR", "user_state_path")


def log_dir() -> Path:
    """Where the host processes write their logs; `SYNTERM_LOG_DIR` overrides it."""
    return _place("SYNTERM_LOG_DIR", "user_log_path")


def private_folder(place: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner alone; what is there stays as it is. Raises
    OSError."""
    if not place.parent.exists():
        private_folder(place.parent)
    place.mkdir(mode=0o700, exist_ok=True)


def project_files(folder: Path) -> list[str]:
    """The names of the project files in a folder, by their ending; none where it can't be listed."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, _MOST_FILES) if _is_project(entry)]
    except OSError:
        return []
    return sorted(name for name in names if name.isprintable())


def near_project_files(path: Path) -> list[str]:
    """The project files in the folder of a file that is not there whose names are near its own."""
    folder = path.parent
    name = path.name if path.suffix else f"{path.name}.db"
    return [str(folder / near) for near in get_close_matches(name, project_files(folder), n=3, cutoff=0.6)]


def near_files(path: Path) -> str | None:
    """A hint naming the files near a name under which there is none; None where there is one, or nothing near."""
    if path.exists():
        return None
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry in islice(entries, _MOST_FILES) if entry.name.isprintable()]
    except OSError:
        return None
    found = get_close_matches(path.name, names, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(str(path.parent / name) for name in found)}?" if found else None


def _is_project(entry: os.DirEntry[str]) -> bool:
    return entry.name.endswith(".db") and not entry.name.startswith(".") and entry.is_file()


def themes_dir() -> Path:
    """The folder of the themes that come with synterm."""
    return _shipped("themes")


def samples_dir() -> Path:
    """The folder of the sample projects that come with synterm."""
    return _shipped("sample_projects")


def _place(variable: str, name: str) -> Path:
    if override := os.environ.get(variable):
        return Path(override)
    import platformdirs

    place: Path = getattr(platformdirs, name)("synterm", appauthor=False)
    return place


def _shipped(name: str) -> Path:
    """Inside the package when installed from a wheel, else beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name

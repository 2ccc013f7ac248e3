"""What the workbench remembers of earlier sittings, beside the settings: a small file of its own."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from synterm.errors import SettingsError
from synterm.paths import state_dir
from synterm.settings_file import write_whole


class Remembered(BaseModel):
    """All of it. What a later version adds is left alone by this one."""

    model_config = ConfigDict(frozen=True, extra="allow")

    tour_seen: bool = False
    """Whether the tour was shown once."""


def remembered_path() -> Path:
    """Where it is kept."""
    return state_dir() / "workbench.json"


def recall() -> tuple[Remembered, str]:
    """What is remembered, and what to tell the user about it: a file that can't be read is set aside."""
    path = remembered_path()
    try:
        return Remembered.model_validate_json(path.read_bytes()), ""
    except FileNotFoundError:
        return Remembered(), ""
    except OSError as error:
        return Remembered(), f"{path} can't be read: {error.strerror or error}"
    except ValidationError:
        return Remembered(), _set_aside(path)


def remember(memory: Remembered) -> None:
    """Keep it. Raises SettingsError where it can't be written."""
    write_whole(remembered_path(), memory.model_dump_json(indent=2) + "\n")


def remember_tour() -> str:
    """Keep that the tour was shown; gives what went wrong, or nothing."""
    try:
        remember(recall()[0].model_copy(update={"tour_seen": True}))
    except SettingsError as error:
        return str(error)
    return ""


def _set_aside(path: Path) -> str:
    aside = path.with_suffix(".broken.json")
    try:
        path.replace(aside)
    except OSError as error:
        return f"{path} is broken, and can't be set aside: {error.strerror or error}"
    return f"{path} was broken: it is {aside.name} now, and a new one is begun"

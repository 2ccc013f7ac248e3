"""The sample projects that come with synterm."""

from __future__ import annotations

from pathlib import Path

from synterm.cli.output import data
from synterm.errors import NotFoundError, did_you_mean
from synterm.formats.project_text import ProjectText, read_project_text
from synterm.paths import samples_dir

_FILE = "project.yaml"
FIRST = "meeting_router"
"""The one to begin with."""


def sample_names() -> list[str]:
    """The samples there are, the one to begin with first."""
    folder = samples_dir()
    names = sorted(place.parent.name for place in folder.glob(f"*/{_FILE}"))
    return sorted(names, key=lambda name: name != FIRST)


def sample_sentence(name: str) -> str:
    """What a sample is, in a sentence: the comment that its text begins with; empty without one."""
    with sample_path(name).open(encoding="utf-8") as file:
        line = file.readline()
    return line.removeprefix("#").strip() if line.startswith("#") else ""


def tell_samples() -> None:
    """List them, each with its sentence."""
    names = sample_names()
    width = max(map(len, names), default=0)
    for name in names:
        data(f"{name:<{width}}  {sample_sentence(name)}".rstrip())


def sample_path(name: str) -> Path:
    """Where the text form of a sample is. Raises NotFoundError."""
    known = sample_names()
    if name not in known:
        raise NotFoundError(f"no sample named {name!r}", hint=did_you_mean(name, known))
    return samples_dir() / name / _FILE


def sample_text(name: str) -> ProjectText:
    """The text form of a sample. Raises NotFoundError."""
    return read_project_text(sample_path(name))

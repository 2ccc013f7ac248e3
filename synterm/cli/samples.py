"""The sample projects that come with synterm."""

from __future__ import annotations

from synterm.errors import NotFoundError, did_you_mean
from synterm.formats.project_text import ProjectText, read_project_text
from synterm.paths import samples_dir

_FILE = "project.yaml"


def sample_names() -> list[str]:
    """The samples there are."""
    folder = samples_dir()
    return sorted(place.parent.name for place in folder.glob(f"*/{_FILE}"))


def sample_text(name: str) -> ProjectText:
    """The text form of a sample. Raises NotFoundError."""
    known = sample_names()
    if name not in known:
        raise NotFoundError(f"no sample named {name!r}", hint=did_you_mean(name, known))
    return read_project_text(samples_dir() / name / _FILE)

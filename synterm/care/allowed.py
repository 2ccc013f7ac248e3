"""What a project may do here, and which of its models can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from synterm.care.found import Found, well
from synterm.errors import SettingsError
from synterm.providers.availability import usable
from synterm.settings import load_settings
from synterm.storage.project import Project
from synterm.text import one_line, plural


def allowed(project: Project, path: Path) -> Iterator[Found]:
    """Whether its user trusts a project with what it asks for, and which of its models lack something."""
    trust = project.trust
    if trust.capabilities.nothing:
        yield well("trust", "it asks for nothing that needs it")
    elif trust.restricted:
        said = f"restricted: it asks for {plural(len(trust.why()), 'thing')} that you have not trusted it with"
        yield Found("trust", "note", said, f"synterm trust {path} shows that, and asks")
    else:
        yield well("trust", f"you trust it with all that it asks for ({len(trust.capabilities.words())})")
    yield from _models(project)


def _models(project: Project) -> Iterator[Found]:
    try:
        approved = load_settings().approved_endpoints
    except SettingsError as error:
        yield Found("settings", "broken", str(error), error.hint)
        return
    specs = project.models.all()
    lacking = [(spec, found) for spec in specs if not (found := usable(spec, approved)).ok]
    for spec, found in lacking:
        yield Found("models", "note", f"{one_line(spec.name, 40)}: {one_line(found.reason)}", found.hint)
    if ready := len(specs) - len(lacking):
        yield well("models", f"{ready} of {plural(len(specs), 'model')} can be asked here")

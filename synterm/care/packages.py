"""Which packages are here of those that synterm and its extras need, by what was installed alone: none is imported."""

from __future__ import annotations

import re
from importlib import metadata

_NEEDS = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?(?P<pin>==[^;,\s]+)?[^;]*(?:;.*extra == ['\"](?P<extra>[^'\"]+))?"
)
FOR_WORKING_ON_SYNTERM = ("dev", "docs")
"""Extras that nobody needs who only uses it."""


def lacking() -> dict[str, list[str]] | None:
    """What is missing, by the name of the extra that needs it, ``""`` for what synterm itself does.

    An empty list where all is there; None where synterm runs from a folder and is not installed.
    """
    try:
        lines = metadata.requires("synterm") or []
    except metadata.PackageNotFoundError:
        return None
    missing: dict[str, list[str]] = {"": []}
    for line in lines:
        if (need := _NEEDS.match(line)) is None or need["extra"] in FOR_WORKING_ON_SYNTERM:
            continue
        of_extra = missing.setdefault(need["extra"] or "", [])
        installed = version_of(need["name"])
        if installed is None:
            of_extra.append(need["name"])
        elif need["pin"] and need["pin"] != f"=={installed}":
            of_extra.append(f"{need['name']}{need['pin']} (there is {installed})")
    return missing


def version_of(package: str) -> str | None:
    """The version of a package that is installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None

"""Saying, before anything is begun, that a project is restricted, and what it asks for."""

from __future__ import annotations

import argparse
from pathlib import Path
from shlex import quote

from synterm.cli.output import say
from synterm.errors import RestrictedError
from synterm.storage.foreign import read_only
from synterm.storage.project import Project
from synterm.text import plural


def add_manifest(parser: argparse.ArgumentParser) -> None:
    """The option by which CI trusts a project."""
    parser.add_argument(
        "--trust-manifest",
        metavar="DIGEST",
        help="trust the project, for this run, where what it asks for has exactly this digest (sha256:…, as synterm "
        "trust says it); the variable SYNTERM_TRUST_MANIFEST does the same",
    )


def require_trust(project: Project, manifest: str | None = None) -> None:
    """Raise RestrictedError for a project that asks for more than it is trusted with; what it asks for is said first.

    `manifest`: the digest of what is trusted for as long as the project is open.
    """
    trust = project.trust
    if manifest is not None:
        trust.accept(manifest)
    if not trust.restricted:
        return
    digest = trust.capabilities.digest
    for line in asked_lines(project):
        say(line)
    say(f"its digest: {digest}")
    hint = f"read it, then: synterm trust {quote(str(project.path))}; in CI: --trust-manifest {digest}"
    if given := ", ".join(trust.accepted):
        hint = f"{given} was trusted, which is another; {hint}"
    raise RestrictedError(
        "restricted: it asks for more than you trust it with, so nothing was sent", where=str(project.path), hint=hint
    )


def asked_lines(project: Project) -> list[str]:
    """What it asks for and was not trusted with, below a line that says so."""
    changed = project.trust.before is not None
    head = "what it asks for changed since you trusted it:" if changed else "on this machine it would:"
    return [head, *(f"  {line}" for line in project.trust.why())]


def tell_trust(path: Path, *, grant: bool) -> None:
    """Of a project file that was just made: trust it with what it asks for, or say that it is restricted."""
    with read_only(path) as project:
        trust = project.trust
        if not trust.restricted:
            return
        if grant:
            trust.grant()
            for line in trust.capabilities.words():
                say(f"trusted to {line}")
            return
        asked = plural(len(trust.why()), "thing")
        how = f"synterm trust {quote(str(path))} shows it"
        say(f"restricted: it asks for {asked} that you have not trusted it with; {how}")

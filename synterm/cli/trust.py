"""``synterm trust``: what a project would be able to do on this machine, and whether it may."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from synterm.cli.one_key import read_key, single_keys
from synterm.cli.output import data, say
from synterm.core.capabilities import Capabilities
from synterm.errors import ExitCode, UsageError
from synterm.storage.foreign import read_only
from synterm.storage.project import Project

HELP = """\
Say what a project would be able to do on this machine: whom it would ask, with which keys, and whose code it would run;
and trust it with that, once you have read it. Until then it is restricted: you can look at it, edit and export it, and
nothing of it is sent anywhere. The trust is kept in your own folder, never in the file."""

EXAMPLES = """\
examples:
  synterm trust their.db                       shows it, and asks
  synterm trust their.db --show                only shows it
  synterm trust their.db --yes                 trusts it with what it asks for now
  synterm trust their.db --manifest sha256:…   trusts it where it asks for exactly that
  synterm trust their.db --revoke

exit codes:
  0  it is trusted, or asks for nothing
  1  it is restricted
  2  it can't be read

More: docs/trust.md says what is a matter of trust, and what is not"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm trust`."""
    parser.add_argument("project", metavar="PROJECT")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--show", action="store_true", help="change nothing")
    what.add_argument("--yes", action="store_true", help="trust it without being asked")
    what.add_argument("--manifest", metavar="DIGEST", help="trust it where what it asks for has exactly this digest")
    what.add_argument("--revoke", action="store_true", help="trust it no longer")
    parser.add_argument("--json", action="store_true", help="what it asks for, whole (synterm schema trust)")


def run(args: argparse.Namespace) -> int:
    """Do what is asked for, and show what there is."""
    with read_only(args.project) as project:
        trust = project.trust
        asked, news = trust.capabilities, trust.why() if trust.restricted else []
        if args.revoke:
            say("trusted no longer" if trust.revoke() else "it was not on your list of trusted projects")
            news = trust.why() if trust.restricted else []
        elif args.yes or args.manifest is not None:
            _grant(project, asked, args.manifest)
        if args.json:
            _write(project)
        else:
            _tell(project, asked, news)
            if not (args.show or args.revoke) and trust.restricted:
                _ask(project, asked)
        return ExitCode.GATE_FAILED if trust.restricted else ExitCode.OK


def _grant(project: Project, asked: Capabilities, digest: str | None) -> None:
    if digest is not None and digest != asked.digest:
        raise UsageError(f"it asks for something else: {asked.digest}", hint="synterm trust PROJECT --show says what")
    project.trust.grant(asked)


def _tell(project: Project, asked: Capabilities, news: Sequence[str]) -> None:
    """All that it asks for, and what of it was not trusted before."""
    if asked.nothing:
        data("asks for nothing: its models run on this machine, and its checks come with synterm")
        return
    data("on this machine it would:")
    listed = asked.words()
    for line in listed:
        data(f"  {line}")
    if fresh := [line for line in news if line not in listed]:
        data("since you trusted it:" if project.trust.before else "beside that:")
        for line in fresh:
            data(f"  {line}")
    data(f"digest: {asked.digest}")
    data("restricted: nothing of that is done" if project.trust.restricted else "trusted with that")


def _ask(project: Project, asked: Capabilities) -> None:
    """Have a person decide, where one sits at a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        say("hint: once you have read it, --yes trusts it with that")
        return
    say("Trust it with that, and with nothing else? y trusts it, any other key leaves it as it is.")
    with single_keys():
        agreed = read_key() in ("y", "Y")
    if agreed:
        project.trust.grant(asked)
    say("trusted with that" if agreed else "it stays restricted")


def _write(project: Project) -> None:
    from synterm.reports.json import write_json
    from synterm.reports.trust import trust_document

    write_json(trust_document(project.name, project.id, project.trust), "-")

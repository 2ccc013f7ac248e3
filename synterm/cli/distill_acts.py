"""Looking into failures from the command line: each act keeps what it finds, and says it."""

from __future__ import annotations

import argparse
from collections.abc import Coroutine
from typing import Any

from synterm.cli import distill_keeping as keeping
from synterm.cli.distill_asking import Asking
from synterm.cli.distill_choice import Choice
from synterm.cli.distill_report import report_of, show, write_found
from synterm.cli.output import say
from synterm.cli.signals import Stopped, run_until_stopped
from synterm.errors import ExitCode
from synterm.storage.project import Project
from synterm.text import plural


def act(project: Project, args: argparse.Namespace) -> int:
    """What people say is kept first, then models are asked. With --cluster and --judge the report follows."""
    choice = Choice(project, args)
    types = [keeping.type_of(text) for text in args.confirm]
    if args.shrink or args.boundary or args.around or args.attack:
        # What attacks are made of is taken from the run.
        choice.refuse_logged([*args.shrink, *([args.boundary] if args.boundary else []), *args.around, *args.attack])
    clusters = keeping.clusters(choice) if args.cluster or args.name or args.around else []
    asking = Asking(choice, clusters)
    if args.cluster or args.name:
        keeping.keep(choice, clusters)
        keeping.tell(choice, f"kept {plural(len(clusters), 'cluster')}: they are known again from run to run")
    for name, kind in types:
        keeping.confirm(choice, name, kind)
    whole = True
    if any((args.judge, args.cluster and args.writer, args.shrink, args.boundary, args.around, args.attack)):
        whole = _until_stopped(asking, asking.all())
    if args.cluster or args.judge:
        show(choice, report_of(choice))
    elif args.json:
        write_found(choice, asking.shrunk, asking.boundaries, asking.neighbourhoods, asking.attacks)
    return ExitCode.OK if whole else ExitCode.INCOMPLETE


def _until_stopped(asking: Asking, work: Coroutine[Any, Any, bool]) -> bool:
    try:
        return run_until_stopped(work)
    except Stopped as stop:
        asking.progress.close()
        say(f"{asking.progress.words()}; the same command again goes on with the rest")
        stop.told = True
        raise
    finally:
        asking.progress.close()

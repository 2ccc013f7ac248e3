"""``synterm distill``: which cases keep failing, why, where, and what comes next."""

from __future__ import annotations

import argparse

from synterm.cli.distill_options import EXAMPLES, HELP, add_arguments, checked
from synterm.cli.places import opened
from synterm.storage.foreign import read_only

__all__ = ["EXAMPLES", "HELP", "add_arguments", "run"]


def run(args: argparse.Namespace) -> int:
    """Tell, or look into some of it. Only what is asked for by name is written."""
    if not checked(args):
        from synterm.cli.distill_report import tell

        with read_only(args.project) as project:
            return tell(project, args)
    with opened(args.project) as project:
        from synterm.cli.distill_acts import act

        return act(project, args)

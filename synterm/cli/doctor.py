"""``synterm doctor``: what is wrong here, or with a project file; and repairing what can be repaired without risk."""

from __future__ import annotations

import argparse
from pathlib import Path

from synterm.cli.output import data, rows, say
from synterm.errors import UsageError
from synterm.text import megabytes, plural

HELP = """\
Say what is wrong: with the installation, or with a project file (read to its end, nothing in it is changed). With
--fix, what can be repaired without risk is repaired, after a copy of the project was kept. Copies are also kept before
a file is brought up to date and before much of it is removed; --restore puts one in its place."""

EXAMPLES = """\
examples:
  synterm doctor
  synterm doctor my.db
  synterm doctor my.db --fix
  synterm doctor my.db --backups
  synterm doctor my.db --restore                 the newest copy; the present file is kept as one, too

exit codes:
  0  nothing is left to be seen to
  1  something is
  2  there is no such file, or the command is wrong

More: docs/doctor.md"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm doctor`."""
    parser.add_argument("project", metavar="PROJECT", nargs="?", help="a project file; without one, the installation")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--fix", action="store_true", help="repair what can be repaired without risk, and say what was")
    way.add_argument("--backups", action="store_true", help="list the copies that are kept of PROJECT")
    way.add_argument(
        "--restore",
        nargs="?",
        const="last",
        metavar="NAME",
        help="put the copy of this name in the place of PROJECT (default: the newest)",
    )
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="as JSON (synterm schema doctor); - for stdout"
    )
    parser.add_argument("--quiet", action="store_true", help="say only what is not well")


def run(args: argparse.Namespace) -> int:
    """Examine, repair, list or restore."""
    if args.backups or args.restore is not None:
        if args.project is None:
            raise UsageError("copies of which project?", hint="synterm doctor PROJECT --backups")
        if args.json:
            raise UsageError("--json is for what was examined", hint="synterm doctor PROJECT --json -")
        return _restore(Path(args.project), args.restore) if args.restore is not None else _list(Path(args.project))
    return _examine(args)


def _examine(args: argparse.Namespace) -> int:
    from synterm.care.found import report
    from synterm.care.kept import Keeping
    from synterm.reports.health import health_lines
    from synterm.reports.json import write_json

    keeping = Keeping(Path(args.project)) if args.project else None
    if keeping:
        from synterm.care.project import examine

        findings = examine(Path(args.project), keeping)
    else:
        from synterm.care.installation import installation
        from synterm.care.places import places

        findings = (*installation(), *places())
    made = report([*findings], args.project, fix=args.fix)
    if args.json:
        write_json(made, args.json)
    if args.json != "-":
        for line in health_lines(made, all_of_it=not args.quiet):
            data(line)
    if keeping and keeping.backup:
        say(f"a copy from before is kept: synterm doctor {args.project} --restore {keeping.backup.name}")
    return made.exit_code


def _list(path: Path) -> int:
    from synterm.storage.backups import backups_dir, backups_of

    found = backups_of(path)
    if not found:
        say(f"no copy of {path} is kept in {backups_dir()}")
        return 0
    rows((one.name, megabytes(one.size), one.project, one.source) for one in found)
    say(f"{plural(len(found), 'file')}, in {found[0].path.parent}")
    return 0


def _restore(path: Path, name: str) -> int:
    from synterm.storage.backups import find_backup
    from synterm.storage.restoring import restore

    backup = find_backup(path, name)
    before = restore(backup, path)
    say(f"{path} is as it was at {backup.made}, before: {backup.reason}")
    if before:
        say(f"what was there until now is kept: synterm doctor {path} --restore {before.name}")
    return 0

"""``synterm settings``: what can be set, what is set, and where."""

from __future__ import annotations

import argparse

from synterm.cli.output import data, say
from synterm.errors import UsageError
from synterm.settings import Settings, load_settings, settings_path
from synterm.settings_file import write_whole
from synterm.settings_form import settings_form

HELP = """\
Print your settings as a documented TOML file: what you have set, and everything else as a comment with its meaning,
its type and its default. The workbench changes them with the key , (comma)."""

EXAMPLES = """\
examples:
  synterm settings
  synterm settings --path
  synterm settings --init        writes the file where there is none
  synterm settings --json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm settings`."""
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--path", action="store_true", help="print where the file belongs")
    way.add_argument("--init", action="store_true", help="write the documented file, unless there is one")
    way.add_argument("--json", action="store_true", help="print what holds now as JSON (synterm schema settings)")


def run(args: argparse.Namespace) -> int:
    """Print or write them."""
    if args.path:
        data(str(settings_path()))
    elif args.init:
        _init()
    elif args.json:
        data(load_settings().model_dump_json(indent=2))
    else:
        data(settings_form(load_settings()).rstrip())
    return 0


def _init() -> None:
    path = settings_path()
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} is there already", hint="synterm settings prints what can be in it")
    write_whole(path, settings_form(Settings()))
    say(f"made {path}")

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
its type and its default. The workbench changes them with the key , (comma). --bind says where a key may go."""

EXAMPLES = """\
examples:
  synterm settings
  synterm settings --path
  synterm settings --init        writes the file where there is none
  synterm settings --bind LLM_API_KEY https://llm.example
  synterm settings --bind APP_TOKEN http://localhost:8000
  synterm settings --unbind LLM_API_KEY
  synterm settings --json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm settings`."""
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--path", action="store_true", help="print where the file belongs")
    way.add_argument("--init", action="store_true", help="write the documented file, unless there is one")
    way.add_argument(
        "--bind",
        nargs="+",
        metavar=("VARIABLE", "HOST"),
        help="let the key in this environment variable go to these hosts, besides where it may go already",
    )
    way.add_argument("--unbind", metavar="VARIABLE", help="take back what --bind said of a variable")
    way.add_argument("--json", action="store_true", help="print what holds now as JSON (synterm schema settings)")


def run(args: argparse.Namespace) -> int:
    """Print or write them."""
    if args.path:
        data(str(settings_path()))
    elif args.init:
        _init()
    elif args.bind:
        _bind(args.bind[0], args.bind[1:])
    elif args.unbind:
        _unbind(args.unbind)
    elif args.json:
        data(load_settings().model_dump_json(indent=2))
    else:
        data(settings_form(load_settings()).rstrip())
    return 0


def _bind(variable: str, hosts: list[str]) -> None:
    from synterm.providers.key_hosts import bind

    if not hosts:
        raise UsageError(f"where may {variable} go?", hint=f"synterm settings --bind {variable} https://host")
    places = bind(variable, hosts)
    say(f"the key in {variable} may go to {', '.join(places)} and nowhere else (in {settings_path()})")


def _unbind(variable: str) -> None:
    from synterm.providers.key_hosts import unbind

    left = unbind(variable)
    say(
        f"the key in {variable} may go to {', '.join(left)} only, by default"
        if left
        else f"{variable} goes nowhere now"
    )


def _init() -> None:
    path = settings_path()
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} is there already", hint="synterm settings prints what can be in it")
    write_whole(path, settings_form(Settings()))
    say(f"made {path}")

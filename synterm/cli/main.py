"""``synterm``: finds the command, runs it, and turns whatever goes wrong into words and an exit code."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
import warnings
from collections.abc import Generator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from synterm.cli.commands import COMMANDS, overview
from synterm.cli.output import commands, data, say
from synterm.cli.signals import Stopped, stoppable
from synterm.errors import ExitCode, FileNotice, SyntermError, UsageError, did_you_mean
from synterm.hidden import hiding, learn
from synterm.reports.github.commands import command, in_actions
from synterm.text import one_line

_BROKEN_PIPE = 141
"""What a shell says of a program that SIGPIPE ended."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (without the program's name) and give the exit code."""
    _prepare_streams()
    learn(os.environ)
    with _hiding_streams():
        return _run(argv)


def _run(argv: Sequence[str] | None) -> int:
    try:
        with stoppable():
            code = _dispatch(list(sys.argv[1:] if argv is None else argv))
            sys.stdout.flush()
            return code
    except SyntermError as error:
        return _tell(error)
    except Stopped as stop:
        if not stop.told:
            say("synterm: stopped")
        return stop.exit_code
    except BrokenPipeError:
        return _without_reader()
    except Exception as error:  # noqa: BLE001 - the last resort: a line for the user, the details in a file
        return _crash(error)


def entry() -> int:
    """The program: `main`, and a quick end. Where a shell asks what can come next, the answer to that."""
    if "_ARGCOMPLETE" in os.environ:
        from synterm.cli.complete.answer import answer

        code = answer()
    else:
        code = main()
    # What is left need not be looked through for garbage once more.
    gc.freeze()
    return code


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help"):
        data(overview().rstrip())
        return ExitCode.OK
    if words[0] in ("-V", "--version"):
        from synterm.cli.version import show

        return show(words[1:])
    if words[0] == "help":
        return _help(words[1:])
    if words[0] in COMMANDS:
        return _command(words[0], words[1:])
    return _open(words)


def _help(words: list[str]) -> int:
    """``synterm help run``, ``synterm help add case``: the same as with --help at the end."""
    if not words:
        return _dispatch([])
    from synterm.cli.near import word_hint
    from synterm.cli.parsers import help_of

    if words[0] not in COMMANDS:
        raise UsageError(f"there is no command {words[0]!r}", hint=word_hint(words[0]))
    data(help_of(words[0], words[1:]))
    return ExitCode.OK


def _command(name: str, words: list[str]) -> int:
    from synterm.cli.parsers import parser_of
    from synterm.cli.strays import strays_told

    # Nearly all that a command makes lives until its end: looking for garbage took a fifth of a run.
    gc.set_threshold(50_000, 20, 100)
    module, parser = import_module(COMMANDS[name]), parser_of(name)
    try:
        args = parser.parse_args(words)
    except SystemExit as leave:  # --help was asked for and answered
        return int(leave.code or 0)
    try:
        with strays_told(), _notices():
            return int(module.run(args))
    except SyntermError as error:
        error.hint = _of_this_project(error.hint, getattr(args, "project", None))
        raise


def _of_this_project(hint: str | None, project: object) -> str | None:
    """A hint as one can type it: with the project that the command was about."""
    if hint is None or not isinstance(project, str):
        return hint
    import re
    import shlex

    return re.sub(r"\bPROJECT\b", lambda _: shlex.quote(project), hint)


@contextlib.contextmanager
def _notices() -> Generator[None]:
    """Within the block, what there is to know of a project file is said as everything else is."""
    with warnings.catch_warnings():
        show = warnings.showwarning

        def tell(message: Warning | str, category: type[Warning], *rest: Any) -> None:
            if issubclass(category, FileNotice):
                say(f"synterm: {message}")
            else:
                show(message, category, *rest)

        warnings.showwarning = tell
        warnings.simplefilter("always", FileNotice)
        yield


def _open(words: list[str]) -> int:
    from synterm.cli.browser.below import end_with_terminal, is_served
    from synterm.cli.near import order_hint, word_hint
    from synterm.cli.workbench_terminal import refuse_elsewhere

    path = Path(words[0])
    if words[0].startswith("-"):
        near = did_you_mean(words[0], ("--help", "--version")) or ""
        raise UsageError(f"unknown option {words[0]}", hint=near if "mean" in near else "synterm --help")
    if not path.exists():
        raise UsageError(f"{words[0]!r} is neither a command nor a project file", hint=word_hint(words[0]))
    if len(words) > 1:
        raise UsageError(f"unexpected {words[1]!r} after the project", hint=order_hint(words[0], words[1:]))
    if not is_served():
        refuse_elsewhere(words[0])
    end_with_terminal()
    from synterm.cli.strays import strays_told
    from synterm.tui.app import open_workbench

    with strays_told():
        return open_workbench(path)


def _tell(error: SyntermError) -> int:
    say(f"synterm: {error}")
    if error.hint:
        say(f"hint: {error.hint}")
    if in_actions():
        told = str(error) + (f"\n{error.hint}" if error.hint else "")
        commands([command("error", told, title="synterm")], sys.stderr)
    return int(error.exit_code)


def _crash(error: Exception) -> int:
    from synterm.cli.crash import keep_details

    said = one_line(f"{type(error).__name__}: {error}", 300)
    say(f"synterm: internal error: {said}; {keep_details(error)}")
    return ExitCode.USAGE


def _without_reader() -> int:
    """Whoever read our output is gone: leave quietly, also when Python flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _BROKEN_PIPE


@contextlib.contextmanager
def _hiding_streams() -> Generator[None]:
    """While nothing that this process says has a credential in it, whoever says it."""
    out, err = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = hiding(out), hiding(err)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = out, err


def _prepare_streams() -> None:
    """Stand in for streams that the caller closed, and show what a terminal's encoding lacks as escapes."""
    for name in ("stdin", "stdout", "stderr"):
        stream: object = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("r+"))  # noqa: SIM115 - until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

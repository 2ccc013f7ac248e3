"""``synterm guard``: the checks of a project, asked about answers that an app is about to give."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from synterm.cli.guard_serve import add_arguments as serving
from synterm.cli.guard_serve import run as serve
from synterm.cli.output import data, on_terminal, refuse_no_folder, rows, say
from synterm.cli.parser import amount, positive
from synterm.cli.places import text_of
from synterm.core.guarding import GuardCheck, GuardVerdict
from synterm.errors import ExitCode, InputError, SyntermError, UsageError
from synterm.formats.strict_json import load_json
from synterm.text import one_line, plural

if TYPE_CHECKING:
    from synterm.production.guard import Guard

HELP = """\
Judge an answer from stdin by the checks of a behavior; with --jsonl many, one a line. Nothing is asked of a model,
unless --judges is given, and the project is not changed. With --serve programs ask it over HTTP."""

EXAMPLES = """\
examples:
  synterm guard my.db --behavior 'Out of scope' < answer.txt
  synterm guard my.db --behavior Replies --input @question.txt --json < answer.txt
  synterm guard my.db --behavior Replies --jsonl --log verdicts.jsonl < answers.jsonl > verdicts.out
  synterm guard my.db --behavior Replies --serve --port 8787

exit codes:
  0  the answer may be given
  1  a check holds it back
  2  what was asked for can't be
  3  it is held back because there is no verdict

More: docs/guard.md"""

_MOST_LINE = 20_000_000
_MARKS = {True: "passed", False: "failed", None: "no verdict"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm guard`."""
    parser.add_argument("project", metavar="PROJECT")
    add = parser.add_argument
    add(
        "--behavior",
        action="append",
        default=[],
        metavar="B",
        help="whose checks judge: a feature, behavior or scenario by path, name or glob; repeated: all of theirs "
        "(default: all, where the whole project has the same checks)",
    )
    add(
        "--fail",
        choices=("closed", "open"),
        default="closed",
        help="what happens without a verdict (default: %(default)s)",
    )
    add("--budget-ms", type=amount, default=50, metavar="MS", help="how long one check may take (default: %(default)s)")
    add("--total-ms", type=amount, metavar="MS", help="how long all of them may take (default: no limit of its own)")
    add("--longest", type=positive, metavar="N", help="characters of an answer that are judged (default: 1000000)")
    add("--log", metavar="FILE", help="append each verdict to this file, personal data masked; synterm import reads it")
    add("--no-mask", action="store_true", help="with --log: answers go into it as they are")
    _judging(parser)
    _one(parser)
    serving(parser)


def _judging(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("checks that ask a model").add_argument
    add("--judges", action="store_true", help="ask them: the answers are sent to the models that the project names")
    add("--judge-seconds", type=amount, default=10, metavar="S", help="how long each may take (default: %(default)s)")
    add("--judge-cap", type=amount, default=1, metavar="USD", help="what they may cost in all (default: %(default)s)")


def _one(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("answers on stdin").add_argument
    add("--input", metavar="TEXT", help='what the answer answers: a text, \'{"name": "value", …}\', or @FILE')
    add("--expected", metavar="TEXT", help="what it should be, for checks that need it; {…} and […] are JSON; or @FILE")
    add("--json", action="store_true", help="the verdict as JSON (synterm schema guard)")
    add(
        "--jsonl",
        action="store_true",
        help='many: {"output": …, "input"?, "expected"?, "behavior"?} a line; a verdict as JSON a line',
    )


def run(args: argparse.Namespace) -> int:
    """Judge what stands on stdin, or serve."""
    refuse_no_folder(args.log)
    if args.no_mask and args.log is None:
        raise UsageError("--no-mask is for --log", hint="synterm guard PROJECT --log FILE --no-mask")
    if args.serve:
        return serve(args, lambda: make_guard(args, per_call=True))
    if args.jsonl and (args.input is not None or args.expected is not None):
        raise UsageError("with --jsonl each line says its input and what is expected")
    with make_guard(args, per_call=args.jsonl) as guard:
        code = _judge_lines(guard) if args.jsonl else _judge_one(guard, args)
    _tell_of_log(guard)
    return code


def make_guard(args: argparse.Namespace, *, per_call: bool) -> Guard:
    """The guard that the options say; `per_call`: a call may name its behavior."""
    from synterm.production.guard import LONGEST, Guard
    from synterm.production.guard_log import GuardLog

    return Guard(
        args.project,
        args.behavior or None,
        fail=args.fail,
        budget_ms=args.budget_ms,
        total_ms=args.total_ms,
        judges=args.judges,
        judge_budget_s=args.judge_seconds,
        judge_cap_usd=args.judge_cap,
        log=None if args.log is None else GuardLog(args.log, masked=not args.no_mask),
        longest=args.longest or LONGEST,
        per_call=per_call,
    )


def _judge_one(guard: Guard, args: argparse.Namespace) -> int:
    given = None if args.input is None else _value(args.input, "--input", "{")
    expected = None if args.expected is None else _value(args.expected, "--expected", ("{", "["))
    verdict = guard.check(_answer(guard.longest), given, expected)
    if args.json:
        _write(verdict.model_dump_json(indent=2, by_alias=True))
    else:
        data(_head(verdict))
        rows(_row(check) for check in verdict.checks)
    return _code(verdict)


def _judge_lines(guard: Guard) -> int:
    """A verdict for each line as it comes; a line that can't be read is told of where its verdict would stand."""
    codes: set[int] = set()
    for number, line in _lines():
        try:
            verdict = _judged(guard, line)
        except SyntermError as error:
            codes.add(ExitCode.USAGE)
            said = error.message + (f"; {error.hint}" if error.hint else "")
            _write_line({"error": one_line(said, 500), "line": number})
        else:
            codes.add(_code(verdict))
            _write(verdict.model_dump_json(by_alias=True))
    return next((code for code in (ExitCode.USAGE, ExitCode.GATE_FAILED, ExitCode.INCOMPLETE) if code in codes), 0)


def _judged(guard: Guard, line: str | InputError) -> GuardVerdict:
    if isinstance(line, InputError):
        raise line
    try:
        given = load_json(line)
    except ValueError as error:
        raise InputError(str(error)) from error
    named = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    if "output" not in named:
        raise InputError('not an object with an "output"')
    if unknown := sorted(named.keys() - {"output", "input", "expected", "behavior"}):
        raise InputError(f"{one_line(unknown[0], 80)!r} is not a field here", hint="output, input, expected, behavior")
    behavior = named.get("behavior")
    if behavior is not None and not isinstance(behavior, str):
        raise InputError("the behavior must be text")
    return guard.check(named["output"], named.get("input"), named.get("expected"), behavior)


def _lines() -> Iterator[tuple[int, str | InputError]]:
    number = 0
    while line := sys.stdin.buffer.readline(_MOST_LINE):
        number += 1
        if len(line) == _MOST_LINE and not line.endswith(b"\n"):
            while (rest := sys.stdin.buffer.readline(_MOST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield number, InputError(f"over {_MOST_LINE // 1_000_000} MB long")
            continue
        try:
            if text := line.decode().strip():
                yield number, text
        except UnicodeDecodeError as error:
            yield number, InputError(f"not UTF-8 (byte {error.start})")


def _answer(longest: int) -> str:
    """All of stdin, but the line break at its end; no more of it than shows that it is too long."""
    if on_terminal(sys.stdin):
        say("type the answer; Ctrl+D ends it")
    raw = sys.stdin.buffer.read(longest * 4 + 8)
    try:
        return (
            raw.decode(errors="strict" if len(raw) < longest * 4 + 8 else "ignore")
            .removesuffix("\n")
            .removesuffix("\r")
        )
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 (byte {error.start})", where="stdin") from error


def _value(option: str, where: str, begins: str | tuple[str, ...]) -> Any:
    text = text_of(option)
    if not text.lstrip().startswith(begins):
        return text
    try:
        return load_json(text)
    except ValueError as error:
        raise InputError(str(error), where=where) from error


def _head(verdict: GuardVerdict) -> str:
    said = "allowed" if verdict.allowed else "held back"
    if verdict.passed is None:
        said += f", without a verdict (fail {verdict.fail})"
    return said + (f": {verdict.reason}" if verdict.reason else "")


def _row(check: GuardCheck) -> tuple[str, str, str]:
    if check.skipped:
        return "not asked", check.type, check.skipped
    return _MARKS[check.passed], check.type, check.error or check.reason


def _code(verdict: GuardVerdict) -> int:
    if verdict.allowed:
        return ExitCode.OK
    return ExitCode.INCOMPLETE if verdict.passed is None else ExitCode.GATE_FAILED


def _write(text: str) -> None:
    from synterm.reports.json import safe_json

    sys.stdout.write(safe_json(text) + "\n")
    sys.stdout.flush()


def _write_line(value: dict[str, Any]) -> None:
    from synterm.core.ids import canonical_json

    _write(canonical_json(value).decode())


def _tell_of_log(guard: Guard) -> None:
    log = guard.log
    if log is not None and log.dropped:
        why = f": {log.problem}" if log.problem else ""
        say(f"warning: {plural(log.dropped, 'line')} of the log could not be written{why}")

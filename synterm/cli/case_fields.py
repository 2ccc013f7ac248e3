"""Cases on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from synterm.cli.output import say
from synterm.cli.places import text_of
from synterm.core.case import Case, Origin
from synterm.core.decision import STATUS, Decision, Verdict, decided, edited_in_review
from synterm.core.tree import Node
from synterm.errors import InputError, UsageError
from synterm.evaluate.plan import renderer
from synterm.evaluate.provenance import who
from synterm.formats.case_text import named_input
from synterm.formats.jsonl_cases import read_cases
from synterm.formats.prompt_text import only_variable
from synterm.formats.strict_json import load_json
from synterm.storage.clock import now
from synterm.storage.project import Project
from synterm.text import plural

_MOST_ERRORS = 20


def add_arguments(parser: argparse.ArgumentParser, *, editing: bool) -> None:
    """The options for one case."""
    add = parser.add_argument
    add("--input", metavar="TEXT", help='a text for the prompt\'s only variable, or \'{"name": "value", …}\'; or @FILE')
    add("--expected", metavar="TEXT", help="a label or a text; {…} and […] are read as JSON; or @FILE")
    add("--tag", action="append", metavar="T", help=f"a tag; may be repeated{', and replaces all' if editing else ''}")
    add("--split", choices=("dev", "holdout", "train"), help="move it to this split" if editing else "default: dev")
    if editing:
        add("--no-expected", action="store_true", help="nothing is expected")
        add("--no-tags", action="store_true", help="take all its tags away")
        add("--status", choices=("accepted", "draft", "rejected"), help="only accepted cases are evaluated")
        add("--scenario", metavar="PATH", help="move it to another scenario")
    else:
        add("--file", metavar="FILE", help='many cases, one {"input": …, "expected": …} a line; - for stdin')


def new_cases(project: Project, scenario: Node, args: argparse.Namespace) -> list[Case]:
    """The cases that the options or the file say, all of them or InputError."""
    if scenario.level != "scenario":
        raise InputError(f"{scenario.name!r} is a {scenario.level}: cases stand in scenarios")
    if args.file is not None:
        if any(value is not None for value in (args.input, args.expected, args.tag, args.split)):
            raise UsageError("--file brings its own input, expected, tags and split")
        return _from_file(project, scenario, args.file)
    if args.input is None:
        raise UsageError("a case needs --input, or --file for many")
    return [
        Case(
            scenario_id=scenario.id,
            input=_input(project, args.input),
            expected=None if args.expected is None else _expected(args.expected),
            tags=tuple(args.tag or ()),
            split=args.split or "dev",
        )
    ]


def edited_case(project: Project, case: Case, args: argparse.Namespace, *, stays: bool = False) -> Case:
    """The case with the changes that the options say; `stays`: in its split. Raises InputError, NotFoundError."""
    fields: dict[str, Any] = {name: value for name in ("split", "status") if (value := getattr(args, name))}
    if stays:
        del fields["split"]
    if args.input is not None:
        fields["input"] = _input(project, args.input)
    if args.expected is not None or args.no_expected:
        fields["expected"] = None if args.expected is None else _expected(args.expected)
    if args.tag is not None or args.no_tags:
        fields["tags"] = tuple(args.tag or ())
    if args.scenario is not None:
        scenario = project.nodes.find(args.scenario)
        if scenario.level != "scenario":
            raise InputError(f"{args.scenario!r} is a {scenario.level}: cases stand in scenarios", where="--scenario")
        fields["scenario_id"] = scenario.id
    return _decided(case, Case.model_validate({**case.model_dump(), **fields}))


def _decided(before: Case, after: Case) -> Case:
    """The edited case; where that accepts or rejects it, or has it wait again, its origin says so, as after review."""
    if before.status == after.status or (before.status, after.status) == ("accepted", "draft"):
        return after  # of a case that waits for review again nobody decided anything
    verdict: Verdict = next(verdict for verdict in STATUS if STATUS[verdict] == after.status)
    was = edited_in_review(before, after)
    return decided(after, Decision(verdict=verdict, who=who(), time=now(), was=was))


def warn_of_missing(project: Project, cases: Iterable[Case]) -> None:
    """Say which prompts need a value that some of the cases lack: those can't be evaluated with them."""
    inputs = [case.input.keys() for case in cases]
    for prompt in project.prompts.all():
        try:
            needed = renderer(prompt.draft).variables
        except InputError:
            continue  # a draft in the middle of an edit; whoever runs it is told
        lacking = [names for names in inputs if needed - names]
        if lacking:
            missing = ", ".join(sorted(set[str]().union(*(needed - names for names in lacking))))
            have = f"{plural(len(lacking), 'case')} {'has' if len(lacking) == 1 else 'have'}"
            say(f"note: {have} no value for {missing}, which prompt {prompt.name!r} needs")


def _from_file(project: Project, scenario: Node, name: str) -> list[Case]:
    path, title = (Path("/dev/stdin"), "stdin") if name == "-" else (Path(name), Path(name).name)
    variable = _variable(project)
    origin = Origin(kind="import", detail={"file": title})
    cases: list[Case] = []
    errors: list[InputError] = []
    for found in read_cases(path, variable=variable, name=title):
        if isinstance(found, InputError):
            errors.append(found)
        else:
            cases.append(found.case(scenario.id, variable, origin))
        if len(errors) == _MOST_ERRORS:
            break
    if errors:
        lines = "\n".join(f"  {error}" for error in errors)
        raise InputError(f"nothing was added\n{lines}", where=title, hint=errors[0].hint)
    if not cases:
        raise InputError("there is no case in it", where=title)
    return cases


def _input(project: Project, value: str) -> dict[str, Any]:
    text = text_of(value)
    try:
        given = load_json(text) if text.lstrip().startswith("{") else text
        return named_input(given, _variable(project))
    except ValueError as error:
        raise InputError(str(error), where="--input") from error
    except InputError as error:
        raise InputError(error.message, where="--input", hint=error.hint) from error


def _expected(value: str) -> Any:
    text = text_of(value)
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return load_json(text)
    except ValueError as error:
        raise InputError(str(error), where="--expected") from error


def _variable(project: Project) -> str | None:
    """The variable that a bare text fills: the only one of the first prompt."""
    prompts = project.prompts.all()
    return only_variable(prompts[0].draft) if prompts else None

"""``synterm add``: features, behaviors, scenarios, cases, prompts, models and documents without the workbench."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from typing import TypedDict

from synterm.cli import case_fields, document_fields, model_fields, node_fields, prompt_fields
from synterm.cli.output import say
from synterm.cli.parser import examples
from synterm.cli.places import opened
from synterm.core.document import Document
from synterm.core.model import ModelSpec
from synterm.core.tree import LEVELS
from synterm.errors import InputError
from synterm.formats.fields import prompt_name
from synterm.providers.availability import usable
from synterm.settings import load_settings
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from synterm.text import plural

HELP = "Add to a project. What can't be right is refused, by name of the field, and nothing is changed."

EXAMPLES = """\
examples:
  synterm add my.db feature Routing
  synterm add my.db behavior 'Routing/Out of scope' --description 'Off-topic requests are declined.'
  synterm add my.db scenario 'Routing/Out of scope/off-topic' \\
      --check '{"type": "label", "labels": ["schedule", "out_of_scope"]}' --min-pass-rate 0.9
  synterm add my.db case 'Routing/Out of scope/off-topic' --input "capital of peru?" --expected out_of_scope
  synterm add my.db case 'Routing/Out of scope/off-topic' --file cases.jsonl
  synterm add my.db prompt router --system @system.txt --user '{{ message }}' --example 'hi there -> clarify'
  synterm add my.db model local --model embedded/default
  synterm add my.db document handbook/*.md"""

_PAGES = {
    "feature": (
        "Add a feature: the uppermost level of the tree. Its checks and gates hold for all cases below it.",
        "synterm add my.db feature Routing --gate 90%",
    ),
    "behavior": (
        "Add a behavior below a feature that is there: one thing that the app should do.",
        "synterm add my.db behavior 'Routing/Out of scope' --description 'Off-topic requests are declined.'",
    ),
    "scenario": (
        "Add a scenario below a behavior that is there: a situation that cases stand in.",
        "synterm add my.db scenario 'Routing/Out of scope/off-topic' --check is-json",
    ),
    "case": (
        "Add one case to a scenario, or a file of them. A case that the scenario has already is not added twice.",
        "synterm add my.db case off-topic --input 'capital of peru?' --expected out_of_scope --tag trivia",
        "synterm add my.db case off-topic --file cases.jsonl",
    ),
    "prompt": (
        "Add a prompt. It is kept as version 1; synterm edit makes further versions.",
        "synterm add my.db prompt router --system @system.txt --user '{{ message }}' --param temperature=0",
    ),
    "model": (
        "Add a model. Keys are never kept in the project: name the environment variable that holds one.",
        "synterm add my.db model local --model embedded/default",
        "synterm add my.db model gpt --model openai/gpt-4o-mini --api-key-env OPENAI_API_KEY",
    ),
    "document": (
        "Add documents: texts that prompts take passages from as context. One of the same name is replaced.",
        "synterm add my.db document handbook/*.md",
    ),
}


class _Page(TypedDict):
    description: str
    epilog: str


def _page(kind: str) -> _Page:
    said, *commands = _PAGES[kind]
    return {"description": said, "epilog": examples(*commands)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm add`."""
    parser.add_argument("project", metavar="PROJECT")
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    for level, shape in zip(LEVELS, ("NAME", "FEATURE/NAME", "FEATURE/BEHAVIOR/NAME"), strict=True):
        node = kinds.add_parser(level, help=f"a {level}: {shape}", **_page(level))
        node.add_argument("name", metavar=shape, help="its path, which ends with its name" if "/" in shape else "new")
        node_fields.add_arguments(node, editing=False)
    case = kinds.add_parser("case", help="one case, or a file of cases", **_page("case"))
    case.add_argument("name", metavar="SCENARIO", help="the scenario's path, or its name where there is only one")
    case_fields.add_arguments(case, editing=False)
    prompt = kinds.add_parser("prompt", help="a prompt, kept as its version 1", **_page("prompt"))
    prompt.add_argument("name", metavar="NAME", help="what it is called: 1 to 200 characters, without @")
    prompt_fields.add_arguments(prompt, editing=False)
    model = kinds.add_parser("model", help="a model", **_page("model"))
    model.add_argument("name", metavar="NAME", help="what the project calls it")
    model_fields.add_arguments(model, editing=False)
    document = kinds.add_parser(
        "document",
        help="texts that prompts take context from, instead of those of the same name",
        **_page("document"),
    )
    document_fields.add_arguments(document)


def run(args: argparse.Namespace) -> int:
    """Add what the options say."""
    with opened(args.project) as project:
        before = _ready(project)
        say(_ADDING.get(args.kind, _add_node)(project, args))
        if _ready(project) and not before:
            file = shlex.quote(args.project)
            say(f"next: synterm {file} opens it, synterm run {file} evaluates it")
    return 0


def _ready(project: Project) -> bool:
    """Whether there is all that an evaluation takes."""
    return bool(project.prompts.all() and project.models.all() and project.cases.keys(CaseFilter()))


def _add_node(project: Project, args: argparse.Namespace) -> str:
    node = node_fields.new_node(project, args.kind, args.name, args)
    project.nodes.put(node).result()
    return f"added {node.level} {project.nodes.tree().path(node.id)}"


def _add_case(project: Project, args: argparse.Namespace) -> str:
    scenario = project.nodes.find(args.name)
    given = case_fields.new_cases(project, scenario, args)
    # The same case twice would count as two data points.
    there = project.cases.contents(scenario.id)
    cases = list({case.content_id: case for case in given if case.content_id not in there}.values())
    project.cases.put(cases).result()
    case_fields.warn_of_missing(project, cases)
    what = f"case {cases[0].id[-8:]}" if len(cases) == 1 else plural(len(cases), "case")
    left_out = f"; {len(given) - len(cases):,} already there" if len(given) > len(cases) else ""
    return f"added {what} to {project.nodes.tree().path(scenario.id)}{left_out}"


def _add_prompt(project: Project, args: argparse.Namespace) -> str:
    name = prompt_name(args.name)
    if name in {known.name for known in project.prompts.all()}:
        hint = f"synterm edit {args.project} prompt {shlex.quote(name)} … keeps a new version of it"
        raise InputError(f"there is a prompt named {name!r} already", where="name", hint=hint)
    project.prompts.add(name, [(args.note or "", prompt_fields.new_body(args))]).result()
    return f"added prompt {name}@v1"


def _add_model(project: Project, args: argparse.Namespace) -> str:
    spec = model_fields.new_model(args.name, args)
    if spec.name in {known.name for known in project.models.all()}:
        hint = f"synterm edit {args.project} model {shlex.quote(spec.name)} … changes it"
        raise InputError(f"there is a model named {spec.name!r} already", where="name", hint=hint)
    project.models.put(spec).result()
    return f"added model {spec.name}: {spec.model}{_lacking(spec)}"


def _lacking(spec: ModelSpec) -> str:
    """What it lacks to be asked from here, as is better said now than with the first run; empty where it can be."""
    found = usable(spec, load_settings().approved_endpoints)
    return "" if found.ok else f"\nnote: it can't be asked yet: {found.reason}{f'; {found.hint}' if found.hint else ''}"


def _add_documents(project: Project, args: argparse.Namespace) -> str:
    documents = document_fields.new_documents(args)
    known = {entry.name: entry.content_id for entry in project.documents.entries()}
    project.documents.put(*documents).result()
    return "\n".join(_added(document, known.get(document.name)) for document in documents)


def _added(document: Document, before: str | None) -> str:
    if before is None:
        return f"added document {document.name}: {plural(len(document.text), 'character')}"
    same = "says the same" if before == document.content_id else f"replaced: {plural(len(document.text), 'character')}"
    return f"document {document.name} {same}"


_ADDING: dict[str, Callable[[Project, argparse.Namespace], str]] = {
    "case": _add_case,
    "document": _add_documents,
    "prompt": _add_prompt,
    "model": _add_model,
}

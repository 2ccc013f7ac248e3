"""``synterm edit``: change what `synterm add` adds."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from synterm.cli import case_fields, gate_fields, model_fields, node_fields, prompt_fields
from synterm.cli.case_split import kept_whole, kin_words
from synterm.cli.choose import cases_where
from synterm.cli.output import say
from synterm.cli.parser import add_where, examples
from synterm.cli.places import opened
from synterm.core.case import Case
from synterm.core.prompt import HalfTyped
from synterm.errors import InputError, UsageError
from synterm.evaluate.variants import choose_prompts
from synterm.formats.fields import prompt_name
from synterm.storage.project import Project
from synterm.text import plural

HELP = "Change parts of a project. What is not named stays; an edit of a prompt is kept as a new version."

EXAMPLES = """\
examples:
  synterm edit my.db node Routing/Ambiguous --gate '90% lower' --gate 'must pass #critical'
  synterm edit my.db node Routing/Ambiguous --add-gate 'no regression' --remove-gate '90% lower'
  synterm edit my.db project --gate 'p95 1500 ms' --gate '{"max_cost_usd_per_case": 0.002}'
  synterm edit my.db case 8FH3K2QW --expected clarify
  synterm edit my.db case --where 'status:draft tag:typo' --status accepted
  synterm edit my.db prompt router --system @system.txt --note 'defines clarify'
  synterm edit my.db prompt router@v2                  back to what v2 says
  synterm edit my.db model local --param temperature=0 --param max_tokens=8"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm edit`."""
    parser.add_argument("project", metavar="PROJECT")
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    node = kinds.add_parser(
        "node",
        help="a feature, behavior or scenario",
        aliases=["feature", "behavior", "scenario"],
        description="Change a feature, behavior or scenario: its name, words, checks and gates.",
        epilog=examples(
            "synterm edit my.db node Routing/Ambiguous --gate '90% lower' --gate 'must pass #critical'",
            "synterm edit my.db node Routing/Ambiguous --name 'Unclear requests'",
        ),
    )
    node.add_argument("target", metavar="PATH", help="its path, or its name where there is only one")
    node_fields.add_arguments(node, editing=True)
    case = kinds.add_parser(
        "case",
        help="a case, or with --where all that fit",
        description="Change a case, or with --where all cases that fit a query.",
        epilog=examples(
            "synterm edit my.db case 8FH3K2QW --expected clarify",
            "synterm edit my.db case --where 'status:draft tag:typo' --status accepted",
        ),
    )
    case.add_argument(
        "target", metavar="ID", nargs="?", help="its id, its last 6 or more characters, or c3 as the workbench has it"
    )
    add_where(case.add_argument)
    case_fields.add_arguments(case, editing=True)
    prompt = kinds.add_parser(
        "prompt",
        help="a prompt: its draft, kept as a new version",
        description="Change a prompt. What it says then is kept as a new version; those before stay.",
        epilog=examples(
            "synterm edit my.db prompt router --system @system.txt --note 'defines clarify'",
            "synterm edit my.db prompt router@v2",
        ),
    )
    prompt.add_argument(
        "target",
        metavar="NAME[@VERSION]",
        help="its name; with @v2 it begins with what that version says",
    )
    prompt_fields.add_arguments(prompt, editing=True)
    project = kinds.add_parser(
        "project",
        help="the project itself: the gates over all that a run evaluates",
        description="Change the gates that hold over all that a run evaluates.",
        epilog=examples("synterm edit my.db project --gate 90% --gate 'p95 1500 ms'"),
    )
    gate_fields.add_arguments(project.add_argument, editing=True)
    model = kinds.add_parser(
        "model",
        help="a model",
        description="Change a model: what it is called, where it is asked, with which parameters, at which price.",
        epilog=examples("synterm edit my.db model local --param temperature=0 --param max_tokens=8"),
    )
    model.add_argument("target", metavar="NAME", help="what the project calls it")
    model_fields.add_arguments(model, editing=True)


def run(args: argparse.Namespace) -> int:
    """Change what the options say."""
    if not _names_a_change(args):
        raise UsageError("nothing to change was named", hint=f"synterm edit {args.project} {args.kind} --help")
    with opened(args.project) as project:
        say(_EDITING.get(args.kind, _edit_node)(project, args))
    return 0


def _names_a_change(args: argparse.Namespace) -> bool:
    given = {name: value for name, value in vars(args).items() if name not in ("project", "kind", "target", "where")}
    if args.kind == "prompt" and "@" in args.target:
        return True
    return any(value is not None and (value is not False or name == "constrain") for name, value in given.items())


def _edit_node(project: Project, args: argparse.Namespace) -> str:
    node = project.nodes.find(args.target)
    if args.kind not in ("node", node.level):
        raise InputError(f"{args.target!r} is a {node.level}, not a {args.kind}")
    changed = node_fields.edited_node(project, node, args)
    project.nodes.put(changed).result()
    said = gate_fields.change_words(node.gates, changed.gates)
    gate_fields.warn_of_untagged(project, changed.gates, changed)
    return f"changed {node.level} {project.nodes.tree().path(node.id)}{said}"


def _edit_project(project: Project, args: argparse.Namespace) -> str:
    old, gates = project.gates, gate_fields.given_gates(project, args, project.gates) or ()
    project.set_gates(gates).result()
    said = gate_fields.change_words(old, gates)
    gate_fields.warn_of_untagged(project, gates)
    return f"changed project {project.name}: {plural(len(gates), 'gate')} over the whole{said}"


def _edit_case(project: Project, args: argparse.Namespace) -> str:
    if (args.target is None) == (not args.where):
        hint = f"synterm edit {args.project} case ID …, or case --where QUERY …"
        raise UsageError("which case?", hint=hint)
    found = cases_where(project, args.where) if args.where else [project.cases.get(args.target)]
    staying, kin = kept_whole(project, found, args.split) if args.split else (frozenset[str](), list[Case]())
    cases = [case_fields.edited_case(project, case, args, stays=case.id in staying) for case in found]
    project.cases.put([*cases, *kin]).result()
    case_fields.warn_of_missing(project, cases)
    left = sum(old.id in staying and old == new for old, new in zip(found, cases, strict=True))
    what = plural(len(cases) - left, "case") if args.where else f"case {cases[0].id[-8:]}"
    return f"changed {what}{kin_words(len(staying), len(kin), args.split)}"


def _edit_prompt(project: Project, args: argparse.Namespace) -> str:
    target, _, version = args.target.partition("@")
    prompt = project.prompts.get(target)
    start = choose_prompts([prompt], [args.target])[0][2] if version else prompt.draft
    body = prompt_fields.edited_body(start, args)
    name = prompt.name if args.name is None else prompt_name(args.name)
    kept = next((version for version in prompt.versions if version.body == body), None)
    if kept and body == prompt.draft and name == prompt.name and args.note in (None, kept.note):
        return f"nothing changed: the draft of prompt {name} says that already (version v{kept.number})"
    if name != prompt.name:
        project.prompts.rename(prompt.id, name).result()
    number = project.prompts.keep(prompt.id, body, args.note or "").result()
    if kept and args.note is not None:
        project.prompts.annotate(prompt.id, number, note=args.note).result()
    if body != prompt.draft:
        half = HalfTyped(
            prompt.draft_examples if body.examples == prompt.draft.examples else None,
            prompt.draft_params if body.params == prompt.draft.params else None,
        )
        project.prompts.save_draft(prompt.id, body, half).result()
    return f"changed prompt {name}: its draft is version v{number}"


def _edit_model(project: Project, args: argparse.Namespace) -> str:
    old = project.models.get(args.target)
    new = model_fields.edited_model(old, args)
    project.models.replace(old.name, new).result()
    return f"changed model {new.name}"


_EDITING: dict[str, Callable[[Project, argparse.Namespace], str]] = {
    "case": _edit_case,
    "project": _edit_project,
    "prompt": _edit_prompt,
    "model": _edit_model,
}

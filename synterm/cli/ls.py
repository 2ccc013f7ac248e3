"""``synterm ls``: what a project holds, as a list."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence

from synterm.cli.choose import require_tags
from synterm.cli.output import moment, rows, say
from synterm.cli.parser import add_where, positive, share
from synterm.core.case import value_text
from synterm.core.ids import canonical_json
from synterm.core.tree import Tree
from synterm.evaluate.query.where import read_where
from synterm.evaluate.scenarios import scenario_ids
from synterm.reports.generation import GenerationList, generation_rows
from synterm.reports.imports import import_list, import_rows
from synterm.reports.json import write_json
from synterm.reports.listings import (
    CheckType,
    CheckTypeList,
    DocumentList,
    ModelList,
    PromptList,
    case_list,
    gate_list,
    run_list,
    tree_list,
)
from synterm.reports.trends import trend_list, trend_rows
from synterm.storage.cases import CaseFilter
from synterm.storage.foreign import read_only
from synterm.storage.project import Project
from synterm.text import plural

HELP = """\
List what a project holds; trends: how each scenario fared in the last runs, and in its baselines;
checks: the types of checks there are here, those of plugins too;
duplicates: cases that nearly repeat each other, and how near each is to the first of its group. On a terminal the
columns are aligned and cut to its width; elsewhere they are whole, with tabs between."""

EXAMPLES = """\
examples:
  synterm ls my.db
  synterm ls my.db cases --behavior 'Routing/*' --tag typo
  synterm ls my.db cases --where 'tag:typo fails:last "the meeting"'
  synterm ls my.db trends --limit 5
  synterm ls my.db duplicates --like 0.85
  synterm ls my.db cases --split all --json | jq '.cases[].input'"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm ls`."""
    add = parser.add_argument
    add("project", metavar="PROJECT")
    add("what", metavar="WHAT", nargs="?", choices=tuple(_LISTS), default="tree", help=", ".join(_LISTS))
    add("--json", action="store_true", help="as JSON (synterm schema tree, cases, gates, …)")
    only = parser.add_argument_group("which cases").add_argument
    only(
        "--behavior",
        action="append",
        default=[],
        metavar="GLOB",
        help="features, behaviors or scenarios by path or name; may be repeated",
    )
    only("--tag", action="append", default=[], metavar="T", help="with this tag; repeated: with all of them")
    only("--split", choices=("dev", "holdout", "train", "all"), default="all", help="of this split (default: all)")
    only("--status", choices=("accepted", "draft", "rejected", "all"), default="all", help="default: all")
    only("--text", default="", metavar="TEXT", help="whose input or expected result holds this text")
    add_where(only)
    only("--limit", type=positive, metavar="N", help="only the first N; of trends, the last N runs (default 8)")
    near = parser.add_argument_group("which are duplicates").add_argument
    near("--like", type=share, metavar="L", help="from so near on, 0.5 to 1 (default 0.9 by wording, 0.95 by meaning)")
    near("--by", choices=("wording", "meaning"), default="wording", help="meaning: by embeddings (synterm[analysis])")


def run(args: argparse.Namespace) -> int:
    """Write the list."""
    with read_only(args.project) as project:
        listed = _LISTS[args.what](project, args)
        found = None if listed is None else [*listed]
    if found:
        rows(found, main=_MAIN.get(args.what))
    elif found is not None:
        say(_none(args))
    return 0


def _none(args: argparse.Namespace) -> str:
    """What there is none of, and what makes some."""
    chosen = args.behavior or args.tag or args.text or args.where or {args.split, args.status} != {"all"}
    if args.what == "cases" and chosen:
        return "no case fits"
    return _NONE[args.what].replace("PROJECT", shlex.quote(args.project))


_Rows = Iterable[Sequence[str]] | None
"""What to list; None where it was written already."""


def _tree(project: Project, args: argparse.Namespace) -> _Rows:
    tree = project.nodes.tree()
    listing = tree_list(tree, tree.walk(), project.drafts.statuses())
    if args.json:
        return write_json(listing, "-")
    return (
        (
            node.path,
            node.holds,
            ", ".join(gate.short for gate in node.gates),
            ", ".join(str(check.get("type", "?")) for check in node.checks),
        )
        for node in listing.nodes
    )


def _chosen(project: Project, tree: Tree, args: argparse.Namespace) -> CaseFilter:
    chosen = CaseFilter(
        scenario_ids=scenario_ids(tree, args.behavior),
        split=None if args.split == "all" else args.split,
        tags=args.tag,
        status=None if args.status == "all" else args.status,
        text=args.text,
    )
    return read_where(project, args.where).narrowed(chosen)


def _cases(project: Project, args: argparse.Namespace) -> _Rows:
    tree = project.nodes.tree()
    chosen = _chosen(project, tree, args)
    cases = project.cases.page(project.cases.keys(chosen)[: args.limit])
    if not cases:
        require_tags(project, args.tag)
    if args.json:
        return write_json(case_list(tree, cases), "-")
    return (
        (
            case.id[-8:],
            case.split if case.status == "accepted" else f"{case.split} {case.status}",
            value_text(case.expected),
            case.title,
            ",".join(case.tags),
            tree.path(case.scenario_id),
        )
        for case in cases
    )


def _duplicates(project: Project, args: argparse.Namespace) -> _Rows:
    from synterm.cli.duplicates import list_duplicates

    tree = project.nodes.tree()
    return list_duplicates(project, tree, _chosen(project, tree, args), args)


def _prompts(project: Project, args: argparse.Namespace) -> _Rows:
    prompts = project.prompts.all()
    if args.json:
        return write_json(PromptList(prompts=prompts), "-")
    return (
        (
            prompt.name,
            plural(len(prompt.versions), "version"),
            f"draft is {prompt.draft_label}" if prompt.draft_label != "draft" else "draft differs",
            prompt.latest.note if prompt.latest else "",
        )
        for prompt in prompts
    )


def _models(project: Project, args: argparse.Namespace) -> _Rows:
    models = project.models.all()
    if args.json:
        return write_json(ModelList(models=models), "-")
    return (
        (spec.name, spec.model, spec.api_base or "", canonical_json(spec.params).decode() if spec.params else "")
        for spec in models
    )


def _documents(project: Project, args: argparse.Namespace) -> _Rows:
    entries = project.documents.entries()
    if args.json:
        return write_json(DocumentList(documents=entries), "-")
    return (
        (entry.name, plural(entry.characters, "character"), entry.content_id[:8], moment(entry.updated))
        for entry in entries
    )


def _runs(project: Project, args: argparse.Namespace) -> _Rows:
    listing = run_list(project.runs.all()[: args.limit])
    if args.json:
        return write_json(listing, "-")
    return (
        (
            run.id[-8:],
            moment(run.started),
            run.status,
            f"{run.totals.get('passed', 0)}/{run.totals.get('evaluations', 0)} passed",
            ", ".join(
                f"{variant['prompt']}@{variant['version']} · {variant['model']}" for variant in run.config["variants"]
            ),
            run.who,
        )
        for run in listing.runs
    )


def _generations(project: Project, args: argparse.Namespace) -> _Rows:
    listing = GenerationList(generations=project.generations.all()[: args.limit])
    return write_json(listing, "-") if args.json else _timed(generation_rows(listing.generations))


def _trends(project: Project, args: argparse.Namespace) -> _Rows:
    listing = trend_list(project, args.limit or 8)
    if args.json:
        return write_json(listing, "-")
    return trend_rows(listing) if listing.runs or any(row.baselines for row in listing.scenarios) else ()


def _gates(project: Project, args: argparse.Namespace) -> _Rows:
    listing = gate_list(project.nodes.tree(), project.gates)
    if args.json:
        return write_json(listing, "-")
    return ((row.path or "(the whole run)", row.words, row.gate.model_dump_json()) for row in listing.gates)


def _imports(project: Project, args: argparse.Namespace) -> _Rows:
    listing = import_list(project.imports.all(), project.traffic.logs())
    listing.imports = listing.imports[: args.limit]
    return write_json(listing, "-") if args.json else _timed(import_rows(listing))


def _checks(project: Project, args: argparse.Namespace) -> None:
    from synterm.checks.registry import CHECKS

    project.nodes.tree()  # what a project names that is not trusted is not loaded for the list either
    packages, titles = CHECKS.packages(), CHECKS.titles()
    listing = CheckTypeList(
        checks=[CheckType(type=name, package=packages.get(name), title=titles[name]) for name in {**packages, **titles}]
    )
    if args.json:
        return write_json(listing, "-")
    return rows((one.type, one.package or "", one.title) for one in listing.checks)


def _timed(listed: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    """Rows of an id, a time, and more."""
    return ((name, moment(time), *rest) for name, time, *rest in listed)


_LISTS: dict[str, Callable[[Project, argparse.Namespace], _Rows]] = {
    "tree": _tree,
    "cases": _cases,
    "duplicates": _duplicates,
    "prompts": _prompts,
    "models": _models,
    "documents": _documents,
    "runs": _runs,
    "generations": _generations,
    "trends": _trends,
    "gates": _gates,
    "imports": _imports,
    "checks": _checks,
}

_MAIN = {"cases": 3}
"""The column that one reads, which gives way last."""

_NONE = {
    "tree": "the tree is empty: synterm add PROJECT feature NAME begins it",
    "cases": "there is no case yet: synterm add PROJECT case --help, or synterm import PROJECT FILE",
    "prompts": "there is no prompt yet: synterm add PROJECT prompt NAME --user '{{ message }}'",
    "models": "there is no model yet: synterm add PROJECT model NAME --model embedded/default",
    "documents": "there is no document yet: synterm add PROJECT document FILE",
    "runs": "nothing was run yet; synterm run PROJECT makes the first run",
    "trends": "nothing was run yet; synterm run PROJECT makes the first run",
    "generations": "nothing was generated yet: synterm generate PROJECT makes cases",
    "gates": "there is no gate yet: synterm edit PROJECT project --gate '90% lower'",
    "imports": "nothing was imported yet: synterm import PROJECT FILE makes cases",
}

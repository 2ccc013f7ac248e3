"""``synterm show``: one part of a project, in full."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence

from pydantic import BaseModel

from synterm.cli.output import data
from synterm.core.case import Case, value_text
from synterm.core.decision import REVIEW
from synterm.core.examples import examples_text
from synterm.core.ids import canonical_json
from synterm.core.model import ModelSpec
from synterm.core.prompt import Prompt, PromptBody
from synterm.errors import InputError
from synterm.evaluate.variants import choose_prompts
from synterm.formats.prompt_text import only_variable
from synterm.providers.availability import usable
from synterm.providers.prices import price_of
from synterm.reports.generation import MADE_OF, generation_document, generation_lines, lineage_lines, sample_lines
from synterm.reports.json import json_text, write_json
from synterm.reports.listings import DocumentList, ModelList, PromptList, case_list, tree_list
from synterm.settings import load_settings
from synterm.storage.foreign import read_only
from synterm.storage.project import Project
from synterm.text import plural

HELP = "Show one part of a project in full."

EXAMPLES = """\
examples:
  synterm show my.db case 8FH3K2QW
  synterm show my.db prompt router@v1
  synterm show my.db node 'Routing/Out of scope' --json
  synterm show my.db generation last                 its funnel, and some of what was kept"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm show`."""
    parser.add_argument("project", metavar="PROJECT")
    parser.add_argument("kind", metavar="KIND", choices=tuple(_SHOWING), help=", ".join(_SHOWING))
    parser.add_argument(
        "name",
        metavar="NAME",
        help="a case's or a generation's id, or last; a node's path; NAME or NAME@VERSION of a prompt",
    )
    parser.add_argument("--json", action="store_true", help="as JSON: the same shape as synterm ls gives, of one entry")


def run(args: argparse.Namespace) -> int:
    """Write what is named."""
    with read_only(args.project) as project:
        listing, lines = _SHOWING[args.kind](project, args.name)
        if args.json:
            write_json(listing, "-")
        else:
            for line in lines:
                data(line)
    return 0


Shown = tuple[BaseModel, Iterable[str]]
"""What to show: as a document, and as lines."""


def _case(project: Project, name: str) -> Shown:
    case = project.cases.get(name)
    tree = project.nodes.tree()
    [key] = project.cases.keys_of([case.id])
    lines = _case_lines(case, tree.path(case.scenario_id), project.cases.above(case))
    return case_list(tree, [case]), (f"case {case.id}, c{key} in the workbench", *lines)


def _case_lines(case: Case, path: str, above: Sequence[Case]) -> Iterable[str]:
    yield f"in {path}"
    seed = f" from {case.origin.seed_id}" if case.origin.seed_id else ""
    yield f"split {case.split}, {case.status}, {case.origin.kind}{seed}"
    if case.tags:
        yield f"tags {', '.join(case.tags)}"
    for key, value in case.input.items():
        yield f"\ninput {key}\n{_block(value_text(value))}"
    if case.expected is not None:
        yield f"\nexpected\n{_block(value_text(case.expected))}"
    # As the workbench's why: what an import kept of a row, such as assertions that no check here stands for.
    if kept := {name: value for name, value in case.origin.detail.items() if name not in (*MADE_OF, REVIEW)}:
        yield "\norigin\n" + "\n".join(f"  {name}: {value_text(value)}" for name, value in kept.items())
    if lineage := [*lineage_lines(case, above)]:
        yield "\nlineage\n" + "\n".join(f"  {line}" for line in lineage)


def _prompt(project: Project, name: str) -> Shown:
    prompt = project.prompts.get(name.partition("@")[0])
    if "@" not in name:
        return PromptList(prompts=[prompt]), _prompt_lines(prompt)
    chosen = choose_prompts([prompt], [name])
    wanted = {body.id for _, _, body in chosen}
    kept = tuple(version for version in prompt.versions if version.id in wanted)
    lines = [line for _, label, body in chosen for line in (f"{prompt.name}@{label}", *_body_lines(body))]
    return PromptList(prompts=[prompt.model_copy(update={"versions": kept})]), lines


def _prompt_lines(prompt: Prompt) -> Iterable[str]:
    yield f"{prompt.name}@{prompt.draft_label}"
    yield from _body_lines(prompt.draft)
    yield f"\n{plural(len(prompt.versions), 'version')}"
    for version in prompt.versions:
        yield f"  {version.label}  {version.created}  {version.note}"


def _body_lines(body: PromptBody) -> Iterable[str]:
    for message in body.messages:
        yield f"\n{message.role}\n{_block(message.content)}"
    if body.examples:
        yield f"\nexamples\n{_block(examples_text(body.examples, _variable(body)))}"
    if body.params:
        yield f"\nparams\n{_block(canonical_json(body.params).decode())}"


def _variable(body: PromptBody) -> str | None:
    try:
        return only_variable(body)
    except InputError:
        return None  # a draft that does not compile is shown all the same


def _document(project: Project, name: str) -> Shown:
    document = project.documents.get(name)
    entries = [entry for entry in project.documents.entries() if entry.name == name]
    return DocumentList(documents=entries), [document.text.removesuffix("\n")]


def _generation(project: Project, name: str) -> Shown:
    generation = project.generations.find(name)
    cases = [*project.generations.cases(generation.id)]
    lines = [*generation_lines(generation), *sample_lines(cases, str(project.path))]
    return generation_document(generation, cases, project.nodes.tree()), lines


def _node(project: Project, name: str) -> Shown:
    node = project.nodes.find(name)
    tree = project.nodes.tree()
    listing = tree_list(tree, [node, *tree.walk(node.id)], project.drafts.statuses())
    own = listing.nodes[0]
    lines = [f"{node.level} {own.path}", own.holds]
    lines += [f"gate: {gate.words}" for gate in node.gates]
    lines += [f"check: {canonical_json(check).decode()}" for check in node.checks]
    inherited = [check for above in tree.lineage(node.id)[:-1] for check in above.checks]
    lines += [f"check from above: {canonical_json(check).decode()}" for check in inherited]
    lines += [f"\n{node.description}"] if node.description else []
    lines += ["", *(f"  {row.path}  {row.holds}" for row in listing.nodes[1:])]
    return listing, lines


def _model(project: Project, name: str) -> Shown:
    spec = project.models.get(name)
    found = usable(spec, load_settings().approved_endpoints)
    lines = [json_text(spec).rstrip(), f"\n{found.state}: {found.reason}", *([found.hint] if found.hint else [])]
    return ModelList(models=[spec]), [*lines, _price(spec)]


def _price(spec: ModelSpec) -> str:
    price = price_of(spec)
    if spec.provider == "http" and spec.price is None:
        return "price: the app's own, which no cap counts; --price 0/0 says that its calls cost nothing"
    if price is None:
        return "price: unknown; synterm edit … --price INPUT/OUTPUT names it"
    if price.free:
        return "price: free"
    return f"price: ${price.input_usd * 1e6:g} in, ${price.output_usd * 1e6:g} out, for a million tokens"


def _block(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


_SHOWING: dict[str, Callable[[Project, str], Shown]] = {
    "case": _case,
    "prompt": _prompt,
    "node": _node,
    "model": _model,
    "document": _document,
    "generation": _generation,
}

"""A project as text: what `synterm load` makes the same project file of again.

The first part says what the project is; prompts, documents and cases follow as parts of their own. The text is the same
whenever the content is: nothing in it tells of the order in which things were put in, of machines, or of when it was
written.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any, cast

from synterm.core.prompt import Prompt, PromptVersion
from synterm.core.tree import Node, Tree
from synterm.formats.json_rows import row_line
from synterm.formats.rest_forms import bytes_value
from synterm.formats.yaml_text import BEGIN, END, yaml_flow, yaml_text
from synterm.storage.project import Project
from synterm.storage.runs import RunRecord
from synterm.storage.whole import META, Stamp, Table

_BELOW = {"feature": "behaviors", "behavior": "scenarios"}
_TITLE = "# A synterm project as text: synterm load FILE -o PROJECT makes the project file of it again.\n"
_TOLD = "# Told of only: their results are in the project file, and in the text that synterm dump --all writes.\n"


def dump_project(project: Project, *, everything: bool = False) -> Generator[str]:
    """The text, piece by piece. Raises ProjectError when the file can't be read.

    `everything`: also all results as they are in the file, and when each thing was changed; else verdicts of people
    with the answers that they are about, and a line for each run and baseline.
    """
    with project.whole.still():
        tree = project.nodes.tree()
        yield _TITLE
        yield yaml_text(_head(project, tree, everything))
        yield from _prompts(project, everything)
        yield from _documents(project, everything)
        yield from _cases(project, tree, everything)
        yield from _results(project) if everything else _told(project, tree)
        yield f"{END}\n"


def _part(head: Mapping[str, Any]) -> str:
    return f"{BEGIN}\n{yaml_text(head)}"


def _rows(head: str, rows: Iterator[Any], comment: str = "") -> Iterator[str]:
    """A part that announces rows, and the part of its rows; nothing when there are none."""
    first = next(rows, None)
    if first is None:
        return
    yield f"{BEGIN}\n{comment}{head}\n{BEGIN}\n{row_line(first)}"
    yield from map(row_line, rows)


def _head(project: Project, tree: Tree, everything: bool) -> dict[str, Any]:
    meta = project.whole.meta()
    stamps = project.whole.model_stamps()
    times = project.whole.node_times() if everything else {}
    head: dict[str, Any] = {"synterm": 1, "id": meta.get("id"), "name": project.name, "created": meta.get("created")}
    if besides := {name: value for name, value in meta.items() if name not in META}:
        head["meta"] = besides
    models = [
        {
            "name": spec.name,
            **_kept(stamps[spec.name], everything),
            **spec.model_dump(mode="json", exclude_defaults=True),
        }
        for spec in project.models.all()
    ]
    if models:
        head["models"] = models
    if gates := project.gates:
        head["gates"] = [gate.model_dump(mode="json") for gate in gates]
    if len(tree):
        head["tree"] = [_node(node, tree, place, times) for place, node in enumerate(tree.children(None))]
    return head


def _kept(stamp: Stamp, everything: bool) -> dict[str, Any]:
    return {"id": stamp.id, **({"updated": stamp.updated} if everything else {})}


def _node(node: Node, tree: Tree, place: int, times: Mapping[str, str]) -> dict[str, Any]:
    form: dict[str, Any] = {node.level: node.name, **_kept(Stamp(node.id, times.get(node.id)), bool(times))}
    if node.position != place:
        form["position"] = node.position
    if node.description:
        form["description"] = node.description
    if node.checks:
        form["checks"] = list(node.checks)
    if node.gates:
        form["gates"] = [gate.model_dump(mode="json", exclude_none=True) for gate in node.gates]
    if below := tree.children(node.id):
        form[_BELOW[node.level]] = [_node(child, tree, number, times) for number, child in enumerate(below)]
    return form


def _prompts(project: Project, everything: bool) -> Iterator[str]:
    times = project.whole.prompt_times() if everything else {}
    for prompt in project.prompts.all():
        yield _part(_prompt(prompt, times.get(prompt.id)))


def _prompt(prompt: Prompt, updated: str | None) -> dict[str, Any]:
    form: dict[str, Any] = {"prompt": prompt.name, **_kept(Stamp(prompt.id, updated), updated is not None)}
    if prompt.versions:
        form["versions"] = [_version(version, number) for number, version in enumerate(prompt.versions, start=1)]
    halves = {
        name: text
        for name, text in (("half_examples", prompt.draft_examples), ("half_params", prompt.draft_params))
        if text is not None
    }
    if halves or prompt.latest is None or not _same(prompt.draft, prompt.latest.body):
        form["draft"] = {**_body(prompt.draft), **halves}
    return form


def _same(one: Any, other: Any) -> bool:
    # By content they are the same also where names stand in another order, which is a change to be kept.
    return one.model_dump_json() == other.model_dump_json()


def _version(version: PromptVersion, place: int) -> dict[str, Any]:
    form: dict[str, Any] = {} if version.number == place else {"number": version.number}
    if version.note:
        form["note"] = version.note
    form["created"] = version.created
    if version.pinned:
        form["pinned"] = True
    return {**form, **_body(version.body)}


def _body(body: Any) -> dict[str, Any]:
    form: dict[str, Any] = body.model_dump(mode="json")
    return {name: value for name, value in form.items() if value}


def _documents(project: Project, everything: bool) -> Iterator[str]:
    entries = project.documents.entries()
    stamps = {entry.name: Stamp(entry.id, entry.updated) for entry in entries}
    for document in project.documents.texts(stamps):
        kept = _kept(stamps[document.name], everything)
        yield _part({"document": document.name, **kept, "text": document.text})


def _cases(project: Project, tree: Tree, everything: bool) -> Iterator[str]:
    for scenario in tree.scenarios():
        names = [node.name for node in tree.lineage(scenario.id)]
        rows = project.whole.cases(scenario.id, rows=everything)
        yield from _rows(f"cases: {yaml_flow(names)}", rows)


def _told(project: Project, tree: Tree) -> Iterator[str]:
    yield from _rows("list: reviews", project.whole.reviews())
    pinned = project.whole.baselines()
    if pinned:
        rows = (
            {
                "baseline": name,
                **({"scenario": tree.path(scenario) if scenario in tree else scenario} if scenario else {}),
                "run": run,
                "who": who,
                "updated": updated,
            }
            for name, scenario, run, who, updated in pinned
        )
        yield from _rows("list: baselines", rows, _TOLD)
    yield from _rows("list: runs", map(_run, project.runs.all()), _TOLD)


def _run(run: RunRecord) -> dict[str, Any]:
    named: Any = run.config.get("variants")
    variants = [
        f"{one.get('prompt')}@{one.get('version')} · {one.get('model')}"
        for one in cast("list[Any]", named if isinstance(named, list) else [])
        if isinstance(one, dict)
    ]
    counted = {
        name: run.totals.get(name) for name in ("cases", "evaluations", "passed", "failed", "errors", "cost_usd")
    }
    form = {
        "run": run.id,
        "started": run.started,
        "status": run.status,
        "who": run.who,
        "git_commit": run.git_commit,
        "variants": variants,
        **counted,
    }
    return {name: value for name, value in form.items() if value is not None}


def _results(project: Project) -> Iterator[str]:
    for table in project.whole.tables():
        head = f"table: {yaml_flow(table.name)}\ncolumns: {yaml_flow(table.columns)}"
        yield from _rows(head, (_row(row, table) for row in project.whole.rows(table)))


def _row(row: tuple[Any, ...], table: Table) -> list[Any]:
    return [bytes_value(value) if isinstance(value, bytes) else value for value in row]

"""Finding what differs between two projects. Things are the same by id, or else by name or content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

from synterm.core.differences import Line, TooLargeError, line_differences, prompt_differences
from synterm.core.prompt import Prompt, PromptVersion
from synterm.core.tree import Node, Tree
from synterm.reports.difference.cases import CaseDifferences
from synterm.reports.difference.shapes import (
    Counts,
    FieldChange,
    ProjectDiff,
    ProjectSide,
    TextChange,
    TextLine,
    ThingChange,
)
from synterm.storage.project import Project
from synterm.storage.whole import META

T = TypeVar("T")


def project_diff(before: Project, after: Project, names: tuple[str, str], *, limit: int, results: bool) -> ProjectDiff:
    """What differs. `names`: how the files are called; `limit`: the most cases that are named; `results`: whether runs
    and answers are counted, which a text without them has not.

    Raises ProjectError when a file can't be read.
    """
    with before.whole.still(), after.whole.still():
        trees = before.nodes.tree(), after.nodes.tree()
        pairs = _pairs(trees[0].walk(), trees[1].walk(), (lambda node: node.id, _path(trees)))
        things = [*_meta(before, after), *_nodes(pairs, trees), *_others(before, after)]
        if results:
            things += _baselines(before, after, trees)
        scenarios = {one.id: other.id for one, other in pairs if one and other}
        cases = CaseDifferences(before, after, trees, scenarios, limit)
        found = cases.found()
        counts = {"cases": cases.counts, "reviews": _keyed(before.whole.verdicts(), after.whole.verdicts())}
        if results:
            counts["runs"] = _keyed(*({run.id: run.status for run in side.runs.all()} for side in (before, after)))
            counts["answers"] = _counted(before.responses.count(), after.responses.count())
    sides = [
        ProjectSide(file=name, id=side.id, name=side.name) for name, side in zip(names, (before, after), strict=True)
    ]
    same = not things and all(count.same for count in counts.values())
    return ProjectDiff(before=sides[0], after=sides[1], same=same, things=things, cases=found, counts=counts)


def _path(trees: tuple[Tree, Tree]) -> Callable[[Node], str]:
    return lambda node: next(tree for tree in trees if node.id in tree).path(node.id)


def _pairs(
    before: Iterable[T], after: Iterable[T], names: tuple[Callable[[T], Any], ...]
) -> list[tuple[T | None, T | None]]:
    """What belongs together by the first name, or else the next; what is only on one side stands alone."""
    left, right = list(before), list(after)
    found: dict[int, int] = {}
    for name in names:
        taken = set(found.values())
        open_right = {name(one): at for at, one in enumerate(right) if at not in taken}
        for at, one in enumerate(left):
            if at not in found and name(one) in open_right:
                found[at] = open_right.pop(name(one))
    partner = {at: one for one, at in found.items()}
    pairs: list[tuple[T | None, T | None]] = [
        (left[partner[at]] if at in partner else None, one) for at, one in enumerate(right)
    ]
    return [*((one, None) for at, one in enumerate(left) if at not in found), *pairs]


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, FieldChange]:
    """What differs, by name; within named values by ``params.temperature``."""
    left, right = dict(_flat(before)), dict(_flat(after))
    return {
        name: FieldChange(before=left.get(name), after=right.get(name))
        for name in dict.fromkeys((*left, *right))
        if not _equal(left.get(name), right.get(name))
    }


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from _flat(cast("dict[str, Any]", value), f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _equal(one: Any, other: Any) -> bool:
    # By value, ``1`` would be ``true``.
    return repr(one) == repr(other)


def _meta(before: Project, after: Project) -> Iterator[ThingChange]:
    left, right = before.whole.meta(), after.whole.meta()
    own = {"id", "created"} & set(META)
    said = [{name: value for name, value in side.items() if name not in own} for side in (left, right)]
    if fields := _fields(said[0], said[1]):
        yield ThingChange(sign="changed", kind="project", name=after.name, fields=fields)


def _nodes(pairs: list[tuple[Node | None, Node | None]], trees: tuple[Tree, Tree]) -> Iterator[ThingChange]:
    for one, other in pairs:
        if one is None and other is not None:
            yield ThingChange(sign="added", kind=other.level, name=trees[1].path(other.id))
        elif one is not None and other is None:
            yield ThingChange(sign="removed", kind=one.level, name=trees[0].path(one.id))
        elif one is not None and other is not None:
            fields = _fields(_node(one, trees[0]), _node(other, trees[1]))
            if fields:
                yield ThingChange(sign="changed", kind=other.level, name=trees[1].path(other.id), fields=fields)


def _node(node: Node, tree: Tree) -> dict[str, Any]:
    """What a node says, and where it stands among its siblings."""
    siblings = [one.id for one in tree.children(node.parent_id)]
    above = tree.path(node.parent_id) if node.parent_id else ""
    gates = [gate.model_dump(mode="json", exclude_none=True) for gate in node.gates]
    own: dict[str, Any] = {
        "name": node.name,
        "description": node.description,
        "checks": list(node.checks),
        "gates": gates,
    }
    return {**own, "stands in": above, "place": siblings.index(node.id) + 1}


def _others(before: Project, after: Project) -> Iterator[ThingChange]:
    prompts = _pairs(before.prompts.all(), after.prompts.all(), (lambda one: one.id, lambda one: one.name))
    for one, other in prompts:
        if one and other:
            yield from _prompt(one, other)
        elif prompt := one or other:
            yield ThingChange(sign="removed" if one else "added", kind="prompt", name=prompt.name)
    models = _pairs(before.models.all(), after.models.all(), (lambda one: one.name,))
    for one, other in models:
        if one and other:
            if fields := _fields(one.model_dump(mode="json"), other.model_dump(mode="json")):
                yield ThingChange(sign="changed", kind="model", name=other.name, fields=fields)
        elif model := one or other:
            yield ThingChange(sign="removed" if one else "added", kind="model", name=model.name)
    entries = _pairs(before.documents.entries(), after.documents.entries(), (lambda one: one.name,))
    for one, other in entries:
        if one and other and one.content_id != other.content_id:
            texts = [side.documents.get(other.name).text for side in (before, after)]
            lines = _lines(lambda texts=texts: line_differences(texts[0], texts[1]))
            change = [TextChange(title="text", lines=lines)]
            yield ThingChange(sign="changed", kind="document", name=other.name, texts=change)
        elif (one is None) != (other is None) and (entry := one or other):
            yield ThingChange(sign="removed" if one else "added", kind="document", name=entry.name)


def _prompt(one: Prompt, other: Prompt) -> Iterator[ThingChange]:
    fields = _fields(_prompt_fields(one), _prompt_fields(other))
    notes = [*_versions(one, other)]
    texts: list[TextChange] = []
    if one.draft != other.draft:
        try:
            sections = prompt_differences(one.draft, other.draft)
            texts = [TextChange(title=part.title, lines=_shown(part.lines)) for part in sections]
        except TooLargeError as error:
            notes.append(f"the draft differs in too much to be shown: {error}")
        notes.insert(0, "the draft differs")
    if fields or notes:
        yield ThingChange(sign="changed", kind="prompt", name=other.name, fields=fields, texts=texts, notes=notes)


def _prompt_fields(prompt: Prompt) -> dict[str, Any]:
    return {"name": prompt.name, "half typed examples": prompt.draft_examples, "half typed params": prompt.draft_params}


def _versions(one: Prompt, other: Prompt) -> Iterator[str]:
    left, right = ({version.id: version for version in side.versions} for side in (one, other))
    yield from (f"only before: {_version(version)}" for name, version in left.items() if name not in right)
    yield from (f"only after: {_version(version)}" for name, version in right.items() if name not in left)
    for name, version in left.items():
        later = right.get(name)
        if later is None:
            continue
        if version.number != later.number:
            yield f"{version.label} is {later.label} now"
        if version.note != later.note:
            yield f"{later.label} is called {later.note!r}, not {version.note!r}"
        if version.pinned != later.pinned:
            yield f"{later.label} is {'pinned' if later.pinned else 'not pinned any more'}"


def _version(version: PromptVersion) -> str:
    return f"{version.label} {version.note}".rstrip()


def _lines(made: Callable[[], Iterator[Line]]) -> list[TextLine]:
    try:
        return _shown(made())
    except TooLargeError as error:
        return [TextLine(sign="…", text=f"too much to be shown: {error}")]


def _shown(lines: Iterable[Line]) -> list[TextLine]:
    return [TextLine(sign=line.sign, text=line.text, changed=list(line.changed)) for line in lines]


def _baselines(before: Project, after: Project, trees: tuple[Tree, Tree]) -> Iterator[ThingChange]:
    left, right = (
        {
            f"{name} of {tree.path(scenario) if scenario in tree else scenario}" if scenario else name: run
            for name, scenario, run, _, _ in side.whole.baselines()
        }
        for side, tree in zip((before, after), trees, strict=True)
    )
    for name in dict.fromkeys((*left, *right)):
        if name not in right:
            yield ThingChange(sign="removed", kind="baseline", name=name)
        elif name not in left:
            yield ThingChange(sign="added", kind="baseline", name=name)
        elif left[name] != right[name]:
            fields = {"run": FieldChange(before=left[name], after=right[name])}
            yield ThingChange(sign="changed", kind="baseline", name=name, fields=fields)


def _keyed(left: Mapping[Any, Any], right: Mapping[Any, Any]) -> Counts:
    return Counts(
        before=len(left),
        after=len(right),
        added=len(right.keys() - left.keys()),
        removed=len(left.keys() - right.keys()),
        changed=sum(1 for key, value in left.items() if key in right and right[key] != value),
    )


def _counted(left: int, right: int) -> Counts:
    return Counts(before=left, after=right, added=max(right - left, 0), removed=max(left - right, 0))

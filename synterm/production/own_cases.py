"""The project's own cases, as what calls are compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from synterm.analysis.embeddings import embedder
from synterm.analysis.words import normal
from synterm.describe.wording import compared
from synterm.storage.accepted import Accepted
from synterm.storage.project import Project

if TYPE_CHECKING:
    from synterm.analysis.embeddings import Vectors

MOST = 2048
"""So many cases decide where a call belongs, in turn from each behavior and each lineage: the time for a call grows
with them. Which case is nearest is looked up among all."""
_PAGE = 1024
_LONG = 10_000


@dataclass(slots=True)
class OwnCases:
    """Accepted cases of scenarios that are there, in the order of the file. Lists are parallel."""

    ids: list[str]
    scenario_ids: list[str]
    roots: list[int]
    """Of each, the number of its lineage."""
    classes: list[int]
    """Of each, the number of its behavior, in `behaviors`."""
    behaviors: list[str]
    """Ids of those that have cases, in the order of the first of them."""
    paths: list[str]
    """Of the behaviors."""
    vectors: Vectors
    """Of the texts of all."""
    said: dict[bytes, list[int]]
    """Which cases say the same, whatever their capital letters and punctuation, by `key` of the text."""
    chosen: list[int]
    """The places of those that decide, sorted."""
    texts: list[str]
    """What the chosen ones say."""


def text_of(values: Mapping[str, Any]) -> str:
    """What of an input is compared, that of a case or of a call: its values; how they are named does not matter."""
    return compared(values)


def key(text: str) -> bytes:
    """The same for texts that say the same in other capital letters and punctuation; of a long one its beginning and
    how long it is count."""
    said = normal(text) if len(text) <= _LONG else f"{normal(text[:_LONG])} {len(text)}"
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def own_cases(project: Project, told: Callable[[str], None] = lambda _: None) -> OwnCases:
    """Read the accepted cases of all splits. Raises ModelError without the extra ``analysis``."""
    import numpy as np

    tree = project.nodes.tree()
    behavior_of = {one.id: one.parent_id for one in tree.scenarios() if one.parent_id is not None}
    places, names = dict[str, int](), dict[str, int]()
    found = OwnCases([], [], [], [], [], [], np.zeros((0, 0), np.float32), {}, [], [])
    parts: list[Any] = []
    marks: list[bytes] = []
    page: list[str] = []
    for case in project.accepted.each():
        if (behavior := behavior_of.get(case.scenario_id)) is None:
            continue  # of a scenario that is gone
        found.classes.append(places.setdefault(behavior, len(places)))
        found.roots.append(names.setdefault(case.root_id, len(names)))
        page.append(_added(found, case, marks))
        if len(page) == _PAGE:
            parts.append(embedder().embed(page))
            page = []
            told(f"reading case {len(found.ids):,}")
    if page:
        parts.append(embedder().embed(page))
    if parts:
        found.vectors = np.vstack(parts)
    found.behaviors, found.paths = [*places], [tree.path(name) for name in places]
    _choose(project, found, marks)
    return found


def _added(found: OwnCases, case: Accepted, marks: list[bytes]) -> str:
    text = text_of(case.input)
    mark = key(text)
    found.said.setdefault(mark, []).append(len(found.ids))
    marks.append(mark)
    found.ids.append(case.id)
    found.scenario_ids.append(case.scenario_id)
    return text


def _choose(project: Project, found: OwnCases, marks: Sequence[bytes]) -> None:
    """In turn one of each behavior, and of each of its lineages; one of several that say the same."""
    by_behavior: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    seen: set[tuple[int, bytes]] = set()
    # By what they say and not by their ids, so that copies of a project choose alike.
    for at in sorted(range(len(marks)), key=lambda at: (marks[at], at)):
        if (found.classes[at], marks[at]) not in seen:
            seen.add((found.classes[at], marks[at]))
            by_behavior[found.classes[at]][found.roots[at]].append(at)
    queues = [_in_turn([*lineages.values()]) for _, lineages in sorted(by_behavior.items())]
    found.chosen = sorted(_in_turn(queues)[:MOST])
    by_id = {case.id: case for case in project.cases.named([found.ids[at] for at in found.chosen])}
    found.texts = [text_of(by_id[found.ids[at]].input) for at in found.chosen]


def _in_turn(queues: Sequence[Sequence[int]]) -> list[int]:
    """The first of each, then the second of each, and so on."""
    ranked = [(rank, turn, at) for turn, queue in enumerate(queues) for rank, at in enumerate(queue)]
    return [at for _, _, at in sorted(ranked)]

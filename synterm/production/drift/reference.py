"""What traffic is held against: its own first windows, the one before, a baseline, or the project's cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from synterm.core.case import input_text
from synterm.core.drift import DriftRate, DriftReference
from synterm.core.production import PRODUCTION
from synterm.core.tree import Tree
from synterm.errors import InputError
from synterm.evaluate.compare.chosen import Chosen
from synterm.evaluate.compare.names import resolve
from synterm.production.drift.anytime import Seen
from synterm.production.drift.case_passes import case_passes
from synterm.production.drift.tally import Tally, described, rate_of, tally
from synterm.production.drift.windows import Stretch
from synterm.storage.drift import InputRow, Slice
from synterm.storage.project import Project
from synterm.text import plural

FIRST, PREVIOUS, CASES = "first", "previous", "cases"
_SAYS_NOTHING = "a run over cases says nothing of what is asked: that is held against the first windows"
ENOUGH = 500
"""The first windows are taken together until they hold so many different inputs, but no more than a third of all."""


@dataclass(slots=True)
class Window:
    """A window with what was counted in it."""

    stretch: Stretch
    tally: Tally


@dataclass(slots=True)
class Held:
    """What is held against what."""

    reference: DriftReference
    tally: Tally | None
    """Of the reference's inputs."""
    texts: Slice | list[str] | None
    """Where their texts are."""
    current: list[Window]
    """The windows whose inputs are held against them, the oldest first."""
    passes: dict[str, Seen]
    """By the behavior's path, and of all under the empty one."""
    judged: list[Window]
    """The windows whose verdicts are held against these."""
    look: int = 1
    """Which look it is: how many windows there were after the reference."""
    is_previous: bool = False
    covered_only: bool = False
    """Whether the reference knows of no uncovered calls, so that shares are told of the others alone."""
    notes: list[str] = field(default_factory=list[str])


def held(project: Project, windows: Sequence[Window], against: str | None, tree: Tree) -> Held | None:
    """What the windows are held against: ``first``, ``previous``, ``cases``, or what names a run, such as a baseline;
    None takes the first windows. None in the answer: there is nothing to hold them against.

    Raises what `resolve` raises for a name that is no run's.
    """
    order = {tree.path(node.id): at for at, node in enumerate(tree.walk())}
    if against == PREVIOUS:
        return _previous(windows, order)
    if against == CASES:
        return _cases(project, windows, tree, order)
    if against is None or against == FIRST:
        return _first(project, windows, tree, order)
    with resolve(project, against) as chosen:
        if chosen.project is not project:
            raise InputError("drift is told against this project's own runs", where="--against")
        return _baseline(project, windows, chosen, tree, order)


def passes_of(found: Tally) -> dict[str, Seen]:
    """The pass rates of a window: of all, and of each behavior that was judged."""
    parts = {"": found.whole, **found.behaviors}
    return {path: part.passes.seen for path, part in parts.items() if part.passes.weight}


def together(project: Project, windows: Sequence[Window], tree: Tree) -> Window:
    """Some windows as one, in which what was asked in several still counts once."""
    if len(windows) == 1:
        return windows[0]
    first, last = windows[0].stretch, windows[-1].stretch
    which = Slice(since=first.which.since, until=last.which.until)
    rows = project.traffic.over_time.inputs(which, project.traffic.over_time.columns())
    return Window(Stretch(f"{first.name} to {last.name}", which, is_complete=True), tally(rows, tree))


def _first(project: Project, windows: Sequence[Window], tree: Tree, order: Mapping[str, int]) -> Held | None:
    if len(windows) < 2:
        return None
    inputs = _leading([one.tally.whole.inputs for one in windows])
    verdicts = _leading([one.tally.whole.passes.seen.n for one in windows])
    reference = together(project, windows[:inputs], tree)
    judged = reference if verdicts == inputs else together(project, windows[:verdicts], tree)
    words = f"the first {plural(inputs, 'window')}" if inputs > 1 else "the first window"
    found = Held(
        _told("window", reference, words, order),
        reference.tally,
        reference.stretch.which,
        [*windows[inputs:]],
        passes_of(judged.tally),
        [*windows[verdicts:]],
    )
    if verdicts != inputs:
        found.notes.append(f"pass rates are held against those up to {judged.stretch.name}, the first that were judged")
    return _with_rates(found)


def _leading(counts: Sequence[float]) -> int:
    """How many windows it takes until there are enough; at most a third of those from the first on that has any."""
    empty = next((at for at, count in enumerate(counts) if count), 0)
    most = empty + max(1, (len(counts) - empty) // 3)
    enough = next((at for at, total in enumerate(accumulate(counts), 1) if total >= ENOUGH), most)
    return min(enough, most, len(counts) - 1)


def _previous(windows: Sequence[Window], order: Mapping[str, int]) -> Held | None:
    whole = [one for one in windows if one.stretch.is_complete]
    if len(whole) < 2:
        return None
    before, last = whole[-2:]
    told = _told("window", before, "the window before", order)
    return _with_rates(
        Held(
            told,
            before.tally,
            before.stretch.which,
            [last],
            passes_of(before.tally),
            [last],
            look=len(whole) - 1,
            is_previous=True,
        )
    )


def _cases(project: Project, windows: Sequence[Window], tree: Tree, order: Mapping[str, int]) -> Held | None:
    texts: list[str] = []
    found = tally(_case_rows(project, tree, texts), tree)
    if not texts:
        return None
    first = _first(project, windows, tree, order)
    words = f"the project's {plural(len(texts), 'case')}"
    inputs = described(CASES, "", "", found, order)
    return _with_rates(
        Held(
            DriftReference(kind="cases", name=CASES, words=words, inputs=inputs),
            found,
            texts,
            [*windows],
            first.passes if first else {},
            first.judged if first else [],
            covered_only=True,
            notes=["cases are chosen, and not drawn from traffic: that the mix differs from theirs need not be drift"],
        )
    )


def _case_rows(project: Project, tree: Tree, texts: list[str]) -> Iterator[InputRow]:
    seen: set[str] = set()
    for case in project.cases.select():
        text = input_text(case.input)
        if text not in seen and case.scenario_id in tree:
            seen.add(text)
            texts.append(text)
            yield InputRow("placed", case.scenario_id, 1, 1.0, 0.0, len(text), None, 0, 0)


def _baseline(
    project: Project, windows: Sequence[Window], chosen: Chosen, tree: Tree, order: Mapping[str, int]
) -> Held | None:
    runs = chosen.each
    columns = [column for run in runs for column in project.runs.columns(run.id)]
    logged = [column[0] for column in columns if column[1] == PRODUCTION]
    if not logged:
        return _of_cases(project, windows, chosen, tree, order)
    which, store = Slice(columns=logged), project.traffic.over_time
    span = store.span(which)
    later = [one for one in windows if one.stretch.which.since and one.stretch.which.since > span.last]
    whole = Window(
        Stretch(chosen.name, which, is_complete=True),
        tally(store.inputs(which, store.columns()), tree),
    )
    if not span.calls or not later:
        return None
    told = _told("baseline", whole, f"the baseline {chosen.name!r}, a run over logged calls", order)
    return _with_rates(Held(told, whole.tally, which, later, passes_of(whole.tally), later))


def _of_cases(
    project: Project, windows: Sequence[Window], chosen: Chosen, tree: Tree, order: Mapping[str, int]
) -> Held | None:
    """A baseline that is a run over cases: it says how often they passed, and nothing of what production asks."""
    first = _first(project, windows, tree, order)
    passes = case_passes(project, chosen, tree, _calls(windows))
    words = f"the baseline {chosen.name!r}, a run over cases"
    inputs = first.reference.inputs if first else None
    return _with_rates(
        Held(
            DriftReference(kind="baseline", name=chosen.name, words=words, inputs=inputs),
            first.tally if first else None,
            first.texts if first else None,
            first.current if first else [],
            passes.by_behavior,
            [*windows],
            notes=[
                _SAYS_NOTHING,
                *passes.notes,
            ],
        )
    )


def _calls(windows: Sequence[Window]) -> dict[str, float]:
    """How many judged calls each behavior has."""
    found: dict[str, float] = {}
    for one in windows:
        for path, part in one.tally.behaviors.items():
            found[path] = found.get(path, 0.0) + part.passes.weight
    return found


def _told(kind: str, window: Window, words: str, order: Mapping[str, int]) -> DriftReference:
    which = window.stretch.which
    inputs = described(window.stretch.name, which.since or "", which.until or "", window.tally, order)
    name = window.stretch.name
    if kind == "baseline":
        return DriftReference(kind="baseline", name=name, words=words, inputs=inputs)
    return DriftReference(kind="window", name=name, words=f"{words}, {name}", inputs=inputs)


def _with_rates(found: Held) -> Held:
    rates: dict[str, DriftRate] = {path: rate for path, seen in found.passes.items() if (rate := rate_of(seen))}
    found.reference = found.reference.model_copy(update={"pass_rates": rates})
    if not found.is_previous:
        found.look = max(1, sum(one.stretch.is_complete for one in found.current))
    return found

"""Logged calls become draft cases: what was asked, and as a candidate for what is expected what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synterm.checks.base import Check
from synterm.checks.registry import load_check
from synterm.core.case import Case, Origin, Split
from synterm.core.generation import mark
from synterm.core.ids import new_id
from synterm.core.traffic import OUTPUT, PROMOTION, TRAFFIC, LoggedCall
from synterm.core.tree import Tree
from synterm.describe import candidate as described
from synterm.describe.filters.base import Known
from synterm.describe.filters.neighbours import Neighbour, Neighbours
from synterm.describe.wording import compared
from synterm.errors import InputError
from synterm.formats.import_places import Place, Places, names_of
from synterm.production.candidate import Candidate, How, candidate_of
from synterm.production.typical import MOST_LOOKED_AT, distinct, evenly, typical
from synterm.storage.case_filter import CaseFilter
from synterm.storage.project import Project
from synterm.text import one_line, plural

NEAR = 0.9
"""So alike in its wording to a case, a call says nothing new."""
_LONGEST_OUTPUT = 4000
_BEHAVIOR = "From production"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How calls are to become cases."""

    into: str | None = None
    """The path of their scenario, made where it is not there; None: where each call is placed."""
    split: Split = "dev"
    most: int | None = None
    """So many at most, the typical ones; None: all."""
    duplicates: bool = False
    """Also what a case says already in about the same words."""
    expected: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What somebody says that a call should have answered, by its id."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A call, and the case that it becomes."""

    call: LoggedCall
    case: Case
    path: str
    how: How | None
    """Where the expected result comes from; None: somebody said it."""
    near: str = ""
    """The case that says about the same, where it was asked for all the same."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A call that becomes no case."""

    call: LoggedCall
    why: str
    near: str = ""
    """The id of the case that says about the same."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """What becomes of some calls."""

    id: str
    drafts: Sequence[Drafted]
    skipped: Sequence[Skipped]
    made: Sequence[str]
    """Paths of scenarios that are made for them."""
    alike: int = 0
    """Calls that ask the same as one of these, and become none of their own."""


def suggested_path(tree: Tree, name: str) -> str:
    """Where cases could go that fit no scenario: the first feature, and a scenario of that name."""
    feature = next((node.name for node in tree.children(None)), "Production")
    wanted = one_line(name.replace("/", " "), 100).strip()
    return f"{feature}/{_BEHAVIOR}/{wanted or 'calls'}"


class Promoter:
    """Makes cases of calls."""

    def __init__(self, project: Project, known: Neighbours | None = None) -> None:
        """`known`: the cases that are there, from a promoter before; read when the first call is compared with them."""
        self._project = project
        self.known = known or _neighbours(project)

    def plan(self, calls: Sequence[LoggedCall], wanted: Wanted) -> Promotion:
        """What would become of calls; nothing is written. Takes its time where there are many: for threads.

        Raises InputError where a call is in no scenario and it is not said where it should go, or where that can't be
        a scenario.
        """
        places = Places(self._project)
        into = _into(places, calls, wanted)
        act = _Act(places, wanted, into, new_id())
        fresh, skipped = self._fresh(calls, wanted)
        ordered = typical(fresh, wanted.most * 2) if wanted.most is not None else [call for call, _ in fresh]
        drafts: list[Drafted] = []
        # What is taken is known from then on, but only to this plan: it may never be written.
        taken = _neighbours(None)
        for call in ordered:
            if wanted.most is not None and len(drafts) >= wanted.most:
                break
            if not wanted.duplicates and (near := _nearest(taken, call)):
                skipped.append(Skipped(call, f"{near.likeness:.2f} like {near.name}"))
                continue
            near = _nearest(self.known, call) if wanted.duplicates else None
            drafts.append(act.drafted(call, f"{near.likeness:.2f} like {near.name}" if near else ""))
            taken.keep(_candidate(drafts[-1].case))
        alike = len(calls) - len(fresh) - len(skipped)
        made = [places.tree.path(node.id) for node in places.made]
        return Promotion(act.id, drafts, skipped, made, max(alike, 0) if wanted.most is None else 0)

    def write(self, promotion: Promotion) -> None:
        """Have the cases be there, and their calls promoted."""
        if not promotion.drafts:
            return
        places = Places(self._project)
        paths = dict.fromkeys(draft.path for draft in promotion.drafts)
        there = {path: places.place(path).id for path in paths}
        places.write()
        cases = [mark(draft.case.model_copy(update={"scenario_id": there[draft.path]})) for draft in promotion.drafts]
        self._project.promotions.put(cases).result()
        for case in cases:
            self.known.keep(_candidate(case))

    def _fresh(
        self, calls: Sequence[LoggedCall], wanted: Wanted
    ) -> tuple[list[tuple[LoggedCall, float]], list[Skipped]]:
        """Those of the calls that say something new, and the others."""
        skipped = [Skipped(call, "promoted already") for call in calls if call.state == "promoted"]
        found = distinct([call for call in calls if call.state != "promoted"])
        if wanted.duplicates:
            return found, skipped
        if wanted.most is not None and len(found) > MOST_LOOKED_AT:
            kept = {call.id for call in evenly([call for call, _ in found], MOST_LOOKED_AT)}
            found = [pair for pair in found if pair[0].id in kept]
        fresh: list[tuple[LoggedCall, float]] = []
        for call, weight in found:
            if near := _nearest(self.known, call):
                expects = f", which expects {near.expected}" if near.expected else ""
                skipped.append(Skipped(call, f"{near.likeness:.2f} like {near.name}{expects}", near.case_id))
            else:
                fresh.append((call, weight))
        return fresh, skipped


class _Act:
    """Cases of one promotion."""

    def __init__(self, places: Places, wanted: Wanted, into: str | None, act_id: str) -> None:
        self.id = act_id
        self._places = places
        self._wanted = wanted
        self._into = into
        self._checks: dict[str, Sequence[Check]] = {}

    def drafted(self, call: LoggedCall, near: str) -> Drafted:
        place = self._place(call)
        said = call.id in self._wanted.expected
        found = Candidate(self._wanted.expected[call.id], "log") if said else candidate_of(call, self._checks_of(place))
        detail: dict[str, Any] = {
            TRAFFIC: call.id,
            PROMOTION: self.id,
            "served": call.served,
            "model": call.model,
            "log": call.log_id,
            OUTPUT: call.output[:_LONGEST_OUTPUT],
            # Nobody said that the app was right.
            **({} if said or found.how == "log" else {"keeps": "unknown"}),
        }
        case = Case(
            scenario_id=place.id,
            input=call.input,
            expected=found.expected,
            split=self._wanted.split,
            status="draft",
            origin=Origin(kind="production", detail=detail),
        )
        return Drafted(call, case, place.path, None if said else found.how, near)

    def _place(self, call: LoggedCall) -> Place:
        return self._places.place(self._into or self._places.tree.path(call.scenario_id))

    def _checks_of(self, place: Place) -> Sequence[Check]:
        if place.id not in self._checks:
            configs = self._places.tree.checks(place.id)
            self._checks[place.id] = [part for config in configs for part in load_check(config).parts()]
        return self._checks[place.id]


def _into(places: Places, calls: Sequence[LoggedCall], wanted: Wanted) -> str | None:
    """The path of the scenario that was said. Raises InputError where one is needed, or this can't be one."""
    if wanted.into is not None:
        path = places.path_of(wanted.into) or wanted.into
        names_of(path)
        return path
    homeless = [call for call in calls if call.placing != "placed" or call.scenario_id not in places.tree]
    if homeless:
        what = "this call is" if len(calls) == 1 else f"{plural(len(homeless), 'call')} of {len(calls):,} are"
        path = suggested_path(places.tree, compared(homeless[0].input))
        raise InputError(f"{what} in no scenario: say where it should go", hint=f"--into '{path}'")
    return None


def _neighbours(project: Project | None) -> Neighbours:
    cases: Sequence[Case] = project.cases.listing(CaseFilter(status=None)) if project else ()
    return Neighbours(Known(cases, ()), NEAR, "wording")


def _nearest(neighbours: Neighbours, call: LoggedCall) -> Neighbour | None:
    return next(neighbours.near(compared(call.input)), None)


def _candidate(case: Case) -> described.Candidate:
    return described.Candidate(case.input, case.expected, "unknown", "")

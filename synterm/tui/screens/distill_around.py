"""Looking around failures: neighbours are made, evaluated, and those that fail too become a scenario."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from synterm.core.case import Case
from synterm.core.distill import Failing, Neighbourhood, Round
from synterm.core.evaluation import Variant
from synterm.core.generation import Funnel
from synterm.distill.adjacent import COUNT, ROUNDS, Around, look_around
from synterm.errors import InputError
from synterm.evaluate.events import Event, Preparing, Retrying
from synterm.reports.figures import percent
from synterm.storage.project import Project
from synterm.storage.taken import Taken
from synterm.text import one_line, plural
from synterm.tui.distill.reading import variant_of, variant_words
from synterm.tui.edits import Edit
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.distill_probe import DoEdit, ProbeScreen
from synterm.tui.screens.text import MUTED
from synterm.tui.session import Session
from synterm.tui.widgets.table import Cell, Table, TableColumn

_NO_MODEL = "-"
_COLUMNS = (
    TableColumn("round", 5, right=True),
    TableColumn("made", 5, right=True),
    TableColumn("kept by the filters", 19, right=True),
    TableColumn("✗ fail too", 10, right=True),
    TableColumn("✓ pass", 7, right=True),
    TableColumn("! no verdict", 12, right=True, rank=1),
)


@dataclass(frozen=True, slots=True)
class Seeds:
    """The failures that are looked around, all under one variant."""

    failing: Sequence[Failing]
    name: str
    """What the new scenario is called."""
    cluster: str = ""


class AroundScreen(ProbeScreen):
    """Makes neighbours round by round, until a round finds nothing that fails."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "writer", "Writer", id="probe.writer", tooltip="Have a model write neighbours, or none"),
    ]
    DEFAULT_CSS = """
    AroundScreen {
        & #plan { height: auto; padding: 1; }
        & #rounds { height: 1fr; }
        & #scenario { height: auto; padding: 0 1; }
    }
    """

    def __init__(self, session: Session, run_id: str, seeds: Seeds, do: DoEdit) -> None:
        """`do` makes an edit, and says so."""
        super().__init__(session, f"Around {one_line(seeds.name, 60)} · {variant_words(seeds.failing[0])}")
        self.found: Neighbourhood | None = None
        self.writer: str | None = None
        """The model that writes neighbours; None: rules make them."""
        self._run_id = run_id
        self._seeds = seeds
        self._do = do
        self._told = False
        self._scenarios: set[str] = set()

    def body(self) -> list[Widget]:
        """What is done, the rounds, and what came of them."""
        return [Static(id="plan", markup=False), Table(id="rounds"), Static(id="scenario", markup=False)]

    async def work_on(self) -> str:
        """Look around, and have what is new stand in the workbench."""
        self.found, self._told = None, False
        project = self.session.project
        self._scenarios = {node.id for node in project.nodes.tree().scenarios()}
        cases, variant = await self.look(self._start)
        writers = [model for model in self.session.models if model.name == self.writer]
        await self.ready(variant, *writers)
        generating = self.session.generating
        limits = replace(generating.live.limits_of_a_run(), stream=False)
        wanted = Around(cases, self._seeds.name, self._seeds.cluster, writer=self.writer, limits=limits)
        watch = self._round_over
        found = await look_around(
            project, generating.providers, variant, wanted, watch=watch, watch_generation=self._generated
        )
        self.found = found
        await self._take_in()
        return found.ended

    def _start(self, project: Project) -> tuple[list[Case], Variant]:
        cases = project.cases.named([one.case_id for one in self._seeds.failing])
        if not cases:
            raise InputError("the cases are not in the project any more", hint="choose other failures")
        return cases, variant_of(project, self._run_id, self._seeds.failing[0])

    def _round_over(self, found: Neighbourhood) -> None:
        self.found = found
        self.requests = sum(one.requests for one in found.rounds)
        self.cached = sum(one.cached for one in found.rounds)

    def _generated(self, event: Event | None, funnel: Funnel) -> None:
        if isinstance(event, (Preparing, Retrying)):
            self.watch_event(event)
        self.trying = f"making neighbours: {funnel.made} made, {funnel.kept} kept"

    def stopped(self) -> None:
        """What the rounds that are over found stays."""
        if self.found and self.found.ended == "looking":
            self.found = self.found.model_copy(update={"ended": "stopped"})
        self._stopped_edit()

    @work(group="keep", exit_on_error=False)
    async def _stopped_edit(self) -> None:
        await self._take_in()

    async def _take_in(self) -> None:
        """The new scenario is an edit that can be taken back: it is there by now."""
        new = [node for node in self.session.project.nodes.tree().scenarios() if node.id not in self._scenarios]
        if not new or self._told:
            return
        self._told = True
        label = f"scenario {one_line(new[0].name, 50)} added"
        await self._do(adding_scenario(self.session.project, new[0].id, label), "Q in the workbench reviews its drafts")

    def draw_found(self) -> None:
        """The rounds, and how much of all neighbours passes."""
        how = f"{one_line(self.writer, 40)} writes them" if self.writer else "rules make them, no model writes"
        plan = Content.assemble(
            f"Neighbours of {plural(len(self._seeds.failing), 'failure')}: {how}. ",
            (f"At most {ROUNDS} rounds of {COUNT}; each goes on from what failed in the one before. ", MUTED),
            ("w", "bold $text-accent"),
            (" chooses who writes.", MUTED),
        )
        self.query_one("#plan", Static).update(plan)
        rounds = list(enumerate(self.found.rounds, start=1)) if self.found else []
        self.query_one("#rounds", Table).show(_COLUMNS, rounds, round_cells, "the first round is under way …")
        self.query_one("#scenario", Static).update(self._outcome())

    def _outcome(self) -> Content:
        found = self.found
        if found is None:
            return Content("")
        rate = f"{found.failed} fail too, {found.passed} pass: pass rate {percent(found.pass_rate)}"
        if self.running:
            return Content(rate)
        if not found.scenario or not found.failed:
            return Content.assemble(
                (rate, "bold"), ("\n✓ nothing like it fails: no scenario was made", "$text-success")
            )
        where = ("\n✓ new scenario: ", "$text-success")
        return Content.assemble((rate, "bold"), where, (one_line(found.scenario, 120), "bold"), (" (drafts)", MUTED))

    @work(exclusive=True, group="writer", exit_on_error=False)
    async def action_writer(self) -> None:
        """Have a model write neighbours, or none; and look around anew."""
        if self.running:
            self.notify("It is under way; esc stops it.", title="Around")
            return
        models = [(model.name, one_line(model.name, 60)) for model in self.session.models if not model.takes_values]
        choices = [(_NO_MODEL, "no model: rules make them, free"), *models]
        chosen = await self.app.push_screen_wait(ChooseScreen("Who writes the neighbours?", choices))
        if chosen is not None:
            self.writer = None if chosen == _NO_MODEL else chosen
            self.action_again()


def round_cells(row: tuple[int, Round]) -> list[Cell]:
    """One round."""
    number, one = row
    return [
        (str(number), ""),
        (str(one.made), ""),
        (str(one.kept), ""),
        (str(one.failed), "fail" if one.failed else "dim"),
        (str(one.passed), "pass" if one.passed else "dim"),
        (str(one.errors), "error" if one.errors else "dim"),
    ]


def adding_scenario(project: Project, scenario_id: str, label: str) -> Edit:
    """A scenario that was added is there; taken back, it is out with its cases."""
    taken: list[Taken] = []

    async def apply() -> None:
        if taken:
            await asyncio.wrap_future(project.nodes.put_back(taken.pop()))

    async def revert() -> None:
        taken[:] = [await asyncio.wrap_future(project.nodes.take(scenario_id))]

    return Edit(label, apply, revert)

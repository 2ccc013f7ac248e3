"""The workbench: behaviors, cases, the prompt and its results on one screen.

The screen mediates: panes post messages, the screen asks the session and the live engine, and tells the panes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from synterm.core.case import Case
from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.text import one_line
from synterm.tui.board.rows import GONE
from synterm.tui.painter import FRAME_SECONDS, Painter, Panes
from synterm.tui.screens.places import make_place
from synterm.tui.screens.workbench.case_edits import CaseEditing
from synterm.tui.screens.workbench.document_edits import DocumentEditing
from synterm.tui.screens.workbench.pinning import PinningScreen
from synterm.tui.screens.workbench.sharing import SharingScreen
from synterm.tui.screens.workbench.tree_edits import TreeEditing
from synterm.tui.screens.workbench.trusting import TrustingScreen
from synterm.tui.screens.workbench.viewing import ViewingScreen
from synterm.tui.widgets.cases import CasesPane
from synterm.tui.widgets.grid.grid import ResultGrid
from synterm.tui.widgets.key_footer import KeyFooter
from synterm.tui.widgets.line_list import LineList
from synterm.tui.widgets.pane_tabs import PaneTabs
from synterm.tui.widgets.prompt.pane import PromptPane
from synterm.tui.widgets.status import StatusBar
from synterm.tui.widgets.tree import BehaviorTree

if TYPE_CHECKING:
    from synterm.tui.screens.inspect import Inspected


class WorkbenchScreen(
    ViewingScreen, CaseEditing, TreeEditing, DocumentEditing, SharingScreen, PinningScreen, TrustingScreen
):
    """The one screen that people keep open."""

    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#results"
    """Where there is no prompt to type in: on the screen at every size."""
    BINDING_GROUP_TITLE = "Workbench"
    HELP = "Wherever the focus is; letters only where no text is typed."
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (150, "-broad")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "V",
            "review",
            "Judge answers",
            id="screens.review",
            show=False,
            tooltip="Judge answers, blind to the checks",
        ),
        Binding(
            "Q",
            "open_place('drafts')",
            "Review drafts",
            id="screens.drafts",
            show=False,
            tooltip="Accept or reject cases that wait for review",
        ),
        Binding(
            "H", "open_place('history')", "History", id="screens.history", show=False, tooltip="Runs: what they found"
        ),
        Binding(
            "C", "open_place('compare')", "Compare", id="screens.compare", show=False, tooltip="Variants side by side"
        ),
        Binding(
            "I",
            "open_place('import')",
            "Import cases",
            id="screens.import",
            show=False,
            tooltip="Files become cases: CSV, JSONL, logs …",
        ),
        Binding(
            "O",
            "open_place('coverage')",
            "Coverage",
            id="screens.coverage",
            show=False,
            tooltip="What cases cover, what is missing, and a map",
        ),
        Binding(
            "F",
            "open_place('finetune')",
            "Fine-tune",
            id="screens.finetune",
            show=False,
            tooltip="What a model would learn from the cases, export, training",
        ),
        Binding(
            "P",
            "open_place('inbox')",
            "Production",
            id="screens.inbox",
            show=False,
            tooltip="What the app was asked, by behavior; cases of it",
        ),
    ]

    status = getters.query_one(StatusBar)

    def __init__(self, project: Project, providers: Providers, settings: Settings) -> None:
        super().__init__(project, providers, settings)
        self._pane: PromptPane | None = None
        self.stands = asyncio.Event()
        """Set once the panes are filled and the prompt has the focus."""

    def compose(self) -> ComposeResult:
        """Four panes, a status line and the keys."""
        yield StatusBar()
        yield PaneTabs(("Behaviors", "Cases", "Prompt", "Results"), id="tabs")
        with Horizontal():
            with Vertical(id="side"):
                yield BehaviorTree(id="behaviors")
                yield CasesPane(id="cases")
            with Vertical(id="main"):
                yield PromptPane(id="prompt")
                yield ResultGrid(id="results")
        yield KeyFooter()

    async def on_mount(self) -> None:
        """Fill the panes, and begin to evaluate what is on screen."""
        panes = Panes(self.status, self.behaviors, self.cases, self.prompt, self.grid)
        self.painter = Painter(panes, self.session, self.live)
        self.behaviors.border_title = "Behaviors"
        self.behaviors.show(self.session.tree)
        self.set_interval(FRAME_SECONDS, self.painter.draw)
        self.watch(self.grid, "scroll_y", self._scrolled, init=False)
        self._pane = self.prompt
        self.prompt.know_model(self.session.model, self.session.param_check)
        if self.session.prompt:
            await self.prompt.show(self.session.prompt)
        self.painter.show_titles()
        if self.prompt.area is not None:
            self.set_focus(self.prompt.area)
        self.stands.set()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """What is not needed for the first paint."""
        self._rescope()
        self._learn_names()
        self._learn_tags()
        self.learn_roots()
        self.learn_trends()
        self._warm()
        self.begin_to_watch()
        self.begin_to_tend()
        self.begin_to_trust()

    # What people do.

    @on(BehaviorTree.Scoped)
    def _scoped(self, event: BehaviorTree.Scoped) -> None:
        if event.node_id != self._node_id:
            self._node_id = event.node_id
            self._rescope()

    def on_unmount(self) -> None:
        """Save what was typed last, and what could not be saved before."""
        # The panes have left the screen by now.
        if self._pane and (typed := self._pane.unsaved()):
            self.session.drafts.save(self._pane.prompt_id, typed)
        self.session.drafts.try_again()

    @on(LineList.Highlighted)
    def _highlighted(self, event: LineList.Highlighted) -> None:
        other = self.grid if event.list is self.cases.list else self.cases.list
        with self.prevent(LineList.Highlighted):
            other.cursor = event.index

    @on(ResultGrid.Inspected)
    def _inspected(self, event: ResultGrid.Inspected) -> None:
        from synterm.tui.screens.inspect import InspectScreen

        screen = InspectScreen(self.session, event.case, event.column, self._ask_about)
        self.app.push_screen(screen, self._inspected_last)

    def _inspected_last(self, last: Inspected | None) -> None:
        if last is None:
            return
        if last.row is not None:
            self.grid.cursor = last.row
        titles = [column.title for column in self.session.board.columns]
        if last.title in titles:
            self.grid.column = titles.index(last.title)

    def _ask_about(self, case: Case) -> None:
        if self._may_ask():
            self._ask_again(case)

    def _scrolled(self) -> None:
        self.live.promote(case for case in self.painter.visible_cases() if case is not GONE)

    def action_open_place(self, name: str) -> None:
        """Open a screen beside the workbench."""
        place = make_place(name, self.session)

        def back(_: None) -> None:
            # Runs can be pinned there.
            self.take_baselines()
            self._know()
            if place.changed:
                self.reread(place.changed)
            if place.go_to:
                self._go_to(place.go_to)

        self.app.push_screen(place, back)

    def _go_to(self, path: str) -> None:
        tree = self.session.tree
        if node := next((node for node in tree.walk() if tree.path(node.id) == path), None):
            self.behaviors.choose(node.id)

    def reread(self, touched: Collection[str] | None = ()) -> None:
        """Read tree, cases and models again, and evaluate what is new and what was `touched`: cases by id."""
        # What is under way is about earlier checks and cases. It must not land while the cases are looked for.
        self._stop_live()
        tree, prompt = self.session.tree, self.session.prompt
        self.session.reload(touched)
        if self.session.tree != tree:
            self.behaviors.show(self.session.tree)
        if (prompt and prompt.id) != (self.session.prompt and self.session.prompt.id):
            self._show_prompt(tell=prompt is not None)
        self._rescope()
        self._learn_names()
        self._learn_tags()
        self.learn_roots()

    @work(group="prompt", exclusive=True)
    async def _show_prompt(self, *, tell: bool) -> None:
        await self.show_open_prompt()
        if tell and self.session.prompt:
            self.notify(f"{one_line(self.session.prompt.name, 40)} is open now", markup=False)

    def action_review(self) -> None:
        """Judge the answers of the column under the cursor."""
        from synterm.tui.screens.review import ReviewScreen

        columns = self.session.board.columns
        if columns:
            self.app.push_screen(ReviewScreen(self.session, columns[self.grid.column]))
        else:
            self.notify("There are no answers to judge yet.", markup=False)

    @work(group="names", exit_on_error=False)
    async def _learn_names(self) -> None:
        """Find out which placeholders cases have values for, and whether documents have any."""
        names = await asyncio.wrap_future(self.session.project.cases.input_names())
        self.prompt.know(names, documents=bool(self.session.library.names))

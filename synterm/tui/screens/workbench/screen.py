"""The workbench: behaviors, cases, the prompt and its results on one screen.

The screen mediates: panes post messages, the screen asks the session and the live engine, and tells the panes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection
from concurrent.futures import Future
from typing import ClassVar, cast, get_args

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Footer

from synterm.core.case import Case
from synterm.core.prompt import Prompt, PromptBody, Role
from synterm.errors import SyntermError
from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.text import printable
from synterm.tui.edits import Edit, EditLog
from synterm.tui.painter import FRAME_SECONDS, Painter, Panes
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.inspect import InspectScreen
from synterm.tui.screens.places import make_place
from synterm.tui.screens.review import ReviewScreen
from synterm.tui.screens.versions import VersionsScreen
from synterm.tui.screens.workbench.arranging import ArrangingScreen
from synterm.tui.screens.workbench.case_edits import CaseEditing
from synterm.tui.screens.workbench.project_edits import ProjectEditing
from synterm.tui.screens.workbench.tree_edits import TreeEditing
from synterm.tui.widgets.cases import CasesPane
from synterm.tui.widgets.grid.grid import ResultGrid
from synterm.tui.widgets.line_list import LineList
from synterm.tui.widgets.pane_tabs import PaneTabs
from synterm.tui.widgets.prompt.pane import PromptPane
from synterm.tui.widgets.status import StatusBar
from synterm.tui.widgets.tree import BehaviorTree

_PANES = ("behaviors", "cases", "prompt", "results")
_SIDE = _PANES[:2]
_VIEWS = ("-at-behaviors", "-at-cases")
"""Which pane of the side has the screen, where there is no room for all; neither: the prompt and its results."""


class WorkbenchScreen(CaseEditing, TreeEditing, ProjectEditing, ArrangingScreen):
    """The one screen that people keep open."""

    CSS_PATH = "screen.tcss"
    BINDING_GROUP_TITLE = "Workbench"
    HELP = "Wherever the focus is; letters only where no text is typed."
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (150, "-broad")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep version", id="prompt.keep", tooltip="Keep the draft as a version"),
        Binding("m", "next_model", "Next model", id="model.next", tooltip="Turn to the next model"),
        Binding("z", "zoom", "Zoom", id="view.zoom", tooltip="Give the pane the whole screen, or take it back"),
        Binding("ctrl+b", "toggle_side", "Side", id="view.side", tooltip="Show or hide behaviors and cases"),
        Binding("u", "undo", "Undo", id="project.undo", show=False, tooltip="Take back the last edit of cases or tree"),
        Binding("U", "redo", "Redo", id="project.redo", show=False, tooltip="Make again what was taken back last"),
        Binding("1", "pane('behaviors')", "Behaviors", id="view.behaviors", show=False, tooltip="Go to the behaviors"),
        Binding("2", "pane('cases')", "Cases", id="view.cases", show=False, tooltip="Go to the cases"),
        Binding("3", "pane('prompt')", "Prompt", id="view.prompt", show=False, tooltip="Go to the prompt"),
        Binding("4", "pane('results')", "Results", id="view.results", show=False, tooltip="Go to the results"),
        Binding("N", "new_prompt", "New prompt", id="prompt.new", show=False, tooltip="Write another prompt"),
        Binding("A", "add_model", "Add model", id="model.add", show=False, tooltip="Add a model to the project"),
        Binding("E", "edit_model", "Edit model", id="model.edit", show=False, tooltip="Change the model in use"),
        Binding("V", "review", "Review", id="screens.review", tooltip="Judge answers yourself, blind to the checks"),
        Binding("slash", "filter", "Filter", show=False, id="cases.filter", tooltip="Find cases"),
        Binding(
            "H", "open_place('history')", "History", id="screens.history", show=False, tooltip="Runs: what they found"
        ),
        Binding(
            "C", "open_place('compare')", "Compare", id="screens.compare", show=False, tooltip="Variants side by side"
        ),
    ]

    status = getters.query_one(StatusBar)
    behaviors = getters.query_one(BehaviorTree)
    prompt = getters.query_one(PromptPane)
    grid = getters.query_one(ResultGrid)

    def __init__(self, project: Project, providers: Providers, settings: Settings) -> None:
        super().__init__(project, providers, settings)
        self.before_restore: PromptBody | None = None
        self.edits = EditLog()
        self._pane: PromptPane | None = None

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
        yield Footer()

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
        self.prompt.focus_editor()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """What is not needed for the first paint."""
        self._rescope(None, "")
        self._learn_names()
        self._learn_tags()
        self.learn_roots()
        self.learn_trends()
        self._warm()
        self.begin_to_watch()

    async def show_prompt(self, prompt: Prompt) -> None:
        """Put a prompt's draft in the editor, as if it was typed."""
        await self.prompt.put(prompt.draft)

    # What people do.

    @on(BehaviorTree.Scoped)
    def _scoped(self, event: BehaviorTree.Scoped) -> None:
        if event.node_id != self.session.node_id:
            self._rescope(event.node_id, self.session.query)

    @on(PromptPane.Typed)
    def _typed(self, event: PromptPane.Typed) -> None:
        if event.pane.hear(event) and (saving := self.session.save(event.body, event.half)):
            saving.add_done_callback(self._draft_saved)

    def on_unmount(self) -> None:
        """Save what was typed last."""
        # The panes have left the screen by now.
        if self._pane and (typed := self._pane.unsaved()):
            self.session.save(*typed)

    async def _settle_prompt(self) -> None:
        """Have the session say what the editors say."""
        if edited := await self.prompt.settled():
            self._edited(edited)

    @on(PromptPane.RoleWanted)
    @work(group="dialog")
    async def _role_wanted(self) -> None:
        roles: tuple[Role, ...] = get_args(Role)
        chosen = await self.app.push_screen_wait(ChooseScreen("Add a message", [(role, role) for role in roles]))
        if chosen is not None:
            await self.prompt.add_message(cast(Role, chosen))

    @on(PromptPane.Edited)
    def _edited(self, event: PromptPane.Edited) -> None:
        if not event.pane.hear(event):
            return
        self._stop_live()
        self.note_typing()
        if saving := self.session.edit(event.body, event.half):
            saving.add_done_callback(self._draft_saved)
        self.painter.edited()
        if event.problem:
            self.painter.set_state("blocked", str(event.problem))
        elif self.session.model:
            self.restart(self.live.debounce(self.session.model))

    def _draft_saved(self, saving: Future[None]) -> None:
        # Called on the writer's thread; notify may be.
        if error := saving.exception():
            self.notify(printable(f"The draft is not saved: {error}"), severity="error", markup=False)

    @on(LineList.Highlighted)
    def _highlighted(self, event: LineList.Highlighted) -> None:
        other = self.grid if event.list is self.cases.list else self.cases.list
        with self.prevent(LineList.Highlighted):
            other.cursor = event.index

    @on(ResultGrid.Inspected)
    def _inspected(self) -> None:
        screen = InspectScreen(self.session, self.grid.cursor, self.grid.column, self._ask_about)
        self.app.push_screen(screen, self._inspected_last)

    def _inspected_last(self, place: tuple[int, int] | None) -> None:
        if place:
            self.grid.cursor, self.grid.column = place

    def _ask_about(self, case: Case) -> None:
        if self._may_ask():
            self._ask_again(case)

    def _scrolled(self) -> None:
        self.live.promote(self.painter.visible_cases())

    async def action_keep(self) -> None:
        """Keep the draft as a version."""
        await self._settle_prompt()
        if kept := self.session.kept_label:
            self.notify(f"nothing changed: this is {kept}", title="Prompt", markup=False)
            return
        try:
            number = await self.session.keep()
        except SyntermError as error:
            self.notify(printable(str(error)), title="Prompt", severity="error", markup=False)
            return
        if number is not None:
            self.notify(f"kept as v{number}", title="Prompt", markup=False)
            self.painter.show_scope()
            self.restart()

    def action_next_model(self) -> None:
        """Turn to the next model of the project."""
        name = self.session.next_model()
        if name is None:
            self.notify("The project has no other model; A adds one.", markup=False)
        else:
            self.use_model(name)

    def use_model(self, name: str) -> None:
        """Turn to a model."""
        self._stop_live()
        self.session.use_model(name)
        self.prompt.know_model(self.session.model, self.session.param_check)
        self.painter.show_scope()
        self._warm()
        self.restart()

    async def open_prompt(self, name: str) -> None:
        """Turn to a prompt."""
        await self._settle_prompt()
        self._stop_live()
        self.before_restore = None
        await self.prompt.show(await self.session.open_prompt(name))
        self.painter.show_scope()
        self.restart()

    async def restore(self, number: int) -> None:
        """Put a kept version in the editor; undo brings the draft back."""
        if version := self.session.version(number):
            await self._settle_prompt()
            self.before_restore = self.session.body
            await self.prompt.put(version.body)
            self.notify(f"v{number} is in the editor; the palette (ctrl+p) brings back the draft", markup=False)

    @work(group="dialog")
    async def action_versions(self) -> None:
        """Look at the versions that were kept, and how they differ from the draft."""
        await self._settle_prompt()
        prompt, body = self.session.prompt, self.session.body
        if prompt is None or body is None:
            return
        screen = VersionsScreen(prompt, body, self._annotate_version, read_only=self.session.project.read_only)
        if number := await self.app.push_screen_wait(screen):
            await self.restore(number)
        self.painter.show_scope()

    async def _annotate_version(self, number: int, note: str | None, pinned: bool | None) -> Prompt | None:
        try:
            await self.session.annotate(number, note=note, pinned=pinned)
        except SyntermError as error:
            self.notify(printable(str(error)), title="Prompt", severity="error", markup=False)
        return self.session.prompt

    async def take_back_restore(self) -> None:
        """Put back the draft that a restored version replaced."""
        if self.before_restore:
            await self.prompt.put(self.before_restore)
            self.before_restore = None

    def action_open_place(self, name: str) -> None:
        """Open a screen beside the workbench."""
        self.app.push_screen(make_place(name, self.session))

    def action_zoom(self) -> None:
        """Give the focused pane the whole screen, or take it back."""
        if self.maximized:
            self.minimize()
        elif pane := self._focused_pane():
            self.maximize(pane, container=False)

    def action_filter(self) -> None:
        """Go to the filter of the cases."""
        self.view("cases")
        self.cases.focus_filter()

    def action_pane(self, name: str) -> None:
        """Go to a pane; where not all have room, it comes on the screen."""
        self.view(name)
        if name == "prompt":
            self.prompt.focus_editor()
        else:
            {"behaviors": self.behaviors, "cases": self.cases.list, "results": self.grid}[name].focus()

    def view(self, name: str) -> None:
        """Have a pane on the screen, where not all have room."""
        for pane, view in zip(_SIDE, _VIEWS, strict=True):
            self.set_class(pane == name, view)
        if name in _SIDE and not self.has_class("-narrow"):
            self.remove_class("-side-toggled")
        self.query_one(PaneTabs).chosen = _PANES.index(name)

    @on(PaneTabs.Chosen)
    def _tab_chosen(self, event: PaneTabs.Chosen) -> None:
        self.action_pane(_PANES[event.index])

    def on_descendant_focus(self) -> None:
        """The tab of the pane that has the focus is marked."""
        pane = self._focused_pane()
        if pane is not None and pane.id is not None:
            self.query_one(PaneTabs).chosen = _PANES.index(pane.id)

    def _focused_pane(self) -> Widget | None:
        ancestors = self.focused.ancestors_with_self if self.focused else ()
        return next((part for part in ancestors if isinstance(part, Widget) and part.id in _PANES), None)

    def action_toggle_side(self) -> None:
        """Show or hide the left side; where not all panes have room, show the next of them."""
        if not self.has_class("-narrow"):
            self.toggle_class("-side-toggled")
            return
        pane = self._focused_pane()
        following = {"behaviors": "cases", "cases": "prompt"}
        self.action_pane(following.get(pane.id or "" if pane else "", "behaviors"))

    async def action_undo(self) -> None:
        """Take back the last edit of cases or of the tree."""
        await self._step_back(self.edits.undo(), "undone", "nothing to undo")

    async def action_redo(self) -> None:
        """Make the edit again that was taken back last."""
        await self._step_back(self.edits.redo(), "done again", "nothing to do again")

    async def _step_back(self, step: Awaitable[Edit | None], done: str, nothing: str) -> None:
        try:
            edit = await step
        except SyntermError as error:
            self.notify(printable(str(error)), severity="error", markup=False)
            return
        self.notify(f"{done}: {printable(edit.label)}" if edit else nothing, markup=False)
        if edit:
            self.project_edited(edit.touched)

    def reread(self, touched: Collection[str] | None = ()) -> None:
        """Read tree, cases and models again, and evaluate what is new and what was `touched`: cases by id."""
        tree, prompt = self.session.tree, self.session.prompt
        self.session.reload(touched)
        if self.session.tree != tree:
            self.behaviors.show(self.session.tree)
        if self.session.prompt is None or prompt is None or prompt.id != self.session.prompt.id:
            self._show_prompt()
        self._rescope(self.session.node_id, self.session.query)
        self._learn_names()
        self._learn_tags()
        self.learn_roots()

    @work(group="prompt", exclusive=True)
    async def _show_prompt(self) -> None:
        """Another prompt is open, or none."""
        if self.session.prompt:
            await self.prompt.show(self.session.prompt)
        else:
            await self.prompt.clear()
        self.painter.show_titles()

    def action_review(self) -> None:
        """Judge the answers of the column under the cursor."""
        columns = self.session.board.columns
        if columns:
            self.app.push_screen(ReviewScreen(self.session, columns[self.grid.column]))
        else:
            self.notify("There are no answers to judge yet.", markup=False)

    @work(group="names", exit_on_error=False)
    async def _learn_names(self) -> None:
        """Find out which placeholders cases have values for."""
        self.prompt.know(await asyncio.wrap_future(self.session.project.cases.input_names()))

"""Which panes of the workbench are on the screen, and which one has the focus."""

from __future__ import annotations

from typing import ClassVar

from textual import getters, on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, TextArea

from synterm.tui.screens.workbench.evaluating import EvaluatingScreen
from synterm.tui.widgets.cases import CasesPane
from synterm.tui.widgets.grid.grid import ResultGrid
from synterm.tui.widgets.pane_tabs import PaneTabs
from synterm.tui.widgets.prompt.pane import PromptPane
from synterm.tui.widgets.tree import BehaviorTree

_PANES = ("behaviors", "cases", "prompt", "results")
_SIDE = _PANES[:2]
_VIEWS = ("-at-behaviors", "-at-cases")
"""Which pane of the side has the screen, where there is no room for all; neither: the prompt and its results."""


class ViewingScreen(EvaluatingScreen):
    """Four panes side by side, or tabs where they do not all fit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("z,f10", "zoom", "Zoom", id="view.zoom", tooltip="Give the pane the whole screen, or take it back"),
        Binding("ctrl+b", "toggle_side", "Side", id="view.side", tooltip="Show or hide behaviors and cases"),
        Binding("1", "pane('behaviors')", "Behaviors", id="view.behaviors", show=False, tooltip="Go to the behaviors"),
        Binding("2", "pane('cases')", "Cases", id="view.cases", show=False, tooltip="Go to the cases"),
        Binding("3", "pane('prompt')", "Prompt", id="view.prompt", show=False, tooltip="Go to the prompt"),
        Binding("4", "pane('results')", "Results", id="view.results", show=False, tooltip="Go to the results"),
        Binding("slash", "filter", "Filter", show=False, id="cases.filter", tooltip="Find cases"),
    ]
    behaviors = getters.query_one(BehaviorTree)
    cases = getters.query_one(CasesPane)
    prompt = getters.query_one(PromptPane)
    grid = getters.query_one(ResultGrid)

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
        """The tab of the pane that has the focus is marked; where text is typed, that digits are text there."""
        self.query_one(PaneTabs).typing = isinstance(self.focused, Input | TextArea)
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

"""Setting lineages of dev aside to learn from: says what would move, and asks once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from synterm.core.setting_aside import SetAside
from synterm.core.training import TrainingPlan
from synterm.errors import SyntermError
from synterm.storage.project import Project
from synterm.text import plural, printable
from synterm.tui.finetune.aside import COLUMNS, move_cells, read_share, told_text, would_move
from synterm.tui.screens.confirm import DIALOG_CSS
from synterm.tui.widgets.table import Table

_DEBOUNCE_S = 0.15
_USUAL = "0.4"


class AsideScreen(ModalScreen[SetAside | None]):
    """Takes a share, and shows which lineages it would move. Dismissed with them, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "move", "Move", id="aside.move", priority=True, tooltip="Move what is shown"),
        Binding("escape", "dismiss", "Cancel", id="aside.leave", tooltip="Leave all as it is"),
    ]
    DEFAULT_CSS = (
        "AsideScreen { align: center middle;"
        + DIALOG_CSS
        + """
        & > Vertical { width: 84; }
        & .line { height: 1; }
        & .line Label { width: 18; color: $text-muted; }
        & .line Input { width: 1fr; background: $panel; padding: 0 1; }
        & .line Input:focus { background: $primary 20%; }
        & #moves { height: 12; margin-top: 1; }
        & #told { height: auto; margin-top: 1; }
    }
    """
    )

    share = getters.query_one("#share", Input)

    def __init__(self, read: Callable[[Callable[[Project], SetAside]], SetAside], plan: TrainingPlan | None) -> None:
        """`read` does some reading of the project, in a thread; `plan` says of which cases. None: of all."""
        super().__init__()
        self._read = read
        self._plan = plan
        self._found: SetAside | None = None

    def compose(self) -> ComposeResult:
        """The share, what would move, the choice."""
        with Vertical() as box:
            box.border_title = Content("Set cases aside to learn from")
            box.border_subtitle = Content("enter moves · esc leaves all as it is")
            yield Static(
                "What is learnt can't be evaluated: whole lineages of dev move to the split train, of each behavior "
                "and label about the same share. Holdout stays as it is.",
                markup=False,
            )
            with Horizontal(classes="line"):
                yield Label("Share of lineages")
                yield Input(_USUAL, placeholder="0.4, or 40 %", id="share", compact=True, select_on_focus=False)
            yield Table(id="moves")
            yield Static(id="told", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="leave", compact=True)
                yield Button("Move", id="move", variant="primary", compact=True, disabled=True)

    def on_mount(self) -> None:
        """Show what the usual share would move."""
        self.share.focus()
        self.query_one(Table).show(COLUMNS, (), move_cells, "looking at the lineages …")
        self._look(0)

    @on(Input.Changed)
    def _changed(self) -> None:
        self._look(_DEBOUNCE_S)

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self, delay: float) -> None:
        self._take(None)
        await asyncio.sleep(delay)
        try:
            share = read_share(self.share.value)
            found = await asyncio.to_thread(self._read, lambda project: would_move(project, self._plan, share))
        except SyntermError as error:
            self._say(Content.styled(printable(f"✗ {error}"), "$text-error"))
        else:
            self._take(found)

    def _take(self, found: SetAside | None) -> None:
        self._found = found
        button = self.query_one("#move", Button)
        button.disabled = not found or not found.moved
        if found is not None:
            button.label = Content(f"Move {plural(len(found.case_ids), 'case')}")
            self.query_one(Table).show(COLUMNS, found.behaviors, move_cells, "no case of dev could move")
            self._say(told_text(found))

    def _say(self, words: Content) -> None:
        self.query_one("#told", Static).update(words)

    @on(Input.Submitted)
    @on(Button.Pressed, "#move")
    def _asked(self) -> None:
        self.action_move()

    def action_move(self) -> None:
        """Move what is shown."""
        if self._found and self._found.moved:
            self.dismiss(self._found)

    @on(Button.Pressed, "#leave")
    def _leave(self) -> None:
        self.dismiss(None)

"""All keys: those of the pane with the focus first, with a sentence on what it is for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from synterm.tui.actions import Action, Section
from synterm.tui.ranking import fit
from synterm.tui.widgets.cells import padded

_KEYS, _ABOUT, _ID = 12, 14, 19


class KeysScreen(ModalScreen[Action | None]):
    """A list to search. Dismissed with what is to be done, or None."""

    BINDING_GROUP_TITLE = "Keys"
    HELP = "What can be done, and the key that does it; enter does it at once."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", id="keys.close", tooltip="Back to where you were"),
        Binding("down", "list('down')", "Down", show=False, id="keys.down", tooltip="One row down"),
        Binding("up", "list('up')", "Up", show=False, id="keys.up", tooltip="One row up"),
        Binding("pagedown", "list('page_down')", "Page down", show=False, id="keys.page_down", tooltip="A page down"),
        Binding("pageup", "list('page_up')", "Page up", show=False, id="keys.page_up", tooltip="A page up"),
    ]
    DEFAULT_CSS = """
    KeysScreen {
        align: center middle;
        & > Vertical {
            width: 96%; max-width: 116; height: 90%;
            background: $surface; border: round $primary; padding: 0 1;
            border-title-color: $text-primary; border-subtitle-color: $text-muted;
        }
        & Input { height: 1; border: none; padding: 0 1; background: $panel; }
        & Input:focus { border: none; }
        & OptionList { height: 1fr; border: none; background: transparent; padding: 0; scrollbar-size-vertical: 1; }
        & OptionList { text-wrap: nowrap; text-overflow: ellipsis; }
        & OptionList:focus { border: none; background-tint: transparent; }
        & Static { height: auto; max-height: 2; padding: 0 1; color: $text-muted; }
        & OptionList > .option-list--option-disabled { color: $text; }
    }
    """

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__()
        self._sections = sections
        self._shown: list[Action | None] = []

    def compose(self) -> ComposeResult:
        """The search line and the list."""
        with Vertical() as box:
            box.border_title = Content("Keys")
            box.border_subtitle = Content("type to search · enter does it · esc closes")
            yield Input(placeholder="what do you want to do?", compact=True, id="keys-search")
            yield OptionList(id="keys-list")
            yield Static(id="keys-help", markup=False)

    def on_mount(self) -> None:
        """All of them."""
        self.query_one(Input).focus()
        self._show("")

    def action_list(self, way: str) -> None:
        """Move in the list, while one types above it."""
        getattr(self.query_one(OptionList), f"action_cursor_{way}" if "page" not in way else f"action_{way}")()

    @on(Input.Changed)
    def _searched(self, event: Input.Changed) -> None:
        event.stop()
        self._show(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionHighlighted)
    def _looked_at(self, event: OptionList.OptionHighlighted) -> None:
        """On a small screen the row has no room for all that it does."""
        event.stop()
        action = self._shown[event.option_index] if event.option_index < len(self._shown) else None
        self.query_one("#keys-help", Static).update(Content(action.help if action else ""))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._shown[event.option_index])

    def _show(self, query: str) -> None:
        keys = self.query_one(OptionList)
        rows = list(self._rows(query.strip()))
        self._shown = [action for action, _ in rows]
        width = max(self.size.width * 96 // 100, 40)
        options = [
            Option(_line(action, min(width, 116) - 6) if action else text, disabled=not action) for action, text in rows
        ]
        keys.clear_options().add_options(options or [Option(Content("  nothing of that name"), disabled=True)])
        keys.highlighted = next((index for index, action in enumerate(self._shown) if action), None)
        keys.scroll_home(animate=False)

    def _rows(self, query: str) -> Iterable[tuple[Action | None, Content]]:
        for number, section in enumerate(self._sections):
            found = [action for action in section.actions if not query or _fits(query, action)]
            if found or not (query or section.actions):
                title = Content.styled(section.title, "bold $text-primary")
                yield None, Content.assemble("\n" if number else "", title, ("  " + section.purpose, "$text-muted"))
                yield from ((action, Content("")) for action in found)


def _fits(query: str, action: Action) -> bool:
    return query in action.keys or fit(query, f"{action.title} {action.id}", action.help).score > 0.1


def _line(action: Action, width: int) -> Content:
    title = action.title.partition(": ")[2] or action.title
    about = f"{title[:1].upper()}{title[1:]}"
    room = max(width - _KEYS - _ABOUT - _ID - 3, 0)
    return Content.assemble(
        (padded(" ".join(action.keys), _KEYS) + " ", "bold $text-accent"),
        padded(about, _ABOUT if action.id else _ABOUT + room) + " ",
        (padded(action.help, room) + " " if action.id else "", "$text-muted"),
        (padded(action.id, _ID), "$text-disabled"),
    )

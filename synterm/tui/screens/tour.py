"""The first steps: a card beside each pane says what the pane is for. The prompt can be typed in meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Offset, Region, Size
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Static

if TYPE_CHECKING:
    from synterm.tui.screens.workbench.screen import WorkbenchScreen

SMALLEST = Size(80, 20)
"""Where the terminal is smaller, the card would hide what it is about."""
CARD = Size(46, 11)


@dataclass(frozen=True, slots=True)
class Step:
    """One pane, what it is for, and what one does there."""

    pane: str
    """Its selector."""
    title: str
    about: str
    keys: str
    now: bool = False
    """Whether that can be done while the card is there."""
    begin: str = ""
    """What one does instead where the project has nothing there yet."""


STEPS = (
    Step(
        "#prompt",
        "The prompt",
        "The text that your model is given. Every key you type is evaluated: no button, no waiting.",
        "type something and watch the results. backspace or ctrl+z takes it back.",
        now=True,
        begin="N writes the first one.",
    ),
    Step(
        "#results",
        "The results",
        "A row for each case, a column for each version. ✓ passes, ✗ fails, dim is from before your last key.",
        "tab goes there, enter on a ✗ says why.",
        begin="A adds the model that is to answer.",
    ),
    Step(
        "#behaviors",
        "The behaviors",
        "What your prompt must be good at, each with the share that passes now.",
        "↑ ↓ choose one: the other panes show only that.",
        begin="n makes a feature, in it a behavior, in that a scenario.",
    ),
    Step(
        "#cases",
        "The cases",
        "The inputs that are tried, with what should come out.",
        "/ and a word finds some, tag:typo those with a tag; n writes a new one.",
        begin="I imports them from a file; n writes one, once there is a scenario.",
    ),
    Step(
        "StatusBar",
        "The line on top",
        "How much of the results is fresh, what passes, and what it cost. It never spends more than its cap.",
        "ctrl+s keeps the draft as a version, to be held against.",
    ),
    Step(
        "KeyFooter",
        "All the rest",
        "The keys of the pane that has the focus. f1 lists them all; ctrl+p finds every command by its name.",
        "ctrl+p, then “theme” or “tour”.",
    ),
)


class TourScreen(ModalScreen[None]):
    """Stands over the workbench and points at its panes. Dismissed at its end, or when it is skipped."""

    BINDING_GROUP_TITLE = "Tour"
    HELP = "The first steps."
    AUTO_FOCUS = "#tour-next"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,right", "turn(1)", "Next", id="tour.next", tooltip="To the next pane"),
        Binding("left", "turn(-1)", "Back", id="tour.back", tooltip="To the pane before"),
        Binding("escape", "leave", "Skip", id="tour.skip", tooltip="End the tour; the palette starts it again"),
    ]
    DEFAULT_CSS = """
    TourScreen {
        background: transparent;
        & > Vertical {
            position: absolute; width: 46; height: 11; padding: 0 1;
            background: $panel; border: heavy $accent;
            border-title-color: $text-accent; border-subtitle-color: $text-muted;
        }
        & Static { height: 1fr; }
        & Horizontal { height: 1; align-horizontal: right; }
        & Button { margin-left: 1; width: auto; min-width: 8; }
    }
    """

    def __init__(self, beneath: WorkbenchScreen) -> None:
        super().__init__()
        self._beneath = beneath
        self._before = (beneath.classes, beneath.focused)
        self._step = 0

    def compose(self) -> ComposeResult:
        """The card."""
        with Vertical():
            yield Static(markup=False)
            with Horizontal():
                yield Button("Skip", id="tour-skip", compact=True)
                yield Button("Back", id="tour-back", compact=True)
                yield Button("Next", id="tour-next", compact=True, variant="primary")

    def on_mount(self) -> None:
        """Begin."""
        for button in self.query(Button):
            # While it shows that it was pressed it takes no other press: quick ones would be lost.
            button.active_effect_duration = 0
        self._show()

    def on_unmount(self) -> None:
        """Leave no mark on the panes, and those on the screen that were."""
        self._mark(None)
        classes, focused = self._before
        for name in ("-at-behaviors", "-at-cases", "-side-toggled"):
            self._beneath.set_class(name in classes, name)
        if focused is not None and focused.is_attached:
            self._beneath.set_focus(focused, scroll_visible=False)
            self._beneath.on_descendant_focus()

    def on_resize(self) -> None:
        """The panes moved, once they are laid out again."""
        self.call_after_refresh(self._place)

    @on(Button.Pressed, "#tour-next")
    def _next(self) -> None:
        self.action_turn(1)

    @on(Button.Pressed, "#tour-back")
    def _back(self) -> None:
        self.action_turn(-1)

    @on(Button.Pressed, "#tour-skip")
    def action_leave(self) -> None:
        """End it."""
        self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        """What is typed beside the prompt goes into the prompt."""
        area = self._beneath.prompt.area
        if area is None or not STEPS[self._step].now:
            return
        if event.is_printable:
            area.insert(event.character or "")
        elif event.key == "backspace":
            area.action_delete_left()
        elif event.key == "ctrl+z":
            area.action_undo()
        else:
            return
        event.stop()

    def action_turn(self, by: int) -> None:
        """To another step; after the last one it ends."""
        if self._step + by >= len(STEPS):
            self.dismiss(None)
            return
        self._step = max(self._step + by, 0)
        self._show()

    @property
    def _pane(self) -> Widget:
        return self._beneath.query_one(STEPS[self._step].pane)

    def _show(self) -> None:
        step = STEPS[self._step]
        card = self.query_one(Vertical)
        card.border_title = Content(f"{step.title}  {self._step + 1} of {len(STEPS)}")
        card.border_subtitle = Content("enter next · ← back · esc skip")
        self.query_one("#tour-back", Button).disabled = self._step == 0
        self.query_one("#tour-next", Button).label = "Done" if self._step == len(STEPS) - 1 else "Next"
        self.query_one(Static).update(Content.assemble(step.about, "\n\n", *_to_do(step, self._has_something(step))))
        self._mark(self._pane)
        self._place()
        # A pane that was hidden has its place only then.
        self.call_after_refresh(self._place)

    def _has_something(self, step: Step) -> bool:
        session = self._beneath.session
        match step.pane:
            case "#prompt":
                return session.prompt is not None
            case "#results":
                return session.model is not None
            case _:
                return bool(session.tree.scenarios())

    def _mark(self, pane: Widget | None) -> None:
        for part in self._beneath.query(".-toured"):
            part.remove_class("-toured")
        if pane is not None:
            pane.add_class("-toured")
            if pane.id in ("prompt", "results", "behaviors", "cases"):
                self._beneath.view(pane.id)

    def _place(self) -> None:
        card = self.query_one(Vertical)
        card.absolute_offset = beside(self._pane.region, self.size)
        self.refresh(layout=True)


def _to_do(step: Step, has_something: bool) -> tuple[tuple[str, str], str]:
    """The last words of a card."""
    words, keys = ("Try: " if step.now else "Keys: "), step.keys
    if step.begin and not has_something:
        words, keys = "After the tour: ", step.begin
    return (words, "bold $text-accent"), keys


def beside(pane: Region, screen: Size, card: Size = CARD) -> Offset:
    """Where a card hides least of a pane: right of it, left, below, above; else over its lower right corner."""
    places = (
        Offset(pane.right, pane.y + 1),
        Offset(pane.x - card.width, pane.y + 1),
        Offset(pane.x + 2, pane.bottom),
        Offset(pane.x + 2, pane.y - card.height),
    )
    fits = (place for place in places if _is_within(place, screen, card))
    found = next(fits, Offset(pane.right - card.width - 2, pane.bottom - card.height - 1))
    return Offset(max(0, min(found.x, screen.width - card.width)), max(0, min(found.y, screen.height - card.height)))


def _is_within(place: Offset, screen: Size, card: Size) -> bool:
    # Sideways it must fit; up and down it may be moved.
    across = place.x >= 0 and place.x + card.width <= screen.width
    return across and place.y >= 0 and place.y + card.height <= screen.height

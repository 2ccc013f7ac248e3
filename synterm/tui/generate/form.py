"""The form of the Generate screen."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static, TextArea

from synterm.describe.pipeline.planning import USUAL
from synterm.errors import SyntermError
from synterm.text import one_line, printable
from synterm.tui.generate.chains import AS_WRITTEN, NOISE_CHOICES, TONE_CHOICES
from synterm.tui.generate.wanted import APP_CHOICES, NO_CHECK, Form
from synterm.tui.widgets.pick_line import PickLine

Choices = Sequence[tuple[str, str]]
_FIRST = "misspellings"
_FILTERS = "near-duplicate:0.85 length:longest=200"


class GenerateForm(VerticalScroll, can_focus=False):
    """What is wanted. Posts `Changed` for whatever may change what comes of it."""

    class Changed(Message):
        """Something else is wanted."""

        def can_replace(self, message: Message) -> bool:
            """The newest says it all."""
            return isinstance(message, GenerateForm.Changed)

    def __init__(self, start: Form, *, seeds: Choices, models: Choices, scenarios: Choices) -> None:
        super().__init__(id="generate-form", classes="pane")
        self.border_title = "What to make"
        self._start = start
        self._choices = {"seeds": seeds, "model": models, "into": scenarios}

    def compose(self) -> ComposeResult:
        """A line for each thing that can be said."""
        start, models = self._start, self._choices["model"]
        checks = [(NO_CHECK, "not checked"), ("", "by the model that writes"), *models[1:]]
        yield Label("Generators  | chains them, f2 lists all", classes="generate--label")
        yield TextArea(
            start.chains or _FIRST, id="chains", compact=True, tab_behavior="focus", highlight_cursor_line=False
        )
        yield Static(id="explained")
        yield self._row("Tone", PickLine("Tone", TONE_CHOICES, start.tone, id="tone"))
        yield self._row("Noise", PickLine("Noise", NOISE_CHOICES, start.noise, id="noise"))
        yield self._row("Seeds", PickLine("Seeds", self._choices["seeds"], id="seeds"))
        yield self._row("Wanted", Input(start.count, type="integer", compact=True, id="count", placeholder="20"))
        yield self._row("Into", PickLine("Into", self._choices["into"], start.into, id="into"))
        yield self._row("Model", PickLine("Model that writes", models, start.model, id="model"))
        yield self._row("Labels", PickLine("Check labels", checks, start.check, id="check"))
        yield self._row("The app", PickLine("Ask the app itself", APP_CHOICES, start.app, id="app"))
        yield self._row("At most $", Input(start.cap, compact=True, id="cap", placeholder="no cap"))
        yield self._row("Filters", Input(start.filters, compact=True, id="filters", placeholder=_FILTERS))
        yield Static(Content.styled(f"at work besides: {', '.join(USUAL)}", "$foreground 65%"), id="usual")
        yield Static(id="generate-wrong")
        yield Button("Generate  ctrl+s", id="start", variant="primary", compact=True)

    def begin(self) -> None:
        """Go to the generators, to the end of what stands there."""
        area = self.query_one("#chains", TextArea)
        area.move_cursor(area.document.end)
        area.focus()

    @staticmethod
    def _row(label: str, widget: Widget) -> Horizontal:
        return Horizontal(Label(label), widget, classes="generate--row")

    @property
    def form(self) -> Form:
        """What stands in it now."""
        return Form(
            chains=self.query_one("#chains", TextArea).text,
            **{name: self.pick(name).value for name in ("tone", "noise", "model", "check", "app", "into")},
            **{name: self.query_one(f"#{name}", Input).value for name in ("count", "cap", "filters")},
        )

    def pick(self, name: str) -> PickLine:
        """The line of that name."""
        return self.query_one(f"#{name}", PickLine)

    def write(self, chains: str, *, quick: bool = False) -> None:
        """Put other chains in; `quick`: the quick settings are in them already."""
        if quick:
            with self.prevent(PickLine.Changed):
                self.pick("tone").value = self.pick("noise").value = AS_WRITTEN
        area = self.query_one("#chains", TextArea)
        area.text = chains
        area.move_cursor(area.document.end)

    def explain(self, words: Content) -> None:
        """Say what the generators do."""
        self.query_one("#explained", Static).update(words)

    def complain(self, error: SyntermError | None) -> None:
        """Say what is wrong; None: nothing is."""
        line = self.query_one("#generate-wrong", Static)
        hint = f" ({error.hint})" if error and error.hint else ""
        line.update(Content(printable(f"✗ {error}{hint}")) if error else "")
        line.display = error is not None

    def show_running(self, running: bool, words: str) -> None:
        """What the button does."""
        button = self.query_one("#start", Button)
        button.label = Content(one_line(words, 40))
        button.variant = "error" if running else "primary"

    @on(TextArea.Changed, "#chains")
    @on(Input.Changed)
    @on(PickLine.Changed)
    def _changed(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Changed())

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()

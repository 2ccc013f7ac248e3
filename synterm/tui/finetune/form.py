"""The form of the Fine-tune screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static, TextArea

from synterm.errors import SyntermError
from synterm.text import printable
from synterm.tui.finetune.wanted import (
    LABELS,
    ORDER_CHOICES,
    PHRASING_CHOICES,
    SOURCE_CHOICES,
    SPLIT_CHOICES,
    Choices,
    Form,
    words_of,
)
from synterm.tui.widgets.pick_line import PickLine

_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Which cases", ("prompt", "behaviors", "where", "split")),
    ("Which answers", ("positives", "score", "model", "negatives")),
    ("How many", ("balance", "limit", "order", "validation")),
    ("In place of the long prompt", ("instructions", "phrasing")),
    ("What is refused", ("tokens", "near", "private", "seed")),
)
_HELP = {
    "prompt": "The version whose messages are learnt from",
    "behaviors": "Features, behaviors or scenarios by path or name, with commas between; * is any text; f2 lists them",
    "where": "Only cases that fit a query, as in the filter of the cases: tag:typo fails:last",
    "split": "Where cases are taken from. Those of dev and holdout are refused: choose them to see which and why",
    "positives": "Where right answers come from, the most trusted first: people judged them right, the case expects "
    "them word for word, or they were recorded and passed the checks",
    "score": "What a recorded answer that passed must have scored, 0 to 1",
    "model": "Whose recorded answers count",
    "negatives": "At most so many wrong answers of a case, the most frequent first",
    "balance": "No behavior and no label has more than so many times the examples of the median one; off",
    "limit": "At most so many examples; empty: all",
    "order": "What comes first, and is left out last",
    "validation": "The share of lineages that is set aside to watch the training",
    "instructions": "A short system prompt in each line, in place of the prompt's own and its examples; several are "
    "phrasings; Routing/*=TEXT is for some behaviors only",
    "phrasing": "Whether each case comes once, or once under every phrasing",
    "tokens": "At most so many in a row, prompt and answer together",
    "near": "From this similarity of wording on a case is too much like one of dev or holdout",
    "private": "Texts that may stand there although they look like personal data or a key; * is any text",
    "seed": "For whatever is drawn",
}
_PLACEHOLDERS = {
    "behaviors": "all",
    "where": "all  tag:… fails:last",
    "balance": "off",
    "limit": "none",
    "private": "nothing",
}
_PICKS: Mapping[str, Choices] = {
    "split": SPLIT_CHOICES,
    "positives": SOURCE_CHOICES,
    "order": ORDER_CHOICES,
    "phrasing": PHRASING_CHOICES,
}


class FinetuneForm(VerticalScroll, can_focus=False):
    """What is to be learnt. Posts `Changed` for whatever may change what comes of it."""

    class Changed(Message):
        """Something else is wanted."""

        def can_replace(self, message: Message) -> bool:
            """The newest says it all."""
            return isinstance(message, FinetuneForm.Changed)

    def __init__(self, start: Form, *, prompts: Choices, models: Choices, paths: tuple[str, ...]) -> None:
        """`paths`: those of the tree, to complete what is typed."""
        super().__init__(id="finetune-form", classes="pane")
        self.border_title = "What is learnt"
        self._start = start
        self._picks = {**_PICKS, "prompt": prompts, "model": models}
        self._paths = paths

    def compose(self) -> ComposeResult:
        """A line for each thing that can be said."""
        for number, (title, names) in enumerate(_SECTIONS):
            yield Label(title, classes="finetune--section" if number else "finetune--section -first")
            for name in names:
                yield from self._line(name)
        yield Static(id="finetune-wrong", markup=False)
        yield Button("Export  ctrl+s", id="export", variant="primary", compact=True)

    def _line(self, name: str) -> Iterator[Widget]:
        widget = self._editor(name)
        widget.tooltip = Content(_HELP[name])
        if name == "instructions":
            yield widget
        else:
            yield Horizontal(Label(LABELS[name]), widget, classes="finetune--row")

    def _editor(self, name: str) -> Widget:
        value = str(getattr(self._start, name))
        widget_id = f"plan-{name}"
        if name == "instructions":
            return TextArea(
                value,
                id=widget_id,
                compact=True,
                tab_behavior="focus",
                highlight_cursor_line=False,
                placeholder="the prompt as it is; or a short one",
            )
        if name in self._picks:
            return PickLine(LABELS[name], self._picks[name], value, id=widget_id)
        suggester = SuggestFromList(self._paths, case_sensitive=False) if name == "behaviors" else None
        placeholder = _PLACEHOLDERS.get(name, "")
        return Input(value, placeholder, suggester=suggester, id=widget_id, select_on_focus=False, compact=True)

    @property
    def form(self) -> Form:
        """What stands in it now."""
        return Form(**{field.name: self._value(field.name) for field in fields(Form)})

    def _value(self, name: str) -> str:
        widget = self.query_one(f"#plan-{name}")
        if isinstance(widget, TextArea):
            return widget.text
        assert isinstance(widget, Input | PickLine)
        return widget.value

    def write(self, name: str, value: str) -> None:
        """Put something else into a field of one line."""
        widget = self.query_one(f"#plan-{name}")
        assert isinstance(widget, Input | PickLine)
        widget.value = value
        if isinstance(widget, Input):
            widget.cursor_position = len(value)

    def begin(self) -> None:
        """Go to the first field."""
        self.query_one("#plan-prompt").focus()

    def complain(self, error: SyntermError | None) -> None:
        """Say what is wrong; None: nothing is."""
        line = self.query_one("#finetune-wrong", Static)
        line.update(Content(printable(f"✗ {words_of(error)}")) if error else "")
        line.display = error is not None

    def offer(self, words: str) -> None:
        """What the button does."""
        self.query_one("#export", Button).label = Content(words)

    @on(TextArea.Changed)
    @on(Input.Changed)
    @on(PickLine.Changed)
    def _changed(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Changed())

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()

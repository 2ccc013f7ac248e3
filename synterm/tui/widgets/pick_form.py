"""Choices one below the other: a name, and what is chosen or typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Label, Select, Static

from synterm.text import one_line
from synterm.tui.imports.fields import PickField


class PickForm(VerticalScroll, can_focus=False):
    """Says when something else is chosen."""

    DEFAULT_CSS = """
    PickForm {
        scrollbar-size-vertical: 1;
        & > Horizontal { height: 1; }
        & > Static { height: 1; color: $text-primary; text-style: bold; padding: 0 1; margin-top: 1; }
        & > Static.-first { margin-top: 0; }
        & Label { width: 12; padding: 0 1; color: $text-muted; }
        & Select, & Input { width: 1fr; }
        & Input { height: 1; border: none; padding: 0 1; background: $panel; }
        & Input:focus { border: none; background: $primary 20%; }
    }
    """

    class Changed(Message):
        """Something else is chosen."""

        def __init__(self, form: PickForm, name: str) -> None:
            super().__init__()
            self.form = form
            self.field_name = name

        @property
        def control(self) -> PickForm:
            """The form."""
            return self.form

    def __init__(
        self, fields: Sequence[PickField], values: Mapping[str, str], suggestions: Sequence[str], *, id: str
    ) -> None:
        super().__init__(id=id)
        self._fields, self._start, self._suggestions = fields, values, suggestions
        self._told = dict(values)

    def compose(self) -> ComposeResult:
        """A line for each."""
        for number, field in enumerate(self._fields):
            if field.section:
                yield Static(Content(field.section), classes="" if number else "-first")
            with Horizontal():
                yield Label(Content(one_line(field.label, 10)))
                yield self._picker(field)

    @property
    def values(self) -> dict[str, str]:
        """What is chosen now, by field; of those that have no line, what it began with."""
        found = dict(self._start)
        for field in self._fields:
            found[field.name] = _value(self.query_one(f"#pick-{field.name}"))
        return found

    def _picker(self, field: PickField) -> Widget:
        value = self._start[field.name]
        name = f"pick-{field.name}"
        if not field.options:
            suggester = SuggestFromList(self._suggestions, case_sensitive=False) if field.name == "into" else None
            entry = Input(value, placeholder=field.help, suggester=suggester, compact=True, id=name)
            entry.tooltip = Content(field.help)
            return entry
        options = [(Content(one_line(words, 60)), value) for words, value in field.options]
        known = value if value in {one for _, one in options} else options[0][1]
        return Select(options, value=known, allow_blank=False, compact=True, id=name, tooltip=Content(field.help))

    @on(Select.Changed)
    @on(Input.Changed)
    def _changed(self, event: Select.Changed | Input.Changed) -> None:
        event.stop()
        name = (event.control.id or "").removeprefix("pick-")
        value = _value(event.control)
        # What they begin with is told of too.
        if self._told.get(name) != value:
            self._told[name] = value
            self.post_message(self.Changed(self, name))


def _value(widget: Widget) -> str:
    assert isinstance(widget, Input | Select)
    return str(widget.value)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]

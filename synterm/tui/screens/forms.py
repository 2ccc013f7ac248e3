"""A form of a few fields. What is wrong stands under the field that it is about, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Select, Static, TextArea

from synterm.core.problems import InvalidError
from synterm.errors import InputError, SyntermError
from synterm.text import one_line, printable
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.widgets.prompt.area import PromptArea

Values = dict[str, str]
"""What stands in the fields, by name."""
Save = Callable[[Values], Awaitable[object]]
"""Takes the values, or raises SyntermError; `where` or the problems' paths name the field."""
Probe = Callable[[Values], Awaitable[str]]
"""Tries out what the values say, and tells in words what came of it; or raises SyntermError as `Save` does."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in."""

    name: str
    label: str
    value: str = ""
    kind: Literal["line", "text", "choice", "number"] = "line"
    help: str = ""
    """Stands dim behind the label."""
    placeholder: str = ""
    choices: Sequence[tuple[str, str]] = ()
    """Words and value of each choice."""
    suggestions: Sequence[str] = ()
    """Completions of a line."""


class FormScreen(ModalScreen[bool]):
    """Shows fields, and saves them. Dismissed with True when that was done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="form.save", priority=True, tooltip="Save what stands here"),
        Binding("escape", "leave", "Cancel", id="form.leave", tooltip="Leave all as it was"),
        Binding("ctrl+t", "probe", "Test", id="form.probe", priority=True, tooltip="Try out what stands here"),
    ]
    DEFAULT_CSS = """
    FormScreen {
        align: center middle;
        & > VerticalScroll {
            width: 84; max-width: 96%; height: auto; max-height: 100%; padding: 0 1;
            background: $surface; border: round $primary; scrollbar-size-vertical: 1;
            border-title-color: $text-primary; border-subtitle-color: $text-muted;
        }
        & .form--note { color: $text-muted; padding: 0 1; margin-top: 1; height: auto; }
        & .form--label { padding: 0 1; width: 1fr; margin-top: 1; }
        & Input, & Select, & PromptArea { background: $panel; }
        & Input { padding: 0 1 !important; }
        & PromptArea { height: 4; }
        & Input:focus, & PromptArea:focus { background: $primary 20%; }
        & .form--error { color: $text-error; padding: 0 1; height: auto; display: none; }
        & .form--error.-wrong { display: block; }
        & #probe { color: $text-muted; padding: 0 1; margin-top: 1; height: auto; display: none; }
        & #probe.-told { display: block; }
        & Horizontal { height: 1; margin-top: 1; align-horizontal: right; }
        & Button { margin-left: 2; }
    }
    """

    def __init__(
        self, title: str, fields: Sequence[Field], save: Save, note: str = "", probe: Probe | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._fields = fields
        self._save = save
        self._note = note
        self._probe = probe
        self._saving = False

    def compose(self) -> ComposeResult:
        """The fields, one below the other."""
        with VerticalScroll(can_focus=False) as box:
            box.border_title = Content(one_line(self._title, 70))
            also = "ctrl+t tests · " if self._probe else ""
            saves = "enter" if self._is_one_line else "ctrl+s"
            box.border_subtitle = Content(f"{also}{saves} saves · esc leaves")
            if self._note:
                yield Static(Content(printable(self._note)), classes="form--note")
            for field in self._fields:
                yield Label(
                    Content.assemble(field.label, (f"  {printable(field.help)}", "$foreground-muted")),
                    id=f"label-{field.name}",
                    classes="form--label",
                )
                yield _editor(field)
                yield Static(id=f"wrong-{field.name}", classes="form--error")
            yield Static(id="wrong", classes="form--error")
            yield Static(id="probe")
            with Horizontal():
                if self._probe:
                    yield Button("Test", id="test", compact=True)
                yield Button("Cancel", id="leave", compact=True)
                yield Button("Save", id="save", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Begin with the first field."""
        self._widget(self._fields[0].name).focus(scroll_visible=False)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The label of a field comes on the screen with it; before the first stands what is to be known of all."""
        field = event.widget
        if field.id == f"field-{self._fields[0].name}":
            self.query_one(VerticalScroll).scroll_home(animate=False)
        elif field.id and field.id.startswith("field-"):
            above = self.query_one(f"#label-{field.id.removeprefix('field-')}")
            self.call_after_refresh(above.scroll_visible, animate=False)

    @property
    def values(self) -> Values:
        """What stands in the fields now."""
        return {field.name: _value(self._widget(field.name)) for field in self._fields}

    @property
    def unsaved(self) -> str:
        """Says that something was changed."""
        same = self.values == {field.name: field.value for field in self._fields}
        return "" if same else f"{one_line(self._title, 60)}: what you changed is not saved."

    @property
    def _is_one_line(self) -> bool:
        return len(self._fields) == 1 and self._fields[0].kind in ("line", "number")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        """Where there is one line alone, enter can mean nothing else."""
        event.stop()
        if self._is_one_line:
            self.action_save()

    def action_save(self) -> None:
        """Save, and close when that worked."""
        if not self._saving:
            self._saving = True
            self._try_to_save()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only some forms can be tried out."""
        return action != "probe" or self._probe is not None

    def action_probe(self) -> None:
        """Try out what stands here, and show what comes of it; a trial that is under way is given up."""
        self._try_out()

    def action_leave(self) -> None:
        """Close without saving; asks when something was changed."""
        if not self.unsaved:
            self.dismiss(False)
        else:
            question = ConfirmScreen(self._title, "Leave without saving what you changed?", "Leave")
            self.app.push_screen(question, self._left)

    def _left(self, really: bool | None) -> None:
        if really:
            self.dismiss(False)

    @work(exit_on_error=False)
    async def _try_to_save(self) -> None:
        self._show_problems([])
        try:
            await self._save(self.values)
        except SyntermError as error:
            self._show_problems(_problems(error, {field.name for field in self._fields}))
        else:
            self.dismiss(True)
        finally:
            self._saving = False

    @work(group="probe", exclusive=True, exit_on_error=False)
    async def _try_out(self) -> None:
        assert self._probe, "checked by check_action"
        self._show_problems([])
        self._tell("testing …")
        try:
            self._tell(await self._probe(self.values))
        except SyntermError as error:
            self._tell("")
            self._show_problems(_problems(error, {field.name for field in self._fields}))

    def _tell(self, words: str) -> None:
        """Show what came of a trial below the fields."""
        line = self.query_one("#probe", Static)
        line.update(Content(printable(words)))
        line.set_class(bool(words), "-told")
        self.call_after_refresh(line.scroll_visible, animate=False)

    def _show_problems(self, problems: Iterable[tuple[str, str]]) -> None:
        for line in self.query(".form--error").results(Static):
            line.update("")
            line.remove_class("-wrong")
        for name, words in reversed(list(problems)):
            line = self.query_one(f"#wrong-{name}" if name else "#wrong", Static)
            line.update(Content(printable(f"✗ {words}")))
            line.add_class("-wrong")
            if name:
                self._widget(name).focus()

    def _widget(self, name: str) -> Widget:
        return self.query_one(f"#field-{name}")

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#save")
    def _save_pressed(self) -> None:
        self.action_save()

    @on(Button.Pressed, "#test")
    def _test_pressed(self) -> None:
        self.action_probe()

    @on(Button.Pressed, "#leave")
    def _leave_pressed(self) -> None:
        self.action_leave()


def _editor(field: Field) -> Widget:
    name = f"field-{field.name}"
    if field.kind == "text":
        return PromptArea(field.value, part=field.name, id=name)
    if field.kind == "choice":
        options = [(Content(one_line(words, 70)), value) for words, value in field.choices]
        return Select(options, value=field.value, allow_blank=False, id=name, compact=True)
    suggester = SuggestFromList(field.suggestions, case_sensitive=False) if field.suggestions else None
    kind = "number" if field.kind == "number" else "text"
    return Input(
        field.value, field.placeholder, suggester=suggester, type=kind, id=name, select_on_focus=False, compact=True
    )


def _value(widget: Widget) -> str:
    if isinstance(widget, TextArea):
        return widget.text
    if isinstance(widget, Input):
        return widget.value
    assert isinstance(widget, Select)
    return str(widget.value)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _problems(error: SyntermError, names: set[str]) -> list[tuple[str, str]]:
    """The field and the words of each problem; what is about no field here stands under "" with all its words."""
    hint = f" ({error.hint})" if error.hint else ""
    if isinstance(error, InvalidError):
        found = [(str(problem.path[0]) if problem.path else "", problem) for problem in error.problems]
        return [(name, f"{p.message}{hint}") if name in names else ("", f"{p}{hint}") for name, p in found]
    if isinstance(error, InputError) and error.where in names:
        return [(error.where or "", f"{error.message}{hint}")]
    return [("", f"{error}{hint}")]

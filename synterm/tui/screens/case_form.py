"""A case as a form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, cast, get_args

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Select, Static

from synterm.core.case import Case, Split, Status
from synterm.errors import InputError, SyntermError
from synterm.text import one_line, printable
from synterm.tui.cases.reading import Filled, filled, read_filled
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.widgets.tick import Tick
from synterm.tui.widgets.value_field import ExactArea, ValueField

SaveCase = Callable[[Case], Awaitable[object]]
"""Takes the case that was filled in, or raises SyntermError."""


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What the form is about."""

    title: str
    case: Case
    paths: Mapping[str, str]
    """Of all scenarios, by id."""
    labels: Callable[[str], Sequence[str]]
    """The labels that the checks of a scenario know, by its id."""
    split_note: str = ""
    """Why the split can't be changed; empty when it can."""


class CaseForm(ModalScreen[bool]):
    """Every part of a case in a field of its own, saved by `save`. Dismissed with True when that was done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="form.save", tooltip="Save the case", priority=True),
        Binding("escape", "leave", "Cancel", id="form.leave", tooltip="Leave the case as it was; asks if changed"),
        Binding("ctrl+n", "add", "Add value", id="form.add", tooltip="Add a named value to the input"),
    ]
    CSS_PATH = "case_form.tcss"

    def __init__(self, facts: FormFacts, save: SaveCase) -> None:
        super().__init__()
        self._facts = facts
        self._save = save
        self._saving = False
        self._start = filled(facts.case)

    def compose(self) -> ComposeResult:
        """The fields; those of the input first."""
        case = self._facts.case
        with Vertical() as box:
            box.border_title = Content(one_line(self._facts.title, 60))
            box.border_subtitle = Content("ctrl+s saves · esc goes back")
            with VerticalScroll(can_focus=False):
                with Vertical(id="values"):
                    for name, text in self._start.values.items():
                        yield ValueField(name, text)
                with Horizontal(classes="line"):
                    yield Input(placeholder="name of another value", id="new-name", compact=True)
                    yield Button("Add value", id="add", compact=True)
                yield Static(id="problem-input", classes="problem")
                yield from self._expected(case)
                yield Static("tags", classes="label")
                yield Input(self._start.tags, id="tags", placeholder="separated by spaces", compact=True)
                yield Static(id="problem-tags", classes="problem")
                yield from self._choices(case)
            yield Static(id="problem", classes="problem")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Save", id="save", variant="primary", compact=True)

    def _expected(self, case: Case) -> ComposeResult:
        yield Static("expected", classes="label")
        yield ExactArea(self._start.expected, id="expected")
        labels = self._facts.labels(case.scenario_id)
        with Horizontal(classes="line"):
            yield Tick("is JSON", self._start.is_json, id="is-json", compact=True)
            if labels:
                shown = [(Content(one_line(label, 40)), label) for label in labels]
                yield Select(shown, prompt="choose a label", id="labels", compact=True)
        yield Static(id="problem-expected", classes="problem")

    def _choices(self, case: Case) -> ComposeResult:
        with Horizontal(classes="line"):
            yield Static("split", classes="label")
            split = [(name, name) for name in get_args(Split)]
            chooser = Select(split, value=case.split, allow_blank=False, id="split", compact=True)
            chooser.disabled = bool(self._facts.split_note)
            yield chooser
            yield Static("status", classes="label")
            status = [(name, name) for name in get_args(Status)]
            yield Select(status, value=case.status, allow_blank=False, id="status", compact=True)
        if self._facts.split_note:
            yield Static(Content(printable(self._facts.split_note)), classes="note")
        yield Static("scenario", classes="label")
        paths = [(Content(one_line(path, 70)), node_id) for node_id, path in self._facts.paths.items()]
        yield Select(paths, value=case.scenario_id, allow_blank=False, id="scenario", compact=True)

    def on_mount(self) -> None:
        """The first value is ready to be typed."""
        self.query("TextArea, Input").first().focus()

    @property
    def filled(self) -> Filled:
        """What stands in the fields."""
        return Filled(
            values={field.value_name: field.text for field in self.query(ValueField)},
            expected=self.query_one("#expected", ExactArea).text,
            is_json=self.query_one("#is-json", Tick).value,
            tags=self.query_one("#tags", Input).value,
            split=self._choice("split"),
            status=self._choice("status"),
            scenario_id=self._choice("scenario"),
        )

    def _choice(self, name: str) -> str:
        return str(cast("Select[str]", self.query_one(f"#{name}")).value)

    @property
    def unsaved(self) -> str:
        """Says that something was changed."""
        same = self.filled == self._start
        return "" if same else f"{one_line(self._facts.title, 60)}: what you changed is not saved."

    def action_save(self) -> None:
        """Save the case, and close when that worked; else say at its field what is wrong."""
        for problem in self.query(".problem").results(Static):
            problem.update("")
        try:
            case = read_filled(self._facts.case, self.filled)
        except InputError as error:
            field = error.where if error.where in ("expected", "tags") else "input"
            place = "" if error.where == field else f"{error.where}: "
            self._say(f"-{field}", f"{place}{error.message}")
            return
        if not self._saving:
            self._saving = True
            self._try_to_save(case)

    @work(exit_on_error=False)
    async def _try_to_save(self, case: Case) -> None:
        try:
            await self._save(case)
        except SyntermError as error:
            self._say("", f"{error} ({error.hint})" if error.hint else str(error))
        else:
            self.dismiss(True)
        finally:
            self._saving = False

    def _say(self, place: str, problem: str) -> None:
        said = self.query_one(f"#problem{place}", Static)
        said.update(Content(printable(f"✗ {problem}")))
        said.scroll_visible(animate=False)

    @work
    async def action_leave(self) -> None:
        """Leave without saving; where something was typed, after asking."""
        if self.unsaved:
            question = ConfirmScreen("Leave the form?", "What you changed in this case is lost.", "Leave")
            if not await self.app.push_screen_wait(question):
                return
        self.dismiss(False)

    async def action_add(self) -> None:
        """Add the named value, or go to where its name is typed."""
        field = self.query_one("#new-name", Input)
        name = field.value.strip()
        names = [value.value_name for value in self.query(ValueField)]
        problem = f"✗ there is a value named {name} already" if name in names else ""
        self.query_one("#problem-input", Static).update(Content(printable(problem)))
        if not name or problem:
            field.focus()
            return
        added = ValueField(name, "")
        await self.query_one("#values").mount(added)
        field.value = ""
        added.query_one(ExactArea).focus()

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "add":
            await self.action_add()
        elif event.button.id == "save":
            self.action_save()
        elif event.button.id == "cancel":
            self.action_leave()

    @on(Input.Submitted, "#new-name")
    async def _name_typed(self, event: Input.Submitted) -> None:
        event.stop()
        await self.action_add()

    @on(Select.Changed, "#labels")
    def _label_chosen(self, event: Select.Changed) -> None:
        if isinstance(event.value, str):
            self.query_one("#expected", ExactArea).text = event.value
            self.query_one("#is-json", Tick).value = False

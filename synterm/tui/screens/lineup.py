"""Choosing which columns stand on the board, and which one the draft is held against."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from synterm.core.model import ModelSpec
from synterm.core.prompt import Prompt
from synterm.providers.availability import usable
from synterm.providers.prices import is_free
from synterm.text import one_line, printable
from synterm.tui.board.lineup import DRAFT, Lineup
from synterm.tui.session import Session
from synterm.tui.titles import rate_text
from synterm.tui.widgets.key_footer import KeyFooter
from synterm.tui.widgets.lineup_matrix import Key, LineupMatrix, LineupTable, Model, Version


def lineup_table(session: Session, approved: Collection[str], sample: int) -> LineupTable | None:
    """What a session has to choose from; None without a prompt or a model. `sample`: of live mode, in cases."""
    prompt, used = session.prompt, session.model
    if prompt is None or used is None:
        return None
    places = session.lineup.places(prompt, session.models, used)
    fixed = [place for place in places if Lineup.is_fixed(*place, used)]
    specs = [used, *(model for model in session.models if model.name != used.name)]
    versions = (
        Version(DRAFT, "draft"),
        *(Version(one.number, one.label, one_line(one.note, 60), one.pinned) for one in reversed(prompt.versions)),
    )
    return LineupTable(
        versions,
        tuple(_model(spec, approved, sample) for spec in specs),
        frozenset((version.number if version else DRAFT, model.name) for version, model in places),
        frozenset((version.number if version else DRAFT, model.name) for version, model in fixed),
        _rates(session, versions, specs),
        _reference(session, prompt),
    )


class LineupScreen(ModalScreen[Lineup | None]):
    """Versions × models. Dismissed with what was chosen; None when it stays as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "Apply", id="columns.apply", tooltip="Have these columns"),
        Binding("escape,q", "dismiss(None)", "Cancel", id="columns.cancel", tooltip="Leave the columns as they were"),
    ]
    DEFAULT_CSS = """
    LineupScreen {
        align: center middle;
        & > Vertical {
            width: 92%; max-width: 104; height: auto; max-height: 85%; padding: 1 2;
            background: $surface; border: round $primary;
            border-title-color: $text-primary; border-title-style: bold; border-subtitle-color: $text-muted;
        }
        & LineupMatrix { height: auto; max-height: 24; }
        & #lineup-note { height: auto; min-height: 2; margin-top: 1; color: $text-muted; }
    }
    """

    def __init__(self, table: LineupTable, session: Session) -> None:
        super().__init__()
        self._table = table
        self._session = session

    def compose(self) -> ComposeResult:
        """The table, and what to know about the model under the cursor."""
        with Vertical() as box:
            box.border_title = Content("Columns")
            matrix = LineupMatrix(self._table)
            matrix.styles.height = len(self._table.versions) + 1
            yield matrix
            yield Static("", id="lineup-note", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Keys go to the table."""
        self.query_one(LineupMatrix).focus()

    def action_apply(self) -> None:
        """Have the columns that are marked."""
        matrix = self.query_one(LineupMatrix)
        reference = self._session.lineup.reference
        if matrix.reference != self._table.reference:
            reference = self._variant(matrix.reference)
        self.dismiss(Lineup.of(frozenset(matrix.chosen), matrix.table.models[0].name, reference))

    def _variant(self, key: Key | None) -> tuple[str, str] | None:
        """The place of the column that a mark in the table stands for."""
        versions = self._session.prompt.versions if self._session.prompt else ()
        found = next((version for version in versions if key and version.number == key[0]), None)
        return (found.label, key[1]) if found and key else None

    @on(LineupMatrix.Moved)
    def _moved(self, event: LineupMatrix.Moved) -> None:
        matrix = event.matrix
        model, version = matrix.model, matrix.table.versions[matrix.cursor]
        lines = [f"{one_line(model.name, 40)}: {printable(model.note)}"]
        if matrix.key in matrix.table.fixed:
            lines.append("This column always stands: " + ("the draft" if not version.number else "a pinned version"))
        count = len(matrix.chosen)
        self.query_one("#lineup-note", Static).update(Content("\n".join(lines)))
        self.query_one(Vertical).border_subtitle = Content(f"{count} column{'' if count == 1 else 's'}")


def _model(spec: ModelSpec, approved: Collection[str], sample: int) -> Model:
    found = usable(spec, approved)
    note = found.reason if found.ok or not found.hint else f"{found.reason}. {found.hint}"
    if found.ok and not is_free(spec):
        note += f"; costs money, or may: live mode takes a sample of {sample} cases, r runs all"
    return Model(spec.name, note, found.ok)


def _rates(session: Session, versions: Collection[Version], specs: Collection[ModelSpec]) -> dict[Key, str]:
    rates: dict[Key, str] = {}
    for version in versions:
        for spec in specs:
            column = session.find_column(version.number or None, spec.name)
            if column and (text := rate_text(column.counts, len(session.rows))):
                rates[version.number, spec.name] = text
    return rates


def _reference(session: Session, prompt: Prompt) -> Key | None:
    column = session.board.reference
    if column is None or column.recorded:
        return None
    number = next((one.number for one in prompt.versions if one.label == column.variant.version), DRAFT)
    return (number, column.variant.model.name)

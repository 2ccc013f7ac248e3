"""A cell's why: all that is known about one case under one variant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from synterm.core.case import Case, value_text
from synterm.core.evaluation import CheckResult, Evaluation
from synterm.text import one_line, printable
from synterm.tui.column import Column
from synterm.tui.verdicts import kind_of, marked, short_answer
from synterm.tui.why import Why

_RAW_LIMIT = 20_000
_STYLES = {"pass": "$text-success", "fail": "$text-error", "error": "$text-warning"}


class InspectScreen(ModalScreen[None]):
    """Shows the verdict with its reasons, the rendered messages, the answer as it came, and the other variants."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "Close", id="inspect.close", tooltip="Back to the results"),
        Binding("down,j", "scroll('down')", "Down", show=False, id="inspect.down", tooltip="One line down"),
        Binding("up,k", "scroll('up')", "Up", show=False, id="inspect.up", tooltip="One line up"),
    ]
    DEFAULT_CSS = """
    InspectScreen {
        align: center middle;
        & > VerticalScroll {
            width: 90%; max-width: 110; height: auto; max-height: 90%;
            background: $surface; border: round $primary; padding: 1 2;
            border-title-color: $text-primary; border-subtitle-color: $text-muted;
        }
        & Static { width: 1fr; height: auto; }
    }
    """

    def __init__(self, case: Case, column: Column, columns: Sequence[Column], why: Why | None) -> None:
        """`why`: about the column's cell; None when it has none."""
        super().__init__()
        self._case = case
        self._column = column
        self._columns = columns
        self._why = why

    def compose(self) -> ComposeResult:
        """One scrolling text."""
        with VerticalScroll() as box:
            box.border_title = Content(f"Why · {one_line(self._column.title, 60)}")
            box.border_subtitle = Content("esc closes")
            for part in self._parts():
                yield Static(part, markup=False)

    def action_scroll(self, way: str) -> None:
        """Scroll a line."""
        box = self.query_one(VerticalScroll)
        (box.scroll_down if way == "down" else box.scroll_up)(animate=False)

    def _parts(self) -> Iterable[Content]:
        case, why = self._case, self._why
        yield _section("Case", case.id)
        yield _facts([*case.input.items(), ("expected", value_text(case.expected) or "(nothing)")])
        yield _facts([("split", case.split), ("tags", " ".join(case.tags) or "–"), ("origin", case.origin.kind)])
        if why is None:
            yield Content("\nNot evaluated yet under this variant.")
            return
        yield from _verdict(why.evaluation, why.note)
        yield from _messages(why.evaluation)
        yield from _answer(why)
        yield from self._others()

    def _others(self) -> Iterable[Content]:
        lines = [
            (column.title, marked(cell.kind, cell.text))
            for column in self._columns
            if column is not self._column and (cell := column.cell(self._case.id))
        ]
        if lines:
            yield _section("The same case elsewhere")
            yield _facts(lines)


def _section(title: str, note: str = "") -> Content:
    return Content.assemble("\n", (title, "bold $text-primary"), "  ", (printable(note), "$text-muted"))


def _facts(facts: Iterable[tuple[str, object]]) -> Content:
    lines = (((f"{printable(name):>10}  ", "$text-muted"), printable(str(value))) for name, value in facts)
    return Content("\n").join(Content.assemble(*line) for line in lines)


def _verdict(evaluation: Evaluation, note: str) -> Iterable[Content]:
    yield _section("Verdict", note)
    kind = kind_of(evaluation)
    line = marked(kind, short_answer(evaluation, 200))
    yield Content.styled(f"{'':>10}  {line}", f"bold {_STYLES[kind]}")
    yield _facts((check.type, _check_line(check)) for check in evaluation.checks)
    if evaluation.error:
        hint = f"\n{evaluation.completion.hint}" if evaluation.completion.hint else ""
        yield _facts([("error", evaluation.error + hint)])


def _check_line(check: CheckResult) -> str:
    if check.passed is None:
        return f"! abstains: {check.error}"
    return f"{'✓' if check.passed else '✗'} {check.reason}"


def _messages(evaluation: Evaluation) -> Iterable[Content]:
    request = evaluation.task.request
    if request is None:
        return
    yield _section("Request", f"key {request.key[:16]}…")
    yield _facts((message.role, message.content.replace("\n", f"\n{'':>12}")) for message in request.messages)
    held = f"held to {request.constraint}" if request.constraint else "free text"
    yield _facts([("parameters", request.params or "–"), ("answer", held)])


def _answer(why: Why) -> Iterable[Content]:
    completion, raw = why.evaluation.completion, why.raw
    yield _section("Answer", why.source)
    yield _facts([("text", completion.text or "(empty)"), ("outcome", completion.outcome.value)])
    usage = completion.usage
    yield _facts(
        [
            ("time", _milliseconds(completion.latency_ms, completion.first_token_ms)),
            ("tokens", f"{_known(usage.prompt)} in, {_known(usage.completion)} out"),
            ("cost", "unknown" if completion.cost_usd is None else f"${completion.cost_usd:.6f}"),
        ]
    )
    if completion.attempts > 1:
        yield _facts([("sent", f"{completion.attempts} times; all but the last failed")])
    if raw:
        text = raw[:_RAW_LIMIT].decode("utf-8", "replace")
        yield _section("Response as it came", f"{len(raw):,} bytes" + (", cut" if len(raw) > _RAW_LIMIT else ""))
        yield Content(printable(text))


def _milliseconds(total: float | None, first: float | None) -> str:
    if total is None:
        return "unknown"
    return f"{total:.0f} ms" + (f", first text after {first:.0f} ms" if first is not None else "")


def _known(count: int | None) -> str:
    return "unknown" if count is None else str(count)

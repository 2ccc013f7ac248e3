"""What is said about traffic, as text for the screen. Whatever it holds is shown as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from textual.content import Content

from synterm.core.case import Case, value_text
from synterm.core.inbox import LOW_CONFIDENCE, InboxReport
from synterm.core.traffic import LoggedCall
from synterm.production.candidate import WORDS, Candidate
from synterm.reports.figures import dollars, interval, milliseconds, minute, percent
from synterm.reports.inbox import log_words, masked_words
from synterm.storage.runs import PastVerdict
from synterm.text import one_line, plural, printable
from synterm.tui.inbox.places import PlaceRow
from synterm.tui.screens.text import MUTED, section
from synterm.tui.widgets.table import Cell, TableColumn

CALL_COLUMNS = (
    TableColumn("", 1),
    TableColumn("when", 11, rank=2),
    TableColumn("sure", 4, right=True, rank=1),
    TableColumn("asked"),
    TableColumn("answered", 18),
    TableColumn("model", 12, rank=3),
)
_MARKS: dict[str, Cell] = {"new": ("", ""), "promoted": ("✓", "pass"), "dismissed": ("✗", "dim")}
_LABEL = 10
_VERDICTS = 4


def call_cells(call: LoggedCall) -> Sequence[Cell]:
    """One row of the table of calls."""
    done = "dim" if call.state != "new" else ""
    sure = "" if call.confidence is None else f"{call.confidence:.2f}"
    doubtful = call.confidence is not None and call.confidence < LOW_CONFIDENCE
    answered = (call.output, done) if call.output else (call.outcome.value if call.id else "", "error")
    return [
        _MARKS[call.state],
        (minute(call.served)[5:], "dim"),
        (sure, "error" if doubtful else "dim"),
        (input_line(call), done),
        answered,
        (call.model, "dim"),
    ]


def input_line(call: LoggedCall) -> str:
    """What was asked, in a line."""
    values = [value_text(value) for value in call.input.values()]
    return values[0] if len(values) == 1 else Case(scenario_id="", input=call.input).title


def call_text(
    call: LoggedCall, path: str, nearest: Case | None, candidate: Candidate | None, verdicts: Sequence[PastVerdict]
) -> Content:
    """All that is known of a call."""
    if not call.id:
        return Content("Somebody removed it.")
    lines = [*_input(call), Content(""), _muted("answered"), _answer(call), Content("")]
    lines += _facts(_about(call, path, nearest, candidate))
    return Content("\n").join([*lines, *_verdict_lines(verdicts)])


def _input(call: LoggedCall) -> Iterator[Content]:
    for name, value in call.input.items():
        if len(call.input) > 1:
            yield _muted(one_line(name, 60))
        yield Content.styled(printable(value_text(value)), "bold")


def _answer(call: LoggedCall) -> Content:
    if call.output:
        return Content(printable(call.output))
    why = f": {one_line(call.error, 200)}" if call.error else ""
    return Content.styled(f"nothing, {call.outcome.value}{why}", "$text-warning")


def _about(
    call: LoggedCall, path: str, nearest: Case | None, candidate: Candidate | None
) -> Iterator[tuple[str, Content]]:
    yield "place", _place(call, path)
    if nearest is not None:
        expected = one_line(value_text(nearest.expected), 40)
        like = "" if call.likeness is None else f"{call.likeness:.2f}  "
        yield "nearest", Content.assemble((like, MUTED), one_line(nearest.title, 160), (f"  → {expected}", MUTED))
    if candidate is not None:
        yield "expects", _candidate(candidate)
    yield "when", _muted(", ".join([call.served[:19].replace("T", " "), *_measured(call)]))
    if call.weight != 1:
        yield "stands for", _muted(f"{call.weight:,.4g} calls")
    if call.masked:
        yield "masked", _muted(masked_words(call.masked).removeprefix("masked: "))
    for name, value in (call.detail or {}).items():
        yield one_line(name, _LABEL), _muted(one_line(value_text(value), 200))
    yield "id", _muted(call.id)


def _candidate(candidate: Candidate) -> Content:
    if candidate.expected is None:
        return _muted(WORDS[candidate.how])
    return Content.assemble(one_line(value_text(candidate.expected), 60), (f"  {WORDS[candidate.how]}", MUTED))


def _place(call: LoggedCall, path: str) -> Content:
    sure = "" if call.confidence is None else f"  {call.confidence:.2f} sure"
    match call.placing:
        case "placed":
            return Content.assemble(one_line(path, 200), (sure, MUTED))
        case "uncovered":
            return Content.assemble(("in none: no case is near enough", "$text-warning"), (sure, MUTED))
        case _:
            return Content.styled("nobody looked yet: p places it", "$text-warning")


def _measured(call: LoggedCall) -> Iterator[str]:
    if call.model:
        yield one_line(call.model, 60)
    if call.latency_ms is not None:
        yield milliseconds(call.latency_ms)
    if call.cost_usd is not None:
        yield dollars(call.cost_usd)


def _verdict_lines(verdicts: Sequence[PastVerdict]) -> Iterator[Content]:
    """What runs over traffic found about it, the newest first."""
    if verdicts:
        yield Content("")
        yield _muted("judged by its checks")
    for one in verdicts[:_VERDICTS]:
        mark = ("✓ ", "$text-success") if one.passed else ("✗ ", "$text-error")
        if one.passed is None:
            mark = ("? ", "$text-warning")
        yield Content.assemble(mark, (f"{minute(one.started)}  {one_line(one.error or '', 120)}", MUTED))


def _facts(pairs: Iterable[tuple[str, Content]]) -> list[Content]:
    return [_muted(f"{name:>{_LABEL}}  ") + words for name, words in pairs]


def headline(report: InboxReport) -> str:
    """How much traffic there is, in a line."""
    if not report.all.calls:
        return "no traffic yet"
    sampled = "" if report.all.weight <= report.all.calls else f" stand for {report.all.weight:,.0f}"
    # The year once, where it is the same.
    last = report.last[5:10] if report.last[:4] == report.first[:4] else report.last[:10]
    when = report.first[:10] if report.first[:10] == report.last[:10] else f"{report.first[:10]} to {last}"
    return f"{plural(report.all.calls, 'call')}{sampled} · {when}"


def placing_notes(report: InboxReport) -> Iterator[str]:
    """What is to be done about where calls are placed."""
    if report.unplaced.calls:
        yield f"{report.unplaced.calls:,} not placed yet: p places {'it' if report.unplaced.calls == 1 else 'them'}"
    elif report.stale:
        yield "cases changed since calls were placed: p places them again"


def share_words(row: PlaceRow) -> str:
    """The share of a place with its interval, for the frame."""
    group = row.group
    if row.kind == "all":
        return ""
    done = [f"{group.promoted:,} promoted" if group.promoted else "", f"{group.dismissed:,} put away"]
    words = [
        f"{percent(group.share)} of traffic [{interval(group.share_ci)}]",
        *(word for word in done if word and word != "0 put away"),
    ]
    return " · ".join(words)


def empty_text(project: str) -> Content:
    """How traffic comes in."""
    return Content.assemble(
        ("No traffic yet\n\n", "bold $text-primary"),
        "Bring in a log of your app, and see which behaviors its users ask for, how sure that is, and what no case "
        "covers. Personal data and keys are masked before anything is kept.\n\n",
        (printable(f"synterm import {project} requests.jsonl --as production\n\n"), "bold"),
        ("Logs of OpenAI and LiteLLM, OpenTelemetry spans, JSONL and CSV; large ones are sampled:\n", MUTED),
        (printable(f"synterm import {project} spans.json --as production --sample 0.1\n\n"), MUTED),
        ("ctrl+r looks again, esc leaves", MUTED),
    )


def about_parts(report: InboxReport) -> Iterator[Content]:
    """What the figures mean, and where the traffic came from."""
    yield section("Share")
    yield Content(
        "Of all traffic, also of what sampling left out: each call that was kept stands for others. In brackets the "
        "95 % interval: how far the true share may be from it."
    )
    yield section("Sure")
    yield Content(
        "How likely the behavior is the right one, as the project's own cases show: each was placed as if it and its "
        f"kin had not been known. In the table the median. Below {LOW_CONFIDENCE} a call is more likely about "
        "something else."
    )
    yield section("Uncovered")
    yield Content(
        "No case is near enough. What is alike stands together in numbered clusters; a promotes what is typical of "
        "one to draft cases."
    )
    yield section("Logs")
    for log in report.logs:
        yield Content(printable(log_words(log)))
    if not report.logs:
        yield _muted("none is known")
    for note in report.notes:
        yield Content.styled(printable(note), "$text-warning")


def _muted(words: str) -> Content:
    return Content.styled(printable(words), MUTED)

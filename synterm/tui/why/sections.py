"""All about a cell, as text in sections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from synterm.core.case import Case, value_text
from synterm.core.decision import REVIEW
from synterm.core.evaluation import CheckResult, Evaluation
from synterm.core.request import Constraint, Labels
from synterm.reports.generation import MADE_OF, lineage_lines
from synterm.text import one_line, plural, printable
from synterm.tui.board.column import Column, Freshness
from synterm.tui.board.verdicts import MARKS, kind_of, marked, short_answer
from synterm.tui.why.context import context_facts
from synterm.tui.why.difference import Piece, differences, prompt_differences
from synterm.tui.why.finding import Details, Why
from synterm.tui.why.past import past_lines

NAMES = ("Case", "Verdict", "Request", "Answer", "Other columns", "History", "Response")
_STYLES = {"pass": "$text-success", "fail": "$text-error", "error": "$text-warning"}
_PIECES = {"kept": "", "removed": "strike $text-error", "added": "bold underline $text-success"}
_MOST = 20_000
"""The most characters of one text that are shown; all of it can be copied."""
_INDENT = 13


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with a remark, and what stands under it."""

    name: str
    note: str
    body: Content

    def markdown(self) -> str:
        """The same as Markdown: what is shown, in a fence that nothing inside can close."""
        text = self.body.plain.rstrip()
        fence = "~" * max(3, 1 + max((len(run) for run in text.split() if not run.strip("~")), default=0))
        return f"## {self.name}\n\n{self.note}\n\n{fence}\n{text}\n{fence}\n".replace("\n\n\n", "\n")


def sections(
    case: Case, column: Column, columns: Sequence[Column], details: Details, whole: bool = False
) -> list[Section]:
    """The sections of `NAMES`, in that order. `whole`: the response uncut."""
    why = details.why
    return [
        case_section(case, details.above),
        _verdict(case, column, why),
        _request(why),
        _answer(why),
        _others(case, column, columns, details.answers),
        Section("History", plural(len(details.history), "recorded verdict"), past_lines(details.history, column)),
        _response(why, _MOST if not whole else 50 * _MOST),
    ]


def _facts(facts: Iterable[tuple[str, object]]) -> Content:
    """Names to the left, values to the right; lines after the first stand under it."""
    lines: list[Content] = []
    for name, value in facts:
        shown = value if isinstance(value, Content) else Content(cut(str(value)))
        first, *rest = shown.split("\n", allow_blank=True) or [shown]
        label = Content.styled(f"{one_line(name, _INDENT - 2):>{_INDENT - 2}}  ", "$text-muted")
        lines.append(label + first)
        lines.extend(Content(" " * _INDENT) + line for line in rest)
    return Content("\n").join(lines)


def cut(text: str, limit: int = _MOST) -> str:
    """`text` as it can be shown, cut with a remark where it is too long."""
    if len(text) <= limit:
        return printable(text)
    return printable(text[:limit]) + f"\n… cut: {limit:,} of {len(text):,} characters are shown"


def _diff(pieces: Iterable[Piece]) -> Content:
    return Content.assemble(*((printable(piece.text), _PIECES[piece.kind]) for piece in pieces))


def case_section(case: Case, above: Sequence[Case] | None = None) -> Section:
    """The case itself. `above`: what it was made from, that one's seed, and so on; None while that is looked up."""
    origin = case.origin
    told = (*MADE_OF, REVIEW)
    facts: list[tuple[str, object]] = [
        *((name, value_text(value)) for name, value in case.input.items()),
        ("expected", value_text(case.expected) or "(nothing)"),
        ("split", f"{case.split} · {case.status}"),
        ("tags", " ".join(case.tags) or "–"),
        ("origin", origin.kind),
        *((name, value_text(value)) for name, value in origin.detail.items() if name not in told),
    ]
    if lineage := [*lineage_lines(case, above or ())]:
        facts.append(("lineage", "\n".join(lineage)))
    if above is not None and (gone := (above[-1] if above else case).origin.seed_id):
        facts.append(("made from", f"{gone}, which is gone"))
    return Section("Case", case.id, _facts(facts))


def _verdict(case: Case, column: Column, why: Why | None) -> Section:
    if why is None:
        state = column.running.get(case.id)
        text = "Not evaluated yet under this variant." if state is None else f"On its way: {cut(state)}"
        return Section("Verdict", "", Content(text))
    evaluation, kind = why.evaluation, kind_of(why.evaluation)
    note = why.note or ("of an earlier text" if column.freshness(case.id) is Freshness.STALE else "")
    line = Content.styled(f"{'':>{_INDENT}}{marked(kind, short_answer(evaluation, 200))}", f"bold {_STYLES[kind]}")
    facts: list[tuple[str, object]] = [
        (name, line) for check in evaluation.checks for name, line in _check_lines(check)
    ]
    if evaluation.error:
        hint = f"\n{evaluation.completion.hint}" if evaluation.completion.hint else ""
        facts.append(("error", evaluation.error + hint))
    if evaluation.passed is False and isinstance(case.expected, str):
        facts.append(("expected", case.expected))
        facts.append(("got", _diff(differences(case.expected, _got(evaluation)))))
    return Section("Verdict", note, Content("\n").join([line, _facts(facts)]))


def _got(evaluation: Evaluation) -> str:
    return evaluation.label or evaluation.completion.said


def _check_lines(check: CheckResult, depth: int = 0) -> Iterator[tuple[str, str]]:
    """A check's type and line; below a set, those of its checks."""
    inset = "  " * (depth - 1) + "└ " if depth else ""
    yield check.type, inset + _check_line(check) + (f"  ({one_line(check.metric)})" if check.metric else "")
    for part in check.parts:
        yield from _check_lines(part, depth + 1)


def _check_line(check: CheckResult) -> str:
    if check.passed is None:
        return f"! abstains: {check.error}"
    score = "" if check.score is None or check.score in (0.0, 1.0) else f"{check.score:.2f}  "
    return f"{'✓' if check.passed else '✗'} {score}{check.reason}"


def _held(constraint: Constraint | None) -> str:
    if constraint is None:
        return "free text"
    if isinstance(constraint, Labels):
        return f"held to one of {', '.join(constraint.labels)}"
    return f"held to JSON of the schema {value_text(constraint.schema)}"


def _request(why: Why | None) -> Section:
    request = why.evaluation.task.request if why else None
    if why is None or request is None:
        return Section("Request", "", Content((why.evaluation.task.problem if why else None) or "No request was made."))
    facts: list[tuple[str, object]] = [(message.role, message.content) for message in request.messages]
    facts += context_facts(why.evaluation.task)
    facts += [
        ("parameters", value_text(request.params) if request.params else "–"),
        ("answer", _held(request.constraint)),
    ]
    facts += [("model", request.model.resolved), ("key", request.key), ("cache", why.source)]
    return Section("Request", "", _facts(facts))


def _answer(why: Why | None) -> Section:
    if why is None:
        return Section("Answer", "", Content("None yet."))
    completion = why.evaluation.completion
    usage = completion.usage
    facts: list[tuple[str, object]] = [
        ("text", completion.readable or "(empty)"),
        ("outcome", completion.outcome.value),
        ("time", _milliseconds(completion.latency_ms, completion.first_token_ms)),
        ("tokens", f"{_known(usage.prompt)} in, {_known(usage.completion)} out"),
        ("cost", "unknown" if completion.cost_usd is None else f"${completion.cost_usd:.6f}"),
    ]
    if completion.attempts > 1:
        said = "; all but the last failed"
        if completion.transcript:
            said = ", for the turns of both sides"
        elif why.evaluation.task.variant.model.takes_values:
            said = ": tries that failed, its conversation's start and earlier turns, and the one that answered"
        facts.append(("sent", f"{completion.attempts} times{said}"))
    return Section("Answer", "", _facts(facts))


def _others(case: Case, column: Column, columns: Sequence[Column], answers: Mapping[str, str]) -> Section:
    others = [other for other in columns if other is not column and other.cell(case.id) is not None]
    if not others:
        return Section("Other columns", "", Content("There are none with a verdict."))
    parts = [_other(case, column, other, answers) for other in others]
    note = "what only this column says is struck out, what only the other says is underlined"
    return Section("Other columns", note, Content("\n").join(parts))


def _other(case: Case, column: Column, other: Column, answers: Mapping[str, str]) -> Content:
    """The verdict under another column, its answer and its prompt, as far as they differ."""
    cell = other.cell(case.id)
    assert cell is not None, "it has a cell"
    mine, theirs = (answers.get(one.title, "")[:_MOST] for one in (column, other))
    same = "  the same" if mine == theirs else ""
    old = "" if other.freshness(case.id) is Freshness.FRESH else "  of an earlier text"
    verdict = Content.styled(MARKS[cell.kind] + " ", _STYLES[cell.kind])
    answer = verdict + _diff(differences(mine, theirs)) + Content.styled(same + old, "$text-muted")
    prompt = prompt_differences(column.variant.body, other.variant.body)
    facts = [("", answer), *((where, _diff(pieces)) for where, pieces in prompt)]
    return Content("\n").join([Content.styled(printable(other.title), "bold"), _facts(facts)])


def _response(why: Why | None, limit: int) -> Section:
    raw = why.raw if why else b""
    if not raw:
        return Section("Response", "", Content("There is none in the project file."))
    text = pretty(raw) if len(raw) <= 50 * _MOST else raw.decode("utf-8", "replace")
    return Section("Response", f"{len(raw):,} bytes, as it came", Content(cut(text, limit)))


def pretty(raw: bytes) -> str:
    """A response as text; JSON with a line for each value."""
    import orjson

    try:
        return orjson.dumps(orjson.loads(raw), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return raw.decode("utf-8", "replace")


def _milliseconds(total: float | None, first: float | None) -> str:
    if total is None:
        return "unknown"
    return f"{total:.0f} ms" + (f", first text after {first:.0f} ms" if first is not None else "")


def _known(count: int | None) -> str:
    return "unknown" if count is None else str(count)

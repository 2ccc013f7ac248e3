"""Which columns of a table are what a log says of a call: the answer, the time, the model, who asked …"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from synterm.core.case import value_text
from synterm.core.completion import Usage
from synterm.errors import UsageError, did_you_mean
from synterm.formats.sources.base import SourceRow
from synterm.formats.sources.call_facts import CallFacts, count, failure, number
from synterm.formats.sources.logged_answer import Said, said_in
from synterm.providers.chat_answers import finish_reason
from synterm.providers.loose_json import as_list, as_object

_NAMES: Mapping[str, str] = {
    "output": "output answer response completion result reply assistant bot_response actual_output llm_output "
    "model_output generation generated",
    "served": "served served_at answered_at ended_at end_time endtime timestamp time created_at created datetime date "
    "at start_time starttime ts logged_at",
    "model": "model model_name",
    "latency_ms": "latency_ms duration_ms response_time_ms took_ms elapsed_ms",
    "latency_s": "latency_s duration_s response_time_s seconds elapsed_s latency_seconds duration_seconds",
    "cost_usd": "cost_usd cost response_cost spend total_cost",
    "prompt_tokens": "prompt_tokens input_tokens tokens_in",
    "completion_tokens": "completion_tokens output_tokens tokens_out",
    "error": "error error_message error_str exception",
    "status": "status",
    "finish_reason": "finish_reason stop_reason",
    "name": "id request_id call_id uuid message_id",
    "feedback": "feedback user_feedback rating thumbs",
    "tags": "tags tag request_tags",
}
_TRACES = "trace_id span_id session_id conversation_id request_id".split()
_PEOPLE = (
    "user user_id userid username user_name end_user customer customer_id email user_email e_mail ip ip_address "
    "client_ip phone"
).split()
_FAILED = ("failure", "failed", "error")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class TableColumns:
    """The columns of a table by what they say; those that stand for nothing are read over."""

    by_fact: Mapping[str, str] = field(default_factory=dict[str, str])
    traces: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    @property
    def taken(self) -> frozenset[str]:
        """The columns that are no input."""
        return frozenset((*self.by_fact.values(), *self.traces, *self.people))

    def words(self) -> str:
        """``output ← answer, served ← created_at``."""
        parts = [f"{fact} ← {column}" for fact, column in self.by_fact.items()]
        return ", ".join([*parts, *(f"pseudonym ← {column}" for column in self.people)])


@dataclass(frozen=True, slots=True)
class WantedColumns:
    """What was asked for."""

    output: str | None = None
    no_output: bool = False
    """There are no answers in the table, only what was asked."""
    served: str | None = None
    inputs: tuple[str, ...] = ()
    """Columns that the input is made of."""
    expected: str | None = None


def choose_table_columns(rows: Sequence[SourceRow], wanted: WantedColumns) -> TableColumns:
    """The columns by their names. Raises UsageError where a column that was asked for is not there, or none looks like
    the answer."""
    names = list(dict.fromkeys(name for row in rows for name in row.fields))
    asked = {"output": wanted.output, "served": wanted.served}
    by_fact = {fact: _real(column, names) for fact, column in asked.items() if column is not None}
    taken = {*by_fact.values(), *(_real(name, names) for name in wanted.inputs)}
    if wanted.expected is not None:
        taken.add(_real(wanted.expected, names))
    for fact, known in _NAMES.items():
        if fact in by_fact or (fact == "output" and wanted.no_output):
            continue
        if (column := _first(known.split(), [name for name in names if name not in taken])) is not None:
            by_fact[fact] = column
            taken.add(column)
    if "output" not in by_fact and not wanted.no_output:
        columns = ", ".join(names[:20]) + (" …" if len(names) > 20 else "")
        hint = "--output COLUMN says which; --no-output: there are none, only what was asked"
        raise UsageError(f"no column looks like what was answered; the file has {columns or 'no columns'}", hint=hint)
    return TableColumns(by_fact, _all(_TRACES, names, taken), _all(_PEOPLE, names, taken))


def facts_of_table(row: SourceRow, columns: TableColumns) -> CallFacts:
    """What a row says of its call."""
    said = {fact: row.fields.get(column) for fact, column in columns.by_fact.items()}
    answer = _answer(said.get("output"))
    finish = said.get("finish_reason")
    latency, seconds = number(said.get("latency_ms")), number(said.get("latency_s"))
    error, outcome = _error(said), answer.outcome
    if error is not None:
        outcome = failure(error)
    return CallFacts(
        output=answer.text,
        served=said.get("served"),
        name=_short(said.get("name")),
        outcome=outcome,
        model=_short(said.get("model")) or answer.model,
        finish_reason=finish_reason(finish) if isinstance(finish, str) and finish else answer.finish,
        latency_ms=latency if latency is not None or seconds is None else seconds * 1000,
        cost_usd=number(said.get("cost_usd")),
        usage=Usage(
            _either(count(said.get("prompt_tokens")), answer.usage.prompt),
            _either(count(said.get("completion_tokens")), answer.usage.completion),
        ),
        error=error,
        detail=_detail(row, said, columns),
        people={column: name for column in columns.people if (name := _short(row.fields.get(column)))},
    )


def _answer(value: Any) -> Said:
    if isinstance(value, dict | list) and (said := said_in(value)) is not None:
        return said
    if isinstance(value, str) or value is None:
        return Said(value or "")
    return Said(value_text(cast("object", value)))


def _error(said: Mapping[str, Any]) -> str | None:
    words = said.get("error")
    if told := as_object(words):
        words = told.get("message") or value_text(told)
    if isinstance(words, str) and words.strip():
        return words.strip()[:2000]
    status = str(said.get("status") or "").casefold()
    failed = status in _FAILED or (status.isdigit() and len(status) == 3 and status >= "400")
    return f"the log says only: {status}" if failed else None


def _detail(row: SourceRow, said: Mapping[str, Any], columns: TableColumns) -> dict[str, Any]:
    detail: dict[str, Any] = {name: text for name in columns.traces if (text := _short(row.fields.get(name)))}
    if text := _short(said.get("name")):
        detail["id"] = text
    tags = said.get("tags")
    parts = as_list(tags) or str(tags or "").split(",")
    if listed := [tag for part in parts if (tag := str(part).strip())]:
        detail["tags"] = listed[:50]
    feedback = said.get("feedback")
    if isinstance(feedback, str | int | float) and feedback != "":
        detail["feedback"] = feedback[:_LONGEST] if isinstance(feedback, str) else feedback
    return detail


def _either(first: int | None, second: int | None) -> int | None:
    return second if first is None else first


def _short(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)[:_LONGEST]


def _real(column: str, names: Sequence[str]) -> str:
    found = column if column in names else _first((column.casefold(),), names)
    if found is None:
        raise UsageError(f"the file has no column {column!r}", hint=did_you_mean(column, names))
    return found


def _first(known: Sequence[str], names: Sequence[str]) -> str | None:
    plain = {_plain(name): name for name in reversed(names)}
    return next((plain[name] for name in known if name in plain), None)


def _all(known: Sequence[str], names: Sequence[str], taken: set[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in taken and _plain(name) in known)


def _plain(name: str) -> str:
    return name.casefold().strip().replace(" ", "_").replace("-", "_")

"""From the rows of a log to calls: the input by the prompt's variables, when it was, and what tells it from others."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from synterm.core.completion import Outcome
from synterm.core.ids import canonical_json
from synterm.core.record import record
from synterm.core.traffic import LoggedCall, call_id
from synterm.errors import InputError
from synterm.formats.import_mapping import Columns, parts_of
from synterm.formats.sources.base import SourceRow
from synterm.formats.sources.call_facts import CallFacts, outcome_of
from synterm.formats.sources.times import iso, milliseconds
from synterm.production.columns import TableColumns, facts_of_table
from synterm.production.masking import Masker
from synterm.production.people import Pseudonyms
from synterm.production.unrender import Frame, value_in
from synterm.text import storable

_UNKNOWN = Outcome.NOT_SENT
"""How a call ended of which only what was asked is known."""
_REMEMBERED = 100_000
"""So many calls are remembered, to tell the second of two that say the same at the same time from the first."""


@record
class Draft:
    """A call before it is masked."""

    call: LoggedCall
    """Its id is not there yet, and nothing is masked in it."""
    served_ms: int
    tells: bytes
    """What tells it from all others of its time, however it is masked."""
    own: bytes
    """The part of it that does not change with the masking: the log's own id, its place among equals, its line."""
    named: bool
    """Whether the log's own id is all that tells it."""
    people: dict[str, str]
    """Pseudonyms of who asked, which are not masked again."""


@dataclass(slots=True)
class Reading:
    """How the rows of one file are read."""

    columns: Columns
    table: TableColumns | None
    """None where the format says itself what is what."""
    frames: Sequence[Frame]
    """What the project's prompts say around their only variable."""
    variable: str | None
    """That variable."""
    fallback_ms: int
    """The time of calls of which the log says none."""
    answered: bool = True
    """Whether the log holds answers."""


class CallReader:
    """Reads calls out of rows."""

    def __init__(self, reading: Reading, pseudonyms: Pseudonyms | None) -> None:
        self._reading = reading
        self._pseudonyms = pseudonyms
        self._equals = _Equals()
        self.untimed = 0
        """Calls of which the log does not say when they were."""

    def draft(self, row: SourceRow) -> Draft:
        """The call of a row. Raises InputError, without a place, for a row that is none."""
        reading = self._reading
        facts = row.call or (facts_of_table(row, reading.table) if reading.table else CallFacts())
        parts = parts_of(row, reading.columns)
        served_ms = milliseconds(facts.served)
        expected = parts.expected if parts.expected is not None else facts.expected
        call = LoggedCall(
            id="",
            served=iso(reading.fallback_ms if served_ms is None else served_ms),
            input=self._unrendered(parts.input),
            output=facts.output,
            outcome=outcome_of(facts) if reading.answered else _UNKNOWN,
            model=facts.model,
            finish_reason=facts.finish_reason,
            latency_ms=facts.latency_ms,
            cost_usd=facts.cost_usd,
            usage=facts.usage,
            error=facts.error,
            expected=_kept(expected),
            detail=_detail(facts, parts.tags),
        )
        people = self._pseudonyms.of(facts.people) if facts.people and self._pseudonyms else {}
        return self._told(call, facts.name, served_ms, row.number, people)

    def _told(self, call: LoggedCall, name: str, served_ms: int | None, number: int, people: dict[str, str]) -> Draft:
        said = _says(call.input, call.output, call.error, call.model)
        if name and served_ms is not None:
            own = b"id\0" + name.encode("utf-8", "replace")
            return Draft(call, served_ms, own, own, True, people)
        if served_ms is None:
            # All have the same time, and equal ones are calls of their own: the line tells them apart.
            self.untimed += 1
            served_ms, own = self._reading.fallback_ms, b"line\0%d" % number
        else:
            own = b"equal\0%d" % self._equals.place(b"%d\0" % served_ms + said)
        return Draft(call, served_ms, own + said, own, False, people)

    def _unrendered(self, given: dict[str, Any]) -> dict[str, Any]:
        variable = self._reading.variable
        if variable is None or not self._reading.frames or not isinstance(text := given.get(variable), str):
            return given
        return {**given, variable: value_in(text, self._reading.frames)}


def _detail(facts: CallFacts, tags: tuple[str, ...]) -> dict[str, Any] | None:
    return ({**facts.detail, "tags": list(tags)} if tags else facts.detail) or None


class _Equals:
    """Counts calls that say the same at the same time, of the last ones that were seen: memory does not grow."""

    def __init__(self) -> None:
        self._new: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}

    def place(self, says: bytes) -> int:
        """0 for the first of its kind, 1 for the second, …"""
        key = hashlib.blake2b(says, digest_size=12).digest()
        place = self._new.get(key, self._old.get(key, 0))
        self._new[key] = place + 1
        if len(self._new) >= _REMEMBERED:
            self._old, self._new = self._new, {}
        return place


def masked(draft: Draft, masker: Masker | None, log_id: str) -> LoggedCall:
    """The call with its id, and with nothing in it that the masker finds."""
    call = draft.call
    counts: dict[str, int] = {}
    if masker is None or masker.is_clean(call.input, call.output, call.model, call.error, call.expected, call.detail):
        said = (call.input, call.output, call.model, call.error, call.expected, call.detail)
    else:
        said = (
            masker.value(call.input, counts),
            masker.text(call.output, counts),
            masker.text(call.model, counts),
            None if call.error is None else masker.text(call.error, counts),
            masker.value(call.expected, counts),
            masker.value(call.detail, counts),
        )
    given, output, model, error, expected, detail = said
    says = draft.own if draft.named else draft.own + _says(given, output, error, model)
    return LoggedCall(
        id=call_id(draft.served_ms, says),
        served=call.served,
        input=given,
        output=output,
        outcome=call.outcome,
        model=model,
        finish_reason=call.finish_reason,
        latency_ms=call.latency_ms,
        cost_usd=call.cost_usd,
        usage=call.usage,
        error=error,
        expected=expected,
        masked=counts or None,
        detail={**(detail or {}), "people": draft.people} if draft.people else detail,
        log_id=log_id,
    )


def _kept(value: Any) -> Any:
    """A value that the project file can hold. Raises InputError for another."""
    try:
        canonical_json(value)
    except TypeError as wrong:
        raise InputError(f"holds what can't be kept: {wrong}") from wrong
    return value


def _says(given: dict[str, Any], output: str, error: str | None, model: str) -> bytes:
    try:
        return canonical_json([given, storable(output), storable(error or ""), storable(model)])
    except TypeError as wrong:
        raise InputError(f"holds what can't be kept: {wrong}") from wrong

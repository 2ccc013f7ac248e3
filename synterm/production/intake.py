"""Traffic out of logs: read row by row, sampled, masked, placed, and put into the project some thousand at a time.

Memory does not grow with the file. The same log again adds nothing; one that was stopped on the way goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Protocol

from synterm.core.ids import new_id
from synterm.core.traffic import LoggedCall, TrafficLog
from synterm.errors import InputError, UsageError
from synterm.formats.case_import import prompting_of
from synterm.formats.import_file import sha256_of
from synterm.formats.import_mapping import Columns, choose_columns
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow
from synterm.formats.sources.times import iso
from synterm.formats.verdict_import import Listed
from synterm.production.calls import CallReader, Draft, Reading, masked
from synterm.production.columns import TableColumns, WantedColumns, choose_table_columns
from synterm.production.masking import Masker
from synterm.production.people import Pseudonyms
from synterm.production.sampling import AtMost, Sampling, draw
from synterm.production.unrender import frames_of
from synterm.storage.project import Project
from synterm.storage.traffic import TrafficFilter

_SAMPLE = 200
"""So many rows say what a file's columns are."""
_BATCH = 2000


class Places(Protocol):
    """What finds the behaviors of calls."""

    def place(self, calls: Sequence[LoggedCall]) -> list[LoggedCall]:
        """The calls, placed."""
        ...


@dataclass(frozen=True, slots=True)
class LogWanted:
    """What is to become of the rows of a log."""

    columns: Columns
    """Of the input, and of the expected result."""
    table: WantedColumns = field(default_factory=WantedColumns)
    sampling: Sampling = field(default_factory=Sampling)
    most: int | None = None
    """At most so many calls are kept."""
    masker: Masker | None = field(default_factory=Masker)
    """None: nothing is masked."""
    pseudonyms: Pseudonyms | None = None
    """None: nothing of who asked is kept."""
    who: str = ""
    limit: int | None = None
    """Only so many rows are read."""
    shown: int = 0
    """So many calls are kept to be shown."""
    write: bool = True

    @property
    def sampling_words(self) -> str:
        """The rule, as `TrafficLog.sampling` has it."""
        return ", ".join(filter(None, (self.sampling.words, f"at most {self.most:,}" if self.most else "")))


@dataclass(slots=True)
class LogImported:
    """What became of the rows of a log: `rows` = kept + left_out + duplicates + wrong, once all of it is read."""

    log: TrafficLog
    """What the project knows of it, with all that came of it before."""
    columns: Columns = field(default_factory=Columns)
    table: TableColumns | None = None
    rows: int = 0
    kept: int = 0
    left_out: int = 0
    duplicates: int = 0
    wrong: Listed[InputError] = field(default_factory=Listed[InputError])
    stands_for: float = 0.0
    """For how many calls those that are kept stand."""
    placed: float = 0.0
    """Of these, how many have a behavior."""
    uncovered: float = 0.0
    """How many have none."""
    masked: dict[str, int] = field(default_factory=dict[str, int])
    first: str = ""
    last: str = ""
    notes: list[str] = field(default_factory=list[str])
    shown: list[LoggedCall] = field(default_factory=list[LoggedCall])
    before: int = 0
    """How many calls of this log were there already, where it goes on."""


def import_log(
    project: Project, source: Source, file: SourceFile, wanted: LogWanted, places: Places | None = None
) -> Iterator[LogImported]:
    """Bring the calls of a log in; gives how far it is after each batch, and at the end.

    Rows that are no calls are left out and named; the others are kept. Raises UsageError where it is not clear what
    the file holds, or where it was brought in by other rules; InputError when it can't be read at all, OSError,
    ProjectError.
    """
    found = _begun(project, source, file, wanted)
    rows = islice(source.rows(file), wanted.limit)
    head = list(islice(rows, _SAMPLE))
    if not head:
        hint = "; ".join(file.notes) or None
        raise InputError(f"read as {source.name}, there are no calls in it", where=file.title, hint=hint)
    reading = _reading(project, found, file, [row for row in head if isinstance(row, SourceRow)], wanted)
    reader = CallReader(reading, wanted.pseudonyms)
    yield from _Intake(project, found, wanted, reader, places).take(chain(head, rows))
    if reader.untimed:
        when = iso(reading.fallback_ms)
        found.notes.append(f"{reader.untimed:,} calls without a time: taken as of {when}, {_whence(file)}")
    found.notes += file.notes


class _Intake:
    """One log at work."""

    def __init__(
        self, project: Project, found: LogImported, wanted: LogWanted, reader: CallReader, places: Places | None
    ) -> None:
        self._project, self._found, self._wanted, self._reader, self._places = project, found, wanted, reader, places
        self._at_most = AtMost(wanted.most) if wanted.most else None
        self._under_way: Future[int] | None = None

    def take(self, rows: Rows) -> Iterator[LogImported]:
        """Take in all rows."""
        batch: list[tuple[LoggedCall, float]] = []
        for row in rows:
            self._found.rows += 1
            if (drawn := self._drawn(row)) is not None:
                batch.append(drawn)
            if len(batch) == _BATCH:
                self._decide(batch)
                batch = []
                yield self._found
            elif self._found.rows % _BATCH == 0:
                yield self._found
        self._decide(batch)
        if self._at_most is not None:
            self._keep_at_most(self._at_most)
        self._settle()
        self._put_log().result()
        yield self._found

    def _drawn(self, row: SourceRow | InputError) -> tuple[LoggedCall, float] | None:
        """The masked call of a row, and its place in the draw; None where it is wrong, or left out whatever it is."""
        if isinstance(row, InputError):
            self._found.wrong.add(row)
            return None
        try:
            draft = self._reader.draft(row)
            place = _place(draft)
            if place >= self._wanted.sampling.most(draft.call):
                self._found.left_out += 1
                return None
            return masked(draft, self._wanted.masker, self._found.log.id), place
        except InputError as error:
            self._found.wrong.add(InputError(error.message, where=row.where, hint=error.hint))
            return None

    def _decide(self, drawn: list[tuple[LoggedCall, float]]) -> None:
        """Which of some calls are kept, and keep them."""
        sampling = self._wanted.sampling
        if not sampling.needs_place:
            kept = [(call, place, sampling.rate(call)) for call, place in drawn]
        else:
            calls = self._placed([call for call, _ in drawn])
            kept = [
                (call, place, rate)
                for call, (_, place) in zip(calls, drawn, strict=True)
                if place < (rate := sampling.rate(call))
            ]
        self._found.left_out += len(drawn) - len(kept)
        if self._at_most is not None:
            for call, place, rate in kept:
                self._at_most.add(call, place, rate)
            return
        self._keep([replace(call, weight=1 / rate) if rate != 1 else call for call, _, rate in kept])

    def _keep_at_most(self, at_most: AtMost) -> None:
        chosen = list(at_most.kept())
        found = self._found
        found.duplicates += at_most.duplicates
        found.left_out = found.rows - found.wrong.count - found.duplicates - len(chosen)
        for start in range(0, len(chosen), _BATCH):
            self._keep(chosen[start : start + _BATCH])

    def _keep(self, calls: list[LoggedCall]) -> None:
        """Write what is not there yet."""
        self._settle()
        there = self._project.traffic.known(call.id for call in calls)
        fresh = list({call.id: call for call in reversed(calls) if call.id not in there}.values())[::-1]
        self._found.duplicates += len(calls) - len(fresh)
        if not fresh:
            return
        if self._places is not None and not self._wanted.sampling.needs_place:
            fresh = self._placed(fresh)
        for call in fresh:
            self._count(call)
        if self._wanted.write:
            self._under_way = self._project.traffic.add(fresh)
            self._put_log()

    def _placed(self, calls: list[LoggedCall]) -> list[LoggedCall]:
        return self._places.place(calls) if self._places is not None else calls

    def _settle(self) -> None:
        if self._under_way is not None:
            self._under_way.result()
            self._under_way = None

    def _count(self, call: LoggedCall) -> None:
        found = self._found
        found.kept += 1
        found.stands_for += call.weight
        if call.placing == "placed":
            found.placed += call.weight
        elif call.placing == "uncovered":
            found.uncovered += call.weight
        for kind, times in (call.masked or {}).items():
            found.masked[kind] = found.masked.get(kind, 0) + times
        found.first = min(found.first or call.served, call.served)
        found.last = max(found.last, call.served)
        if len(found.shown) < self._wanted.shown:
            found.shown.append(call)

    def _put_log(self) -> Future[None]:
        """Keep what is known of the log so far, with all that came of it before."""
        found, log = self._found, self._found.log
        kept = found.before + found.kept
        masked = {kind: log.masked.get(kind, 0) + found.masked.get(kind, 0) for kind in {**log.masked, **found.masked}}
        known = log.model_copy(
            update={
                "read": found.rows,
                "kept": kept,
                "left_out": found.left_out,
                "duplicates": max(found.rows - kept - found.left_out - found.wrong.count, 0),
                "wrong": found.wrong.count,
                "first": min(filter(None, (log.first, found.first)), default=""),
                "last": max(log.last, found.last),
                "masked": masked,
            }
        )
        if not self._wanted.write or not kept:
            return _done()
        return self._project.traffic.put_log(known)


def _begun(project: Project, source: Source, file: SourceFile, wanted: LogWanted) -> LogImported:
    """What is known of a log before it is read. Raises UsageError where it was brought in by other rules."""
    sha256 = "" if file.title == "stdin" else sha256_of(file)
    masking = wanted.masker.kinds if wanted.masker else ()
    before = next((log for log in project.traffic.logs() if sha256 and log.sha256 == sha256), None)
    if before is None:
        return LogImported(
            TrafficLog(
                id=new_id(),
                file=file.title,
                format=source.name,
                sha256=sha256,
                who=wanted.who,
                sampling=wanted.sampling_words,
                masking=masking,
            )
        )
    for what, then, now in (
        ("sampled", before.sampling or "all", wanted.sampling_words or "all"),
        ("masked", ", ".join(before.masking) or "nothing", ", ".join(masking) or "nothing"),
    ):
        if then != now:
            hint = f"say the same, or take it back first: synterm import PROJECT --undo {before.id[-8:]}"
            raise UsageError(f"this log is there already, {what} by another rule ({then}; now {now})", hint=hint)
    count, _ = project.traffic.count(TrafficFilter(log_id=before.id))
    return LogImported(before, before=count)


def _reading(
    project: Project, found: LogImported, file: SourceFile, sample: list[SourceRow], wanted: LogWanted
) -> Reading:
    """How the rows are read, by the first of them."""
    prompting = prompting_of(project)
    table = None
    if sample and all(row.call is None for row in sample):
        table = choose_table_columns(sample, wanted.table)
        inputs = set(wanted.columns.inputs.values())
        sample = [
            replace(row, fields={name: one for name, one in row.fields.items() if name not in table.taken - inputs})
            for row in sample
        ]
    if sample:
        found.columns, notes = choose_columns(sample, wanted.columns, prompting, tells_expected=True)
        found.notes += notes if table else ()  # formats of logs say themselves what was asked
    found.table = table
    variable = prompting.only
    return Reading(
        columns=found.columns,
        table=table,
        frames=frames_of(project.prompts.all(), variable) if variable else (),
        variable=variable,
        fallback_ms=_fallback(file),
        answered=not wanted.table.no_output,
    )


def _fallback(file: SourceFile) -> int:
    """When the file was last written, in milliseconds; now for stdin."""
    if file.title == "stdin":
        return int(datetime.now(UTC).timestamp() * 1000)
    return int(file.path.stat().st_mtime * 1000)


def _whence(file: SourceFile) -> str:
    return "now" if file.title == "stdin" else "when the file was last written"


def _place(draft: Draft) -> float:
    return draw(b"%d\0" % draft.served_ms + draft.tells)


def _done() -> Future[None]:
    done: Future[None] = Future()
    done.set_result(None)
    return done

"""Traffic out of logs: read row by row, sampled, masked, placed, and put into the project some thousand at a time.

Memory does not grow with the file. The same log again adds nothing; one that was stopped on the way goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any

from synterm.core.ids import new_id
from synterm.core.traffic import TrafficLog
from synterm.errors import InputError, UsageError
from synterm.formats.case_import import prompting_of
from synterm.formats.import_file import sha256_of
from synterm.formats.import_mapping import Columns, choose_columns
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow, rows_of
from synterm.formats.sources.times import iso
from synterm.formats.verdict_import import Listed
from synterm.production.calls import CallReader, Draft, Reading, masked
from synterm.production.columns import TableColumns, WantedColumns, choose_table_columns
from synterm.production.keeping import Drawn, Keeper, Kept, weighted
from synterm.production.masking import Masker
from synterm.production.people import Pseudonyms
from synterm.production.placing_aside import Places
from synterm.production.sampling import AtMost, Sampling, draw
from synterm.production.unrender import frames_of
from synterm.storage.project import Project
from synterm.storage.traffic import TrafficFilter

_SAMPLE = 200
"""So many rows say what a file's columns are."""
_BATCH = 2000
_MOST_CHARACTERS = 20_000_000
"""Of the texts of a batch: lines may be long."""


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
    """What became of the rows of a log: `rows` = wrong + kept + left out + duplicates, once all of it is read."""

    log: TrafficLog
    """What the project knew of it before."""
    columns: Columns = field(default_factory=Columns)
    table: TableColumns | None = None
    rows: int = 0
    wrong: Listed[InputError] = field(default_factory=Listed[InputError])
    calls: Kept = field(default_factory=Kept)
    notes: list[str] = field(default_factory=list[str])
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
    found = _begun(project, source, file, wanted, places)
    rows = islice(rows_of(source, file), wanted.limit)
    head = _head(rows)
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
        self._keeper = Keeper(
            project,
            found.calls,
            # With a limit all is decided before it gets there.
            wanted.sampling if self._at_most is None else Sampling(),
            places if self._at_most is None or not wanted.sampling.needs_place else None,
            shown=wanted.shown,
            write=wanted.write,
        )

    def take(self, rows: Rows) -> Iterator[LogImported]:
        """Take in all rows."""
        whole = False
        try:
            batch: list[Drawn] = []
            size = 0
            for row in rows:
                self._found.rows += 1
                if (drawn := self._drawn(row)) is not None:
                    batch.append(drawn)
                    size += _size(drawn[0].input) + len(drawn[0].output)
                if self._found.rows % _BATCH == 0 or size > _MOST_CHARACTERS:
                    self._give(batch)
                    batch, size = [], 0
                    yield self._found
            self._give(batch)
            if self._at_most is not None:
                self._keep_at_most(self._at_most)
            whole = True
        finally:
            self._keeper.close(whole=whole)
        if (put := self._put_log()) is not None:
            put.result()
        yield self._found

    def _drawn(self, row: SourceRow | InputError) -> Drawn | None:
        """The masked call of a row, and its place in the draw; None where it is wrong, or left out whatever it is."""
        if isinstance(row, InputError):
            self._found.wrong.add(row)
            return None
        try:
            draft = self._reader.draft(row)
            place = _place(draft)
            if place >= self._wanted.sampling.most(draft.call):
                self._found.calls.left_out += 1
                return None
            return masked(draft, self._wanted.masker, self._found.log.id), place
        except InputError as error:
            self._found.wrong.add(InputError(error.message, where=row.where, hint=error.hint))
            return None

    def _give(self, drawn: list[Drawn]) -> None:
        """Keep what is to be kept of some calls."""
        sampling = self._wanted.sampling
        if self._at_most is not None:
            self._draw_at_most(drawn, self._at_most)
            return
        if not sampling.needs_place:
            drawn = [(one, place) for call, place in drawn if (one := weighted(call, place, sampling)) is not None]
        if drawn:
            self._keeper.give(drawn)
            self._put_log()

    def _draw_at_most(self, drawn: list[Drawn], at_most: AtMost) -> None:
        sampling = self._wanted.sampling
        calls = [call for call, _ in drawn]
        if sampling.needs_place and self._places is not None and calls:
            calls = self._places.place(calls)
        for call, (_, place) in zip(calls, drawn, strict=True):
            if place < (rate := sampling.rate(call)):
                at_most.add(call, place, rate)

    def _keep_at_most(self, at_most: AtMost) -> None:
        chosen = list(at_most.kept())
        calls = self._found.calls
        calls.duplicates += at_most.duplicates
        calls.left_out = self._found.rows - self._found.wrong.count - at_most.duplicates - len(chosen)
        for start in range(0, len(chosen), _BATCH):
            self._keeper.give([(call, 0.0) for call in chosen[start : start + _BATCH]])

    def _put_log(self) -> Future[None] | None:
        """Keep what is known of the log so far, behind the calls that are on their way."""
        found = self._found
        known = found.calls.log(found.log, found.before, found.rows, found.wrong.count)
        if self._wanted.write and known.kept:
            return self._project.traffic.put_log(known)
        return None


def _begun(project: Project, source: Source, file: SourceFile, wanted: LogWanted, places: Places | None) -> LogImported:
    """What is known of a log before it is read. Raises UsageError where it was brought in by other rules."""
    sha256 = "" if file.title == "stdin" else sha256_of(file)
    masking = wanted.masker.kinds if wanted.masker else ()
    placed_by = places.fingerprint if places else ""
    before = next((log for log in project.traffic.logs() if sha256 and log.sha256 == sha256), None)
    if before is None:
        log = TrafficLog(
            id=new_id(),
            file=file.title,
            format=source.name,
            sha256=sha256,
            who=wanted.who,
            sampling=wanted.sampling_words,
            masking=masking,
            placed_by=placed_by,
        )
        return LogImported(log)
    for what, then, now in (
        ("sampled", before.sampling or "all", wanted.sampling_words or "all"),
        ("masked", ", ".join(before.masking) or "nothing", ", ".join(masking) or "nothing"),
    ):
        if then != now:
            hint = f"say the same, or take it back first: synterm import PROJECT --undo {before.id[-8:]}"
            raise UsageError(f"this log is there already, {what} by another rule ({then}; now {now})", hint=hint)
    count, _ = project.traffic.count(TrafficFilter(log_id=before.id))
    if before.placed_by != placed_by:
        before = before.model_copy(update={"placed_by": ""})  # the calls of both times are not placed by the same
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


def _head(rows: Rows) -> list[SourceRow | InputError]:
    """The first rows, by which it is told what the columns are; fewer where they are long."""
    head: list[SourceRow | InputError] = []
    size = 0
    for row in islice(rows, _SAMPLE):
        head.append(row)
        size += _size(row.fields) if isinstance(row, SourceRow) else 0
        if size > _MOST_CHARACTERS:
            break
    return head


def _size(values: dict[str, Any]) -> int:
    """About how many characters some values have."""
    return sum(len(value) if isinstance(value, str) else len(str(value)) for value in values.values())


def _fallback(file: SourceFile) -> int:
    """When the file was last written, in milliseconds; now for stdin."""
    if file.title == "stdin":
        return int(datetime.now(UTC).timestamp() * 1000)
    return int(file.path.stat().st_mtime * 1000)


def _whence(file: SourceFile) -> str:
    return "now" if file.title == "stdin" else "when the file was last written"


def _place(draft: Draft) -> float:
    return draw(b"%d\0" % draft.served_ms + draft.tells)

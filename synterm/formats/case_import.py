"""Cases out of files of any kind: read row by row, mapped, and put into the project some hundred at a time."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any, Literal

from synterm.core.case import Case, Origin, OriginKind, Split
from synterm.core.generation import mark
from synterm.core.ids import new_id
from synterm.errors import InputError, UsageError
from synterm.evaluate.plan import renderer
from synterm.formats.import_file import sha256_of
from synterm.formats.import_labels import ExpectedLabels
from synterm.formats.import_mapping import Columns, Parts, Prompting, choose_columns, parts_of
from synterm.formats.import_places import Place, Places, names_of
from synterm.formats.prompt_text import variable_of
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow, rows_of
from synterm.formats.verdict_import import Listed
from synterm.storage.project import Project

_SAMPLE = 200
"""So many rows say what a file's columns are."""
_BATCH = 1000
_MOST_ROWS = 10_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of the rows."""

    columns: Columns
    into: str | None = None
    """The path of a scenario; with a column for the path, its beginning."""
    tags: tuple[str, ...] = ()
    """Tags that every case gets."""
    split: Split | None = None
    """The split of every case; None: as the file says, else dev."""
    kind: OriginKind = "import"
    draft: bool = False
    duplicates: bool = False
    """Whether what is there already is put in once more."""
    limit: int | None = None
    """Only so many rows."""
    shown: int = 0
    """So many cases are kept to be shown."""
    fates: bool = False
    """Whether it is kept what becomes of each row: for a few."""
    write: bool = True


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one row."""

    kind: Literal["new", "there", "wrong"]
    where: str
    """File and line."""
    path: str = ""
    """The scenario's path; empty where the row is wrong."""
    case: Case | None = None
    """None where the row is wrong."""
    why: str = ""
    """What is wrong with it."""


@dataclass(slots=True)
class Imported:
    """What became of the rows of a file: `rows` = kept + duplicates + wrong."""

    import_id: str
    file: str
    format: str
    sha256: str
    columns: Columns = field(default_factory=Columns)
    rows: int = 0
    kept: int = 0
    wrote: int = 0
    """How many cases are on disk: when it was stopped, fewer than `kept`."""
    duplicates: Listed[InputError] = field(default_factory=Listed[InputError])
    wrong: Listed[InputError] = field(default_factory=Listed[InputError])
    scenarios: dict[str, int] = field(default_factory=dict[str, int])
    """How many cases each scenario got, by path."""
    made: list[str] = field(default_factory=list[str])
    """Paths of scenarios that were made."""
    unjudged: list[str] = field(default_factory=list[str])
    """Those of them that no check holds for."""
    missing: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """By prompt, the values that it needs and some case lacks."""
    unknown_labels: dict[str, int] = field(default_factory=dict[str, int])
    """What new cases expect though no label check of theirs knows it, and how many do."""
    notes: list[str] = field(default_factory=list[str])
    shown: list[tuple[str, Case]] = field(default_factory=list[tuple[str, Case]])
    """The first cases, with their scenarios' paths."""
    fates: list[Fate] = field(default_factory=list[Fate])
    """What becomes of each row, where that is wanted."""
    made_nodes: list[str] = field(default_factory=list[str])
    """The ids of what was made of the tree, from the top."""


def import_cases(project: Project, source: Source, file: SourceFile, wanted: Wanted) -> Iterator[Imported]:
    """Bring the rows of a file in as cases; gives how far it is after each batch, and at the end.

    Rows that can't be cases are left out and named; the others are kept. Raises UsageError where it is not clear what
    the file holds or where it goes, InputError when it can't be read at all, OSError, ProjectError.
    """
    yield from _taken(project, source, file, islice(rows_of(source, file), wanted.limit), wanted, sha256_of(file))


def preview_cases(
    project: Project, source: Source, file: SourceFile, rows: Sequence[SourceRow | InputError], wanted: Wanted
) -> Imported:
    """What would become of rows that were read already, one by one; nothing is written. Raises as `import_cases`."""
    *_, found = _taken(project, source, file, iter(rows), replace(wanted, write=False, fates=True), "")
    return found


def _taken(
    project: Project, source: Source, file: SourceFile, rows: Rows, wanted: Wanted, sha256: str
) -> Iterator[Imported]:
    found = Imported(new_id(), file.title, source.name, sha256)
    head = list(islice(rows, _SAMPLE))
    if not head:
        raise InputError(f"read as {source.name}, there are no rows in it", where=file.title)
    sample = [row for row in head if isinstance(row, SourceRow)]
    places = Places(project)
    into = _into(places, wanted, sample, file.title)
    if sample:
        found.columns, notes = choose_columns(
            sample, wanted.columns, prompting_of(project), tells_expected=source.tells_expected
        )
        found.notes += notes
    work = _Import(project, found, wanted, places, into)
    yield from work.take(chain(head, rows))
    found.notes += file.notes
    found.made = [path for path in found.scenarios if path in work.made]
    found.unknown_labels = work.labels.unknown(project, places.tree)
    found.unjudged = [path for path in found.made if not places.is_judged(work.made[path])]


class _Import:
    """One import at work."""

    def __init__(self, project: Project, found: Imported, wanted: Wanted, places: Places, into: str | None) -> None:
        self._project, self._found, self._wanted, self._places = project, found, wanted, places
        self._into = into
        self._known: dict[str, set[bytes]] = {}
        """By scenario, the contents that are there, shortened: they are many."""
        self._needed = _needed(project)
        self.made: dict[str, Place] = {}
        self.labels = ExpectedLabels()

    def take(self, rows: Rows) -> Iterator[Imported]:
        """Take in all rows."""
        under_way: Future[int] | None = None
        batch: list[Case] = []
        for row in rows:
            self._found.rows += 1
            if self._found.rows > _MOST_ROWS:
                self._found.wrong.add(InputError(f"over {_MOST_ROWS:,} rows: split the file", where=self._found.file))
                break
            if (case := self._case(row)) is not None:
                batch.append(case)
            if len(batch) == _BATCH:
                self._settle(under_way)
                under_way, batch = self._put(batch), []
                yield self._found
            elif self._found.rows % _BATCH == 0:
                yield self._found
        self._settle(under_way)
        self._settle(self._put(batch))
        yield self._found

    def _put(self, batch: list[Case]) -> Future[int] | None:
        if not (batch and self._wanted.write):
            return None
        self._places.write()
        self._found.made_nodes = self._places.made_ids
        return self._project.imports.put(batch)

    def _settle(self, under_way: Future[int] | None) -> None:
        if under_way is not None:
            self._found.wrote += under_way.result()

    def _case(self, row: SourceRow | InputError) -> Case | None:
        """The case of a row that is to be kept."""
        if isinstance(row, InputError):
            return self._refuse(row)
        try:
            parts = parts_of(row, self._found.columns)
            said = None if row.proposed and self._wanted.into is not None else parts.path
            place = self._places.place(_path(said, self._into), row.checks)
            case = self._made(row, parts, place)
            content = bytes.fromhex(case.content_id[:32])
        except TypeError as error:
            return self._refuse(InputError(f"holds what can't be kept: {error}", where=row.where))
        except InputError as error:
            return self._refuse(InputError(error.message, where=row.where, hint=error.hint))
        known = self._contents(place)
        if content in known and not self._wanted.duplicates:
            self._found.duplicates.add(InputError(f"is in {place.path} already", where=row.where))
            self._tell(Fate("there", row.where, place.path, case))
            return None
        known.add(content)
        self._keep(case, place)
        self._tell(Fate("new", row.where, place.path, case))
        return case

    def _refuse(self, error: InputError) -> None:
        self._found.wrong.add(error)
        self._tell(Fate("wrong", error.where or "", why=error.message))

    def _tell(self, fate: Fate) -> None:
        if self._wanted.fates:
            self._found.fates.append(fate)

    def _keep(self, case: Case, place: Place) -> None:
        found = self._found
        found.kept += 1
        self.labels.add(place.id, case.expected)
        found.scenarios[place.path] = found.scenarios.get(place.path, 0) + 1
        if place.made:
            self.made[place.path] = place
        for prompt, needed in self._needed.items():
            if lacking := needed - case.input.keys():
                found.missing[prompt] = sorted({*found.missing.get(prompt, ()), *lacking})
        if len(found.shown) < self._wanted.shown:
            found.shown.append((place.path, case))

    def _made(self, row: SourceRow, parts: Parts, place: Place) -> Case:
        found, wanted = self._found, self._wanted
        detail: dict[str, Any] = {
            "file": found.file,
            "row": row.number,
            "format": found.format,
            "sha256": found.sha256,
            "import": found.import_id,
            **row.detail,
        }
        case = Case(
            scenario_id=place.id,
            input=parts.input,
            expected=parts.expected,
            tags=tuple(dict.fromkeys((*parts.tags, *wanted.tags))),
            split=wanted.split or parts.split or "dev",
            status="draft" if wanted.draft else row.status,
            origin=Origin(kind=wanted.kind, detail=detail),
        )
        return mark(case)

    def _contents(self, place: Place) -> set[bytes]:
        known = self._known.get(place.id)
        if known is None:
            there = () if place.made else self._project.cases.contents(place.id)
            known = self._known[place.id] = {bytes.fromhex(content[:32]) for content in there}
        return known


def _into(places: Places, wanted: Wanted, sample: list[SourceRow], file: str) -> str | None:
    """Where cases go whose row says nothing of it. Raises UsageError, InputError."""
    into = places.path_of(wanted.into) if wanted.into is not None or not wanted.columns.path else None
    says = wanted.columns.path is not None or (wanted.into is None and any(row.path for row in sample))
    if into is None and not says:
        hint = f"--into {shlex.quote(places.likely(file))}: made where it is not there; --into-column COLUMN: by row"
        raise UsageError("where do the cases go? The project has not just one scenario", hint=hint)
    if into is not None and not says:
        names_of(into)
    return into


def _path(said: str | None, into: str | None) -> str:
    """The path of a row's scenario: what the row says, below what was said for all."""
    if said is None:
        if into is None:
            raise InputError("says no scenario")
        return into
    return said if into is None or said.count("/") >= 2 else f"{into}/{said}"


def prompting_of(project: Project) -> Prompting:
    """What the project's prompts take."""
    prompts = project.prompts.all()
    names = (name for needed in _needed(project).values() for name in sorted(needed))
    return Prompting(tuple(dict.fromkeys(names)), variable_of(prompts))


def _needed(project: Project) -> dict[str, frozenset[str]]:
    """The values that each prompt needs."""
    needed: dict[str, frozenset[str]] = {}
    for prompt in project.prompts.all():
        try:
            needed[prompt.name] = frozenset(renderer(prompt.draft).variables)
        except InputError:
            continue  # a draft in the middle of an edit; whoever runs it is told
    return needed

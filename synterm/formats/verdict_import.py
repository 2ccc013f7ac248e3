"""Verdicts from files into the project: reviews out of spreadsheets, thumbs and ratings out of production."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from pydantic import ValidationError

from synterm.core.ids import content_id
from synterm.core.problems import InvalidError, problems_of
from synterm.core.review import Review, Source, output_id
from synterm.errors import InputError
from synterm.formats.row_files import Kind, Row, read_rows
from synterm.formats.verdict_cases import CaseFinder, UnmatchedError
from synterm.formats.verdict_form import VerdictForm
from synterm.storage.base import chunks
from synterm.storage.project import Project

MOST_ROWS = 1_000_000
NAMED = 20
"""So many rows of each kind are named; all are counted."""
LEAST = 4.0
"""The rating that passes, unless another is asked for."""
_PAGE = 500

T = TypeVar("T")


@dataclass(slots=True)
class Listed(Generic[T]):
    """Things that are counted, and the first of them named."""

    count: int = 0
    first: list[T] = field(default_factory=list[T])

    def add(self, thing: T) -> None:
        """Count one."""
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append(thing)


@dataclass(slots=True)
class Imported:
    """What became of the rows of a file: `rows` = kept + open + unmatched + wrong."""

    rows: int = 0
    reviews: int = 0
    """Verdicts of reviewers that are kept now."""
    feedback: int = 0
    """Verdicts of users that are kept now."""
    open: int = 0
    """Rows without a verdict."""
    unmatched: Listed[InputError] = field(default_factory=Listed[InputError])
    """Rows that are about no case of the project: not kept."""
    unseen: Listed[InputError] = field(default_factory=Listed[InputError])
    """Verdicts, kept, on answers that the project never got: they count once a model gives one."""
    wrong: Listed[InputError] = field(default_factory=Listed[InputError])
    """Rows that can't be read."""


@dataclass(frozen=True, slots=True)
class _Given:
    form: VerdictForm
    line: int
    where: str


def import_verdicts(
    project: Project, name: str, *, kind: Kind | None, who: str, source: Source | None, least: float = LEAST
) -> Imported:
    """Take in the verdicts of a file (``-``: stdin), some rows at a time; the same file again changes nothing.

    `who` is the reviewer where a row names none; `source` is taken where a row does not say it; a rating passes from
    `least` on. Rows that are wrong or match nothing are left out and named; the others are kept. Raises UsageError when
    it is not clear what the file holds, ProjectError.
    """
    found = Imported()
    finder = CaseFinder(project)
    places: dict[int, str] = {}
    for page in chunks(_read(name, kind, found), _PAGE):
        finder.prepare(given.form for given in page)
        reviews = [review for given in page if (review := _review(given, finder, found, (who, source, least)))]
        for review, where in reviews:
            places.setdefault(_short(review), where)
        project.reviews.put(*(review for review, _ in reviews)).result()
        found.reviews += sum(review.source == "review" for review, _ in reviews)
        found.feedback += sum(review.source == "feedback" for review, _ in reviews)
    if project.reviews.settle():
        _name_unseen(project, places, found)
    return found


def _read(name: str, kind: Kind | None, found: Imported) -> Iterator[_Given]:
    for row in read_rows(name, kind):
        found.rows += 1
        if isinstance(row, InputError):
            found.wrong.add(row)
        elif found.rows > MOST_ROWS:
            found.wrong.add(InputError(f"over {MOST_ROWS:,} rows: split the file", where=row.where))
            return
        elif isinstance(form := _form(row), InputError):
            found.wrong.add(form)
        else:
            yield _Given(form, row.line, row.where)


def _form(row: Row) -> VerdictForm | InputError:
    try:
        form = VerdictForm.model_validate(row.fields)
    except ValidationError as error:
        return InvalidError(problems_of(error, VerdictForm), where=row.where)
    if form.output is None and form.output_id is None:
        hint = f"it has {', '.join(sorted(row.fields)[:12])}"
        return InputError("output: is missing: the text that was judged", where=row.where, hint=hint)
    return form


def _review(
    given: _Given, finder: CaseFinder, found: Imported, settings: tuple[str, Source | None, float]
) -> tuple[Review, str] | None:
    form, (who, source, least) = given.form, settings
    passed = form.verdict(least)
    if passed is None:
        found.open += 1
        return None
    try:
        content, output = finder.content(form), _output(form)
    except UnmatchedError as error:
        found.unmatched.add(InputError(str(error), where=given.where))
        return None
    origin = form.source or source or form.origin
    made = Review(
        content,
        output,
        passed,
        form.who,
        form.note,
        created=form.time,
        source=origin,
        rating=form.rating,
        answer=form.output,
    )
    if not made.who:
        made = replace(made, who=who if origin == "review" else _nobody(made, given))
    return made, given.where


def _output(form: VerdictForm) -> str:
    if form.output is None:
        return form.output_id or ""
    found = output_id(form.output)
    if form.output_id not in (None, found):
        raise UnmatchedError("its output is not the one that output_id names: it was changed")
    return found


def _nobody(review: Review, given: _Given) -> str:
    """A name for a user without one: the same when the same row is read again, another for each other row."""
    form = given.form
    told = form.id or (form.time and [form.time, form.note, form.rating, review.passed]) or given.where
    return f"user {content_id('user', told)[:12]}"


def _short(review: Review) -> int:
    """A number for what it is about: a million of them must fit in memory."""
    return int(review.content_id[:8] + review.output_id[:8], 16)


def _name_unseen(project: Project, places: dict[int, str], found: Imported) -> None:
    for review in project.reviews.unsettled():
        where = places.get(_short(review))
        if where is not None:
            found.unseen.add(InputError("no answer in the project has this output", where=where))

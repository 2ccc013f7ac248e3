"""Human verdicts as documents: what people said, and what they are still to say."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.case import Case, value_text
from synterm.core.review import Review, Source
from synterm.evaluate.review.candidate import Output
from synterm.formats.row_files import Kind, loud
from synterm.storage.base import chunks
from synterm.storage.project import Project

_PAGE = 200


class VerdictRow(BaseModel):
    """A verdict on an answer, or an answer that waits for one: then `passed` is None."""

    content_id: str
    output_id: str
    case_id: str | None
    """The first case that has this content now."""
    scenario: str
    """Its path; empty without such a case."""
    input: dict[str, Any] | str
    """Named values; a text alone where there is only one."""
    expected: Any
    output: str | None
    """None where the text is known no more."""
    passed: bool | None = None
    rating: float | None = None
    who: str = ""
    note: str = ""
    time: str = ""
    """When it was first given: ISO 8601, UTC."""
    source: Source = "review"


class VerdictList(BaseModel):
    """What people said about answers, in the order it was kept."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.verdicts/1"] = Field(default="synterm.verdicts/1", alias="schema")
    verdicts: list[VerdictRow]


def verdict_rows(project: Project) -> Iterator[VerdictRow]:
    """All verdicts, read page by page."""
    tree = project.nodes.tree()
    for page in chunks(project.reviews.all(), _PAGE):
        contents = {review.content_id for review in page}
        values = project.contents.values(contents)
        ids = project.contents.case_ids(contents)
        cases = {case.id: case for case in project.cases.named(list(ids.values()))}
        texts = project.responses.texts([review.response_pk for review in page if review.response_pk is not None])
        for review in page:
            case = cases.get(ids.get(review.content_id, ""))
            text = texts.get(review.response_pk or 0, review.answer)
            path = tree.path(case.scenario_id) if case and case.scenario_id in tree else ""
            yield _given(review, case, path, values, text)


def _given(
    review: Review, case: Case | None, path: str, values: Mapping[str, tuple[dict[str, Any], Any]], text: str | None
) -> VerdictRow:
    given, expected = values.get(review.content_id, ({}, None))
    return VerdictRow(
        content_id=review.content_id,
        output_id=review.output_id,
        case_id=case.id if case else None,
        scenario=path,
        input=_input(given),
        expected=expected,
        output=text,
        passed=review.passed,
        rating=review.rating,
        who=review.who,
        note=review.note,
        time=review.created,
        source=review.source,
    )


def open_rows(project: Project, outputs: Iterable[Output]) -> Iterator[VerdictRow]:
    """Answers to be judged, without a word of what checks say."""
    tree = project.nodes.tree()
    for output in outputs:
        case, (content, name) = output.case, output.subject
        yield VerdictRow(
            content_id=content,
            output_id=name,
            case_id=case.id,
            scenario=tree.path(case.scenario_id),
            input=_input(case.input),
            expected=case.expected,
            output=output.text,
        )


def verdict_file(rows: Iterable[VerdictRow], kind: Kind) -> Iterator[str]:
    """The rows as a file that ``synterm review --import`` reads."""
    return _csv(rows) if kind == "csv" else (row.model_dump_json() + "\n" for row in rows)


def _csv(rows: Iterable[VerdictRow]) -> Iterator[str]:
    # Spreadsheets tell UTF-8 by its mark.
    yield "\ufeff" + _line(_COLUMNS)
    for row in rows:
        yield _line([_cell(getattr(row, name)) for name in _COLUMNS])


_COLUMNS = (
    *("scenario", "input", "expected", "output", "passed", "note", "who"),
    *("rating", "time", "source", "case_id", "content_id", "output_id"),
)
"""What people read and write stands first."""


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return loud(value or "")
    if isinstance(value, bool):
        return "pass" if value else "fail"
    return loud(value_text(value))


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def _input(given: dict[str, Any]) -> dict[str, Any] | str:
    only = next(iter(given.values())) if len(given) == 1 else None
    return only if isinstance(only, str) else given

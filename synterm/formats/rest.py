"""What stands behind the first part of a text form: prompts, documents, cases, verdicts and tables of results.

Each part begins with a YAML document; one that announces rows is followed by a part of rows. They are read one after
the other, and never held all at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar, cast

from pydantic import BaseModel, ValidationError

from synterm.core.document import Document
from synterm.core.problems import InvalidError, problems_of
from synterm.core.prompt import Prompt
from synterm.core.review import Review
from synterm.errors import InputError, did_you_mean
from synterm.formats.case_text import CaseRow
from synterm.formats.document_text import whole_document
from synterm.formats.findings import Findings
from synterm.formats.project_form import DocumentForm, PromptForm
from synterm.formats.prompt_text import build_prompt, variable_of
from synterm.formats.rest_forms import CasesHead, ListHead, ReviewRow, TableHead, table_row
from synterm.formats.safe_yaml import Document as YamlDocument
from synterm.formats.safe_yaml import load_yaml
from synterm.formats.text_parts import TextParts
from synterm.storage.arriving import ArrivingCase, Row
from synterm.storage.whole import Stamp

DEPTH = 320
_BATCH = 1000
_HEADS = ("prompt", "document", "cases", "list", "table")

Form = TypeVar("Form", bound=BaseModel)


class PromptPart(NamedTuple):
    """A prompt, and when it was changed last."""

    prompt: Prompt
    updated: str | None


class DocumentPart(NamedTuple):
    """A document, with what is noted beside it."""

    document: Document
    stamp: Stamp


class CasesPart(NamedTuple):
    """Some cases."""

    cases: list[ArrivingCase]


class ReviewsPart(NamedTuple):
    """Some verdicts, each with its place."""

    reviews: list[tuple[Review, str]]


class TablePart(NamedTuple):
    """Some rows of a table of results."""

    table: str
    columns: tuple[str, ...]
    rows: list[Row]
    place: str
    """Where the table begins."""


class ToldPart(NamedTuple):
    """What the text only tells of, without its results."""

    name: str
    rows: int


Part = PromptPart | DocumentPart | CasesPart | ReviewsPart | TablePart | ToldPart


class Rest:
    """The further parts of a text."""

    def __init__(
        self,
        lines: TextParts,
        scenarios: Mapping[tuple[str, ...], str],
        prompts: Sequence[Prompt],
        findings: Findings,
        doubts: Findings,
    ) -> None:
        self.findings = findings
        """What is wrong with it; complete once `parts` is exhausted."""
        self._lines = lines
        self._scenarios = scenarios
        self._prompts = list(prompts)
        self._doubts = doubts
        self._documents: set[str] = set()

    @property
    def doubts(self) -> list[InputError]:
        """What can't work, but was so in the project file that the text was made of."""
        return self._doubts.said

    def parts(self) -> Iterator[Part]:
        """Each part once, as it is read; what is wrong is left out, and told at the end.

        Raises InputError with up to 20 problems.
        """
        while self._lines.more:
            text, line = self._lines.document()
            document = load_yaml(text, name=self._lines.name, line=line, depth=DEPTH)
            yield from self._part(document)
        try:
            self._lines.check_end()
        except InputError as error:
            self.findings.add_error(error)
        self.findings.raise_any()

    def _part(self, document: YamlDocument) -> Iterator[Part]:
        findings, doubts = self.findings.on(document), self._doubts.on(document)
        data = cast("dict[str, Any]", document.data if isinstance(document.data, dict) else {})
        kind = next(iter(data), "")
        match kind:
            case "prompt":
                yield from self._prompt(data, findings, doubts)
            case "document":
                yield from self._document(data, findings)
            case "cases":
                yield from self._cases(_read(CasesHead, data, findings), findings)
            case "list":
                yield from self._list(_read(ListHead, data, findings))
            case "table":
                yield from self._table(_read(TableHead, data, findings), document.where(()))
            case _:
                known = ", ".join(_HEADS)
                said = f"a part begins with {known}, not with {kind!r}" if kind else f"a part begins with {known}"
                # What follows can't be told from other parts, so nothing more is read.
                findings.add_at(
                    (kind,) if kind else (), InputError(said, hint=did_you_mean(kind, _HEADS) if kind else None)
                )
                self.findings.raise_any()

    def _prompt(self, data: dict[str, Any], findings: Findings, doubts: Findings) -> Iterator[PromptPart]:
        form = _read(PromptForm, {"name" if key == "prompt" else key: value for key, value in data.items()}, findings)
        prompt = build_prompt(form, (), findings, doubts) if form else None
        if form is None or prompt is None:
            return
        for other in self._prompts:
            if other.name == prompt.name or other.id == prompt.id:
                said = "prompt" if other.name == prompt.name else "id"
                findings.add_at((said,), InputError("another prompt has it too"))
                return
        self._prompts.append(prompt)
        yield PromptPart(prompt, form.updated)

    def _document(self, data: dict[str, Any], findings: Findings) -> Iterator[DocumentPart]:
        form = _read(
            DocumentForm, {"name" if key == "document" else key: value for key, value in data.items()}, findings
        )
        if form is None:
            return
        try:
            document = self._made(form)
        except InputError as error:
            findings.add_at((), error)
            return
        yield DocumentPart(document, Stamp(form.id, form.updated))

    def _made(self, form: DocumentForm) -> Document:
        document = whole_document(form)
        if document.name in self._documents:
            raise InputError(f"{document.name!r} stands twice here")
        self._documents.add(document.name)
        return document

    def _cases(self, head: CasesHead | None, findings: Findings) -> Iterator[CasesPart]:
        scenario = self._scenarios.get(head.cases) if head else None
        if head and scenario is None:
            known = (" / ".join(path) for path in self._scenarios)
            hint = did_you_mean(" / ".join(head.cases), known)
            findings.add_at(("cases",), InputError("there is no such scenario in the tree above", hint=hint))
        variable = variable_of(self._prompts)
        found = self._each(CaseRow)
        while rows := list(islice(found, _BATCH)):
            cases: list[ArrivingCase] = []
            for row, place in rows:
                try:
                    case = row.case(scenario or "", variable)
                except InputError as error:
                    self.findings.add_error(InputError(error.message, where=place, hint=error.hint))
                    continue
                cases.append(ArrivingCase(case, place, row.row, row.updated))
            if scenario is not None:
                yield CasesPart(cases)

    def _list(self, head: ListHead | None) -> Iterator[ReviewsPart | ToldPart]:
        if head is None or head.list != "reviews":
            count = sum(1 for _ in self._raw())
            if head and count:
                yield ToldPart(head.list, count)
            return
        found = self._each(ReviewRow)
        while rows := list(islice(found, _BATCH)):
            yield ReviewsPart([(row.review(), place) for row, place in rows])

    def _table(self, head: TableHead | None, place: str) -> Iterator[TablePart]:
        found = self._raw()
        if head is None:
            for _ in found:
                pass
            return
        while batch := list(islice(found, _BATCH)):
            rows: list[Row] = []
            for value, at in batch:
                try:
                    rows.append(Row(table_row(value, len(head.columns)), at))
                except InputError as error:
                    self.findings.add_error(InputError(error.message, where=at))
            yield TablePart(head.table, head.columns, rows, place)

    def _each(self, form: type[Form]) -> Iterator[tuple[Form, str]]:
        """The rows that are as they must be, each with its place."""
        for value, place in self._raw():
            try:
                row = form.model_validate(value)
            except ValidationError as error:
                self.findings.add_error(InvalidError(problems_of(error, form), where=place))
                continue
            yield row, place

    def _raw(self) -> Iterator[tuple[Any, str]]:
        """The rows of the part that follows its head."""
        for place, value in self._lines.rows():
            if isinstance(value, InputError):
                self.findings.add_error(value)
            else:
                yield value, place


def _read(form: type[Form], data: Any, findings: Findings) -> Form | None:
    try:
        return form.model_validate(data)
    except ValidationError as error:
        for problem in problems_of(error, form):
            findings.add(problem)
        return None

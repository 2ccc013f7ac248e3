"""Cases of another synterm project: the JSONL beside its text form, or what `synterm ls PROJECT cases --json` wrote."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from synterm.core.problems import InvalidError, problems_of
from synterm.errors import InputError
from synterm.formats.case_text import CaseRow
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow, text_row
from synterm.formats.sources.json_lines import json_lines
from synterm.formats.sources.json_list import objects_of
from synterm.formats.sources.peek import Peek

_LISTING = "synterm.cases/1"
_NAMES = frozenset(CaseRow.model_fields)
_OF_SYNTERM = frozenset(("tags", "split", "status", "origin", "root"))


class SyntermLines(Source):
    """Cases as synterm writes them."""

    name = "synterm"
    title = "cases of another synterm project, as JSONL or from synterm ls"
    tells_expected = True

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        if peek.first.get("schema") == _LISTING or f'"{_LISTING}"' in peek.text[:200]:
            return True
        names = peek.first.keys()
        return peek.has_lines_of_json and "input" in names and names <= _NAMES and bool(names & _OF_SYNTERM)

    def rows(self, file: SourceFile) -> Rows:
        listing = f'"{_LISTING}"' in file.peek.text[:200]
        for where, number, found in objects_of(file, "cases") if listing else json_lines(file):
            if isinstance(found, InputError):
                yield found
                continue
            path = found.get("scenario") if listing else None
            try:
                case = CaseRow.model_validate({key: value for key, value in found.items() if key in _NAMES})
            except ValidationError as error:
                yield InvalidError(problems_of(error, CaseRow), where=where)
                continue
            if unknown := sorted(found.keys() - _NAMES) if not listing else []:
                yield InputError(f"{unknown[0]!r} is no field of a case", where=where, hint="--format jsonl takes any")
                continue
            yield _row(where, number, case, path)


def _row(where: str, number: int, case: CaseRow, path: Any) -> SourceRow:
    detail: dict[str, Any] = {"case": case.id} if case.id else {}
    if case.origin:
        detail["was"] = case.origin.model_dump(mode="json", exclude_defaults=True)
    return text_row(
        where,
        number,
        case.input,
        expected=case.expected,
        tags=case.tags,
        split=case.split,
        status=case.status,
        path=path if isinstance(path, str) else None,
        detail=detail,
    )

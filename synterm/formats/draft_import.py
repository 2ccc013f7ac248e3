"""Decisions about drafts out of a file: as ``synterm review --drafts --export`` wrote it, and people filled it in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from synterm.core.case import Case
from synterm.core.decision import Decision, Verdict, decided, decisions_of, edited_in_review
from synterm.errors import InputError, NotFoundError, did_you_mean
from synterm.formats.draft_rows import cell, plain_input
from synterm.formats.row_files import Kind, Row, read_rows
from synterm.formats.strict_json import load_json
from synterm.storage.base import chunks
from synterm.storage.clock import now
from synterm.storage.project import Project

NAMED = 20
"""So many rows that can't be used are named; all are counted."""
_PAGE = 500
_MOST_REASON = 2000
WORDS: dict[str, Verdict] = {
    **dict.fromkeys(("accept", "accepted", "a", "yes", "y", "ok"), "accepted"),
    **dict.fromkeys(("reject", "rejected", "x", "no", "n"), "rejected"),
    **dict.fromkeys(("restore", "restored", "r"), "restored"),
}
"""What people write for a decision."""


@dataclass(slots=True)
class ImportedDecisions:
    """What became of the rows: rows = decided + same + open + wrong."""

    rows: int = 0
    decided: dict[Verdict, int] = field(default_factory=dict[Verdict, int])
    edited: int = 0
    """Of those that were decided, how many were edited too."""
    same: int = 0
    """Rows that say what was decided already."""
    open: int = 0
    """Rows without a decision."""
    wrong: int = 0
    problems: list[InputError] = field(default_factory=list[InputError])
    """The first of those that can't be used."""

    def refuse(self, error: InputError) -> None:
        """Count a row that can't be used."""
        self.wrong += 1
        if len(self.problems) < NAMED:
            self.problems.append(error)


def import_decisions(project: Project, name: str, *, kind: Kind | None, who: str) -> ImportedDecisions:
    """Take in the decisions of a file (``-``: stdin); the same file again changes nothing.

    Rows that can't be used are left out and named; the others are kept. Raises UsageError when it is not clear what the
    file holds, ProjectError.
    """
    found = ImportedDecisions()
    for page in chunks(_rows(name, kind, found), _PAGE):
        cases: dict[str, Case] = {}
        for row in page:
            try:
                if case := _decide(project, row, who, found, cases):
                    cases[case.id] = case
            except (InputError, NotFoundError) as error:
                found.refuse(InputError(error.message, where=row.where, hint=error.hint))
        project.cases.put(cases.values()).result()
    return found


def _rows(name: str, kind: Kind | None, found: ImportedDecisions) -> Iterator[Row]:
    for row in read_rows(name, kind):
        found.rows += 1
        if isinstance(row, InputError):
            found.refuse(row)
        else:
            yield row


def _decide(project: Project, row: Row, who: str, found: ImportedDecisions, known: dict[str, Case]) -> Case | None:
    verdict = _verdict(row.fields.get("decision"))
    if verdict is None:
        found.open += 1
        return None
    name = row.fields.get("id")
    if not isinstance(name, str) or not name:
        raise InputError("id: is missing: which case it is about")
    case = known.get(name) or project.cases.get(name)
    reason = row.fields.get("reason") or ""
    if not isinstance(reason, str) or len(reason) > _MOST_REASON:
        raise InputError(f"reason: must be a text of at most {_MOST_REASON:,} characters")
    edited = _edited(case, row.fields)
    was = edited_in_review(case, edited)
    last = next(iter(reversed(decisions_of(case))), None)
    if not was and last and (last.verdict, last.reason) == (verdict, reason):
        found.same += 1
        return None
    _check(case, verdict)
    found.decided[verdict] = found.decided.get(verdict, 0) + 1
    found.edited += bool(was)
    by = row.fields.get("who")
    said = Decision(verdict=verdict, reason=reason, who=by if isinstance(by, str) and by else who, time=now(), was=was)
    return decided(edited, said)


def _verdict(said: object) -> Verdict | None:
    if said is None or said == "":
        return None
    verdict = WORDS.get(said.strip().casefold()) if isinstance(said, str) else None
    if verdict is None:
        raise InputError(f"decision: {str(said)[:40]!r} is none", hint=did_you_mean(str(said)[:40], WORDS))
    return verdict


def _check(case: Case, verdict: Verdict) -> None:
    if verdict == "restored" and case.status != "rejected":
        raise InputError(f"it is {case.status}: only what was rejected can be restored")
    if verdict != "restored" and case.status not in ("draft", "rejected"):
        raise InputError(f"it is {case.status} already: nothing waits for a decision")


def _edited(case: Case, fields: dict[str, Any]) -> Case:
    """The case with what the row has otherwise; what is missing in the row stays as it is."""
    changes: dict[str, Any] = {}
    if "input" in fields and fields["input"] not in (plain := plain_input(case.input), cell(plain)):
        changes["input"] = _input(case, fields["input"])
    if "expected" in fields and fields["expected"] != case.expected and fields["expected"] != cell(case.expected):
        changes["expected"] = _expected(case, fields["expected"])
    return case.model_copy(update=changes)


def _input(case: Case, given: Any) -> dict[str, Any]:
    if isinstance(given, str) and isinstance(plain_input(case.input), str):
        return {next(iter(case.input)): given}
    value = _json(given, "input") if isinstance(given, str) else given
    if not isinstance(value, dict) or not value:
        raise InputError("input: must be an object of named values")
    return cast("dict[str, Any]", value)


def _expected(case: Case, given: Any) -> Any:
    if not isinstance(given, str) or case.expected is None or isinstance(case.expected, str):
        return given
    return _json(given, "expected")


def _json(text: str, name: str) -> Any:
    try:
        return load_json(text)
    except ValueError as error:
        raise InputError(f"{name}: {error}") from error

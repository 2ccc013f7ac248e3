"""Finding the case that a verdict from a file is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from synterm.core.ids import content_id
from synterm.core.review import plain
from synterm.errors import NotFoundError
from synterm.formats.strict_json import load_json
from synterm.formats.verdict_form import VerdictForm
from synterm.storage.project import Project


class UnmatchedError(Exception):
    """No one case is meant; the words say why."""


class CaseFinder:
    """Finds contents of cases. What all cases say is read once, when it is needed first."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: frozenset[str] = frozenset()
        self._cases: dict[str, str] = {}
        self._inputs: dict[bytes, list[str]] | None = None
        self._tags: dict[str, set[str]] | None = None

    def prepare(self, rows: Iterable[VerdictForm]) -> None:
        """Look up together what these rows name."""
        rows = list(rows)
        self._known = self._project.contents.known({row.content_id for row in rows if row.content_id})
        named = list({row.case_id for row in rows if row.case_id and not row.content_id})
        self._cases = {case.id: case.content_id for case in self._project.cases.named(named)}

    def content(self, row: VerdictForm) -> str:
        """The content of the case that a row is about. Raises UnmatchedError."""
        if row.content_id:
            if row.content_id not in self._known:
                raise UnmatchedError("no case has or had this content_id")
            return row.content_id
        if row.case_id:
            return self._of_case(row.case_id)
        if row.input is not None:
            return self._one(self._by_input(row.input), "this input", "give content_id or case_id too")
        if row.tags:
            return self._one(self._by_tags(row.tags), "all these tags", "give case_id, or tag each case apart")
        raise UnmatchedError("it names no case: content_id, case_id, input or tags")

    def _of_case(self, case_id: str) -> str:
        if case_id not in self._cases:
            try:
                self._cases[case_id] = self._project.cases.get(case_id).content_id
            except NotFoundError as error:
                raise UnmatchedError(error.message) from error
        return self._cases[case_id]

    def _one(self, found: Iterable[str], what: str, hint: str) -> str:
        contents = sorted(set(found))
        if not contents:
            raise UnmatchedError(f"no case has {what}")
        if len(contents) > 1:
            raise UnmatchedError(f"{len(contents)} different cases have {what}: {hint}")
        return contents[0]

    def _by_input(self, given: Any) -> list[str]:
        if self._inputs is None:
            self._inputs = {}
            for content, values in self._project.contents.inputs():
                for name in _names(values):
                    self._inputs.setdefault(name, []).append(content)
        return [content for name in _asked(given) for content in self._inputs.get(name, ())]

    def _by_tags(self, tags: Iterable[str]) -> set[str]:
        if self._tags is None:
            self._tags = {}
            for content, names in self._project.contents.tagged():
                for name in names:
                    self._tags.setdefault(name, set()).add(content)
        return set[str].intersection(*(self._tags.get(tag, set()) for tag in tags))


def _names(values: dict[str, Any]) -> Iterable[bytes]:
    """By what an input is found: all of its values, and the only one if it is a text."""
    yield _name(values)
    if len(values) == 1 and isinstance(value := next(iter(values.values())), str):
        yield _name(value)


def _asked(given: Any) -> Iterable[bytes]:
    if isinstance(given, str) and given.lstrip().startswith("{"):
        # A cell of a spreadsheet has named values as JSON.
        try:
            named = load_json(given)
        except ValueError:
            named = None
        if isinstance(named, dict):
            yield _name(cast("dict[str, Any]", named))
    yield _name(given)


def _name(value: Any) -> bytes:
    return bytes.fromhex(content_id("input", _plain(value)))[:12]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in cast("dict[str, Any]", value).items()}
    return plain(value) if isinstance(value, str) else value

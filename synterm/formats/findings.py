"""What is wrong with a text form, gathered so that a person can mend it in one go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from synterm.core.problems import InvalidError, Path, Problem
from synterm.errors import InputError
from synterm.formats.safe_yaml import Document

MAX_FINDINGS = 20


@dataclass(slots=True)
class Findings:
    """Problems with their file and line. Raises InputError by itself when there are MAX_FINDINGS."""

    document: Document
    _found: list[InputError] = field(default_factory=list[InputError])
    stops: bool = True
    """Whether they are errors; else they are only to be told, and those beyond MAX_FINDINGS are not."""

    def __len__(self) -> int:
        return len(self._found)

    @property
    def said(self) -> list[InputError]:
        """What was found so far."""
        return list(self._found)

    def on(self, document: Document) -> Findings:
        """The same findings, to which problems of another document are added."""
        return replace(self, document=document)

    def add(self, problem: Problem, hint: str | None = None) -> None:
        """A problem at a path of the document."""
        self.add_error(InputError(str(problem), where=self.document.where(problem.path), hint=hint))

    def add_at(self, path: Path, error: InputError) -> None:
        """An error about what stands at a path of the document; each of its problems, if it names them."""
        if isinstance(error, InvalidError):
            for problem in error.problems:
                self.add(problem.below(*path), error.hint)
            return
        place = f"{error.where}: " if error.where else ""
        self.add(Problem(path, f"{place}{error.message}"), error.hint)

    def unique(self, path: Path, field_name: str, names: Iterable[str]) -> None:
        """A problem for each name that stands twice in the list at `path`."""
        seen: set[str] = set()
        for index, name in enumerate(names):
            if name in seen:
                self.add(Problem((*path, index, field_name), f"{name!r} stands twice here"))
            seen.add(name)

    def add_error(self, error: InputError) -> None:
        """An error that says itself where it is."""
        if len(self._found) < MAX_FINDINGS:
            self._found.append(error)
        if self.stops and len(self._found) >= MAX_FINDINGS:
            self.raise_any()

    def raise_any(self) -> None:
        """Raise what was found as one InputError; nothing when nothing was."""
        if not self._found:
            return
        if len(self._found) == 1:
            raise self._found[0]
        count = len(self._found)
        said = f"the first {count} problems" if count >= MAX_FINDINGS else f"{count} problems"
        raise InputError("\n".join([said, *map(_line, self._found)]), where=self.document.name)


def _line(error: InputError) -> str:
    return f"  {error}; {error.hint}" if error.hint else f"  {error}"

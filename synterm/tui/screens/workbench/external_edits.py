"""Editing cases and messages in a person's own editor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from textual.app import SuspendNotSupported

from synterm.core.case import Case
from synterm.errors import InputError, NotFoundError, SyntermError
from synterm.storage.cases import CaseStore
from synterm.text import plural, printable
from synterm.tui.cases.changes import differs, replacing
from synterm.tui.edits import Edit
from synterm.tui.external_editor import edit_text, edit_until_valid, lent
from synterm.tui.screens.workbench.case_finding import CaseFinding
from synterm.tui.widgets.prompt.area import PromptArea

T = TypeVar("T")


class ExternalEditing(CaseFinding):
    """Lends the terminal to the editor, and takes back what it leaves."""

    async def _do(self, edit: Edit, count: int = 1, note: str = "") -> None:
        raise RuntimeError(f"{type(self).__name__} edits nothing")

    async def _edit_outside(self, keys: Sequence[int]) -> None:
        """Edit cases as YAML, one document each."""
        from synterm.formats.case_documents import MOST_CASES, read_documents, write_documents

        if len(keys) > MOST_CASES:
            self.notify(
                f"{plural(len(keys), 'case')} are selected; an editor gets {MOST_CASES} at most.",
                title="Cases",
                severity="warning",
                markup=False,
            )
            return
        # What others removed meanwhile is not among them.
        there = [(case, f"c{key}") for key in keys for case in self._cases([key])]
        if not there:
            raise gone()
        before, names = [case for case, _ in there], [name for _, name in there]
        paths, store = self._paths(), self.session.project.cases
        text = write_documents(before, paths, names)

        def read(left: str) -> dict[str, tuple[Case, Case]]:
            return _changes(before, read_documents(left, before, paths), store)

        # The file stays until the cases are on disk.
        with lent(".yaml") as file:
            edited = self._lend(lambda: edit_until_valid(text, read, file.edit))
            if edited:
                await self._do(replacing(store, f"{plural(len(edited), 'case')} edited", edited), len(edited))

    def action_edit_prompt(self) -> None:
        """Edit what the prompt's editor shows in a person's own editor; there it can be undone like typing."""
        area = self.focused
        if not isinstance(area, PromptArea):
            self.notify("Go to a message of the prompt first.", title="Editor", markup=False)
            return
        before = area.text
        try:
            after = self._lend(lambda: edit_text(before, ending=".md"))
        except SyntermError as error:
            self._tell(error)
            return
        if after is not None and not before.endswith("\n"):
            # Most editors end the last line of every file.
            after = after.removesuffix("\n")
        if after is not None and after != before:
            area.replace(after, area.document.start, area.document.end)

    def _lend(self, use: Callable[[], T]) -> T | None:
        """Do something that owns the terminal; None where the terminal can't be lent."""
        found: T | None = None
        problem: BaseException | None = None
        try:
            with self.app.suspend():
                # Whatever error left this block would leave the terminal to nobody.
                try:
                    found = use()
                except BaseException as error:  # noqa: BLE001
                    problem = error
        except SuspendNotSupported:
            self.notify(
                "This terminal can't be lent to an editor. In the list of cases e edits in a form.",
                title="Editor",
                severity="warning",
                markup=False,
            )
        if problem is not None:
            raise problem
        return found

    def _case(self, key: int) -> Case:
        """The case of a row number. Raises NotFoundError for one that others removed before the list shows it."""
        for case in self._cases([key]):
            return case
        raise gone()

    def _cases(self, keys: Sequence[int]) -> list[Case]:
        return self.session.project.cases.page(keys)

    def _paths(self) -> Mapping[str, str]:
        tree = self.session.tree
        return {node.id: tree.path(node.id) for node in tree.scenarios()}

    def _tell(self, error: SyntermError) -> None:
        words = f"{error}\n{error.hint}" if error.hint else str(error)
        self.notify(printable(words), title="Cases", severity="error", markup=False)


def gone() -> NotFoundError:
    """Says that a case is not there any more."""
    return NotFoundError("The case is no longer in the project: it was removed elsewhere.")


def _changes(before: Sequence[Case], after: Sequence[Case], store: CaseStore) -> dict[str, tuple[Case, Case]]:
    """The cases that changed: before, after. Raises InputError for one that would leave the split of its seed."""
    old, new = {case.id: case for case in before}, {case.id: case for case in after}
    for case in after:
        seed = new.get(case.root_id)
        alone = store.has_seed(case) if seed is None else seed.split != case.split
        if case.split != old[case.id].split and alone and seed is not case:
            raise InputError(
                f"{case.id}: split: is that of {case.root_id}, which the case is made from",
                hint=f"back to {old[case.id].split}, or change it there",
            )
    return {case.id: (old[case.id], case) for case in after if differs(case, old[case.id])}

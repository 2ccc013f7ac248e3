"""What the workbench does when someone else writes into the prompts, or removes the one that is open."""

from __future__ import annotations

import asyncio
from time import monotonic

from synterm.core.prompt import Prompt
from synterm.storage.prompts import PromptStore
from synterm.text import one_line
from synterm.tui.edits import Edit
from synterm.tui.screens.workbench.prompting import PromptingScreen
from synterm.tui.widgets.prompt.reading import Draft

_TYPING_S = 3.0
"""So long after a key the text in the editor is its user's."""


class SharingScreen(PromptingScreen):
    """What one sees in the editors is what the file has, whoever wrote it."""

    _contested = False
    """Whether it was told that someone else types in this prompt too."""

    async def take_prompts(self) -> None:
        """Look what the file has of the prompts now, and take over what others wrote there."""
        session = self.session
        await session.drafts.saved()
        # From here to the reading nothing may be awaited: what the file has would not be what was saved last.
        was, typed = session.prompt, self.prompt.typed()
        changed, theirs = session.read_prompts(), session.prompt
        if (theirs and theirs.id) != (was and was.id):
            await self._turn(was, typed)
            return
        if changed:
            self.painter.show_scope()
            self.restart()
        if theirs is not None and Draft(theirs.draft, theirs.half) != session.drafts.latest(theirs.id):
            await self._meet(theirs)

    async def _meet(self, theirs: Prompt) -> None:
        """Someone else wrote the draft that is open."""
        drafts, name, typed = self.session.drafts, one_line(theirs.name, 40), self.prompt.typed()
        if typed and (monotonic() - self.prompt.typed_at < _TYPING_S or drafts.lacks(theirs.id)):
            drafts.save(theirs.id, typed)
            if not self._contested:
                self._contested = True
                self.notify(f"{name} is edited in another window too; this window's text is kept", markup=False)
            return
        self._contested = False
        drafts.take(theirs)
        others = await self.prompt.put(Draft(theirs.draft, theirs.half), by_file=True)
        key = "alt+z" if others else "ctrl+z"
        self.notify(f"{name} was edited elsewhere: that text is here now, {key} undoes", markup=False)

    async def _turn(self, was: Prompt | None, typed: Draft | None) -> None:
        """The prompt that was open is gone, and another one is open, or none."""
        self._stop_live()
        focused = self.prompt.has_focus_in()
        await self.show_open_prompt()
        self.painter.show_scope()
        self.restart()
        if was is None:
            return
        if focused:
            # Whoever is typing must not go on in another prompt.
            await self.run_action("screen.pane('results')")
        await self._offer(was, typed or Draft(was.draft, was.half))

    async def _offer(self, gone: Prompt, typed: Draft) -> None:
        """Say that a prompt was removed; undoing brings it back with what was typed."""
        prompts, name, made = self.session.project.prompts, one_line(gone.name, 40), list[str]()

        async def remove() -> None:
            while made:
                await asyncio.wrap_future(prompts.remove(made.pop()))

        async def bring_back() -> None:
            made.append(await _put_back(prompts, gone, typed))
            await self.open_prompt(gone.name)

        await self.edits.do(Edit(f"prompt {name} removed elsewhere", remove, bring_back))
        now = f"{one_line(self.session.prompt.name, 40)} is open now" if self.session.prompt else "no other is left"
        text = f"Prompt {name} was removed in another window or command; {now}. u brings it back with what you typed."
        self.notify(text, severity="warning", timeout=15, markup=False)


async def _put_back(prompts: PromptStore, gone: Prompt, typed: Draft) -> str:
    """Make a prompt again; gives its new id."""
    versions = [(version.note, version.body) for version in gone.versions]
    made = await asyncio.wrap_future(prompts.add(gone.name, versions or [("", typed.body)]))
    for version in gone.versions:
        if version.pinned:
            await asyncio.wrap_future(prompts.annotate(made, version.number, pinned=True))
    await asyncio.wrap_future(prompts.save_draft(made, *typed))
    return made

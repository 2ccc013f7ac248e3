"""The workbench's commands in the palette. Names of prompts and models are shown as text, never as markup."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.types import IgnoreReturnCallbackType

from synterm.text import one_line
from synterm.tui.screens.places import PLACES
from synterm.tui.screens.workbench import WorkbenchScreen

Command = tuple[str, str, IgnoreReturnCallbackType]
"""Title, what it does, and what is called."""


class WorkbenchCommands(Provider):
    """Everything that the workbench can do, by name."""

    async def discover(self) -> Hits:
        """All commands, before anything is typed."""
        for title, explanation, call in self._commands():
            yield DiscoveryHit(Content(title), call, text=title, help=explanation)

    async def search(self, query: str) -> Hits:
        """The commands that match what is typed."""
        matcher = self.matcher(query)
        for title, explanation, call in self._commands():
            if (score := matcher.match(title)) > 0:
                yield Hit(score, matcher.highlight(title), call, text=title, help=explanation)

    def _commands(self) -> Iterable[Command]:
        screen = self.screen
        return _commands(screen) if isinstance(screen, WorkbenchScreen) else ()


def _commands(screen: WorkbenchScreen) -> Iterable[Command]:
    session = screen.session
    yield "Prompt: keep as a version", "Keep the draft in the prompt's history", screen.action_keep
    if screen.before_restore:
        yield "Prompt: back to the draft", "Undo the restore of a version", screen.take_back_restore
    yield "Prompt: new", "Write another prompt", screen.action_new_prompt
    if session.prompt:
        yield "Prompt: rename", "Give the prompt that is open another name", screen.action_rename_prompt
        yield "Prompt: remove", "Remove the prompt that is open, with its history", screen.action_remove_prompt
    yield "Model: add", "Add a model to the project", screen.action_add_model
    if session.model:
        yield "Model: edit", "Change the model in use", screen.action_edit_model
        yield "Model: remove", "Remove the model in use", screen.action_remove_model
    yield "Review: judge answers", "Judge answers yourself, blind to the checks", screen.action_review
    for version in reversed(session.prompt.versions if session.prompt else ()):
        title = f"Prompt: restore {version.label} {one_line(version.note, 50)}".rstrip()
        yield title, "Put this version in the editor", partial(screen.restore, version.number)
    for prompt in session.prompts:
        call = partial(screen.open_prompt, prompt.name)
        yield f"Prompt: open {one_line(prompt.name, 50)}", "Edit this prompt", call
    for model in session.models:
        call = partial(screen.use_model, model.name)
        yield f"Model: use {one_line(model.name, 50)}", "Evaluate under this model", call
    for name, place in PLACES.items():
        yield f"Screens: {name}", place.explanation, partial(screen.action_open_place, name)
    yield "Results: run all", "Evaluate every case in scope", screen.action_run_all
    yield (
        "Results: ask again",
        "Ask afresh about the case under the cursor, under every column",
        screen.action_ask_again,
    )

"""The command palette. Names of prompts, models and themes are shown as text, never as markup."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from synterm.text import one_line
from synterm.tui.actions import MOVES, actions
from synterm.tui.ranking import fit
from synterm.tui.screens.workbench.screen import WorkbenchScreen

if TYPE_CHECKING:
    from synterm.tui.app import WorkbenchApp

_UNLISTED = ("app.palette", "app.help", "prompt.tab_")
"""How the ids begin of what is a key, but no command."""
_RECENT = 0.005
"""What tips the scales between two that fit alike."""


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette."""

    title: str
    help: str
    call: Callable[[], object]
    """May be a coroutine function."""
    keys: str = ""
    rare: bool = False
    """Whether it comes last while nothing is typed."""


class WorkbenchCommands(Provider):
    """Everything that can be done, by name; what was done last comes first."""

    async def discover(self) -> Hits:
        """All commands, before anything is typed."""
        for command in sorted(self._commands(), key=self._order):
            title = _shown(Content(command.title), command.keys)
            yield DiscoveryHit(title, self._call(command), text=command.title, help=escape(command.help))

    async def search(self, query: str) -> Hits:
        """The commands that fit what is typed."""
        for command in self._commands():
            found = fit(query, command.title, command.help)
            if not found.score:
                continue
            score = found.score + (_RECENT if command.title in self._recent else 0)
            title = Content(command.title)
            for start, end in found.spans:
                title = title.stylize(self.match_style or "bold", start, end)
            prompt = _shown(title, command.keys)
            yield Hit(score, prompt, self._call(command), text=command.title, help=escape(command.help))

    @property
    def _recent(self) -> list[str]:
        return cast("WorkbenchApp", self.app).recent

    def _order(self, command: Command) -> tuple[int, bool]:
        recent = self._recent
        return recent.index(command.title) if command.title in recent else len(recent), command.rare

    def _call(self, command: Command) -> Callable[[], object]:
        def call() -> object:
            recent = self._recent
            recent[:] = [command.title, *(title for title in recent if title != command.title)]
            return command.call()

        return call

    def _commands(self) -> Iterator[Command]:
        for action in actions(self.screen):
            if action.id.partition(".")[0] not in MOVES and not action.id.startswith(_UNLISTED):
                yield Command(action.title, action.help, action.run, " ".join(action.keys), not action.show)
        if isinstance(self.screen, WorkbenchScreen):
            yield from _of_project(self.screen)
        yield from _of_app(cast("WorkbenchApp", self.app))


def _shown(title: Content, keys: str) -> Content:
    return Content.assemble(title, ("   " + keys, "$text-accent")) if keys else title


def _of_project(screen: WorkbenchScreen) -> Iterable[Command]:
    """What depends on what is in the project."""
    session = screen.session
    if screen.before_restore:
        yield Command("Prompt: back to the draft", "Undo the restore of a version", screen.take_back_restore)
    if session.prompt:
        yield Command("Prompt: rename", "Give the prompt that is open another name", screen.action_rename_prompt)
        yield Command("Prompt: remove", "Remove the open prompt with its history", screen.action_remove_prompt)
    for deed in screen.baseline_deeds():
        yield Command(
            f"Baseline: {deed.words.removeprefix('⚑ ')}", "A pinned run that the draft is held against", deed.call
        )
    yield Command("Documents: add from a file", "A text that prompts take context from", screen.action_add_document)
    if session.library.names:
        yield Command("Documents: read", "Look at what prompts take context from", screen.action_documents)
        yield Command("Documents: remove", "Choose one, and remove it", screen.action_remove_document)
    if session.model:
        yield Command("Model: remove", "Remove the model in use", screen.action_remove_model)
    for version in reversed(session.prompt.versions if session.prompt else ()):
        title = f"Prompt: restore {version.label} {one_line(version.note, 50)}".rstrip()
        yield Command(title, "Put this version in the editor", partial(screen.restore, version.number))
    for prompt in session.prompts:
        call = partial(screen.open_prompt, prompt.name)
        yield Command(f"Prompt: open {one_line(prompt.name, 50)}", "Edit this prompt", call)
    for model in session.models:
        call = partial(screen.use_model, model.name)
        yield Command(f"Model: use {one_line(model.name, 50)}", "Evaluate under this model", call)


def _of_app(app: WorkbenchApp) -> Iterable[Command]:
    """What has no key."""
    yield Command("Theme: choose", "See each theme as you go through the list", app.action_theme)
    for name in app.themes:
        yield Command(
            f"Theme: use {one_line(name, 50)}", "Dress the workbench in it", partial(app.keep_theme, name), rare=True
        )
    yield Command("App: tour", "The first steps, once more", app.action_tour)
    yield Command("App: screenshot", "Save a picture (SVG) of what is on the screen", app.action_picture)

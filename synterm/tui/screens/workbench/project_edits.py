"""Prompts and models, made and changed in the workbench. Every change can be taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from synterm.core.prompt import Message, PromptBody
from synterm.core.render import Renderer
from synterm.errors import InputError
from synterm.formats.fields import prompt_name
from synterm.providers.availability import usable
from synterm.text import one_line, plural, printable
from synterm.tui.model_form import NOTE, edited_model, model_fields
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.forms import Field, Probe, Values
from synterm.tui.screens.workbench.editing import EditingScreen, removal, written
from synterm.tui.trust.words import refused


class ProjectEditing(EditingScreen):
    """Forms for prompts and models."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("N", "new_prompt", "New prompt", id="prompt.new", show=False, tooltip="Write another prompt"),
        Binding("A", "add_model", "Add model", id="model.add", show=False, tooltip="Add a model to the project"),
        Binding("E", "edit_model", "Edit model", id="model.edit", show=False, tooltip="Change the model in use"),
    ]

    async def open_prompt(self, name: str) -> None:
        """Turn to a prompt."""
        raise RuntimeError(f"{type(self).__name__} shows no prompt")

    def use_model(self, name: str) -> None:
        """Turn to a model."""
        raise RuntimeError(f"{type(self).__name__} uses no model")

    @work
    async def action_new_prompt(self) -> None:
        """Fill in a new prompt, and open it."""
        prompts, names = self.session.project.prompts, list[str]()

        async def save(values: Values) -> None:
            name, body, made = prompt_name(values["name"]), _body(values), list[str]()

            async def add() -> None:
                made[:] = [await asyncio.wrap_future(prompts.add(name, [("", body)]))]

            await self.make_edit(f"prompt {name} added", add, written(lambda: prompts.remove(made[0])))
            names.append(name)

        if self.may_edit() and await self.ask_form("New prompt", _PROMPT, save):
            self.project_edited()
            await self.open_prompt(names[0])

    @work
    async def action_rename_prompt(self) -> None:
        """Give the prompt that is open another name."""
        prompt, prompts = self.session.prompt, self.session.project.prompts
        if prompt is None or not self.may_edit():
            return

        async def save(values: Values) -> None:
            name = prompt_name(values["name"])
            back = written(lambda: prompts.rename(prompt.id, prompt.name))
            await self.make_edit(f"prompt renamed to {name}", written(lambda: prompts.rename(prompt.id, name)), back)

        if await self.ask_form(f"Rename prompt {prompt.name}", [Field("name", "Name", prompt.name)], save):
            self.project_edited()

    @work
    async def action_remove_prompt(self) -> None:
        """Remove the prompt that is open; asks."""
        prompt, prompts = self.session.prompt, self.session.project.prompts
        if prompt is None or not self.may_edit():
            return
        text = f"Its draft and {plural(len(prompt.versions), 'version')} go with it.\nu takes it back."
        if await self.app.push_screen_wait(ConfirmScreen(f"Remove prompt {prompt.name}", text, "Remove")):
            steps = removal(lambda: prompts.take(prompt.id), prompts.put_back)
            await self.try_edit(f"prompt {prompt.name} removed", *steps)

    @work
    async def action_add_model(self) -> None:
        """Fill in a new model, and use it."""
        models, names = self.session.project.models, list[str]()

        async def save(values: Values) -> None:
            spec = edited_model(values, {})
            if any(model.name == spec.name for model in models.all()):
                raise InputError(f"there is a model named {spec.name!r} already", where="name")
            remove = written(lambda: models.remove(spec.name))
            await self.make_edit(f"model {spec.name} added", written(lambda: models.put(spec)), remove)
            names.append(spec.name)

        if self.may_edit() and await self.ask_form("Add a model", model_fields(None), save, NOTE, self._probe({})):
            self._turn_to(names[0])

    @work
    async def action_edit_model(self) -> None:
        """Change the model that is in use."""
        old, models = self.session.model, self.session.project.models
        if old is None or not self.may_edit():
            return
        names: list[str] = []

        async def save(values: Values) -> None:
            spec = edited_model(values, old.model_dump())
            back = written(lambda: models.replace(spec.name, old))
            await self.make_edit(f"model {spec.name} changed", written(lambda: models.replace(old.name, spec)), back)
            names.append(spec.name)

        probe = self._probe(old.model_dump())
        if await self.ask_form(f"Edit model {old.name}", model_fields(old), save, NOTE, probe):
            self._turn_to(names[0])

    @work
    async def action_remove_model(self) -> None:
        """Remove the model that is in use; asks."""
        spec, models = self.session.model, self.session.project.models
        if spec is None or not self.may_edit():
            return
        text = f"{one_line(spec.model, 80)}\nAnswers that it gave stay in the file. u takes it back."
        if await self.app.push_screen_wait(ConfirmScreen(f"Remove model {spec.name}", text, "Remove")):
            steps = removal(lambda: models.take(spec.name), models.put_back)
            await self.try_edit(f"model {spec.name} removed", *steps)

    def _probe(self, rest: Mapping[str, Any]) -> Probe:
        """Tries out the model that the form says; `rest` has the fields that it does not show."""

        async def probe(values: Values) -> str:
            from synterm.tui.model_trial import try_model

            if self.session.standing.restricted:
                raise refused(self, "no model is tried")
            return await try_model(edited_model(values, rest), self.session, self._providers)

        return probe

    def _turn_to(self, name: str) -> None:
        """Show the project with this model in use, and say what it lacks."""
        self.project_edited()
        self.use_model(name)
        model = self.session.model
        found = usable(model, self._settings.approved_endpoints) if model else None
        if found and found.state == "missing":
            self.notify(printable(f"{found.reason}. {found.hint or ''}"), severity="warning", markup=False)


_PROMPT = (
    Field("name", "Name"),
    Field("system", "System message", "", "text", "a Jinja template; may be empty"),
    Field("user", "User message", "{{ message }}", "text", "placeholders take the values of a case's input"),
)


def _body(values: Values) -> PromptBody:
    """The body that the form says. Raises InputError naming the field."""
    messages = [Message(role=role, content=values[role]) for role in ("system", "user") if values[role].strip()]
    if not messages:
        raise InputError("a prompt needs a system or a user message", where="user")
    for message in messages:
        try:
            Renderer(PromptBody(messages=(message,)))
        except InputError as error:
            raise InputError(str(error), where=message.role, hint=error.hint) from error
    return PromptBody(messages=tuple(messages))

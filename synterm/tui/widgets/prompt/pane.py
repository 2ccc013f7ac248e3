"""The prompt editor: a tab for each message, one for the few-shot examples, one for the parameters."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import ContentSwitcher, Static, Tab, Tabs, TextArea

from synterm.core.model import ModelSpec
from synterm.core.params_text import Check
from synterm.core.prompt import HalfTyped, Prompt, Role
from synterm.core.render import EXAMPLES
from synterm.text import one_line, plural
from synterm.tui.widgets.frame import retitle
from synterm.tui.widgets.prompt.area import PromptArea
from synterm.tui.widgets.prompt.find import FindBar
from synterm.tui.widgets.prompt.reading import (
    PARAMS,
    Draft,
    Texts,
    as_texts,
    message_names,
    quick_body,
)
from synterm.tui.widgets.prompt.typing import TypingPane, roles_of


def _key(name: str, keys: str, action: str, words: str, tooltip: str, *, show: bool = False) -> Binding:
    return Binding(keys, action, words, show=show, tooltip=tooltip, id=f"prompt.{name}")


class PromptPane(TypingPane):
    """Edits the draft of a prompt. Every change is told as `Edited`; `Typed` comes before where reading takes long."""

    ALLOW_MAXIMIZE = True
    BINDING_GROUP_TITLE = "Prompt"
    HELP = "The draft: a tab for each message, for the examples and the parameters; every key is evaluated."
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("next_tab", "ctrl+t", "turn_tab(1)", "Next tab", "Next message, the examples, the parameters", show=True),
        _key("previous_tab", "ctrl+shift+t", "turn_tab(-1)", "Previous tab", "The tab before this one"),
        _key("find", "ctrl+f", "find", "Find", "Find a text in this tab", show=True),
        _key(
            "history",
            "ctrl+o",
            "screen.versions",
            "History",
            "The versions that were kept, and how they differ",
            show=True,
        ),
        _key("add_message", "alt+a", "add_message", "Add message", "Add a message after this one"),
        _key("remove_message", "alt+d", "remove_message", "Remove message", "Remove this message"),
        _key("move_left", "alt+left", "move_message(-1)", "Move left", "Move this message one to the left"),
        _key("move_right", "alt+right", "move_message(1)", "Move right", "Move this message one to the right"),
        _key("undo_messages", "alt+z", "undo_messages", "Undo messages", "Undo adding, removing or moving a message"),
        _key("leave", "escape", "leave", "Results", "Leave the editor for the results", show=True),
        *(_key(f"tab_{at}", f"alt+{at}", f"go_to_tab({at})", f"Tab {at}", f"Go to tab {at}") for at in range(1, 10)),
    ]
    DEFAULT_CSS = """
    PromptPane {
        & > #prompt-head { height: 2; }
        & > #prompt-head > Tabs { width: 1fr; height: 2; }
        & > #prompt-head > #prompt-facts { width: 24; height: 1; color: $text-muted; padding: 0 1; text-align: right; }
        & > ContentSwitcher { height: 1fr; }
        & > #prompt-inherited { height: auto; max-height: 4; color: $text-muted; display: none; }
        & > #prompt-hint {
            display: none; height: 1fr; content-align: center middle; text-align: center; color: $text-muted;
        }
        &.-hinting > #prompt-hint { display: block; }
        &.-hinting > #prompt-head, &.-hinting > ContentSwitcher { display: none; }
    }
    """

    hint: reactive[str] = reactive("", init=False)
    """What stands in the middle while there is no prompt."""

    class RoleWanted(Message):
        """People want another message; the screen asks for its role and calls `add_message`."""

        def __init__(self, pane: PromptPane) -> None:
            super().__init__()
            self.pane = pane

        @property
        def control(self) -> PromptPane:
            """The pane."""
            return self.pane

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._before: list[Draft] = []
        self._removing: str | None = None
        self._rebuilding = asyncio.Lock()
        """Two prompts that are shown at once would mix."""

    def compose(self) -> ComposeResult:
        """The tabs; the editors come with a prompt."""
        with Horizontal(id="prompt-head"):
            tabs = Tabs()
            tabs.can_focus = False  # ctrl+t turns them: letters and escape are for the editor
            yield tabs
            yield Static(id="prompt-facts", markup=False)
        yield ContentSwitcher()
        yield Static(id="prompt-inherited", markup=False)
        yield FindBar()
        yield Static(id="prompt-hint", markup=False)

    def watch_hint(self, hint: str) -> None:
        """Show the hint in place of the editors."""
        self.query_one("#prompt-hint", Static).update(Content("\n".join(map(one_line, hint.split("\n")))))
        self.set_class(bool(hint), "-hinting")

    # What the screen tells.

    async def show(self, prompt: Prompt) -> None:
        """Edit another prompt's draft."""
        async with self._rebuilding:
            self._left()
            self._before, self.prompt_id = [], prompt.id
            await self._fill(Draft(prompt.draft, prompt.half), 0, [])

    async def clear(self) -> None:
        """Edit nothing: the project has no prompt."""
        async with self._rebuilding:
            self._left()
            self._before, self.prompt_id = [], ""
            self._forget_changes()
            self._body, self._half, self._reading, self.areas = None, HalfTyped(), None, []
            switcher = self.query_one(ContentSwitcher)
            switcher.current = None
            await self.query_one(Tabs).clear()
            await switcher.remove_children()
            retitle(self, subtitle=Content(""))

    async def put(self, draft: Draft, *, by_file: bool = False) -> bool:
        """Put another text in the editors: the same as typing it, so that it can be undone.

        Gives whether other messages came with it: then the key that undoes messages takes it back. `by_file`: it came
        from the file, so it is not to be saved, and nobody types.
        """
        others = self._body is None or roles_of(draft.body) != roles_of(self._body)
        if others:
            self._remember()
            await self._rebuild(draft)
        else:
            with self.prevent(TextArea.Changed):
                for area, text in zip(self.areas, as_texts(*draft).each, strict=True):
                    if area.text != text:
                        area.replace(text, area.document.start, area.document.end)
        self._changed_now(by_file=by_file)
        return others

    def know(self, names: frozenset[str], *, documents: bool) -> None:
        """The names that cases give values for, and whether there are documents to take context from; other
        placeholders are underlined."""
        self._known = replace(self._known, names=names, documents=documents)
        self._read_again()

    def know_model(self, model: ModelSpec | None, check: Check | None) -> None:
        """Under which model the draft is evaluated, and what that says of parameters."""
        self._model, self._counted = model, {}
        self._known = replace(self._known, check=check)
        self._show_inherited()
        self._read_again()

    # What people do.

    def focus_editor(self) -> None:
        """Go to the editor on top."""
        if self.area is not None:
            self.area.focus()

    def has_focus_in(self) -> bool:
        """Whether the focus is in this pane, also while a dialog stands over it."""
        focused = self.screen.focused
        return focused is not None and self in focused.ancestors_with_self

    async def action_leave(self) -> None:
        """Close the find bar, or leave the editor for the results."""
        bar = self.query_one(FindBar)
        if bar.display:
            bar.close()
        else:
            await self.run_action("screen.pane('results')")

    def action_turn_tab(self, by: int) -> None:
        """Show the next editor, or the one before."""
        tabs = self.query_one(Tabs)
        (tabs.action_next_tab if by > 0 else tabs.action_previous_tab)()

    def action_go_to_tab(self, number: int) -> None:
        """Show an editor by its place."""
        ids = [tab.id for tab in self.query_one(Tabs).query(Tab) if tab.id]
        if number <= len(ids):
            self.query_one(Tabs).active = ids[number - 1]
            self.call_after_refresh(self.focus_editor)

    def action_find(self) -> None:
        """Open the find bar on the editor on top."""
        if self.area is not None:
            self.query_one(FindBar).open(self.area)

    def action_add_message(self) -> None:
        """Add a message after this one."""
        if self._body is not None:
            self.post_message(self.RoleWanted(self))

    async def add_message(self, role: Role) -> None:
        """Add an empty message of a role after this one."""
        messages = self._texts().messages
        at = min(self._index() + 1, len(messages))
        await self._arrange([*messages[:at], (role, ""), *messages[at:]], at)

    async def action_remove_message(self) -> None:
        """Remove the message on top; asks once when it has text."""
        messages, at = self._texts().messages, self._index()
        if at >= len(messages) or len(messages) == 1:
            self.notify("A prompt has one message or more; examples and params stay.", markup=False)
            return
        area = self.areas[at]
        if messages[at][1].strip() and self._removing != area.id:
            self._removing = area.id
            size = plural(len(messages[at][1]), "character")
            self.notify(
                f"This removes the message {area.part}, {size}. Again to do it; alt+z brings it back.", markup=False
            )
            return
        await self._arrange([*messages[:at], *messages[at + 1 :]], min(at, len(messages) - 2))

    async def action_move_message(self, by: int) -> None:
        """Move the message on top."""
        messages, at = list(self._texts().messages), self._index()
        if at < len(messages) and 0 <= at + by < len(messages):
            messages.insert(at + by, messages.pop(at))
            await self._arrange(messages, at + by)

    async def action_undo_messages(self) -> None:
        """Take back the last time a message was added, removed or moved."""
        if self._before:
            await self._rebuild(self._before.pop(), at=self._index())
            self._changed_now()

    async def _arrange(self, messages: list[tuple[Role, str]], at: int) -> None:
        if self._body is None:
            return
        texts = self._texts()
        self._remember()
        half = HalfTyped(texts.examples, texts.params)
        await self._rebuild(Draft(quick_body(Texts(tuple(messages), "", ""), self._body), half), at=at)
        self._changed_now()

    def _remember(self) -> None:
        """Have what the editors say come back when messages are undone."""
        if self._body is not None and self.areas:
            texts = self._texts()
            self._before.append(Draft(quick_body(texts, self._body), HalfTyped(texts.examples, texts.params)))

    def _show_inherited(self) -> None:
        """Beside the prompt's own parameters, those that the model sets."""
        label = self.query_one("#prompt-inherited", Static)
        area = self.area
        label.display = area is not None and area.kind == PARAMS and self._model is not None
        if label.display and self._model is not None:
            label.update(Content(_inherited(self._model.name, self._model.params)))

    def _index(self) -> int:
        area = self.area
        return self.areas.index(area) if area is not None else 0

    # How the editors come to be.

    async def _rebuild(self, draft: Draft, *, at: int = 0) -> None:
        """Edit other messages of the same prompt. Editors whose text stays keep what can be undone in them."""
        async with self._rebuilding:
            await self._fill(draft, at, list(self.areas))

    async def _fill(self, draft: Draft, at: int, spare: list[PromptArea]) -> None:
        focused = self.has_focus_in()
        self._forget_changes()
        self._body, self._half, self._reading, self._removing, self.areas = draft.body, draft.half, None, None, []
        tabs, switcher = self.query_one(Tabs), self.query_one(ContentSwitcher)
        names = [*message_names(roles_of(draft.body)), EXAMPLES, PARAMS]
        with self.prevent(TextArea.Changed, Tabs.TabActivated), self.app.batch_update():
            self.query_one(FindBar).close(focus=False)
            switcher.current = None
            await tabs.clear()
            areas = [self._area(name, text, spare) for name, text in zip(names, as_texts(*draft).each, strict=True)]
            await switcher.remove_children([child for child in switcher.children if child not in areas])
            for area in areas:
                await tabs.add_tab(Tab(Content(area.part), id=area.id))
                if area.parent is None:
                    await switcher.add_content(area)
            self.areas = areas
            tabs.active = switcher.current = areas[min(at, len(areas) - 1)].id or ""
        if focused:
            self.focus_editor()
        self._read_again()

    def _area(self, name: str, text: str, spare: list[PromptArea]) -> PromptArea:
        """The spare editor that has this text, or a new one."""
        kinds = {EXAMPLES: EXAMPLES, PARAMS: PARAMS}
        kind = kinds.get(name, "message")
        for area in spare:
            if (area.kind, area.text) == (kind, text):
                spare.remove(area)
                area.part = name
                return area
        self._parts += 1
        return PromptArea(text, part=name, kind=kind, id=f"part-{self._parts}")  # pyright: ignore[reportArgumentType]

    @on(Tabs.TabActivated)
    def _tab_chosen(self, event: Tabs.TabActivated) -> None:
        event.stop()
        self._removing = None
        if event.tab.id:
            self.query_one(ContentSwitcher).current = event.tab.id
            self.query_one(FindBar).close(focus=False)
            self._show_inherited()
            self._show_problem()
            self.call_after_refresh(self.focus_editor)

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if event.text_area in self.areas:
            self._changed_now()

    @on(TextArea.SelectionChanged)
    def _moved(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        if self._reading is not None:
            self._show_problem()


def _inherited(name: str, params: Mapping[str, Any]) -> str:
    lines = [f"{key}: {one_line(str(value), 60)}" for key, value in params.items()]
    return f"model {one_line(name, 40)} sets " + ("nothing itself" if not lines else " · ".join(lines))

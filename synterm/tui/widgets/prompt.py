"""The prompt editor: a tab for each message, and one for the few-shot examples."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import ContentSwitcher, Static, Tab, Tabs, TextArea

from synterm.core.examples import examples_text, parse_examples
from synterm.core.prompt import Example, Prompt, PromptBody
from synterm.core.render import EXAMPLES, Renderer
from synterm.errors import InputError
from synterm.text import one_line, plural
from synterm.tui.widgets.prompt_area import PromptArea


class PromptPane(Vertical):
    """Edits the draft of a prompt. Every change is told as `Edited`."""

    ALLOW_MAXIMIZE = True
    BINDING_GROUP_TITLE = "Prompt"
    HELP = "The draft: a tab for each message, and one for the examples; every key is evaluated."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "next_tab", "Next tab", id="prompt.next_tab", tooltip="Next message, or the examples"),
    ]
    DEFAULT_CSS = """
    PromptPane {
        & > Tabs { height: 2; }
        & > ContentSwitcher { height: 1fr; }
        & > Static { display: none; height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }
        &.-hinting > Static { display: block; }
        &.-hinting > Tabs, &.-hinting > ContentSwitcher { display: none; }
    }
    """

    hint: reactive[str] = reactive("", init=False)
    """What stands in the middle while there is no prompt."""

    class Edited(Message):
        """The draft says something else. `problem` says why it can't be evaluated, if it can't."""

        def __init__(self, pane: PromptPane, body: PromptBody, half: str | None, problem: InputError | None) -> None:
            super().__init__()
            self.pane = pane
            self.body = body
            self.half = half
            """The text of the examples, while it can't be read."""
            self.problem = problem

        @property
        def control(self) -> PromptPane:
            """The pane."""
            return self.pane

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._body: PromptBody | None = None
        self._half: str | None = None
        self._known: frozenset[str] | None = None
        self._examples_problem: InputError | None = None
        self._rebuilding = asyncio.Lock()
        """Two prompts that are shown at once would mix."""

    def compose(self) -> ComposeResult:
        """The tabs; the editors come with a prompt."""
        yield Tabs()
        yield ContentSwitcher()
        yield Static(markup=False)

    def watch_hint(self, hint: str) -> None:
        """Show the hint in place of the editors."""
        self.query_one("PromptPane > Static", Static).update(Content(hint))
        self.set_class(bool(hint), "-hinting")

    async def show(self, prompt: Prompt) -> None:
        """Edit another prompt's draft."""
        await self._rebuild(prompt.draft, prompt.draft_examples)

    async def clear(self) -> None:
        """Edit nothing: the project has no prompt."""
        async with self._rebuilding:
            self._body = self._half = self._examples_problem = None
            await self.query_one(Tabs).clear()
            await self.query_one(ContentSwitcher).remove_children()
            self.border_subtitle = ""

    async def put(self, body: PromptBody) -> None:
        """Put another text in the editors: the same as typing it, so it can be undone."""
        if self._body is None or [m.role for m in body.messages] != [m.role for m in self._body.messages]:
            await self._rebuild(body, None)
            self._tell()
            return
        for area, text in zip(self._areas(), self._texts(body, None), strict=True):
            if area.text != text:
                area.replace(text, area.document.start, area.document.end)

    def know(self, names: frozenset[str]) -> None:
        """The names that cases give values for; other placeholders are underlined."""
        self._known = names
        for area in self._areas():
            area.known = names | {EXAMPLES}
            area.refresh()

    def focus_editor(self) -> None:
        """Go to the editor on top."""
        current = self.query_one(ContentSwitcher).visible_content
        if current is not None:
            current.focus()

    def action_next_tab(self) -> None:
        """Show the next editor."""
        self.query_one(Tabs).action_next_tab()
        self.call_after_refresh(self.focus_editor)

    async def _rebuild(self, body: PromptBody, half: str | None) -> None:
        async with self._rebuilding:
            await self._fill(body, half)

    async def _fill(self, body: PromptBody, half: str | None) -> None:
        self._body, self._half, self._examples_problem = body, half, None
        tabs, switcher = self.query_one(Tabs), self.query_one(ContentSwitcher)
        names = [*_message_names(body), EXAMPLES]
        with self.prevent(TextArea.Changed, Tabs.TabActivated):
            await tabs.clear()
            await switcher.remove_children()
            for number, (name, text) in enumerate(zip(names, self._texts(body, half), strict=True)):
                await tabs.add_tab(Tab(Content(name), id=f"part-{number}"))
                known = None if self._known is None else self._known | {EXAMPLES}
                await switcher.add_content(PromptArea(text, part=name, known=known), id=f"part-{number}")
        tabs.active = switcher.current = "part-0"
        if half is not None:
            self._read_examples(half)
        self._show_facts(self._body)

    def _texts(self, body: PromptBody, half: str | None) -> list[str]:
        examples = half if half is not None else examples_text(body.examples, _only_variable(body))
        return [*(message.content for message in body.messages), examples]

    def _areas(self) -> list[PromptArea]:
        return list(self.query_one(ContentSwitcher).query_children(PromptArea))

    @on(Tabs.TabActivated)
    def _tab_chosen(self, event: Tabs.TabActivated) -> None:
        event.stop()
        if event.tab.id:
            self.query_one(ContentSwitcher).current = event.tab.id

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        area = event.text_area
        if self._body is None or not isinstance(area, PromptArea) or area.id is None:
            return
        index = int(area.id.removeprefix("part-"))
        if index < len(self._body.messages):
            self._put_message(index, area.text)
        else:
            self._read_examples(area.text)
        self._tell()

    def _put_message(self, index: int, text: str) -> None:
        assert self._body is not None
        messages = list(self._body.messages)
        messages[index] = messages[index].model_copy(update={"content": text})
        self._body = PromptBody(messages=tuple(messages), examples=self._body.examples, params=self._body.params)

    def _read_examples(self, text: str) -> None:
        assert self._body is not None
        examples: tuple[Example, ...] = self._body.examples
        try:
            examples = parse_examples(text, _only_variable(self._body))
        except InputError as error:
            self._half = text
            self._examples_problem = InputError(error.message, where=f"examples, {error.where}", hint=error.hint)
            return
        self._half = self._examples_problem = None
        self._body = PromptBody(messages=self._body.messages, examples=examples, params=self._body.params)

    def _tell(self) -> None:
        assert self._body is not None
        problem = self._show_facts(self._body)
        self.post_message(self.Edited(self, self._body, self._half, problem))

    def _show_facts(self, body: PromptBody) -> InputError | None:
        """Say below the editor how long the prompt is, or why it can't be rendered; gives that reason."""
        try:
            if self._examples_problem:
                raise self._examples_problem
            names = sorted(Renderer(body).variables)
        except InputError as problem:
            self.border_subtitle = Content.styled(f"{one_line(str(problem), 70)}", "$text-error")
            return problem
        size = sum(len(message.content) for message in body.messages)
        facts = [f"{size:,} chars", plural(len(body.examples), "example"), ", ".join(names) or "no variable"]
        self.border_subtitle = Content(f"{' · '.join(one_line(fact, 40) for fact in facts)}")
        return None


def _message_names(body: PromptBody) -> list[str]:
    """``system``, ``user``; numbered where a role comes more than once."""
    totals = Counter(message.role for message in body.messages)
    seen: Counter[str] = Counter()
    names: list[str] = []
    for message in body.messages:
        seen[message.role] += 1
        names.append(message.role if totals[message.role] == 1 else f"{message.role} {seen[message.role]}")
    return names


def _only_variable(body: PromptBody) -> str | None:
    """The prompt's only variable; None when it has none, several, or does not compile."""
    try:
        names = sorted(Renderer(PromptBody(messages=body.messages)).variables)
    except InputError:
        return None
    return names[0] if len(names) == 1 else None

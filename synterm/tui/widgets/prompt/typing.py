"""Following what is typed in the editors: saving it, reading it, counting it, and telling what was found.

Nothing here grows with the text while one types in a long prompt: that waits for a pause, in a thread.
"""

from __future__ import annotations

import asyncio
import time
from typing import cast

from textual import events, on, work
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import ContentSwitcher, Static, Tab, Tabs

from synterm.core.model import ModelSpec
from synterm.core.prompt import HalfTyped, PromptBody, Role
from synterm.errors import InputError
from synterm.text import one_line, plural
from synterm.tui.prompt.tokens import TokenCounter, Tokens
from synterm.tui.widgets.frame import retitle
from synterm.tui.widgets.prompt.area import PromptArea
from synterm.tui.widgets.prompt.reading import PARAMS, Draft, Known, Reading, Texts, quick_body, read_texts

_SMALL = 30_000
"""Characters. A shorter prompt is read with every key, a longer one when typing pauses."""
_FEW_LINES = 2000
_SAVE_AFTER = 0.15
_SAVE_AT_LATEST = 0.8
_READ_AFTER = 0.35
_COUNT_AFTER = 0.2
"""Seconds after the last key; the second, after the first that is not saved."""


class TypingPane(Vertical):
    """Tells of all that is typed in its `areas`."""

    class Told(Message):
        """What the editors of a prompt say."""

        def __init__(self, pane: TypingPane, draft: Draft, change: int) -> None:
            super().__init__()
            self.pane, self.draft = pane, draft
            self.prompt_id = pane.prompt_id
            """The prompt that they belong to; by now the pane may show another."""
            self.change = change
            """How many changes of the pane's text it holds."""

        @property
        def control(self) -> TypingPane:
            """The pane."""
            return self.pane

    class Typed(Told):
        """Something was typed that is to be saved; what it says is told as `Edited` when it is read."""

    class Edited(Told):
        """The draft says something else. `problem` says why it can't be evaluated, if it can't."""

        def __init__(self, pane: TypingPane, reading: Reading, change: int, *, to_save: bool) -> None:
            super().__init__(pane, Draft(reading.body, reading.half), change)
            self.problem: InputError | None = reading.problem
            self.to_save = to_save
            """Whether it was typed here, or came from the file."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.prompt_id = ""
        """The prompt whose draft is in the editors."""
        self.typed_at = 0.0
        """When someone typed here last, by the clock that only goes on."""
        self._body: PromptBody | None = None
        self._reading: Reading | None = None
        self._half = HalfTyped()
        self._known = Known()
        self._model: ModelSpec | None = None
        self._counter = TokenCounter()
        self._counted: dict[str, Tokens] = {}
        self._unread: float | None = None
        """Since when the editors say something that was not read yet."""
        self._last_key = 0.0
        self._changes = self._told = self._from_file = 0
        """Of the text: how many there were, which were told of, and up to which it is what the file has."""
        self._heard: dict[str, int] = {}
        """By prompt, which changes were heard of. Who tells while the workbench closes is not heard."""
        self._parts = 0
        self._facts: list[str] = []
        self.areas: list[PromptArea] = []
        """The editors, in the order of their tabs."""

    @property
    def area(self) -> PromptArea | None:
        """The editor on top."""
        return cast("PromptArea | None", self.query_one(ContentSwitcher).visible_content)

    def _texts(self) -> Texts:
        assert self._body is not None
        *messages, examples, params = [area.text for area in self.areas]
        return Texts(tuple(zip(roles_of(self._body), messages, strict=True)), examples, params)

    @on(events.DescendantBlur)
    def _left(self) -> None:
        if self._told < self._changes and (typed := self.unsaved()):
            self._told = self._changes
            self.post_message(self.Typed(self, typed, self._changes))

    def hear(self, told: Told) -> bool:
        """Take note that someone heard what is told; False: what came later of that prompt was heard before."""
        if told.change < self._heard.get(told.prompt_id, 0):
            return False
        self._heard[told.prompt_id] = told.change
        return True

    def _forget_changes(self) -> None:
        """What was typed so far is nothing to tell of any more, not even where that is under way."""
        self._changes += 1
        self._all_heard()
        self._unread = None

    def _all_heard(self) -> None:
        self._told = self._heard[self.prompt_id] = self._changes

    @property
    def _is_heard(self) -> bool:
        return self._heard.get(self.prompt_id, 0) == self._changes

    def unsaved(self) -> Draft | None:
        """What was typed and not heard of yet, also where the editor did not even tell of it: it draws a key first."""
        return None if self._is_heard and not self._is_ahead() else self.typed()

    def _is_ahead(self) -> bool:
        """Whether the editors say something else than what was read last, with nothing known of that is to be read."""
        if self._reading is None or self._unread is not None or not self.areas:
            return False
        return self._texts() != self._reading.texts

    def typed(self) -> Draft | None:
        """What the editors say, as far as that is known without reading it; None without a prompt."""
        if self._body is None or not self.areas:
            return None
        texts = self._texts()
        half = HalfTyped(
            texts.examples
            if self._reading is None or texts.examples != self._reading.texts.examples
            else self._half.examples,
            texts.params if self._reading is None or texts.params != self._reading.texts.params else self._half.params,
        )
        return Draft(quick_body(texts, self._body), half)

    async def settled(self) -> Edited | None:
        """What the editors say now, if it was not heard before."""
        if self._body is None or (self._unread is None and self._is_heard):
            return None
        return await self._read()

    # Reading what is typed.

    def _changed_now(self, *, by_file: bool = False) -> None:
        self._last_key = time.monotonic()
        self._changes += 1
        if by_file:
            self._from_file = self._changes
            self._all_heard()
        else:
            self.typed_at = self._last_key
        if self._unread is None:
            self._unread = self._last_key
        if self._is_small():
            assert self._body is not None
            self._unread = None
            reading = read_texts(self._texts(), self._body, self._known)
            self.post_message(self._edited(reading, self._changes))
        else:
            self._read_when_quiet()

    def _is_small(self) -> bool:
        areas = self.areas
        if sum(area.document.line_count for area in areas) > _FEW_LINES:
            return False
        return sum(len(line) for area in areas for line in area.lines) <= _SMALL

    def _read_when_quiet(self) -> None:
        if not any(worker.group == "reading" and not worker.is_finished for worker in self.workers):
            self._follow_typing()

    @work(group="reading", exit_on_error=False)
    async def _follow_typing(self) -> None:
        """Save when typing pauses, and now and then while it does not; read when it pauses for longer."""
        while self._unread is not None:
            await asyncio.sleep(0.03)
            now = time.monotonic()
            quiet = now - self._last_key
            if self._told < self._changes and (quiet > _SAVE_AFTER or now - self._unread > _SAVE_AT_LATEST):
                self._unread = now
                self._left()
            if quiet > _READ_AFTER and (edited := await self._read()):
                self.post_message(edited)

    async def _read(self) -> Edited | None:
        """What the editors say; None when something later was heard meanwhile, or another prompt came."""
        assert self._body is not None
        key, change, texts = self._last_key, self._changes, self._texts()
        reading = await asyncio.to_thread(read_texts, texts, self._body, self._known)
        if change < self._heard.get(self.prompt_id, 0):
            return None
        if key == self._last_key:
            self._unread = None
        return self._edited(reading, change)

    def _edited(self, reading: Reading, change: int) -> Edited:
        self._take(reading)
        self._told = max(self._told, change)
        return self.Edited(self, reading, change, to_save=change > self._from_file)

    def _read_again(self) -> None:
        """What is known changed, not the text."""
        if self._body is None or not self.areas:
            return
        if self._is_small():
            before = self._reading
            self._take(read_texts(self._texts(), self._body, self._known))
            if before is not None and self._reading and self._reading.body != before.body:
                self.post_message(self._edited(self._reading, self._changes))
        else:
            self._last_key = time.monotonic()
            self._unread = self._unread or self._last_key
            self._read_when_quiet()

    # Showing what was read.

    def _take(self, reading: Reading) -> None:
        self._body, self._half, self._reading = reading.body, reading.half, reading
        for area, report in zip(self.areas, reading.reports, strict=False):
            area.learn(report.reasons, report.opens, report.wrong)
        self._show_problem()
        self._show_facts()
        self._count_tokens()

    def _show_problem(self) -> None:
        """Say below the editor why the prompt can't be evaluated, or what is odd about it."""
        words, style = self._words()
        retitle(self, subtitle=Content.styled(one_line(words, max(self.size.width - 8, 20)), style if words else ""))

    def _words(self) -> tuple[str, str]:
        reading, area = self._reading, self.area
        if reading is None or area is None:
            return "", ""
        if here := area.reason_at(*area.cursor_location):
            return here, "$text-error"
        if problem := reading.problem:
            return f"{problem}. {problem.hint or ''}".removesuffix(" ").removesuffix("."), "$text-error"
        reasons = (reason for report in reading.reports for reason in report.reasons.values())
        return next(reasons, ""), "$text-error"

    def _show_facts(self) -> None:
        reading = self._reading
        if reading is None:
            return
        counts = [self._counted.get(text) for text in reading.texts.each[:-1]]
        known = [count for count in counts if count is not None]
        facts = [plural(len(reading.variables), "var")]
        if len(known) == len(counts):
            total = Tokens(sum(count.count for count in known), all(count.exact for count in known))
            facts.insert(0, f"{total} tok")
        if self._facts != facts:
            self._facts = facts
            self.query_one("#prompt-facts", Static).update(Content(" · ".join(facts)), layout=False)
        for area, tab, count in zip(self.areas, self.query_one(Tabs).query(Tab), [*counts, None], strict=False):
            label = f"{area.part} {count}" if count and count.count else area.part
            # What is counted anew keeps its old number meanwhile: each label moves all tabs beside it.
            if tab.label_text != label and (count or area.kind == PARAMS):
                _relabel(tab, Content.assemble(area.part, (label.removeprefix(area.part), "$text-muted")))

    def _count_tokens(self) -> None:
        if not any(worker.group == "tokens" and not worker.is_finished for worker in self.workers):
            self._count_when_quiet()

    @work(group="tokens", exit_on_error=False)
    async def _count_when_quiet(self) -> None:
        while self._reading is not None:
            wait = self._last_key + _COUNT_AFTER - time.monotonic()
            texts = [text for text in self._reading.texts.each[:-1] if text not in self._counted]
            if not texts:
                self._show_facts()
                return
            if wait > 0:
                await asyncio.sleep(wait)
                continue
            model = self._model
            counts = await self._counter.count(texts, model)
            if model is self._model:
                kept = {text: count for text, count in self._counted.items() if text in self._reading.texts.each}
                self._counted = {**kept, **dict(zip(texts, counts, strict=True))}

    async def on_unmount(self) -> None:
        """End the process that counts."""
        await self._counter.close()


def _relabel(tab: Tab, label: Content) -> None:
    """Where it takes the same room as before, the screen need not be laid out anew, which takes up to 13 ms."""
    if label.cell_length == tab.label.cell_length:
        tab._label = label  # pyright: ignore[reportPrivateUsage]
        Static.update(tab, label, layout=False)
    else:
        tab.label = label


def roles_of(body: PromptBody) -> list[Role]:
    """The roles of a body's messages."""
    return [message.role for message in body.messages]

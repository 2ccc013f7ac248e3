"""Judging answers oneself, without seeing what the checks said."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from synterm.core.case import value_text
from synterm.errors import SyntermError
from synterm.evaluate.provenance import who
from synterm.evaluate.review.calibration import Calibrations, calibrations
from synterm.evaluate.review.choosing import Chosen, choose
from synterm.evaluate.review.queue import ReviewQueue
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from synterm.text import one_line, plural, printable
from synterm.tui.board.column import Column
from synterm.tui.review.outputs import candidates
from synterm.tui.review.words import agreement_words, end_words, verdict_words
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.forms import Field, FormScreen, Values
from synterm.tui.screens.place import PlaceScreen
from synterm.tui.session import Session

_LONGEST = 20_000
"""Characters of a text that are shown."""


class ReviewScreen(PlaceScreen):
    """Shows one answer after the other, and keeps the verdicts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "judge(True)", "Pass", id="review.pass", tooltip="The answer is right"),
        Binding("f,n", "judge(False)", "Fail", id="review.fail", tooltip="The answer is wrong"),
        Binding("space", "skip", "Skip", id="review.skip", tooltip="Leave this one open"),
        Binding("b", "back", "Back", id="review.back", tooltip="Look at the one before again"),
        Binding("u", "undo", "Undo", id="review.undo", tooltip="Take the last verdict back"),
        Binding("o", "note", "Note", id="review.note", tooltip="Write a note on this answer"),
        Binding("a", "agreement", "Agreement", id="review.agreement", tooltip="How far you and the checks agree"),
        Binding("t", "tell", "Tell", id="review.tell", show=False, tooltip="Tell what checks said after each verdict"),
    ]
    DEFAULT_CSS = """
    ReviewScreen {
        & > #review-progress { height: 1; padding: 0 2; margin-top: 1; color: $text-muted; }
        & > VerticalScroll { height: 1fr; padding: 0 1; }
        & .review--text {
            width: 1fr; max-width: 120; height: auto; padding: 0 1; border: round $border-blurred;
            border-title-color: $text-muted; border-title-style: bold;
        }
        & #review-answer { border: round $primary; border-title-color: $text-primary; }
        & > #review-verdict { height: auto; padding: 0 2; }
        & > #review-agreement {
            height: auto; max-width: 120; padding: 0 1; margin: 0 1; display: none; border: round $secondary;
            border-title-color: $text-secondary; border-title-style: bold;
        }
    }
    """
    heading = "Judge answers"
    telling: reactive[bool] = reactive(False)

    def __init__(self, session: Session, column: Column) -> None:
        """`column`: whose answers are judged."""
        super().__init__(session)
        self._column = column
        self._who = who()
        self._queue: ReviewQueue | None = None
        self._agreement_shown = False
        self._calibrations: Calibrations | None = None

    def compose_place(self) -> list[Widget]:
        """How far one is, the answer, what was said, and on demand the agreement."""
        texts = [Static(id=f"review-{part}", classes="review--text") for part in ("input", "expected", "answer")]
        for text, title in zip(texts, ("Input", "Expected", "Answer"), strict=True):
            text.border_title = title
        agreed = Static(id="review-agreement")
        agreed.border_title = "You and the checks"
        return [Static(id="review-progress"), VerticalScroll(*texts), Static(id="review-verdict"), agreed]

    def on_mount(self) -> None:
        """Find what is worth asking about."""
        self.query_one(VerticalScroll).display = False
        self._say("progress", Content("Looking for answers …"))
        self._load()

    @work(exclusive=True, exit_on_error=False)
    async def _load(self) -> None:
        session = self.session
        chosen = session.wanted(session.node_id, session.query).filter
        path, columns = session.project.path, tuple(session.board.columns)
        try:
            found = await asyncio.to_thread(_choose, path, chosen, self._column, columns, self._who)
        except SyntermError as error:
            self._say("progress", Content.styled(one_line(str(error), 200), "$text-error"))
            return
        self._queue = ReviewQueue(found, self._who)
        self.query_one(VerticalScroll).focus()
        self._show()

    @property
    def unsaved(self) -> str:
        """Says that there are notes which no verdict keeps."""
        loose = self._queue.loose_notes if self._queue else 0
        return f"{plural(loose, 'note')} without a verdict: a note is kept with a verdict only." if loose else ""

    def action_leave(self) -> None:
        """Close the screen; asks where a note would be lost."""
        if not self.unsaved:
            super().action_leave()
        else:
            self.app.push_screen(ConfirmScreen("Leave the review?", self.unsaved, "Leave"), self._left)

    def _left(self, really: bool | None) -> None:
        if really:
            super().action_leave()

    async def action_judge(self, passed: bool) -> None:
        """Keep a verdict on the answer, and go on."""
        queue = self._queue
        if queue and (output := queue.current):
            review = queue.review(output, passed)
            if await self._kept(self.session.project.reviews.put(review)):
                queue.give(review)
                self._show()

    def action_skip(self) -> None:
        """Go on without a verdict."""
        self._step(1)

    def action_back(self) -> None:
        """Go to the answer before."""
        self._step(-1)

    async def action_undo(self) -> None:
        """Take the last verdict back."""
        last = self._queue.last() if self._queue else None
        if self._queue is None or last is None:
            self.notify("nothing to undo")
            return
        review, before = last
        reviews = self.session.project.reviews
        if await self._kept(reviews.put(before) if before else reviews.remove(review.id)):
            self._queue.take_back()
            self._show()

    @work
    async def action_note(self) -> None:
        """Write a note on the answer; a verdict that was given keeps it at once, another one when it comes."""
        queue = self._queue
        output = queue.current if queue else None
        if queue is None or output is None:
            return

        async def save(values: Values) -> None:
            before = queue.note
            queue.write(values["note"])
            try:
                if queue.verdict:
                    review = queue.review(output, queue.verdict.passed)
                    await asyncio.wrap_future(self.session.project.reviews.put(review))
            except SyntermError:
                queue.write(before)
                raise

        field = Field("note", "Note", queue.note, "text", "why, or what to look at again")
        if await self.app.push_screen_wait(FormScreen("Note on this answer", [field], save)):
            self._show()

    def action_agreement(self) -> None:
        """Show or hide how far the person and the checks agree."""
        queue = self._queue
        if queue is None or not (queue.agreement.n or queue.agreement.undecided):
            self.notify("Judge an answer first.")
            return
        self._agreement_shown = not self._agreement_shown
        self._show()
        if self._agreement_shown:
            self._calibrate()

    @work(exclusive=True, group="calibrate", exit_on_error=False)
    async def _calibrate(self) -> None:
        """Find out what recorded runs say of each check."""
        self._calibrations = await asyncio.to_thread(_calibrated, self.session.project.path)
        self._show()

    def action_tell(self) -> None:
        """Tell what the checks said after each verdict, or no longer."""
        self.telling = not self.telling
        self._show()

    def _step(self, by: int) -> None:
        if self._queue:
            self._queue.step(by)
            self._show()

    async def _kept(self, writing: Future[Any]) -> bool:
        """Whether it is on disk; says why not."""
        try:
            await asyncio.wrap_future(writing)
        except SyntermError as error:
            self.notify(printable(f"Not kept: {error}"), severity="error", markup=False)
            return False
        return True

    def _show(self) -> None:
        queue = self._queue
        if queue is None:
            return
        output = queue.current
        box = self.query_one(VerticalScroll)
        box.display = output is not None
        if output is not None:
            box.scroll_home(animate=False)
            self._say("input", _values(output.case.input))
            self._say("expected", _text(value_text(output.case.expected) or "(nothing is expected)"))
            self._say("answer", _text(output.text or "(empty)"))
        self._say("progress", self._progress(queue))
        self._say("verdict", verdict_words(queue, self.telling) if output else end_words(queue, self.telling))
        agreed = self.query_one("#review-agreement", Static)
        agreed.display = self._agreement_shown
        agreed.update(agreement_words(queue, self._calibrations) if self._agreement_shown else "")

    def _progress(self, queue: ReviewQueue) -> Content:
        place = f"{min(queue.at + 1, len(queue))} of {len(queue)}" if len(queue) else "nothing to judge"
        more = f" · {queue.left:,} more after these" if queue.left else ""
        told = " · the checks' verdict is told after yours" if self.telling else ""
        return Content(f"{one_line(self._column.title, 60)} · {place} · {queue.judged} judged{more}{told}")

    def _say(self, part: str, words: Content) -> None:
        self.query_one(f"#review-{part}", Static).update(words)


def _choose(path: Path, cases: CaseFilter, column: Column, columns: Sequence[Column], name: str) -> Chosen:
    with Project.look(path) as project:
        found = candidates(column, columns, project.cases.select(cases), project.responses.texts)
        return choose(project, found, name)


def _calibrated(path: Path) -> Calibrations:
    with Project.look(path) as project:
        return calibrations(project)


def _values(values: dict[str, Any]) -> Content:
    if len(values) == 1:
        return _text(value_text(next(iter(values.values()))))
    named = ((Content.styled(f"{printable(name)}  ", "$foreground-muted"), value) for name, value in values.items())
    return Content("\n").join(name + _text(value_text(value)) for name, value in named)


def _text(text: str) -> Content:
    cut = f"\n… {plural(len(text) - _LONGEST, 'character')} more" if len(text) > _LONGEST else ""
    return Content(printable(text[:_LONGEST])) + Content.styled(cut, "$foreground-muted")

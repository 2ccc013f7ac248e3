"""What the Generate screen shows of a generation that was begun: the funnel while it runs, and what one does then."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import getters, on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static, TabbedContent

from synterm.core.case import Case
from synterm.core.generation import Generation
from synterm.reports.generation import lineage_lines
from synterm.text import one_line, plural
from synterm.tui.edits import Edit
from synterm.tui.generate.form import GenerateForm
from synterm.tui.generate.funnel import funnel_text, progress_line
from synterm.tui.generate.job import Job
from synterm.tui.generate.rows import KEPT_COLUMNS, dropped_cells, dropped_columns, kept_cells
from synterm.tui.generate.thresholds import ThresholdPane
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.place import PlaceScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.session import Session
from synterm.tui.widgets.table import Table

TABS = ("preview-tab", "funnel-tab", "thresholds-tab")


class MadeScreen(PlaceScreen):
    """Draws the job that the workbench runs, and changes what it made."""

    heading = "Generate"
    AUTO_FOCUS = "GenerateForm *"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "stop", "Stop", id="generate.stop", tooltip="Stop; all that was made is kept"),
        Binding("v", "review", "Review", id="generate.review", tooltip="Decide on the drafts that were made"),
        Binding("u", "undo", "Undo", id="generate.undo", tooltip="Take back the last threshold, or what was made"),
    ]

    form = getters.query_one(GenerateForm)
    tabs = getters.query_one(TabbedContent)
    kept = getters.query_one("#kept", Table)
    dropped = getters.query_one("#dropped", Table)
    thresholds = getters.query_one(ThresholdPane)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._lent = session.generating
        self._drawn: object = None
        self._told: Job | None = None
        """The job whose end was seen."""
        self._applied: list[Edit] = []
        """Thresholds that were taken up on this screen and are not undone."""

    # While it runs.

    def show_job(self) -> None:
        """Show the generation that is under way, or ran last, from its beginning."""
        self.set_class(True, "-begun")
        self.set_class(False, "-form-shown")
        self._drawn = self._told = None
        self.thresholds.forget()
        self.tabs.active = TABS[1]
        self.kept.focus()
        self.draw()

    def draw(self) -> None:
        """Show where it is: a few times a second at most, however fast it goes."""
        job = self._lent.job
        if job is None:
            return
        state = (job, job.running, job.landed, job.sent, job.note, job.funnel.model_dump_json(), job.elapsed_s // 1)
        if state == self._drawn:
            return
        self._drawn = state
        self._draw_job(job)
        if job.running:
            self.thresholds.look_again(job.generation_id)
        elif self._told is not job:
            self._told = job
            self._finished(job)

    def _draw_job(self, job: Job) -> None:
        reasons = 4 if self.has_class("-broad") and self.size.height > 40 else 1
        width = max(self.tabs.size.width - 4, 30)
        self.query_one("#funnel", Static).update(funnel_text(job.funnel, width, reasons=reasons, sent=job.sent))
        progress = progress_line(job)
        if not job.running:
            ink = "$text-error" if job.problem else "$text-success"
            after = "   v reviews the drafts" if job.funnel.kept else ""
            progress = Content("\n").join([progress, Content.assemble(" ", (one_line(job.ended, 300), ink), after)])
        self.query_one("#progress", Static).update(progress)
        self._draw_tables(job)
        verb = "Go on" if job.cut_short else "Generate"
        self.form.show_running(job.running, "Stop  x" if job.running else f"{verb}  ctrl+s")
        self.say(f"{job.words} · running; it goes on when this screen is closed" if job.running else job.words)

    def _draw_tables(self, job: Job | None) -> None:
        kept, dropped = (job.kept, job.dropped) if job else ((), ())
        self.kept.border_title = Content(f"✓ Kept  {len(kept):,}")
        self.kept.show(KEPT_COLUMNS, list(reversed(kept)), kept_cells, "nothing yet")
        self.dropped.border_title = Content(f"✗ Dropped  {len(dropped):,}")
        self.dropped.show(
            dropped_columns(broad=self.has_class("-broad")), list(reversed(dropped)), dropped_cells, "nothing yet"
        )

    def _finished(self, job: Job) -> None:
        # One that went on, or was made before, had cases already.
        if (made := job.generation_id) and job.landed < job.funnel.made:
            self._read_made(made, job)
        self.thresholds.look(job.generation_id)

    @work(exclusive=True, group="made", exit_on_error=False)
    async def _read_made(self, generation_id: str, job: Job) -> None:
        cases = await asyncio.to_thread(self.read, lambda project: [*project.generations.cases(generation_id)])
        job.show_only(cases)
        self._draw_job(job)

    def action_stop(self) -> None:
        """Stop it; all that was made is kept."""
        self._lent.stop()

    @on(Table.Opened, "#kept")
    @on(Table.Opened, "#dropped")
    @work(exclusive=True, group="lineage", exit_on_error=False)
    async def _opened(self, event: Table.Opened) -> None:
        case: Case = event.table.rows[event.index]
        seed = [case.origin.seed_id] if case.origin.seed_id else []
        above = await asyncio.to_thread(self.read, lambda project: project.cases.named(seed))
        lines = [case.title, "", *lineage_lines(case, above)]
        self.app.push_screen(TextScreen("How this case came to be", [Content(one_line(line, 600)) for line in lines]))

    # Afterwards.

    @on(ThresholdPane.Applied)
    def _took_up(self, event: ThresholdPane.Applied) -> None:
        self._applied.append(event.edit)
        if job := self._lent.job:
            job.show(event.cases)
            self._draw_job(job)
        self._lent.changed(())

    @on(ThresholdPane.Rerun)
    @work(exclusive=True, group="again", exit_on_error=False)
    async def _again(self, event: ThresholdPane.Rerun) -> None:
        """Take what was made back, and make it again with another threshold."""
        job = self._lent.job
        if job is None or job.running or not job.generation_id:
            return
        text = f"What was made is taken back, and made again with {event.written}; answers of models are in the file."
        if not await self.app.push_screen_wait(ConfirmScreen("Make it again?", text, "Make again")):
            return
        name = event.written.partition(":")[0]
        line = self.form.query_one("#filters", Input)
        line.value = " ".join((*(part for part in line.value.split() if part.split(":")[0] != name), event.written))
        await self._take_back(job.generation_id, job)
        self.action_start()

    def action_start(self) -> None:
        """Begin, or go on."""
        raise NotImplementedError

    @work(exclusive=True, group="undo", exit_on_error=False)
    async def action_undo(self) -> None:
        """Take back the last threshold that was taken up here; where there is none, what was made."""
        job = self._lent.job
        if job is None or job.running:
            self.notify("It is under way; x stops it." if job else "Nothing was made yet.", title=self.heading)
        elif self._applied:
            edit = await self.session.edits.undo()
            # What was decided in review since comes first, and leaves the thresholds to be undone.
            self._applied = [one for one in self._applied if edit is not None and one is not edit]
            self.notify(f"undone: {edit.label}" if edit else "nothing to undo", title=self.heading, markup=False)
            self._changed_made(job, edit.touched if edit else ())
        elif (found := await self._made(job)) is None:
            self.notify("There is nothing of it to take back.", title=self.heading)
        else:
            text = (
                f"{job.words}. All of it is removed, but for cases that somebody changed or decided on. Answers of "
                "models stay in the file: making it again costs nothing."
            )
            if await self.app.push_screen_wait(ConfirmScreen("Take it back?", text, "Take back")):
                await self._take_back(found.id, job)

    async def _made(self, job: Job) -> Generation | None:
        """What the file has of a generation, as long as it is not taken back."""
        digest = job.plan.digest
        found = await asyncio.to_thread(self.read, lambda project: project.generations.last_like(digest))
        return None if found is None or found.status == "undone" else found

    async def _take_back(self, generation_id: str, job: Job) -> None:
        undone = await asyncio.wrap_future(self.session.project.generations.undo(generation_id))
        stay = f"; {plural(undone.changed, 'changed one')} left" if undone.changed else ""
        self.notify(f"{plural(undone.removed, 'case')} removed{stay}", title=self.heading, markup=False)
        self._changed_made(job, ())

    def _changed_made(self, job: Job, touched: Sequence[str]) -> None:
        self._lent.changed(touched)
        if made := job.generation_id:
            self._read_made(made, job)
            self.thresholds.look(made)

    def action_review(self) -> None:
        """Decide on the drafts that were made."""
        from synterm.tui.screens.draft_review import DraftReviewScreen

        job = self._lent.job
        screen = DraftReviewScreen(self.session, job.generation_id if job else None)

        def back(_: None) -> None:
            if not screen.changed:
                return
            touched = sorted(screen.changed - {""})
            if job:
                self._changed_made(job, touched)
            else:
                self._lent.changed(touched)

        self.app.push_screen(screen, back)

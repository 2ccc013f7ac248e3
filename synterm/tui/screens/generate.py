"""New cases of those that are there: chosen, previewed, made, and looked through, on one screen."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static, TabbedContent, TabPane

from synterm.core.case import Case
from synterm.describe.pipeline.generate import asking
from synterm.describe.pipeline.plan import GenerationPlan
from synterm.describe.pipeline.preview import Preview, preview_of, try_one
from synterm.describe.pipeline.written import chain_text
from synterm.errors import InputError, SyntermError
from synterm.providers.availability import usable
from synterm.text import one_line, plural
from synterm.tui.generate.chains import explained, generator_choices, read_chains
from synterm.tui.generate.form import GenerateForm
from synterm.tui.generate.preset import Preset
from synterm.tui.generate.rows import PREVIEW_COLUMNS, preview_cells
from synterm.tui.generate.show import plan_words, problems_text, question_text
from synterm.tui.generate.thresholds import ThresholdPane
from synterm.tui.generate.wanted import Form, SeedSource, plan_for, seed_sources, wishes_of
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.fetch import FetchScreen
from synterm.tui.screens.generate_made import TABS, MadeScreen
from synterm.tui.session import Session
from synterm.tui.trust.words import may_ask
from synterm.tui.widgets.pick_line import PickLine
from synterm.tui.widgets.table import Table

_DEBOUNCE_S = 0.15
_FRAME_S = 0.1


class GenerateScreen(MadeScreen):
    """A form, and beside it what would come of it, what comes of it, and what other thresholds would keep.

    What is begun here is run by the workbench: it goes on when this screen is closed, and is shown when it is opened
    again.
    """

    CSS_PATH = "generate.tcss"
    heading = "Generate"
    HELP = "Make new cases of those that are there; what is kept waits for review as a draft."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "Generate", id="generate.start", priority=True, tooltip="Begin, or go on"),
        Binding("ctrl+t", "try", "Try one", id="generate.try", priority=True, tooltip="Ask the first question only"),
        Binding("f2", "add", "Add generator", id="generate.add", priority=True, tooltip="Choose from all generators"),
        Binding("t", "next_tab", "Tab", id="generate.tab", tooltip="Preview, funnel, thresholds"),
        Binding("f", "form", "Form", id="generate.form", tooltip="Hide the form, or show it and go to it"),
    ]

    preview = getters.query_one("#preview", Table)

    def __init__(self, session: Session, preset: Preset | None = None) -> None:
        super().__init__(session)
        self._preset = preset or Preset()
        self._sources = seed_sources(session, self._preset.seeds, self._preset.words or "the cases it is opened with")
        self._seeds: tuple[str, list[Case]] | None = None
        """The source, and the seeds that it gave; None until they are read."""

    def compose_place(self) -> ComposeResult:
        """The form, and three tabs."""
        with Horizontal(id="generate"):
            yield self._form()
            with TabbedContent(id="outcome"):
                with TabPane("Preview", id=TABS[0]):
                    yield Static(id="preview-words", markup=False)
                    yield Static(id="preview-problems", markup=False)
                    yield Table(id="preview", classes="pane")
                    with VerticalScroll(id="question", classes="pane"):
                        yield Static(markup=False)
                with TabPane("Funnel", id=TABS[1]):
                    yield Static(id="funnel", markup=False)
                    yield Static(id="progress", markup=False)
                    yield Table(id="kept", classes="pane")
                    yield Table(id="dropped", classes="pane")
                with TabPane("Thresholds", id=TABS[2]):
                    yield ThresholdPane(self.session, self.read)

    def _form(self) -> GenerateForm:
        session, preset = self.session, self._preset
        models = [(model.name, one_line(model.name, 40)) for model in session.models if not model.takes_values]
        first = next((name for name, _ in models), "")
        tree = session.tree
        places = [(node.id, tree.path(node.id)) for node in tree.scenarios()]
        start = Form(
            chains="\n".join(preset.chains),
            count=str(preset.count or 20),
            cap=f"{self._lent.settings.live_cap_usd:g}",
            into=preset.into,
            filters=" ".join(preset.filters),
        )
        writers = [("", f"{first} (the first)" if first else "the project has none"), *models]
        return GenerateForm(
            start,
            seeds=[(source.name, source.words) for source in self._sources],
            models=writers,
            scenarios=[("", "the scenario of each seed"), *places],
        )

    def on_mount(self) -> None:
        """Read the seeds, and show what is under way."""
        self.preview.border_title = "What would be made first"
        self.query_one("#question", VerticalScroll).border_title = "The question"
        self.preview.show(PREVIEW_COLUMNS, (), preview_cells, "reading the seeds …")
        self._draw_tables(None)
        self.query_one("#funnel", Static).update(Content.styled(_NOTHING, "$foreground 65%"))
        self.set_interval(_FRAME_S, self.draw)
        if self._lent.job:
            self.show_job()
        else:
            self.form.begin()
        self._consider()

    # What is wanted.

    @on(GenerateForm.Changed)
    def _changed(self) -> None:
        self._consider(_DEBOUNCE_S)

    @work(exclusive=True, group="consider", exit_on_error=False)
    async def _consider(self, delay: float = 0.0) -> None:
        """Explain what is wanted, and show what would come of it."""
        await asyncio.sleep(delay)
        form = self.form.form
        try:
            self.form.explain(explained(read_chains(form.chains)))
            plan = await self._plan(form)
            found = await asyncio.to_thread(self.read, lambda project: asyncio.run(preview_of(project, plan)))
        except SyntermError as error:
            self.form.complain(error)
            self._show_preview(Preview(), "", "Nothing to show")
            return
        self.form.complain(None)
        self.query_one("#preview-words", Static).update(Content(plan_words(plan)))
        self._show_preview(found, plan.model.name if plan.model else "")

    async def _plan(self, form: Form) -> GenerationPlan:
        """The plan that the form comes to. Raises SyntermError for what can't be."""
        name = self.form.pick("seeds").value
        source = next(source for source in self._sources if source.name == name)
        if self._seeds is None or self._seeds[0] != name:
            self._seeds = (name, await asyncio.to_thread(self.read, source.load))
        seeds = self._seeds[1]
        self._offer_seeds(source, len(seeds))
        scenarios = [node.id for node in self.session.tree.scenarios(self.session.node_id if name != "all" else None)]
        if name == "chosen":
            scenarios = list(dict.fromkeys(case.scenario_id for case in seeds)) or scenarios
        wishes = wishes_of(form, seeds, scenarios, self._lent.settings)
        planned = await asyncio.to_thread(self.read, lambda project: plan_for(project, wishes))
        return planned.plan

    def _offer_seeds(self, source: SeedSource, count: int) -> None:
        """Say how many there are."""
        words = {one.name: one.words for one in self._sources}
        words[source.name] = f"{plural(count, 'seed')} · {source.words}"
        with self.prevent(PickLine.Changed):
            self.form.pick("seeds").offer(list(words.items()))

    def _show_preview(self, found: Preview, model: str, note: str = "") -> None:
        problems = self.query_one("#preview-problems", Static)
        problems.update(problems_text(found.problems))
        problems.display = bool(found.problems)
        question = self.query_one("#question", VerticalScroll)
        question.display = found.question is not None
        question.query_one(Static).update(question_text(found, model))
        self.preview.display = bool(found.shown) or found.question is None
        self.preview.border_title = note or "What would be made first"
        self.preview.show(PREVIEW_COLUMNS, found.shown, preview_cells, "nothing yet")

    @on(PickLine.Opened)
    @work(exit_on_error=False)
    async def _pick(self, event: PickLine.Opened) -> None:
        chosen = await self.app.push_screen_wait(ChooseScreen(event.line.title, event.line.choices))
        if chosen is not None:
            event.line.value = chosen

    @work(exit_on_error=False)
    async def action_add(self) -> None:
        """Choose a generator; it goes to the end of the last chain, or makes one where it writes of itself."""
        chosen = await self.app.push_screen_wait(ChooseScreen("Add a generator", generator_choices()))
        if chosen is not None:
            before = self.form.form.chains.rstrip()
            own = '"type"' in chosen or not read_chains(chosen)[0][0].needs_seed
            self.form.write(f"{before}\n{chosen}" if before and own else f"{before} | {chosen}" if before else chosen)

    @work(exclusive=True, group="try", exit_on_error=False)
    async def action_try(self) -> None:
        """Ask the first question, and show what comes of it; the answer is kept, and counts when all is made."""
        if not may_ask(self, self.session.standing):
            return
        try:
            plan = await self._plan(self.form.form)
            if not await self._ready(plan):
                return
            if not plan.models:
                raise InputError("no model is asked: the preview shows what would be made")
            self.tabs.active = TABS[0]
            self.query_one("#question", VerticalScroll).border_title = "The question · asking …"
            ask = asking(self.session.project, self._lent.providers, plan)
            found = await try_one(self.session.project, plan, ask)
        except SyntermError as error:
            self.tell(error)
            return
        finally:
            self.query_one("#question", VerticalScroll).border_title = "The question"
        name = plan.model.name if plan.model else ""
        self._show_preview(found, name, "What came of the first question")

    # Making it.

    def action_start(self) -> None:
        """Begin, or go on with what was cut short."""
        if self._lent.running:
            self.notify("One is under way; x stops it.", title=self.heading)
        elif self.session.project.read_only:
            self.notify("The project file is read-only. Copy it to where you may write.", title=self.heading)
        elif may_ask(self, self.session.standing, "nothing is generated"):
            self._start()

    @work(exclusive=True, group="start", exit_on_error=False)
    async def _start(self) -> None:
        form = self.form.form
        try:
            plan = await self._plan(form)
        except SyntermError as error:
            self.form.complain(error)
            self.tell(error)
            return
        if await self._ready(plan) and not self._lent.running:
            # What is made is told by its chains: so the quick settings go into them.
            self.form.write("\n".join(chain_text(chain) for chain in plan.chains), quick=True)
            self._applied.clear()
            self._lent.start(plan)
            self.show_job()

    async def _ready(self, plan: GenerationPlan) -> bool:
        """Whether its models can be asked; offers to fetch what they lack."""
        for model in plan.models:
            found = usable(model, self._lent.settings.approved_endpoints)
            if found.state == "fetch" and not await self.app.push_screen_wait(FetchScreen()):
                return False
            if found.state == "missing":
                self.tell(InputError(f"{model.name}: {found.reason}", hint=found.hint))
                return False
        return True

    @on(Button.Pressed, "#start")
    def _pressed(self) -> None:
        if self._lent.running:
            self.action_stop()
        else:
            self.action_start()

    # Around it.

    def action_next_tab(self) -> None:
        """Turn to the next tab."""
        self.tabs.active = TABS[(TABS.index(self.tabs.active) + 1) % len(TABS)]

    @on(TabbedContent.TabActivated)
    def _activated(self) -> None:
        if self.tabs.active == TABS[2]:
            job = self._lent.job
            self.thresholds.look(job.generation_id if job else None)
        if not self.form.has_focus_within:
            self._focus_tab()

    def _focus_tab(self) -> None:
        lists = ("#preview", "#kept", "#filters-of")
        self.query_one(lists[TABS.index(self.tabs.active)]).focus()

    def action_form(self) -> None:
        """Hide the form, or show it and go to it."""
        shown = self.form.display and self.form.region.area > 0
        self.set_class(shown, "-form-hidden")
        self.set_class(not shown, "-form-shown")
        if shown:
            self._focus_tab()
        else:
            self.call_after_refresh(self.form.begin)


_NOTHING = """\
 seeds → generators → quality filters → label check → drafts that wait for review

 ctrl+s begins. What is kept is a draft; what was dropped is kept too, with the reason, and can be restored."""

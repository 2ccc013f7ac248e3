"""The plan of the Fine-tune screen: a form, and what it comes to counted in a thread with each change."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual import getters, on, work
from textual.binding import Binding, BindingType

from synterm.core.training import TrainingPlan
from synterm.core.tuning import Tuning
from synterm.errors import InputError, SyntermError
from synterm.text import one_line
from synterm.tui.finetune.form import FinetuneForm
from synterm.tui.finetune.reading import Counted, Counter
from synterm.tui.finetune.wanted import Form, behavior_glob, plan_of, prompt_choices
from synterm.tui.screens.place import PlaceScreen
from synterm.tui.session import Session

_DEBOUNCE_S = 0.15
_LONGEST_DEBOUNCE_S = 1.0
_DIM_S = 0.25
"""What was counted for another plan is dimmed from then on: a quick count does not flicker."""
COUNTING = "counting …"


class PlanScreen(PlaceScreen):
    """Counts the plan that the form says; one count at a time, the newest."""

    heading = "Fine-tune"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "reload", "Count again", id="finetune.reload", show=False, tooltip="Read the project anew"),
    ]

    form = getters.query_one(FinetuneForm)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.plan: TrainingPlan | None = None
        """What the form says; None while something in it is wrong."""
        self._counter = Counter()
        self._took_s = 0.0

    def show_counted(self, found: Counted) -> None:
        """Show what the plan comes to."""
        raise NotImplementedError

    def show_tunings(self, tunings: Sequence[Tuning]) -> None:
        """Show the tunings of the project."""
        raise NotImplementedError

    def make_form(self) -> FinetuneForm:
        """The form as it opens: of what is in scope."""
        session = self.session
        prompts = prompt_choices(session.prompts, session.prompt)
        start = Form(prompt=prompts[0][0], behaviors=behavior_glob(session.tree, session.node_id))
        models = [("", "every model"), *((model.name, one_line(model.name, 40)) for model in session.models)]
        tree = session.tree
        return FinetuneForm(start, prompts=prompts, models=models, paths=tuple(tree.path(n.id) for n in tree.walk()))

    def action_reload(self) -> None:
        """Read the project anew."""
        self.plan = None
        self._count()

    @on(FinetuneForm.Changed)
    def _changed(self) -> None:
        self._count(max(_DEBOUNCE_S, min(self._took_s, _LONGEST_DEBOUNCE_S)))

    @work(exclusive=True, group="count", exit_on_error=False)
    async def _count(self, delay: float = 0.0) -> None:
        await asyncio.sleep(delay)
        before = self.plan
        try:
            plan = plan_of(self.form.form)
        except InputError as error:
            self._wrong(error)
            return
        if plan == before:
            return
        self.plan = plan
        self.form.complain(None)
        await self._count_plan(plan)

    async def _count_plan(self, plan: TrainingPlan) -> None:
        over = threading.Event()

        def told(words: str) -> None:
            if not over.is_set():
                self.app.call_from_thread(self._tell_how_far, words, over)

        dim = self.set_timer(_DIM_S, partial(self._dim, COUNTING))
        began = time.monotonic()
        try:
            found, tunings = await asyncio.to_thread(
                self.read,
                lambda project: (self._counter.count(project, plan, over.is_set, told), project.tunings.all()),
            )
        except SyntermError as error:
            self._wrong(error)
        except asyncio.CancelledError:
            # Another plan is to be counted, or nobody looks any more.
            if self.plan is plan:
                self.plan = None
            raise
        else:
            self._took_s = time.monotonic() - began
            self.show_tunings(tunings)
            if found:
                self.show_counted(found)
        finally:
            over.set()
            dim.stop()

    def _tell_how_far(self, words: str, over: threading.Event) -> None:
        if self.is_attached and not over.is_set() and self.has_class("-stale"):
            self.say(words)

    def _wrong(self, error: SyntermError) -> None:
        self.plan = None
        self.form.complain(error)
        self._dim("see the form: what stands here is of before")

    def _dim(self, note: str) -> None:
        self.set_class(True, "-stale")
        self.say(note)

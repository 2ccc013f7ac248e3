"""Training on this machine, begun and watched from the Fine-tune screen."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from synterm.core.training import TrainingPlan
from synterm.core.tuning import Tuning
from synterm.errors import InputError
from synterm.providers.availability import usable
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.text import plural, printable
from synterm.tui.finetune.text import duel_lines, training_text
from synterm.tui.finetune.training import Training
from synterm.tui.runs.compared import compared_text
from synterm.tui.screens.fetch import FetchScreen
from synterm.tui.screens.finetune_seen import TABS, SeenScreen
from synterm.tui.screens.forms import Field, FormScreen, Values
from synterm.tui.screens.text import TextScreen
from synterm.tui.trust.words import may_ask
from synterm.tui.widgets.table import Table

_FRAME_S = 0.2
_METHODS = (
    ("sft: right answers", "sft"),
    ("dpo: right against wrong ones", "dpo"),
    ("kto: right and wrong ones, each by itself", "kto"),
)


class TrainScreen(SeenScreen):
    """Begins a training, shows how far it is, and stops it. It goes on when the screen is closed."""

    heading = "Fine-tune"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("T", "train", "Train here", id="finetune.train", tooltip="Tune the embedded model on this machine"),
        Binding("c", "stop_training", "Stop training", id="finetune.stop", tooltip="Nothing of it is kept then"),
    ]

    def on_mount(self) -> None:
        """Show what is under way."""
        self._drawn: tuple[object, ...] = ()
        self.set_interval(_FRAME_S, self._draw_training)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What runs can be stopped."""
        training = self.session.training
        return action != "stop_training" or (training is not None and training.running)

    @work(exclusive=True, group="train", exit_on_error=False)
    async def action_train(self) -> None:
        """Ask how, and train."""
        if not (may_ask(self, self.session.standing, "nothing is trained") and self._may_train()):
            return
        from synterm.finetune.outcome import base_of
        from synterm.finetune.train.libraries import require

        require()
        found = usable(base_of(self.session.project, None), self._settings.approved_endpoints)
        if found.state == "fetch" and not await self.app.push_screen_wait(FetchScreen()):
            return
        plan = self.plan
        assert plan
        await self.app.push_screen_wait(FormScreen("Train on this machine", _fields(), self._save(plan), self._note()))

    @property
    def _settings(self) -> Settings:
        return self.session.generating.settings

    def _may_train(self) -> bool:
        training = self.session.training
        words = ""
        if training and training.running:
            words = "One is under way; c stops it."
        elif self.session.project.read_only:
            words = "The project file is read-only. Copy it to where you may write."
        elif self.plan is None or self.counted is None or self.counted.report.plan != self.plan:
            words = "It is still being counted." if self.plan else "First what is wrong in the form."
        elif not self.counted.found.part("train"):
            words = "There is nothing to train on: a sets cases aside to learn from."
        if words:
            self.notify(words, title=self.heading, severity="warning", markup=False)
        return not words

    def _note(self) -> str:
        assert self.counted
        report = self.counted.report
        return (
            f"An adapter for the embedded model, of {plural(report.examples['train'], 'example')} with "
            f"{report.tokens['train']:,} tokens. What comes of it is a model of the project, and is held against its "
            "base on holdout."
        )

    def _save(self, plan: TrainingPlan):
        async def save(values: Values) -> None:
            self._begin(_training_of(plan, values))

        return save

    def _begin(self, training: Training) -> None:
        self.session.training = training
        project, settings = self.session.project, self._settings
        # The app's worker, not this screen's: it goes on when this is closed.
        self.app.run_worker(self._tend(training, project, settings), group="training", exit_on_error=False)
        self.tabs.active = TABS[3]
        self.refresh_bindings()

    async def _tend(self, training: Training, project: Project, settings: Settings) -> None:
        session, notify = self.session, self.app.notify
        try:
            await asyncio.to_thread(training.run, project, settings)
        finally:
            if training.running:
                training.stop()
        if training.tuning:
            session.generating.changed(())
        severity = "error" if training.problem else "information"
        notify(printable(training.ended), title="Training", severity=severity, timeout=10, markup=False)
        if self.is_attached:
            self.changed.add("")
            self.action_reload()
            self.refresh_bindings()

    def action_stop_training(self) -> None:
        """Stop it; nothing of it is kept."""
        if self.session.training:
            self.session.training.stop()

    def _draw_training(self) -> None:
        training = self.session.training
        if training is None or not self.is_current:
            return
        state = (training, training.words, training.elapsed_s // 1 if training.running else 0)
        if state != self._drawn:
            self._drawn = state
            line = self.query_one("#training", Static)
            line.display = True
            line.update(training_text(training, max(line.size.width, 40)))
            self._show_tuning()

    def about_tuning(self, one: Tuning) -> list[Content]:
        """How it stands on holdout, as long as that is known in this sitting."""
        training = self.session.training
        if training is None or training.tuning is None or training.tuning.id != one.id:
            return []
        return duel_lines(training.duels)

    @on(Table.Opened, "#tunings")
    def _duel_opened(self, event: Table.Opened) -> None:
        one: Tuning = event.table.rows[event.index]
        training = self.session.training
        if training and training.tuning and training.tuning.id == one.id and training.duels:
            event.prevent_default()
            width = self.size.width - 10
            parts = [part for _, report in training.duels for part in compared_text(report, min(width, 110))]
            self.app.push_screen(TextScreen(f"{one.model_name} on holdout", parts))


def _fields() -> list[Field]:
    return [
        Field("method", "Method", "sft", "choice", choices=_METHODS),
        Field("epochs", "Epochs", "3", "number", "how often each row is seen; it ends early when that helps no more"),
        Field("rate", "Learning rate", "", placeholder="what suits the method"),
        Field("rank", "Rank", "16", "number", "of the adapter's matrices"),
        Field("name", "Name", "", placeholder="the base's, and -tuned", help="of the model that comes of it"),
    ]


def _training_of(plan: TrainingPlan, values: Values) -> Training:
    """What the form says. Raises InputError naming the field."""
    from pydantic import ValidationError

    from synterm.finetune.train.job import RATES, TrainSettings

    method = values["method"]
    given = {name: values[name].strip() for name in ("epochs", "rate", "rank")}
    try:
        settings = TrainSettings.model_validate(
            {"method": method, "seed": plan.seed, **{name: text for name, text in given.items() if text}}
            | ({} if given["rate"] else {"rate": next(rate for name, rate in RATES.items() if name == method)})
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(first["msg"], where=str(first["loc"][0])) from error
    return Training(plan, settings, values["name"].strip() or None)

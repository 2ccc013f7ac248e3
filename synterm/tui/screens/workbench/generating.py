"""Generations run here, behind whatever screen is shown: closing the one that began them stops nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from synterm.errors import SyntermError
from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.text import plural, printable
from synterm.tui.generate.preset import Preset
from synterm.tui.screens.workbench.case_finding import CaseFinding

if TYPE_CHECKING:
    from synterm.tui.generate.job import Generating, Job

_STATUS_S = 0.5


class GeneratingScreen(CaseFinding):
    """Opens the Generate screen, and runs what is begun there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "g",
            "generate",
            "Generate",
            id="screens.generate",
            show=False,
            tooltip="Make new cases of those that are selected, or in scope",
        ),
        Binding(
            "d",
            "open_place('distill')",
            "Distill",
            id="screens.distill",
            show=False,
            tooltip="Why failures fail, where, and what to do next",
        ),
    ]

    def __init__(self, project: Project, providers: Providers, settings: Settings) -> None:
        super().__init__(project, providers, settings)
        # Made when it is asked for: nothing of it is needed for the first paint.
        self.session.lend_generating = self._lend_generating

    def _lend_generating(self) -> Generating:
        from synterm.tui.generate.job import Generating

        def begin(job: Job) -> None:
            self._generate(job)

        def end() -> None:
            self.workers.cancel_group(self, "generate")

        return Generating(self._providers, lambda: self._settings, begin, end, self._cases_changed, self.live)

    def action_generate(self) -> None:
        """Make new cases of those that are selected, or in scope."""
        from synterm.tui.screens.generate import GenerateScreen

        selected = self.session.project.cases.ids_of(sorted(self.cases.list.selected))
        words = f"the {plural(len(selected), 'selected case')}"
        preset = Preset(seeds=tuple(selected), words=words) if selected else None
        self.app.push_screen(GenerateScreen(self.session, preset))

    @work(group="generate", exit_on_error=False)
    async def _generate(self, job: Job) -> None:
        ticking = self.set_interval(_STATUS_S, self.painter.show_status)
        try:
            await job.run(self.session.project, self._providers)
        except SyntermError as error:
            job.problem = f"{error}; {error.hint}" if error.hint else str(error)
        except Exception as error:  # noqa: BLE001 - told of below, and on the screen; the workbench goes on
            job.problem = f"internal error: {error!r}"
            self.log.error(job.problem)
        finally:
            ticking.stop()
            if self.is_running:
                self.painter.show_status()
                self._generated(job)

    def _generated(self, job: Job) -> None:
        from synterm.tui.screens.generate import GenerateScreen

        if job.landed:
            self._cases_changed()
        if not isinstance(self.app.screen, GenerateScreen):
            severity = "error" if job.problem else "information"
            text = f"{job.words}. {job.ended}. g shows them"
            self.notify(printable(text), title="Generate", severity=severity, timeout=10, markup=False)

    def _cases_changed(self, touched: Sequence[str] = ()) -> None:
        """Cases were added or changed from another screen."""
        self.project_edited(touched)

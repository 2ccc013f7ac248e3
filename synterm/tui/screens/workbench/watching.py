"""What the workbench does when someone else writes into the project file."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from textual import work

from synterm.errors import SyntermError
from synterm.storage.outside import Marks
from synterm.text import printable
from synterm.tui.screens.workbench.evaluating import EvaluatingScreen

_LOOK_S = 1.0


class WatchingScreen(EvaluatingScreen):
    """Looks once a second. A run that only adds answers changes nothing here; they are found when they are needed."""

    _marks: Marks | None = None
    _version = 0
    _looking = False
    _told = ""
    """Why the file could not be looked at, while that is so."""

    def begin_to_watch(self) -> None:
        """Take what is there now as known."""
        if not self.session.project.read_only:
            self._know()
            self.set_interval(_LOOK_S, self._glance)

    def project_edited(self, touched: Collection[str] = ()) -> None:
        """Cases or the tree were changed here: read them again, and evaluate what is new and what was `touched`."""
        self.reread(touched)
        self._know()

    def reread(self, touched: Collection[str] | None) -> None:
        """Read the project again; None: any case may say something else."""
        raise NotImplementedError

    def learn_trends(self) -> object:
        """Find out how the last runs went."""
        raise NotImplementedError

    def take_baselines(self) -> None:
        """Look which runs are pinned now."""
        raise NotImplementedError

    async def take_prompts(self) -> None:
        """Look what the file has of the prompts now, and take over what others wrote there."""
        raise NotImplementedError

    def look_at_trust(self) -> None:
        """Find out whether the project is still trusted; cheap where nothing changed. Raises ProjectError."""
        raise NotImplementedError

    @work(group="know", exclusive=True, exit_on_error=False)
    async def _know(self) -> None:
        marks = await asyncio.wrap_future(self.session.project.marks())
        # What others wrote into a prompt is still to be taken over.
        self._marks = marks._replace(prompts=self._marks.prompts) if self._marks else marks

    def _glance(self) -> None:
        """Cheap: whether there is anything to look at. Not while the last look still waits for a locked file."""
        try:
            version = self.session.project.version
            self.look_at_trust()
        except SyntermError as error:
            self._tell_once(error)
            return
        self._told = ""
        if version != self._version and not self._looking:
            self._version, self._looking = version, True
            self._look()

    def _tell_once(self, error: SyntermError) -> None:
        """The same is found once a second."""
        if self._told != error.message:
            self._told = error.message
            words = printable(f"{error.message}. {error.hint or ''}".strip())
            self.notify(words, title="Project file", severity="warning", timeout=10, markup=False)

    @work(group="look", exit_on_error=False)
    async def _look(self) -> None:
        try:
            marks = await asyncio.wrap_future(self.session.project.outside())
        except SyntermError as error:
            self.log.warning(str(error))
            self._version = 0  # look again
            return
        finally:
            self._looking = False
        before, self._marks = self._marks, marks or self._marks
        if marks is not None and before is not None and marks != before:
            await self._take_over(before, marks)

    async def _take_over(self, before: Marks, now: Marks) -> None:
        if before.prompts != now.prompts:
            await self.take_prompts()
        others = [
            name for name in ("nodes", "cases", "models", "documents") if getattr(before, name) != getattr(now, name)
        ]
        if others:
            self.reread(None)
            names = " and ".join("tree" if name == "nodes" else name for name in others)
            self.notify(f"the {names} changed in another window or command; read again", markup=False)
        if before.baselines != now.baselines:
            self.take_baselines()
        if before.runs != now.runs:
            self.learn_trends()

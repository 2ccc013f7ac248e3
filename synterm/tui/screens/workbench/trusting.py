"""What the workbench does when the project is trusted, or is not any more."""

from __future__ import annotations

from synterm.errors import SyntermError
from synterm.text import printable
from synterm.tui.screens.workbench.generating import GeneratingScreen
from synterm.tui.trust.words import trust_key


class TrustingScreen(GeneratingScreen):
    """Ends what may not go on, and begins what may."""

    def begin_to_trust(self) -> None:
        """Take notice from now on."""
        self.session.standing.tell(self._standing_changed)

    def look_at_trust(self) -> None:
        """Find out whether it is otherwise by another window or command, and say so."""
        standing = self.session.standing
        if standing.look():
            key = trust_key(self)
            if standing.restricted:
                words = f"The project asks for more than it was trusted with, or is trusted no more. {key} shows what."
            else:
                words = f"The project is trusted now. {key} shows with what."
            self.app.notify(words, title="Trust", severity="warning", timeout=15, markup=False)

    def _standing_changed(self) -> None:
        if self.session.standing.restricted:
            self._end_all()
        try:
            self.session.make_checks()
        except SyntermError as error:  # a plugin may not be installed here: then its checks go on to abstain
            words = printable(f"{error}\n{error.hint or ''}".strip())
            self.app.notify(words, title="Checks", severity="error", timeout=15, markup=False)
        self.reread(None)
        self._warm()

    def _end_all(self) -> None:
        """End whatever asks, or could ask: live mode, runs, generations, trainings, probes."""
        for group in ("live", "record", "warm", "generate"):
            self.workers.cancel_group(self, group)
        if self.session.training and self.session.training.running:
            self.session.training.stop()
        for screen in self.app.screen_stack:
            for group in ("probe", "try"):
                self.workers.cancel_group(screen, group)

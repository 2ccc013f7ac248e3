"""Whether the open project is trusted, as the workbench knows it."""

from __future__ import annotations

from collections.abc import Callable

from synterm.core.capabilities import Capabilities, difference
from synterm.storage.project import Project
from synterm.tui.trust.words import Asked

_DOUBT = "! "
"""How a line begins that says why an entry of the user's list does not count."""


class Standing:
    """Known, so that no key asks for it: `look` finds out, whenever it may be otherwise."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._told: list[Callable[[], None]] = []
        self.restricted: bool = project.trust.restricted
        """Whether nothing may be asked, started or run."""

    def tell(self, told: Callable[[], None]) -> None:
        """Have this called whenever it is otherwise than before."""
        self._told.append(told)

    def look(self) -> bool:
        """Find out how it stands now; gives whether that is otherwise than before. Raises ProjectError."""
        now = self._project.trust.restricted
        changed, self.restricted = now != self.restricted, now
        for told in self._told if changed else ():
            told()
        return changed

    def ask(self) -> tuple[Asked, Capabilities]:
        """What is to be told of the project now, and what it would be trusted with. Raises ProjectError."""
        self.look()
        trust = self._project.trust
        able, before = trust.capabilities, trust.before
        asked = Asked(
            self._project.path.name,
            self.restricted,
            doubts=[line.removeprefix(_DOUBT) for line in trust.why() if line.startswith(_DOUBT)],
            able=able.words(),
            changed=difference(before, able) if self.restricted and before else (),
            digest="" if able.nothing else able.digest,
        )
        return asked, able

    def grant(self, shown: Capabilities) -> None:
        """Trust the project with what was shown, and no more. Raises SettingsError where that can't be kept."""
        self._project.trust.grant(shown)
        self.look()

    def revoke(self) -> None:
        """Trust it no more. Raises SettingsError where that can't be kept."""
        self._project.trust.revoke()
        self.look()

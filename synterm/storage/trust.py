"""Whether this user trusts a project, and with what: only then it asks models and runs plugins.

A project that asks for nothing needs no trust. One that asks for more than it was trusted with is restricted: it can be
looked at, edited and exported.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection
from concurrent.futures import Future
from functools import cached_property
from typing import Any, Literal, TypeVar

from sqlite_utils import Database

from synterm.core.capabilities import NOTHING, Capabilities, difference
from synterm.errors import SettingsError
from synterm.storage.base import Store
from synterm.storage.connect import DatabaseError, damaged, project_error
from synterm.storage.manifest import ManifestReader
from synterm.storage.trusted import TrustedProjects
from synterm.storage.writer import Work, Writer

T = TypeVar("T")
Kind = Literal["models", "prompts", "plugins"]
"""What a write may add to what a project asks for."""
_LOOKS = 5
"""So often it is looked again at a file that goes on while it is read."""
VARIABLE = "SYNTERM_TRUST_MANIFEST"
"""The environment variable by which CI says what it trusts: the digest of exactly that, or several with spaces."""


class Renewal:
    """Keeps a project trusted through what its user changes in it here.

    Each change is looked at within its own transaction: what another program wrote meanwhile gains nothing by it, and
    what was not trusted before stays so.
    """

    def __init__(self) -> None:
        self.trust: Trust | None = None
        """The trust that is renewed; None: what is written here is no word of the user's (a text from somebody)."""
        self._reader = ManifestReader()

    def submit(self, writer: Writer, kind: Kind, work: Work[T]) -> Future[T]:
        """Have `work` done; what it adds of `kind` is trusted where all was before."""
        if (trust := self.trust) is None:
            return writer.submit(work)
        gone: list[Capabilities] = []

        def renewing(db: Database) -> T:
            before = trust.read(db, self._reader)
            trusted = trust.covers(before)
            result = work(db)
            if trusted and (after := trust.read(db, self._reader)) is not before:
                trust.add(before, after, kind)
                gone.append(before.minus(after))
            return result

        def written(done: Future[T]) -> None:
            # Not before it is on disk: until then the file still asks for it, and must not be restricted for a moment.
            if gone and not done.cancelled() and done.exception() is None:
                trust.forget(gone[0])

        future = writer.submit(renewing)
        future.add_done_callback(written)
        return future


class Trust(Store):
    """The trust in one project. Raises ProjectError when the file can't be read."""

    def __init__(self, db: Database, writer: Writer, renewal: Renewal | None = None) -> None:
        """`renewal`: that of the project whose writer this is, where it is read on another connection too."""
        super().__init__(db, writer)
        self.renewal = renewal or Renewal()
        """What writes that are a matter of trust go through."""
        self._list = TrustedProjects()
        self._reader = ManifestReader()
        self._accepted = frozenset(os.environ.get(VARIABLE, "").replace(",", " ").split())
        self._doubt: str | None = None
        self._trouble: str | None = None
        self._answer: tuple[Any, bool] | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What the project asks for now."""
        return self.read(self._db, self._reader)

    def read(self, db: Database, reader: ManifestReader) -> Capabilities:
        """What the project asks for as `db` sees it."""
        with self._reading("what it asks for"):
            try:
                return reader.read(db)
            except DatabaseError as error:
                raise project_error(error, self._writer.path) from error

    @property
    def restricted(self) -> bool:
        """Whether it asks for more than it is trusted with. Cheap where nothing changed: ask before each call."""
        restricted = True
        for _ in range(_LOOKS):
            seen = self._state()
            if self._answer is None or self._answer[0] != seen:
                self._answer = seen, not self.covers(self.capabilities)
            restricted = self._answer[1]
            # File and list are read one after the other: both may have gone on meanwhile, in another window.
            if not restricted or self._state() == seen:
                break
        return restricted

    def _state(self) -> object:
        """Another one once the file or the list changed."""
        return self._row("PRAGMA data_version"), self._list.stamp, self._accepted

    def follow_edits(self) -> None:
        """From now on whatever is written through this project is the user's own word: it stays trusted through it."""
        if self._project:  # read here, since writes are another thread's
            self.renewal.trust = self

    @cached_property
    def _project(self) -> str:
        """The project's id."""
        row = self._row("SELECT value FROM meta WHERE key = 'id'")
        if row is None:
            raise damaged("the id", self._writer.path)
        return row[0]

    @property
    def how(self) -> str:
        """How it is trusted."""
        return f"synterm trust {shlex.quote(str(self._writer.path))} shows what it asks for, and trusts it"

    @property
    def before(self) -> Capabilities | None:
        """What it is trusted with; None where it is not on the user's list."""
        found, self._doubt = self._list.find(self._project)
        return found

    def covers(self, asked: Capabilities) -> bool:
        """Whether a project may do what `asked` says."""
        if asked.nothing or asked.digest in self._accepted:
            return True
        before = self.before
        return before is not None and asked.within(before)

    def why(self) -> list[str]:
        """What it asks for and was not trusted with, in lines; what of it was trusted earlier is told apart."""
        before, now = self.before, self.capabilities
        doubts = [f"! {doubt}" for doubt in (self._doubt, self._trouble) if doubt]
        return [*doubts, *(now.words() if before is None else difference(before, now))]

    @property
    def accepted(self) -> Collection[str]:
        """The digests that are trusted as long as it is open here."""
        return self._accepted

    def accept(self, digest: str) -> None:
        """Trust it, as long as it is open here, where it asks for exactly what has this digest."""
        self._accepted |= {digest}

    def grant(self, asked: Capabilities | None = None) -> None:
        """Trust it with what it asks for now, or with `asked`, which somebody read; what it was trusted with stays.

        Raises SettingsError when that can't be kept.
        """
        asked = self.capabilities if asked is None else asked
        before = self.before or NOTHING
        if not asked.within(before):
            self._list.put(self._project, before.plus(asked))
        self._answer = None

    def revoke(self) -> bool:
        """Trust it no longer; gives whether it was trusted. Raises SettingsError when that can't be kept."""
        self._answer = None
        return self._list.remove(self._project)

    def add(self, before: Capabilities, after: Capabilities, kind: Kind) -> None:
        """Trust it with what a change of `kind` adds. Where that can't be kept the change stands, and `why` tells."""
        added = Capabilities.model_validate({kind: getattr(after.minus(before), kind)})
        self._keep((self.before or NOTHING).plus(before).plus(added))

    def forget(self, gone: Capabilities) -> None:
        """Trust it no longer with what a change took out of it."""
        if (before := self.before) is not None:
            self._keep(before.minus(gone))

    def _keep(self, may: Capabilities) -> None:
        try:
            if may != (self.before or NOTHING):
                self._list.put(self._project, may)
        except SettingsError as error:
            self._trouble = f"what you changed could not be noted as trusted: {error}"

"""Baselines: recorded runs that are pinned under a name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from sqlite_utils import Database

from synterm.errors import InputError, NotFoundError, ProjectError
from synterm.storage.base import Store, marks, not_found
from synterm.storage.clock import now
from synterm.text import one_line, printable

_MOST_CHARACTERS = 100
_CROCKFORD = "0-9A-HJKMNP-TV-Z"
_RUN_ID = re.compile(rf"(?i:[{_CROCKFORD}]{{26}})|(?=.*[0-9])(?=.*[A-Z])[{_CROCKFORD}]{{8,25}}")
"""A run's id, or a part of one as lists show it."""
_LAST = re.compile(r"last(-[0-9]+)?")
_PATH = re.compile(r"[/\\]|^[.~]|\.db$")
_NAME_HINT = "a baseline's name is one line of 1 to 100 characters, such as main or release 1.2"
_COLUMNS = "name, scenario_id, run_id, who, updated"


@dataclass(frozen=True, slots=True)
class Baseline:
    """A run under a name, for one scenario or for all that have no run of their own under that name."""

    name: str
    scenario_id: str
    """Empty for all scenarios without their own. One may be that the tree no longer has."""
    run_id: str
    who: str
    updated: str
    """When it was pinned: ISO 8601, UTC."""


class BaselineStore(Store):
    """Baselines by name."""

    def all(self) -> list[Baseline]:
        """All baselines by name, of each first the one for all scenarios."""
        return [Baseline(*row) for row in self._rows(f"SELECT {_COLUMNS} FROM baselines ORDER BY name, scenario_id")]

    def names(self) -> list[str]:
        """The names there are."""
        return [name for (name,) in self._rows("SELECT DISTINCT name FROM baselines ORDER BY name")]

    def get(self, name: str) -> list[Baseline]:
        """What is pinned under a name, first for all scenarios. Raises NotFoundError, with the names that are near."""
        rows = self._rows(f"SELECT {_COLUMNS} FROM baselines WHERE name = ? ORDER BY scenario_id", [name])
        if not rows:
            raise not_found("baseline", name, self.names())
        return [Baseline(*row) for row in rows]

    def of_run(self, run_id: str) -> list[str]:
        """The names that pin a run."""
        return [name for (name,) in self._rows(_PINNING, [run_id])]

    def set(self, name: str, run_id: str, scenario_ids: Sequence[str] = (), *, who: str) -> Future[None]:
        """Pin a run under a name, for some scenarios, or for all that have no run of their own under it.

        What was pinned there before is replaced. Raises InputError for a name that can't be one. The future raises
        NotFoundError for a run or a scenario that the project does not have.
        """
        check_name(name)
        scenarios = tuple(dict.fromkeys(scenario_ids))

        def work(db: Database) -> None:
            _require(db, run_id, scenarios)
            time = now()
            db.conn.executemany(
                f"INSERT OR REPLACE INTO baselines ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)",
                [(name, scenario, run_id, who, time) for scenario in scenarios or ("",)],
            )

        return self._writer.submit(work)

    def remove(self, name: str, scenario_ids: Sequence[str] | None = None) -> Future[int]:
        """Unpin what stands under a name, all of it or only for some scenarios (``""``: for those without their own);
        gives how many pins that were. The runs stay.

        The future raises NotFoundError when nothing of that name, or nothing for these scenarios, is pinned.
        """

        def work(db: Database) -> int:
            only, values = "", [name]
            if scenario_ids is not None:
                only, values = f" AND scenario_id IN ({marks(len(scenario_ids))})", [name, *scenario_ids]
            known = [row[0] for row in db.conn.execute("SELECT DISTINCT name FROM baselines")]
            if name not in known:
                raise not_found("baseline", name, known)
            count = db.conn.execute(f"DELETE FROM baselines WHERE name = ?{only}", values).rowcount
            if not count:
                raise NotFoundError(
                    f"baseline {name!r} pins no run of its own there", hint="synterm baseline PROJECT ls"
                )
            return count

        return self._writer.submit(work)


_PINNING = "SELECT DISTINCT name FROM baselines WHERE run_id = ? ORDER BY name"


def check_name(name: str) -> None:
    """Raise InputError unless `name` can name a baseline.

    It may not look like what else a run can be called: its id, ``last``, a prompt's version, another project file.
    """
    problem = _problem(name)
    if problem:
        raise InputError(f"{one_line(name, 120)!r} can't name a baseline: {problem}", hint=_NAME_HINT)


def _problem(name: str) -> str:
    if not name.strip() or name != name.strip():
        return "it is empty, or begins or ends with a space" if name else "it is empty"
    if len(name) > _MOST_CHARACTERS:
        return f"it has {len(name)} characters"
    if printable(name) != name or "\n" in name or "\t" in name:
        return "it has characters that can't be shown on a line"
    if name.startswith("-"):
        return "it looks like an option"
    if "@" in name:
        return "with an @ it looks like a prompt's version"
    if _PATH.search(name):
        return "it looks like a path"
    if _RUN_ID.fullmatch(name) or _LAST.fullmatch(name):
        return "it looks like a run"
    return ""


def refuse_pinned(db: Database, run_id: str) -> None:
    """Raise ProjectError when a baseline pins the run: it can't be removed then."""
    names = [name for (name,) in db.conn.execute(_PINNING, (run_id,))]
    if names:
        first, *others = names
        more = f" and {len(others)} more" if others else ""
        raise ProjectError(
            f"run {run_id} can't be removed: it is pinned as the baseline {first!r}{more}",
            hint=f"synterm baseline PROJECT rm {shlex.quote(first)} unpins it; the run itself stays",
        )


def _require(db: Database, run_id: str, scenarios: Sequence[str]) -> None:
    if not db.conn.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone():
        raise NotFoundError(f"no run {run_id}", hint="synterm ls PROJECT runs lists them")
    for scenario in scenarios:
        if not db.conn.execute("SELECT 1 FROM nodes WHERE id = ? AND level = 'scenario'", (scenario,)).fetchone():
            raise NotFoundError(f"no scenario {scenario}", hint="synterm ls PROJECT tree lists them")

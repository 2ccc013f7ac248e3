"""Tunings in the project file: models that were trained, and trainings that run. They outlive the process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from math import isfinite
from typing import Any

import orjson
from sqlite_utils import Database

from synterm.core.ids import canonical_json
from synterm.core.tuning import Tuning
from synterm.errors import NotFoundError, UsageError
from synterm.storage.base import Store, marks, require_json
from synterm.storage.clock import now
from synterm.text import storable

_BESIDE = {"id", "updated"}
"""What stands in columns of its own."""
_ALL = "SELECT id, body, updated FROM tunings"
_PUT = f"INSERT OR REPLACE INTO tunings (id, body, updated) VALUES ({marks(3)})"


class TuningStore(Store):
    """Tunings by id."""

    def all(self) -> list[Tuning]:
        """All tunings, the newest first."""
        rows = self._rows(f"{_ALL} ORDER BY id DESC")
        with self._reading("a tuning"):
            return [_tuning(row) for row in rows]

    def find(self, name: str) -> Tuning:
        """The tuning of this id, or whose id ends so; ``last`` for the newest.

        Raises NotFoundError, and UsageError where several end so.
        """
        known = self.all()
        found = known[:1] if name == "last" else [one for one in known if name and one.id.endswith(name.upper())]
        if len(found) > 1:
            raise UsageError(f"{len(found)} tunings end in {name!r}", hint="give more of the id")
        if not found:
            raise NotFoundError(f"no tuning {name!r}", hint="synterm finetune PROJECT --jobs lists them")
        return found[0]

    def of_model(self, model_name: str) -> Tuning | None:
        """The newest tuning that became the project's model of this name."""
        return next((one for one in self.all() if one.model_name == model_name), None)

    def running(self) -> list[Tuning]:
        """Those that came to no end yet, the oldest first."""
        return [one for one in reversed(self.all()) if one.status == "running"]

    def put(self, *tunings: Tuning) -> Future[None]:
        """Keep tunings; one of the same id is replaced. Raises InputError for settings that JSON can't hold."""
        rows = [_row(one) for one in tunings]

        def work(db: Database) -> None:
            db.conn.executemany(_PUT, rows)

        return self._writer.submit(work)

    def begin(self, tuning: Tuning, abandoned: Callable[[Tuning], bool] = lambda _: False) -> Future[Tuning]:
        """Keep a tuning that begins, unless the same one runs already: then give that one, and keep nothing.

        Of two processes that do so at once, the second is told of the first one's. One that is `abandoned` gets the
        owner of `tuning`, which goes on with it. Raises as `put` does.
        """
        row = _row(tuning)

        def work(db: Database) -> Tuning:
            with self._reading("a tuning"):
                running = [_tuning(known) for known in db.conn.execute(f"{_ALL} ORDER BY id").fetchall()]
            same = next((one for one in running if one.status == "running" and same_training(one, tuning)), None)
            if same is not None and abandoned(same):
                same = same.model_copy(update={"owner": tuning.owner})
                db.conn.execute(_PUT, _row(same))
            elif same is None:
                db.conn.execute(_PUT, row)
            return same or _tuning(row)

        return self._writer.submit(work)

    def remove(self, *ids: str) -> Future[int]:
        """Forget tunings; gives how many there were. Models that they became stay."""
        sql = f"DELETE FROM tunings WHERE id IN ({marks(len(ids))})"
        return self._writer.submit(lambda db: db.conn.execute(sql, ids).rowcount)


def same_training(one: Tuning, other: Tuning) -> bool:
    """Whether both train the same base on the same rows in the same way."""
    return _training(one) == _training(other)


def _training(one: Tuning) -> tuple[Any, ...]:
    return one.trainer, one.base, one.method, one.set_sha256, canonical_json(one.settings)


def _row(one: Tuning) -> tuple[str, str, str]:
    kept = one.model_copy(
        update={
            "losses": _finite(one.losses),
            "validation_losses": _finite(one.validation_losses),
            "error": storable(one.error),
            "started": one.started or now(),
        }
    )
    require_json(kept.model_dump(mode="json"), f"tuning {one.id}")
    return one.id, kept.model_dump_json(exclude=_BESIDE, exclude_defaults=True), now()


def _finite(losses: Iterable[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    # JSON has no NaN, which is the loss of a training that went astray.
    return tuple((step, loss) for step, loss in losses if isfinite(loss))


def _tuning(row: tuple[str, str, str]) -> Tuning:
    name, body, updated = row
    return Tuning.model_validate({**orjson.loads(body), "id": name, "updated": updated})

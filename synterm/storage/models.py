"""The models that a project names."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from concurrent.futures import Future
from typing import Any

from sqlite_utils import Database

from synterm.core.ids import new_id
from synterm.core.model import ModelSpec
from synterm.errors import InputError
from synterm.storage.base import Store, not_found, require_json
from synterm.storage.clock import now
from synterm.storage.connect import DatabaseError
from synterm.storage.taken import Taken, put_back, take
from synterm.storage.trust import Renewal
from synterm.storage.writer import Writer


class ModelStore(Store):
    """Models by name."""

    def __init__(self, db: Database, writer: Writer, renewal: Renewal) -> None:
        super().__init__(db, writer)
        self._renewal = renewal

    def all(self) -> list[ModelSpec]:
        """All models, in the order they were added."""
        rows = self._rows("SELECT spec FROM models ORDER BY id")
        with self._reading("a model"):
            return [ModelSpec.model_validate_json(spec) for (spec,) in rows]

    def get(self, name: str) -> ModelSpec:
        """The model of that name. Raises NotFoundError."""
        models = {spec.name: spec for spec in self.all()}
        if name not in models:
            raise not_found("model", name, models)
        return models[name]

    def put(self, *specs: ModelSpec) -> Future[None]:
        """Add models, or replace those of the same name. Raises InputError for parameters that JSON can't hold."""
        for spec in specs:
            require_json(spec.model_dump(), f"model {spec.name}")

        def work(db: Database) -> None:
            for spec in specs:
                db.conn.execute(
                    "INSERT INTO models (id, name, spec, updated) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, updated = excluded.updated",
                    (new_id(), spec.name, spec.model_dump_json(exclude_defaults=True), now()),
                )

        return self._renewal.submit(self._writer, "models", work)

    def replace(self, name: str, spec: ModelSpec) -> Future[None]:
        """Put `spec` in the place of the model named `name`; its own name may be another.

        Raises InputError as `put` does. The future raises NotFoundError when there is no such model, InputError for a
        name that another has.
        """
        require_json(spec.model_dump(), f"model {spec.name}")

        def work(db: Database) -> None:
            sql = "UPDATE models SET name = ?, spec = ?, updated = ? WHERE name = ?"
            values = (spec.name, spec.model_dump_json(exclude_defaults=True), now(), name)
            with _names_checked(spec.name):
                if not db.conn.execute(sql, values).rowcount:
                    raise not_found("model", name, ())

        return self._renewal.submit(self._writer, "models", work)

    def take(self, name: str) -> Future[Taken]:
        """Remove a model, and give its row, to be put back. Answers that it gave stay."""

        def work(db: Database) -> Taken:
            return take(db, ("models", "name = ?", (name,)))

        return self._renewal.submit(self._writer, "models", work)

    def put_back(self, taken: Taken) -> Future[None]:
        """Put back what `take` gave. The future raises InputError for a name that another model has by now."""

        def work(db: Database) -> None:
            with _names_checked("like it"):
                put_back(db, taken)

        return self._renewal.submit(self._writer, "models", work)

    def remove(self, name: str) -> Future[Any]:
        """Remove a model. Answers that it gave stay."""

        def work(db: Database) -> int:
            return db.conn.execute("DELETE FROM models WHERE name = ?", (name,)).rowcount

        return self._renewal.submit(self._writer, "models", work)


@contextlib.contextmanager
def _names_checked(name: str) -> Generator[None]:
    try:
        yield
    except DatabaseError as error:
        if "models.name" in str(error):
            raise InputError(f"there is a model named {name!r} already", where="name") from error
        raise

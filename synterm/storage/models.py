"""The models that a project names."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from sqlite_utils import Database

from synterm.core.ids import new_id
from synterm.core.model import ModelSpec
from synterm.storage.base import Store, not_found, require_json
from synterm.storage.clock import now


class ModelStore(Store):
    """Models by name."""

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

        return self._writer.submit(work)

    def remove(self, name: str) -> Future[Any]:
        """Remove a model. Answers that it gave stay."""
        return self._writer.submit(lambda db: db.conn.execute("DELETE FROM models WHERE name = ?", (name,)).rowcount)

"""Settling what people changed, table by table, in the scratch database."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.tree import LEVELS
from synterm.storage.base import marks
from synterm.storage.merge.made import follow
from synterm.storage.merge.recorded import forget
from synterm.storage.merge.scratch import Scratch
from synterm.storage.merge.settle import REMOVED, Difference, Prefer, Settled, Side, Tell, Values, settle
from synterm.storage.merge.shards import join_pins
from synterm.storage.merge.sql import as_text
from synterm.storage.merge.tables import EDITED, Edited, edited

_REFERRING = {
    "nodes": (("nodes", "parent_id"), ("evaluations", "scenario_id")),
    "prompts": (("prompt_versions", "prompt_id"),),
}
"""Which columns name a row of a table, besides those of baselines, whose rows may become equal by it, and cases."""


class Edits:
    """Settles one table after the other; what can't be settled is told."""

    def __init__(self, scratch: Scratch, prefer: Prefer | None, tell: Tell) -> None:
        self._scratch = scratch
        self._prefer: Prefer | None = prefer
        self._tell = tell

    def settle_all(self) -> None:
        """Leave one row of each thing in the tables of what people change, and no run that somebody removed."""
        for table in ("nodes", "prompts"):
            self._scratch.run(f"CREATE TABLE base_{table} AS SELECT * FROM {table} WHERE file = 0")
        join_pins(self._scratch)
        for one in EDITED:
            if one.table == "cases":
                # The same case may be in one file where two features of one name are one already, and in one where not.
                self._join_nodes()
            self._settle(one)
        kept = self._keep_parents("cases", "scenario_id", "nodes")
        for _ in LEVELS:
            kept += self._keep_parents("nodes", "parent_id", "nodes")
        kept += self._keep_parents("prompt_versions", "prompt_id", "prompts")
        for told in kept:
            self._tell(*told)
        for table in ("prompts", "models", "documents"):
            self._join_twins(edited(table), "TRUE")
        self._join_nodes()
        for table in ("prompt_versions", "baselines"):
            self._settle(edited(table))
        self._remove_runs()

    def _settle(self, one: Edited) -> None:
        """Settle the rows of a table of which more than one thing is said."""
        key = ", ".join(one.key)
        several = self._scratch.rows(f"SELECT {key} FROM {one.table} GROUP BY {key} HAVING count(*) > 1")
        as_json = f"json_array({', '.join(as_text(name) for name in one.key)})"
        removed = self._scratch.rows(
            f"SELECT DISTINCT {key} FROM {one.table} WHERE file = 0 "
            f"AND {as_json} IN (SELECT key FROM gone WHERE of = ?)",
            [one.table],
        )
        for values in dict.fromkeys((*several, *removed)):
            where = " AND ".join(f"{name} IS ?" for name in one.key)
            sides = self._sides(one, where, values)
            settled = settle(one, sides, self._gone_from(one, sides[0].values), self._prefer)
            self._put(one, where, values, settled)

    def _gone_from(self, one: Edited, values: Values) -> list[int]:
        texts = [value.hex().upper() if isinstance(value, bytes) else value for value in map(values.get, one.key)]
        sql = f"SELECT file FROM gone WHERE of = ? AND key = json_array({marks(len(texts))}) ORDER BY file"
        return [file for (file,) in self._scratch.rows(sql, [one.table, *texts])]

    def _sides(self, one: Edited, where: str, values: Sequence[object]) -> list[Side]:
        columns = self._columns(one)
        rows = self._scratch.rows(
            f"SELECT file, {', '.join(columns)} FROM {one.table} WHERE {where} ORDER BY file, rowid", [*values]
        )
        return [Side(row[0], dict(zip(columns, row[1:], strict=True))) for row in rows]

    def _put(self, one: Edited, where: str, values: Sequence[object], settled: Settled) -> None:
        self._scratch.run(f"DELETE FROM {one.table} WHERE {where}", [*values])
        if settled.side is None:
            return
        columns = self._columns(one)
        self._scratch.run(
            f"INSERT INTO {one.table} (file, {', '.join(columns)}) VALUES ({marks(len(columns) + 1)})",
            [settled.side.file, *(settled.side.values[name] for name in columns)],
        )
        for difference in settled.differences:
            self._tell(one, settled.side, difference)

    def _columns(self, one: Edited) -> list[str]:
        return [name for name in self._scratch.columns[one.table] if name != one.number]

    def _keep_parents(self, table: str, column: str, parent: str) -> list[tuple[Edited, Side, Difference]]:
        """Bring back what somebody removed while somebody else put something into it; gives that as conflicts."""
        kept: list[tuple[Edited, Side, Difference]] = []
        columns = ["file", *self._columns(edited(parent))]
        lost = self._scratch.rows(
            f"SELECT DISTINCT {column} FROM {table} WHERE {column} NOT IN (SELECT id FROM {parent})"
        )
        for (name,) in lost:
            rows = self._scratch.rows(f"SELECT {', '.join(columns)} FROM base_{parent} WHERE id = ?", [name])
            for row in rows:
                self._scratch.run(f"INSERT INTO {parent} ({', '.join(columns)}) VALUES ({marks(len(row))})", row)
                side = Side(0, dict(zip(columns[1:], row[1:], strict=True)))
                [[child]] = self._scratch.rows(f"SELECT max(file) FROM {table} WHERE {column} = ?", [name])
                gone = self._gone_from(edited(parent), side.values)
                kept.append((edited(parent), side, Difference(REMOVED, (Side(child, side.values),), tuple(gone))))
        return kept

    def _join_nodes(self) -> None:
        for level in LEVELS:
            self._join_twins(edited("nodes"), f"level = '{level}'")

    def _join_twins(self, one: Edited, where: str) -> None:
        """Make one of what two files made under the same name: the id that was made first stays."""
        names = ", ".join(one.twins)
        groups = self._scratch.rows(
            f"SELECT {names} FROM {one.table} WHERE {where} GROUP BY {names} HAVING count(*) > 1"
        )
        for group in groups:
            condition = " AND ".join(f"{name} IS ?" for name in one.twins) + f" AND {where}"
            sides = self._sides(one, condition, group)
            # Which was there before does not matter: neither is what the other was made from.
            sides = [Side(max(side.file, 1), side.values) for side in sides]
            kept = min(side.values["id"] for side in sides)
            for side in sides:
                self._rename(one.table, side.values["id"], kept)
            alike = [Side(side.file, {**side.values, "id": kept}) for side in sides]
            self._put(one, condition, group, settle(one, alike, (), self._prefer))

    def _rename(self, table: str, old: str, new: str) -> None:
        if old == new:
            return
        for other, column in _REFERRING.get(table, ()):
            self._scratch.run(f"UPDATE {other} SET {column} = ? WHERE {column} = ?", [new, old])
        if table == "nodes":
            follow(self._scratch, old, new)
            self._scratch.run("UPDATE baselines SET scenario_id = ? WHERE scenario_id = ?", [new, old])

    def _remove_runs(self) -> None:
        """Leave out the runs that somebody removed since the base, unless a baseline names them."""
        sql = "SELECT DISTINCT key FROM gone WHERE of = 'runs' AND key NOT IN (SELECT run_id FROM baselines)"
        for (run_id,) in self._scratch.rows(sql):
            forget(self._scratch, run_id)

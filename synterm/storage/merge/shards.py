"""Runs of the shards of one plan made into the run that they are."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any, NamedTuple, cast

import orjson

from synterm.core.share import MOST_SHARES
from synterm.storage.base import dump, marks
from synterm.storage.merge.scratch import Scratch

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_DIGITS, _OTHER_DIGITS = 10, 16


@dataclass(frozen=True, slots=True)
class Shard:
    """The run of a share."""

    run_id: str
    index: int
    of: int
    plan: str
    complete: bool
    config: dict[str, Any]


class Combined(NamedTuple):
    """A run that shards were made into."""

    run_id: str
    of: int


class Partial(NamedTuple):
    """A plan of which shards are missing."""

    of: int
    there: tuple[int, ...]
    incomplete: tuple[int, ...]
    """Shards that ran and came to no end."""

    @property
    def missing(self) -> list[int]:
        """Those that no file has, or not to their end."""
        return [index for index in range(1, self.of + 1) if index not in self.there]


def combine_shards(scratch: Scratch) -> tuple[list[Combined], list[Partial]]:
    """Make one run of the shards of each plan, where all are there and complete; the others stay as they are.

    Of a shard that ran several times the newest run counts. Shards that a run was made of already are left out.
    """
    plans, parts_of = _read(scratch)
    made: list[Combined] = []
    partial: list[Partial] = []
    for (plan, of), shards in sorted(plans.items()):
        # What a file says that it is made of counts only for shards of the same plan.
        parts = parts_of.get(plan, {})
        covered = [(shard.run_id, parts[shard.run_id]) for shard in shards if shard.run_id in parts]
        scratch.db.conn.executemany("INSERT INTO combined VALUES (?, ?)", covered)
        left = [shard for shard in shards if shard.run_id not in parts]
        whole = _whole_sets(left, of)
        made += [Combined(_combine(scratch, one), of) for one in whole]
        if left and not whole and not parts:
            complete = {shard.index for shard in left if shard.complete}
            cut = {shard.index for shard in left} - complete
            partial.append(Partial(of, tuple(sorted(complete)), tuple(sorted(cut))))
    _drop_parts(scratch)
    return made, partial


def join_pins(scratch: Scratch) -> None:
    """Let baselines under which each file pins its own shard of the same run pin one of these: it is no conflict.

    Which one does not matter: all of them become that run.
    """
    plans, _ = _read(scratch)
    for (_, of), shards in plans.items():
        for parts in _whole_sets(shards, of):
            scratch.run(
                "UPDATE baselines SET run_id = ? WHERE run_id IN (SELECT value FROM json_each(?)) "
                "AND (name, scenario_id) IN (SELECT name, scenario_id FROM baselines GROUP BY 1, 2 "
                "HAVING count(DISTINCT run_id) > 1)",
                [parts[0].run_id, dump([part.run_id for part in parts])],
            )


def _read(scratch: Scratch) -> tuple[dict[tuple[str, int], list[Shard]], dict[str, dict[str, str]]]:
    """The shards of each plan, the newest first; and of each plan which runs are made of which shards already."""
    plans: dict[tuple[str, int], list[Shard]] = {}
    parts_of: dict[str, dict[str, str]] = {}
    for run_id, text, status in scratch.rows("SELECT id, config, status FROM runs ORDER BY id DESC"):
        config = _object(text)
        if isinstance(config.get("shards"), list) and isinstance(config.get("plan"), str):
            names = filter(lambda part: isinstance(part, str), config["shards"][:MOST_SHARES])
            parts_of.setdefault(config["plan"], {}).update((part, run_id) for part in names)
        if shard := _shard(run_id, config, complete=status == "complete"):
            plans.setdefault((shard.plan, shard.of), []).append(shard)
    return plans, parts_of


def _shard(run_id: str, config: dict[str, Any], *, complete: bool) -> Shard | None:
    shard = config.get("shard")
    if not isinstance(shard, dict):
        return None
    said = cast("dict[str, Any]", shard)
    index, of, plan = said.get("index"), said.get("of"), said.get("plan")
    if not (type(index) is int and type(of) is int and isinstance(plan, str) and 1 <= index <= of <= MOST_SHARES):
        return None
    return Shard(run_id, index, of, plan, complete, config)


def _whole_sets(shards: Sequence[Shard], of: int) -> list[list[Shard]]:
    """Runs of all shards, the newest of each together, then those before them; `shards` has the newest first."""
    by_index: dict[int, list[Shard]] = {}
    for shard in shards:
        if shard.complete:
            by_index.setdefault(shard.index, []).append(shard)
    if len(by_index) < of:
        return []
    count = min(map(len, by_index.values()))
    return [[by_index[index][nth] for index in range(1, of + 1)] for nth in range(count)]


def _combine(scratch: Scratch, parts: Sequence[Shard]) -> str:
    """Record the run that shards are; gives its id."""
    ids = [part.run_id for part in parts]
    run_id = _name(ids)
    as_json = dump(ids)
    sql = "SELECT started, ended, who, git_commit, totals FROM runs WHERE id IN (SELECT value FROM json_each(?))"
    rows = scratch.rows(sql, [as_json])
    commits, totals = {row[3] for row in rows}, [_object(row[4]) for row in rows]
    config = {name: value for name, value in parts[0].config.items() if name not in ("shard", "since", "host", "pid")}
    if "checks" in config:
        # Each shard names those of the scenarios that it has cases of.
        config["checks"] = {name: found for part in parts for name, found in _checks(part).items()}
    config.update(cases=parts[0].config["shard"].get("cases", 0), plan=parts[0].plan, since=0, shards=ids)
    scratch.run(
        f"INSERT INTO runs (id, started, ended, status, who, git_commit, config, totals) VALUES ({marks(8)})",
        [
            run_id,
            min(row[0] for row in rows),
            max(row[1] or row[0] for row in rows),
            "complete",
            ", ".join(sorted({row[2] for row in rows if row[2]})),
            commits.pop() if len(commits) == 1 else None,
            dump(config),
            # They ran side by side: what one waited for is the longest. All else is counted once the run is written.
            dump(
                {
                    "wall_s": max(_numbers(totals, "wall_s"), default=0.0),
                    "rounds": max(_numbers(totals, "rounds"), default=0),
                    "cost_usd": fsum(_numbers(totals, "cost_usd")),
                }
            ),
        ],
    )
    _join_columns(scratch, run_id, as_json)
    scratch.db.conn.executemany("INSERT INTO combined VALUES (?, ?)", [(one, run_id) for one in ids])
    return run_id


def _checks(part: Shard) -> dict[str, Any]:
    found = part.config.get("checks")
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _join_columns(scratch: Scratch, run_id: str, shard_ids: str) -> None:
    rows = scratch.rows(
        "SELECT pk, prompt, version, body_id, model_name FROM run_columns "
        "WHERE run_id IN (SELECT value FROM json_each(?)) ORDER BY pk",
        [shard_ids],
    )
    new: dict[tuple[str, str], int] = {}
    for pk, prompt, version, body_id, model in rows:
        if (body_id, model) not in new:
            scratch.run(
                "INSERT INTO run_columns (run_id, prompt, version, body_id, model_name) VALUES (?, ?, ?, ?, ?)",
                [run_id, prompt, version, body_id, model],
            )
            new[body_id, model] = scratch.one("SELECT last_insert_rowid()")
        scratch.run("INSERT INTO new_columns VALUES (?, ?)", [pk, new[body_id, model]])


def _drop_parts(scratch: Scratch) -> None:
    """Leave the shards out that are part of a run now, and have baselines name the run."""
    scratch.run(
        "UPDATE baselines SET run_id = (SELECT combined.run_id FROM combined WHERE shard_id = baselines.run_id) "
        "WHERE run_id IN (SELECT shard_id FROM combined)"
    )
    kept = "pk NOT IN (SELECT pk FROM new_columns)"
    gone = "SELECT pk FROM run_columns WHERE run_id IN (SELECT shard_id FROM combined)"
    scratch.run(f"DELETE FROM evaluations WHERE column_pk IN ({gone} AND {kept})")
    scratch.run("DELETE FROM run_columns WHERE run_id IN (SELECT shard_id FROM combined)")
    scratch.run("DELETE FROM runs WHERE id IN (SELECT shard_id FROM combined)")


def _name(ids: Sequence[str]) -> str:
    """A ULID that says when the first shard began, and which shards there were."""
    number = int.from_bytes(hashlib.sha256("\n".join(sorted(ids)).encode()).digest()[:_TIME_DIGITS], "big")
    digits = (_ALPHABET[(number >> (5 * place)) & 31] for place in range(_OTHER_DIGITS))
    return min(ids)[:_TIME_DIGITS] + "".join(digits)


def _numbers(totals: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    return [value for one in totals if isinstance(value := one.get(name), (int, float))]


def _object(text: str) -> dict[str, Any]:
    try:
        found: Any = orjson.loads(text)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}

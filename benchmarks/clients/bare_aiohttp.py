"""The job with nothing but aiohttp and SQLite: what a tool can be measured against.

CASES URL CONCURRENCY DATABASE: answers that the database holds are not asked for again; new ones are committed durably,
in batches.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.job import MODEL, SYSTEM

if TYPE_CHECKING:
    import aiohttp

COMMIT_S = 0.05


async def main(cases: Path, url: str, concurrency: int, database: Path) -> None:
    """Ask, keep, score and say the result."""
    db = opened(database)
    kept = dict(db.execute("SELECT key, text FROM answers"))
    jobs = [(hashlib.blake2b(body, digest_size=16).digest(), body, expected) for body, expected in requests(cases)]
    if waiting := [(key, body) for key, body, _ in jobs if key not in kept]:
        await ask_all(db, url + "/chat/completions", iter(waiting), kept, concurrency)
    db.close()
    print(orjson.dumps({"n": len(jobs), "passed": sum(kept[key] == expected for key, _, expected in jobs)}).decode())


async def ask_all(
    db: sqlite3.Connection, url: str, waiting: Iterator[tuple[bytes, bytes]], kept: dict[bytes, str], concurrency: int
) -> None:
    """Get and commit what is missing."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=600)
    connector = aiohttp.TCPConnector(limit=concurrency)
    async with (
        writer(db) as fresh,
        aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(concurrency):
            group.create_task(work(session, url, waiting, kept, fresh))


def requests(cases: Path) -> Iterator[tuple[bytes, str]]:
    """The body and the expected label of each case."""
    for line in cases.read_bytes().splitlines():
        case = orjson.loads(line)
        user = {"role": "user", "content": case["input"]["message"]}
        messages = [{"role": "system", "content": SYSTEM}, user]
        yield orjson.dumps({"model": MODEL, "messages": messages, "max_tokens": 16}), case["expected"]


async def work(
    session: aiohttp.ClientSession,
    url: str,
    waiting: Iterator[tuple[bytes, bytes]],
    kept: dict[bytes, str],
    fresh: list[tuple[bytes, str]],
) -> None:
    """Ask for one answer after another."""
    headers = {"Content-Type": "application/json", "Authorization": "Bearer none"}
    for key, body in waiting:
        async with session.post(url, data=body, headers=headers) as response:
            response.raise_for_status()
            text = orjson.loads(await response.read())["choices"][0]["message"]["content"]
        kept[key] = text
        fresh.append((key, text))


@contextlib.asynccontextmanager
async def writer(db: sqlite3.Connection) -> AsyncIterator[list[tuple[bytes, str]]]:
    """A list: what is put there is committed every `COMMIT_S` seconds, and at the end of the block."""
    fresh: list[tuple[bytes, str]] = []
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(write(db, fresh, done))
        yield fresh
        done.set()


async def write(db: sqlite3.Connection, fresh: list[tuple[bytes, str]], done: asyncio.Event) -> None:
    """Commit what came in, again and again."""
    while fresh or not done.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(COMMIT_S):
                await done.wait()
        batch = fresh.copy()
        fresh.clear()
        await asyncio.to_thread(commit, db, batch)


def opened(database: Path) -> sqlite3.Connection:
    """The database, with a write-ahead log that is synced at each commit."""
    db = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
    db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE IF NOT EXISTS answers (id INTEGER PRIMARY KEY, key BLOB UNIQUE, text TEXT) STRICT")
    return db


def commit(db: sqlite3.Connection, batch: list[tuple[bytes, str]]) -> None:
    """Make a batch durable."""
    if batch:
        db.execute("BEGIN")
        db.executemany("INSERT INTO answers (key, text) VALUES (?, ?)", batch)
        db.execute("COMMIT")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])))

"""The job with nothing but LiteLLM's Python call and SQLite: CASES URL CONCURRENCY DATABASE."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))
from clients.bare_aiohttp import opened, requests, writer

# The price map from the package instead of the network, and no .env: as synterm has it.
os.environ |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION"}


async def main(cases: Path, url: str, concurrency: int, database: Path) -> None:
    """Ask, keep, score and say the result."""
    db = opened(database)
    jobs = list(requests(cases))
    answers: list[str | None] = [None] * len(jobs)
    waiting = ((number, orjson.loads(body)) for number, (body, _) in enumerate(jobs))
    async with writer(db) as fresh, asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work(url, waiting, answers, fresh))
    db.close()
    passed = sum(answer == expected for answer, (_, expected) in zip(answers, jobs, strict=True))
    print(orjson.dumps({"n": len(jobs), "passed": passed}).decode())


async def work(
    url: str,
    waiting: Iterator[tuple[int, dict[str, object]]],
    answers: list[str | None],
    fresh: list[tuple[bytes, str]],
) -> None:
    """Ask for one answer after another."""
    import litellm

    for number, body in waiting:
        call = {**body, "model": f"openai/{body['model']}"}
        found = await litellm.acompletion(**call, api_base=url, api_key="none", timeout=600, num_retries=0)
        answers[number] = text = found.choices[0].message.content
        fresh.append((number.to_bytes(8, "big"), text))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])))

"""The job with deepeval and the openai client: CASES URL CONCURRENCY. Runs in an environment that has both.

Its cache, a JSON file that is written anew for every row, is off: with it, 1000 cases take two minutes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from deepeval import evaluate
from deepeval.evaluate import AsyncConfig, CacheConfig, DisplayConfig
from deepeval.metrics import ExactMatchMetric
from deepeval.test_case import LLMTestCase
from openai import AsyncOpenAI

SYSTEM, MODEL = sys.argv[4:6]


async def ask_all(rows: list[dict[str, Any]], url: str, concurrency: int) -> list[str]:
    """The answers: deepeval scores what was asked for before."""
    slots = asyncio.Semaphore(concurrency)

    async def ask(client: AsyncOpenAI, message: str) -> str:
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": message}]
        async with slots:
            found = await client.chat.completions.create(model=MODEL, messages=messages, max_tokens=16)
        return found.choices[0].message.content

    async with AsyncOpenAI(base_url=url, api_key="none", timeout=600) as client:
        return await asyncio.gather(*(ask(client, row["input"]["message"]) for row in rows))


def main(cases: Path, url: str, concurrency: int) -> None:
    """Ask, score, and print the result."""
    rows = [json.loads(line) for line in cases.read_text().splitlines()]
    answers = asyncio.run(ask_all(rows, url, concurrency))
    made = [
        LLMTestCase(input=row["input"]["message"], actual_output=answer, expected_output=row["expected"])
        for row, answer in zip(rows, answers, strict=True)
    ]
    report = evaluate(
        made,
        [ExactMatchMetric()],
        async_config=AsyncConfig(max_concurrent=concurrency),
        cache_config=CacheConfig(write_cache=False),
        display_config=DisplayConfig(show_indicator=False, print_results=False, inspect_after_run=False),
    )
    print(json.dumps({"n": len(rows), "passed": sum(bool(found.success) for found in report.test_results)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))

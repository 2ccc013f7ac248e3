"""The job with pydantic-evals and the openai client: CASES URL CONCURRENCY. Runs in an environment that has both."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from openai import AsyncOpenAI
from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import EqualsExpected

SYSTEM, MODEL = sys.argv[4:6]


def main(cases: Path, url: str, concurrency: int) -> None:
    """Ask, score, print the table and the result."""
    client = AsyncOpenAI(base_url=url, api_key="none", timeout=600)

    async def ask(message: str) -> str:
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": message}]
        found = await client.chat.completions.create(model=MODEL, messages=messages, max_tokens=16)
        return found.choices[0].message.content

    rows = [json.loads(line) for line in cases.read_text().splitlines()]
    dataset = Dataset(
        name="benchmark",
        cases=[
            Case(name=str(number), inputs=row["input"]["message"], expected_output=row["expected"])
            for number, row in enumerate(rows)
        ],
        evaluators=[EqualsExpected()],
    )
    report = dataset.evaluate_sync(ask, max_concurrency=concurrency, progress=False)
    passed = sum(all(found.value for found in case.assertions.values()) for case in report.cases)
    print(report.averages())
    print(json.dumps({"n": len(report.cases), "passed": passed}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))

"""The job as a task of inspect-ai: CASES URL CONCURRENCY. Runs in an environment that has it and the openai client."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig, get_model
from inspect_ai.scorer import exact
from inspect_ai.solver import generate, system_message

SYSTEM, MODEL = sys.argv[4:6]


def main(cases: Path, url: str, concurrency: int) -> None:
    """Ask, score, and print the result."""
    rows = [json.loads(line) for line in cases.read_text().splitlines()]
    samples = [Sample(input=row["input"]["message"], target=row["expected"]) for row in rows]
    config = GenerateConfig(max_tokens=16, max_connections=concurrency, cache=True)
    model = get_model(f"openai/{MODEL}", base_url=url, api_key="none", config=config, responses_api=False)
    task = Task(dataset=MemoryDataset(samples), solver=[system_message(SYSTEM), generate(cache=True)], scorer=exact())
    [log] = eval(task, model=model, max_samples=concurrency, display="plain", log_dir=str(Path.cwd() / "logs"))
    scored = log.results.scores[0]
    print(
        json.dumps(
            {
                "n": len(rows),
                "passed": round(scored.metrics["mean" if "mean" in scored.metrics else "accuracy"].value * len(rows)),
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))

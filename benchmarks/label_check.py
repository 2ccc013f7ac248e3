"""How far the check of labels can be trusted: ``python benchmarks/label_check.py [--model NAME] [--json FILE]``.

It judges the texts of ``data/labelled.jsonl``, which the embedded model wrote of the sample project (most of
them when it was left too free, so that many are wrong). Of each a person said whether what is expected of it holds
(`holds`). Prints how often the check confirms, drops and abstains, of the right ones and of the wrong ones. With
`--model` another model sorts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from synterm.cli.main import main as main_of
from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.model import ModelSpec
from synterm.core.request import Request
from synterm.describe.candidate import Candidate
from synterm.describe.pipeline.checking import Checking
from synterm.describe.pipeline.label_check import Finding, LabelCheck
from synterm.describe.pipeline.places import Places
from synterm.describe.pipeline.steering import Slot
from synterm.evaluate.answers import ask_all
from synterm.evaluate.limits import DEFAULT_LIMITS
from synterm.evaluate.statistics import wilson
from synterm.evaluate.traffic import Traffic
from synterm.providers.registry import Providers
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project

LABELLED = Path(__file__).parent / "data" / "labelled.jsonl"
VERDICTS = {True: "confirmed", False: "dropped", None: "abstained"}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", default="embedded/default")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        findings = asyncio.run(_judge(Path(folder) / "sample.db", ModelSpec(name="sorter", model=args.model), rows))
    found = Counter((row["holds"], VERDICTS[finding.verdict]) for row, finding in zip(rows, findings, strict=True))
    print(f"{len(rows)} texts, {args.model}")
    for holds in (True, False):
        told = ", ".join(f"{verdict} {found[holds, verdict]}" for verdict in VERDICTS.values())
        print(f"{'holds' if holds else 'does not hold':<14}{told}")
    _share("of those confirmed hold", found[True, "confirmed"], found[False, "confirmed"])
    _share("of those dropped do not hold", found[False, "dropped"], found[True, "dropped"])
    missed = found[False, "confirmed"] + found[False, "abstained"]
    _share("of those that do not hold are dropped", found[False, "dropped"], missed)
    _share("of all hold, without a check", sum(row["holds"] for row in rows), sum(not row["holds"] for row in rows))
    if args.json:
        pairs = zip(rows, findings, strict=True)
        told = [{**row, "verdict": VERDICTS[one.verdict], "reason": one.reason} for row, one in pairs]
        args.json.write_text(json.dumps(told, indent=2, ensure_ascii=False), encoding="utf-8")


def _share(what: str, good: int, others: int) -> None:
    if good + others:
        low, high = wilson(good, good + others)
        print(f"{good} of {good + others} {what}: {good / (good + others):.0%} (95 %: {low:.0%} to {high:.0%})")


async def _judge(path: Path, model: ModelSpec, rows: Sequence[dict[str, Any]]) -> list[Finding]:
    """What the check says of each."""
    main_of(["new", str(path), "--sample", "meeting_router"])
    with Project.open(path) as project:
        async with Providers() as providers:
            traffic = Traffic(providers, None)

            async def ask(wanted: Sequence[tuple[Case, Request]]) -> dict[str, Completion]:
                answers = await ask_all(wanted, project, traffic, DEFAULT_LIMITS, lambda _: None)
                return dict(answers.by_key)

            seeds = {case.input["message"]: case for case in project.cases.listing(CaseFilter(), 1000)}
            places = Places(project)
            check = Checking(LabelCheck([model]), places, ask)
            return await check.check([_about(row, seeds) for row in rows])


def _about(row: dict[str, Any], seeds: dict[str, Case]) -> tuple[Slot, Candidate]:
    seed = seeds.get(row["seed"])
    # One without a seed: all scenarios know the same labels.
    scenario = seed.scenario_id if seed else next(iter(seeds.values())).scenario_id
    keeps = "same" if seed else "changed"
    return Slot(0, seed, scenario, 0.0), Candidate({"message": row["text"]}, row["expected"], keeps, row["by"])


if __name__ == "__main__":
    main()

"""How well traffic is placed: logs of CLINC150 utterances, of which some are covered by a project and some are not.

    python benchmarks/inbox.py CLINC150.json

`CLINC150.json` is `data_small.json` or `data_full.json` of the data set (clinc/oos-eval, CC BY 3.0): lists of [text,
intent]. Some intents become behaviors, with cases from the lists ``train`` and ``val``. The logs are made of their
utterances in ``test``, and for the rest half of ten other intents there and half of ``oos_test``, which belong to no
intent. `--methods` compares ways to tell both; `--write` puts the tables into docs/inbox-placing.md.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from support.contenders import ROOT
from support.placing_methods import compared
from support.tables import machine, table, write_table

from synterm.core.case import Case
from synterm.core.traffic import LoggedCall, call_id
from synterm.core.tree import Node
from synterm.production.estimates import uncovered_share
from synterm.production.placing import Placer
from synterm.production.placings import place_again
from synterm.production.uncovered import Uncovered, uncovered
from synterm.storage.project import Project

PAGE = ROOT / "docs" / "inbox-placing.md"
SIZES = ((5, 5), (5, 20), (15, 5), (15, 20), (15, 70), (50, 5), (50, 20), (50, 70))
"""Behaviors, and cases of each."""
TINY = ((1, 5), (1, 20), (2, 3), (2, 5), (3, 3))
MIXES = (0.1, 0.3, 0.6)
CALLS = 1500
EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
OTHERS = 10
"""Intents that are asked for though they are no behavior."""
OOS = "oos"

Said = list[tuple[str, str]]


class Log(NamedTuple):
    """Calls, and the intent of each; `OOS` for none; which of them are behaviors."""

    calls: list[LoggedCall]
    intents: list[str]
    covered: frozenset[str]


class Found(NamedTuple):
    """What came of one log."""

    log: Log
    placed: list[tuple[str, float | None]]
    """The intent that each was placed in, empty for uncovered; the confidence."""
    clusters: Uncovered
    corrected: tuple[float, float] | None
    interval: tuple[float, float] | None
    own_right: float | None
    cpu_ms: float
    """Of placing, for each call."""


def main() -> None:
    """Measure all sizes and mixes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="CLINC150.json")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one size and once: to see that it works")
    parser.add_argument("--methods", action="store_true", help="compare ways to tell where a call belongs")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/inbox-placing.md")
    args = parser.parse_args()
    data = json.loads(args.data.read_text(encoding="utf-8"))
    seeds = range(1 if args.quick else args.seeds)
    sizes = ((15, 20),) if args.quick else SIZES
    print(machine())
    found = {
        (size, mix): [_measured(data, size, mix, seed) for seed in seeds] for size in (*TINY, *sizes) for mix in MIXES
    }
    tables = {
        "placing": _shares(found, sizes),
        "placing-tiny": _shares(found, TINY),
        "placing-confidence": _confidence(found, sizes),
        "placing-clusters": _clusters(found, sizes),
    }
    if args.methods:
        tables["placing-methods"] = _methods(data, sizes, seeds)
    for name, text in tables.items():
        print(f"\n{text}")
        if args.write:
            write_table(name, text, PAGE)


def _measured(data: dict[str, Said], size: tuple[int, int], mix: float, seed: int) -> Found:
    dice = random.Random(seed)
    known = _by_intent([*data["train"], *data["val"]])
    chosen = sorted(dice.sample(sorted(known), size[0]))
    log = _log(data, frozenset(chosen), mix, dice)
    with tempfile.TemporaryDirectory() as folder, Project.create(Path(folder) / "inbox.db", "inbox") as project:
        scenarios = _fill(project, {name: dice.sample(known[name], min(size[1], len(known[name]))) for name in chosen})
        project.traffic.add(log.calls).result()
        placer = Placer(project)
        before = time.process_time()
        place_again(project, placer=placer)
        cpu = (time.process_time() - before) / len(log.calls) * 1000
        placed = {
            call.id: (scenarios.get(call.scenario_id, ""), call.confidence) for call in project.traffic.page(size=10**6)
        }
        clusters = uncovered(project)
        share = uncovered_share(clusters.share, len(log.calls), placer.report)
        right = placer.report.right
    return Found(
        log,
        [placed[call.id] for call in log.calls],
        clusters,
        share and share.share,
        share and share.interval,
        right and right.rate,
        cpu,
    )


def _log(data: dict[str, Said], covered: frozenset[str], mix: float, dice: random.Random) -> Log:
    inside = [(text, intent) for text, intent in data["test"] if intent in covered]
    others = dice.sample(sorted({intent for _, intent in data["test"]} - covered), OTHERS)
    outside = [(text, intent) for text, intent in data["test"] if intent in others]
    count = min(CALLS, int(len(inside) / (1 - mix)), int(2 * len(outside) / mix))
    strange = round(count * mix)
    said = dice.sample(inside, count - strange) + dice.sample(outside, strange // 2)
    said += [(text, OOS) for text, _ in dice.sample(data["oos_test"], strange - strange // 2)]
    dice.shuffle(said)
    calls = [
        LoggedCall(
            id=call_id(at, text.encode()), served=f"2026-01-01T00:{at // 60 % 60:02}:{at % 60:02}.000Z",
            input={"message": text}, output="",
        )
        for at, (text, _) in enumerate(said)
    ]  # fmt: skip
    return Log(calls, [intent for _, intent in said], covered)


def _fill(project: Project, cases: dict[str, list[str]]) -> dict[str, str]:
    """Gives the intent of each scenario."""
    feature = Node(level="feature", name="Assistant")
    behaviors = [Node(level="behavior", name=name, parent_id=feature.id) for name in cases]
    scenarios = [Node(level="scenario", name="utterances", parent_id=one.id) for one in behaviors]
    project.nodes.put(feature, *behaviors, *scenarios).result()
    for scenario, texts in zip(scenarios, cases.values(), strict=True):
        project.cases.put(Case(scenario_id=scenario.id, input={"message": text}) for text in texts).result()
    return {scenario.id: behavior.name for scenario, behavior in zip(scenarios, behaviors, strict=True)}


def _by_intent(said: Said) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for text, intent in said:
        found[intent].append(text)
    return found


def _shares(found: dict[tuple[tuple[int, int], float], list[Found]], sizes: Sequence[tuple[int, int]]) -> str:
    head = (
        "behaviors × cases",
        "uncovered",
        "found",
        "corrected (95 %)",
        "precision",
        "recall",
        "kept",
        "right",
        "own",
        "CPU ms",
    )
    rows: list[list[str]] = []
    for size in sizes:
        for mix in MIXES:
            runs = found[size, mix]
            rows.append([f"{size[0]} × {size[1]}", _percent(mix), *_figures(runs)])
    held = [
        one.interval[0] <= mix <= one.interval[1]
        for size in sizes
        for mix in MIXES
        for one in found[size, mix]
        if one.interval
    ]
    return f"{table(head, rows)}\n\nThe interval held the true share in {sum(held)} of {len(held)} logs."


def _figures(runs: Sequence[Found]) -> list[str]:
    shares, precision, recall, kept, right = [], [], [], [], []
    for one in runs:
        pairs = [
            (place, intent if intent in one.log.covered else "")
            for (place, _), intent in zip(one.placed, one.log.intents, strict=True)
        ]
        called, truly = [not place for place, _ in pairs], [not intent for _, intent in pairs]
        both = sum(a and b for a, b in zip(called, truly, strict=True))
        shares.append(sum(called) / len(pairs))
        precision.append(both / max(sum(called), 1))
        recall.append(both / max(sum(truly), 1))
        inside = [(place, intent) for place, intent in pairs if intent]
        kept.append(sum(bool(place) for place, _ in inside) / len(inside))
        right.append(
            sum(place == intent for place, intent in inside if place) / max(sum(bool(place) for place, _ in inside), 1)
        )
    told = [one for one in runs if one.corrected and one.interval]
    ends = (
        [statistics.mean(pair[end] for one in told for pair in [one.corrected] if pair) for end in (0, 1)]
        if told
        else []
    )
    wide = (
        [statistics.mean(pair[end] for one in told for pair in [one.interval] if pair) for end in (0, 1)]
        if told
        else []
    )
    corrected = f"{100 * ends[0]:.0f}–{100 * ends[1]:.0f} % ({100 * wide[0]:.0f}–{100 * wide[1]:.0f})" if told else "–"
    own = [one.own_right for one in runs if one.own_right is not None]
    return [
        _percent(statistics.mean(shares)),
        corrected,
        *(_percent(statistics.mean(part)) for part in (precision, recall, kept, right)),
        _percent(statistics.mean(own)) if own else "–",
        f"{statistics.mean(one.cpu_ms for one in runs):.2f}",
    ]


def _confidence(found: dict[tuple[tuple[int, int], float], list[Found]], sizes: Sequence[tuple[int, int]]) -> str:
    """Confidence and how often it was right: of logs of which 30 and 60 % are uncovered."""
    head = ("confidence", *(f"{of}, {100 * mix:.0f} %" for mix in MIXES for of in ("calls", "mean", "right")))
    rows: list[list[str]] = []
    for low, high in pairwise(EDGES):
        row = [f"{low:.1f} to {high:.1f}"]
        for mix in MIXES:
            pairs = [pair for size in sizes for one in found[size, mix] for pair in _sure(one)]
            inside = [(sure, so) for sure, so in pairs if low <= sure < high or (high == sure == 1.0)]
            row.append(_percent(len(inside) / len(pairs)))
            row += [_percent(statistics.mean(part)) for part in zip(*inside, strict=True)] if inside else ["–", "–"]
        rows.append(row)
    return table(head, rows)


def _sure(one: Found) -> list[tuple[float, bool]]:
    return [
        (sure, place == (intent if intent in one.log.covered else ""))
        for (place, sure), intent in zip(one.placed, one.log.intents, strict=True)
        if sure is not None
    ]


def _clusters(found: dict[tuple[tuple[int, int], float], list[Found]], sizes: Sequence[tuple[int, int]]) -> str:
    head = (
        "behaviors × cases",
        "uncovered",
        "calls called so",
        "clusters",
        "calls in them",
        "purity",
        "other intents in a cluster",
    )
    rows: list[list[str]] = []
    for size in sizes:
        for mix in MIXES:
            figures = [_grouped(one) for one in found[size, mix]]
            means = [statistics.mean(column) for column in zip(*figures, strict=True)]
            rows.append(
                [
                    f"{size[0]} × {size[1]}",
                    _percent(mix),
                    f"{means[0]:.0f}",
                    f"{means[1]:.0f}",
                    *(_percent(share) for share in means[2:]),
                ]
            )
    return table(head, rows)


def _grouped(one: Found) -> tuple[float, ...]:
    """Calls called uncovered, clusters, the share of them in one, the share of a cluster that is of its main intent,
    and how many of the other intents with three or more calls are the main intent of one."""
    intent_of = {call.id: intent for call, intent in zip(one.log.calls, one.log.intents, strict=True)}
    mains = [Counter(intent_of[name] for name in group.call_ids).most_common(1)[0] for group in one.clusters.clusters]
    inside = sum(len(group.call_ids) for group in one.clusters.clusters)
    counts = Counter(intent for intent in one.log.intents if intent not in one.log.covered and intent != OOS)
    seen = {intent for intent, count in counts.items() if count >= 3}
    hit = seen & {intent for intent, _ in mains}
    return (
        one.clusters.calls,
        len(mains),
        inside / max(one.clusters.calls, 1),
        sum(count for _, count in mains) / max(inside, 1),
        len(hit) / max(len(seen), 1),
    )


def _methods(data: dict[str, Said], sizes: Sequence[tuple[int, int]], seeds: Sequence[int]) -> str:
    head = ("method", *(f"{behaviors} × {cases}" for behaviors, cases in sizes))
    columns: list[dict[str, str]] = []
    for size in sizes:
        figures: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
        for seed in seeds:
            for name, row in _compared(data, size, seed).items():
                figures[name].append(row)
        columns.append(
            {
                name: " / ".join(f"{100 * statistics.mean(part):.1f}" for part in zip(*rows, strict=True))
                for name, rows in figures.items()
            }
        )
    return table(head, [[name, *(column[name] for column in columns)] for name in columns[0]])


def _compared(data: dict[str, Said], size: tuple[int, int], seed: int) -> dict[str, tuple[float, float, float]]:
    dice = random.Random(seed)
    known = _by_intent([*data["train"], *data["val"]])
    chosen = sorted(dice.sample(sorted(known), size[0]))
    cases = [
        (text, chosen.index(name))
        for name in chosen
        for text in dice.sample(known[name], min(size[1], len(known[name])))
    ]
    inside = [(text, chosen.index(intent)) for text, intent in data["test"] if intent in chosen]
    near = dice.sample([text for text, intent in data["test"] if intent not in chosen], 1000)
    far = [text for text, _ in data["oos_test"]]
    return compared(cases, dice.sample(inside, min(len(inside), 1000)), near, far)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


if __name__ == "__main__":
    main()

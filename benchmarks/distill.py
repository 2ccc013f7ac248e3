"""Failures by the thousands: put into clusters, and the whole report on a run in which 10 000 cases fail.

The inputs are made of English words whose frequencies fall as those of a language do, half of each about one of some
topics, so that there are clusters to be found; labels are wrong in some ways. The clusters are made in a process of
their own, of texts alone; the report is the whole command on a project file whose run was made before.
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import orjson
from spellchecker import SpellChecker
from support import contenders, options, tables
from support.measure import Run, measure
from support.tables import Must

from synterm.analysis.grouping import by_meaning, by_wording

FAILURES = 10_000
MUST_S = 20.0
"""For each, on two cores."""
TOPICS = 40
WORDS = 8000
"""The most frequent of the language."""
LABELS = ("schedule", "summarize", "retrieve", "clarify")
ANSWER = "decline"
"""What the model answers, whatever it is asked."""
HEAD = ("by", "failures", "clusters", "cases in them", "wall s", "CPU s", "MB more")
NOTE = """\
Inputs of 6 to 20 English words, half of them of one of 40 topics, which went wrong in four ways. Clusters: by meaning
and error, and without the extra `analysis` by wording; without reading the file. The report: the whole `synterm
distill` on a run in which each of the cases failed: types (of the first 2000), clusters, triggers; nothing is kept."""


class Measured(NamedTuple):
    """One grouping."""

    clusters: int
    cases: int
    wall_s: float
    cpu_s: float
    memory_mb: float


def main() -> None:
    """Measure the grouping, then the command."""
    args = options.parse(options.parser(__doc__, rounds=3))
    count = 500 if args.quick else FAILURES
    rows: list[list[str]] = []
    musts: list[Must] = []
    for by in ("meaning", "wording"):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found = pool.apply(_grouped, (count, by))
        musts.append(Must(f"{count:,} failures in clusters by {by}", found.wall_s, MUST_S))
        figures = (f"{found.wall_s:.1f}", f"{found.cpu_s:.1f}", f"{found.memory_mb:.0f}")
        rows.append([by, f"{count:,}", f"{found.clusters:,}", f"{found.cases:,}", *figures])
    with tempfile.TemporaryDirectory() as place:
        runs = _reported(Path(place), count, 1 if args.quick else args.rounds)
    wall, cpu = statistics.median(one.wall_s for one in runs), statistics.median(one.cpu_s for one in runs)
    musts.append(Must(f"the report on a run with {count:,} failing cases", wall, MUST_S))
    whole = f"The report: {wall:.1f} s of wall time, {cpu:.1f} s of CPU, {max(one.peak_mb for one in runs):.0f} MB."
    text = "\n\n".join([tables.promises(musts), NOTE, tables.table(HEAD, rows), whole])
    options.finish(args, "distill", "Distilling", text)


def _grouped(count: int, by: str) -> Measured:
    pairs = [*_failures(count)]
    texts, errors = [text for text, _ in pairs], [f"{ANSWER} instead of {label}" for _, label in pairs]
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    before, wall = time.process_time(), time.perf_counter()
    groups = (by_meaning if by == "meaning" else by_wording)(texts, errors)
    cpu, wall = time.process_time() - before, time.perf_counter() - wall
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - held
    clusters = [group for group in groups if len(group) > 1]
    return Measured(len(clusters), sum(map(len, clusters)), wall, cpu, memory)


def _reported(folder: Path, count: int, rounds: int) -> list[Run]:
    _project(folder, count)
    _command(folder, "new", "project.db", "--from", "project.json")
    _command(folder, "run", "project.db", "--quiet", "--fail-on", "")
    runs = [_command(folder, "distill", "project.db", "--json", "report.json") for _ in range(rounds)]
    report = orjson.loads((folder / "report.json").read_bytes())
    if (len(report["failing"]), report["evaluated"]) != (count, count) or not report["clusters"]:
        raise RuntimeError(f"{len(report['failing'])} of {count} fail, in {len(report['clusters'])} clusters")
    return runs


def _project(folder: Path, count: int) -> None:
    with (folder / "cases.jsonl").open("wb") as out:
        for text, label in _failures(count):
            out.write(orjson.dumps({"input": text, "expected": label}) + b"\n")
    check = {"type": "label", "labels": [*LABELS, ANSWER]}
    scenario = {"scenario": "messages", "checks": [check], "cases": [{"file": "cases.jsonl"}]}
    text = {
        "synterm": 1,
        "name": "benchmark",
        "models": [{"name": "script", "model": "scripted/rules", "params": {"default": ANSWER}}],
        "prompts": [{"name": "router", "messages": [{"role": "user", "content": "{{ message }}"}]}],
        "tree": [{"feature": "Routing", "behaviors": [{"behavior": "Messages", "scenarios": [scenario]}]}],
    }
    (folder / "project.json").write_bytes(orjson.dumps(text))


def _failures(count: int) -> Iterator[tuple[str, str]]:
    """Inputs, and what they expect."""
    dice = random.Random(1)
    known = SpellChecker(language="en").word_frequency
    words = sorted(known.words(), key=lambda word: (-known[word], word))[:WORDS]
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    topics = [dice.sample(words[200:], 12) for _ in range(TOPICS)]
    for number in range(count):
        length = dice.randint(6, 20)
        about = dice.choice(topics)
        said = [*dice.choices(about, k=length // 2), *dice.choices(words, cum_weights=weights, k=length - length // 2)]
        dice.shuffle(said)
        yield f"{' '.join(said)} {number}", LABELS[number % len(LABELS)]


def _command(folder: Path, *words: str) -> Run:
    run = measure(contenders.synterm_command(*words), folder, contenders.synterm_env(folder), limit_s=3600)
    if run.exit_code:
        raise RuntimeError(run.stderr[-2000:])
    return run


if __name__ == "__main__":
    main()

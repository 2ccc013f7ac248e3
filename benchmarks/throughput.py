"""How fast synterm runs N cases, beside the bare clients and its peers: whole processes, taking turns."""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path

from support import contenders, options, rounds, tables
from support.contenders import Contender, Job
from support.rounds import Figures, Race, Results
from support.server import Server
from support.tables import Must

DELAY_MS = 50
REFUSED = 0.05
RETRY_AFTER_S = 1


def main() -> None:
    """Hold the races, print them, and write the section."""
    parser = options.parser(__doc__, rounds=5)
    options.add_peers(parser)
    parser.add_argument("--only", choices=(*RACES, "all"), default="all", help="one race instead of all")
    args = options.parse(parser)
    chosen = tuple(RACES) if args.only == "all" else (args.only,)
    texts: list[str] = []
    musts: list[Must] = []
    with Server() as server, tempfile.TemporaryDirectory() as place:
        for name in chosen:
            text, more = RACES[name](args, server, Path(place) / name)
            texts.append(text)
            musts += more
    text = "\n\n".join([tables.promises(musts), NOTE, *texts])
    options.finish(args, "throughput", "Throughput", text)


NOTE = """\
All do the same: N cases, exact match of a label, one prompt, one model, a local server that speaks OpenAI's protocol
and answers after a fixed time, c requests at a time; each tool a whole process from start to exit, nothing of it
switched off but reports to its maker (and deepeval's cache of single rows, with which 1000 cases take two minutes).
CPU is user and system time of the process and those below it; peak is the resident memory of all of them together,
sampled ten times a second. Medians, of the runs in which others used under 15 % of the machine where there are any."""


def thousand(args: argparse.Namespace, server: Server, folder: Path) -> tuple[str, list[Must]]:
    """1000 cases, 32 at a time: the race with the peers."""
    task = contenders.make_job(folder, server.url, 100 if args.quick else 1000, 32)
    peers = contenders.peers(task, args.peers, args.promptfoo)
    found = race(args, server, task, DELAY_MS, [contenders.synterm(task), contenders.bare(task), *peers])
    musts = [Must(_title(task, DELAY_MS), found["synterm"].wall_s, 2.2, 1.9)]
    musts += _against(found, "bare aiohttp", 1.1)
    there = [name for name in tables.PEERS if name in found]
    if there:
        musts += _against(found, min(there, key=lambda name: found[name].wall_s), 1 / 1.4)
    for name, times in (("promptfoo", 5), ("inspect-ai", 7)):
        musts += _against(found, name, 1 / times) if name in found else []
    return _section(task, DELAY_MS, found), musts


def many(args: argparse.Namespace, server: Server, folder: Path) -> tuple[str, list[Must]]:
    """10 000 cases, 512 at a time."""
    task = contenders.make_job(folder, server.url, 300 if args.quick else 10_000, 512)
    found = race(args, server, task, DELAY_MS, [contenders.synterm(task), contenders.bare(task)])
    return _section(task, DELAY_MS, found), [Must(_title(task, DELAY_MS), found["synterm"].wall_s, 4, 3)]


def at_once(args: argparse.Namespace, server: Server, folder: Path) -> tuple[str, list[Must]]:
    """CPU time per case when the answers come at once: between two sizes, so that the start does not count."""
    few, lot = (50, 200) if args.quick else (1000, 10_000)
    sizes = [contenders.make_job(Path(f"{folder}-{count}"), server.url, count, 256) for count in (few, lot)]
    found = [race(args, server, task, 0, [contenders.synterm(task), contenders.bare(task)]) for task in sizes]
    names = ("synterm", "bare aiohttp")
    slopes = {name: (found[1][name].cpu_s - found[0][name].cpu_s) / (lot - few) * 1000 for name in names}
    text = "\n\n".join(_section(task, 0, results) for task, results in zip(sizes, found, strict=True))
    text += (
        "\n\nEach further case: " + ", ".join(f"{name} {slope:.2f} ms of CPU" for name, slope in slopes.items()) + "."
    )
    return text, [Must("CPU for one more case, answers at once", slopes["synterm"], 0.5, 0.3, "ms")]


def through_litellm(args: argparse.Namespace, server: Server, folder: Path) -> tuple[str, list[Must]]:
    """The same with every call through LiteLLM."""
    task = contenders.make_job(folder, server.url, 100 if args.quick else 1000, 32)
    ours = contenders.synterm(task, "synterm, LiteLLM", litellm=True)
    found = race(args, server, task, DELAY_MS, [ours, contenders.bare_litellm(task)], "through LiteLLM")
    text = f"### {_title(task, DELAY_MS)}, through LiteLLM\n\n" + tables.comparison(found, task.count, "bare litellm")
    return text, _against(found, "bare litellm", 1.15, "synterm, LiteLLM")


def refusals(args: argparse.Namespace, server: Server, folder: Path) -> tuple[str, list[Must]]:
    """The same with 5 % of the cases refused once, by 429 and ``Retry-After: 1``."""
    task = contenders.make_job(folder, server.url, 100 if args.quick else 1000, 32)
    ours = [contenders.synterm(task, may_fail=True)]
    calm = race(args, server, task, DELAY_MS, ours, "calm")["synterm"]
    stub = {"fault": "429", "share": REFUSED, "retry_after_s": RETRY_AFTER_S, "times": 1}
    busy = race(args, server, task, DELAY_MS, ours, "5 % refused", **stub)["synterm"]
    done = busy.exit_code == 0
    times = (busy.wall_s - RETRY_AFTER_S) / calm.wall_s if done else math.inf
    requests = busy.requests / (task.count + busy.refused) if done else math.inf
    musts = [
        Must(
            "5 % of cases refused once: time, less the last Retry-After, over the same without", times, 1.15, unit="×"
        ),
        Must("the same: requests over those needed", requests, 1.02, unit="×"),
    ]
    rows = [_row("none refused", calm), _row("5 % refused once, Retry-After 1 s", busy)]
    head = ("", "wall s", "requests", "refused", "exit code")
    return f"### {_title(task, DELAY_MS)}, refusals\n\n" + tables.table(head, rows), musts


def _row(name: str, found: Figures) -> list[str]:
    return [name, f"{found.wall_s:.2f}", f"{found.requests:.0f}", f"{found.refused:.0f}", f"{found.exit_code:.0f}"]


def race(
    args: argparse.Namespace,
    server: Server,
    task: Job,
    delay_ms: float,
    running: Sequence[Contender],
    kind: str = "",
    **stub: object,
) -> Results:
    """One race, with what is known of peers from before."""
    title = ", ".join(filter(None, (_title(task, delay_ms), kind)))
    entered = Race(title, task.count, running, {"delay_ms": delay_ms, **stub})
    held = rounds.hold(entered, server, 1 if args.quick else args.rounds, args.save)
    missing = [name for name in tables.PEERS if name not in held]
    return {**rounds.kept(args.peer_results, title, missing), **held}


def _title(task: Job, delay_ms: float) -> str:
    return f"N = {task.count}, c = {task.concurrency}, {delay_ms:g} ms"


def _section(task: Job, delay_ms: float, found: Results) -> str:
    return f"### {_title(task, delay_ms)}\n\n{tables.comparison(found, task.count)}"


def _against(found: Results, other: str, most: float, ours: str = "synterm") -> list[Must]:
    return [Must(f"time over {other}'s", found[ours].wall_s / found[other].wall_s, round(most, 2), unit="×")]


RACES = {"thousand": thousand, "many": many, "at-once": at_once, "litellm": through_litellm, "refusals": refusals}


if __name__ == "__main__":
    main()

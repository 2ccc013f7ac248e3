"""A server that allows so many requests a second and refuses the others by 429: nobody comes back too early."""

from __future__ import annotations

from pathlib import Path

from support import job, tables
from support.contenders import make_job
from support.server import Server
from support.tables import Must

from trials import trial

RATE = 100


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """More requests at a time than a second allows."""
    task = make_job(folder, server.url, 200 if quick else 600, 150)
    trial.pristine(task, folder)
    server.reset(delay_ms=25, rate=RATE, retry_after_s=1, tick_s=1.0)
    done = trial.finish(task, folder)
    stats = server.stats()
    passed = done.report["totals"]["passed"] if done.report else 0
    missing = job.passing(task.count) - passed
    least = max(task.count / RATE - 1, 0)
    rows = [
        ["time, s", f"{done.run.wall_s:.1f}"],
        ["the least that the limit allows, s", f"{least:.1f}"],
        ["exit code", str(done.run.exit_code)],
        ["requests", str(stats["requests"])],
        ["refused", str(stats["statuses"].get("429", 0))],
        [
            "sent beyond the cases and the refusals",
            str(stats["requests"] - task.count - stats["statuses"].get("429", 0)),
        ],
        ["sent again before its own Retry-After", str(stats["early_same"])],
        ["sent while another's Retry-After ran", str(stats["early_any"])],
        ["arrivals in each second", " ".join(str(arrived) for _, arrived, _ in stats["timeline"])],
    ]
    head = (f"N = {task.count}, c = {task.concurrency}, {RATE} requests a second", "")
    musts = [
        Must("429 storm: cases left without their answer", missing, 0, unit=""),
        Must("429 storm: requests sent before their Retry-After was over", stats["early_same"], 0, unit=""),
    ]
    return f"### A storm of 429\n\n{tables.table(head, rows)}", musts

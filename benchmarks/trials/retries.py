"""Endpoints that refuse, fail, drop the line or are not there: tried again as often as allowed, never too early."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support import job, tables
from support.contenders import Job, make_job
from support.server import Server
from support.tables import Must

from trials import trial

NOWHERE = "https://synterm-has-no-such-host.invalid/v1"


@dataclass(frozen=True)
class Refusal:
    """What the server does, and what is to come of it."""

    words: str
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    mends: bool = True
    """Whether another try is answered."""
    url: str = ""
    """Another endpoint than the server's."""
    options: tuple[str, ...] = ()


REFUSALS = (
    Refusal("429, Retry-After: 1", {"fault": "429", "times": 1, "retry_after_s": 1}),
    Refusal("429, Retry-After: a date in 2 s", {"fault": "429", "times": 1, "retry_after_s": 2, "retry_form": "date"}),
    Refusal("429 without Retry-After, twice", {"fault": "429", "times": 2, "retry_form": "none"}),
    Refusal("429, Retry-After: a day", {"fault": "429", "retry_after_s": 86_400}, mends=False),
    Refusal(
        "429 without Retry-After, always; `--max-seconds 30`",
        {"fault": "429", "retry_form": "none"},
        mends=False,
        options=("--max-seconds", "30"),
    ),
    Refusal("500, twice", {"fault": "500", "times": 2}),
    Refusal("500, always", {"fault": "500"}, mends=False),
    Refusal("reset before a byte came, once", {"fault": "gone", "times": 1}),
    Refusal("reset before a byte came, always", {"fault": "gone"}, mends=False),
    Refusal("nobody listens", mends=False, url="closed"),
    Refusal("no such host", mends=False, url=NOWHERE),
)


@dataclass(frozen=True)
class Found:
    """What came of it."""

    refusal: Refusal
    done: trial.Outcome
    stats: dict[str, Any]

    @property
    def passed(self) -> int:
        """Cases that passed."""
        return self.done.report["totals"]["passed"] if self.done.report else 0

    @property
    def calls(self) -> int | None:
        """Requests that the server got; None where it was not asked."""
        return None if self.refusal.url else self.stats["requests"]


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """A run against each."""
    folder.mkdir()
    count = 12 if quick else 40
    found = [_one(server, folder / str(number), refusal, count) for number, refusal in enumerate(REFUSALS)]
    mended = [one for one in found if one.refusal.mends]
    lasting = [one for one in found if not one.refusal.mends]
    unjudged = sum(job.passing(count) - one.passed for one in mended)
    early = sum(one.stats["early_same"] for one in found)
    musts = [
        Must("refusals: tries of one request, most", max(one.stats["most_of_one_body"] for one in found), 4, unit=""),
        Must("refusals: tries before their Retry-After was over", early, 0, unit=""),
        Must("refusals that pass: verdicts missing", unjudged, 0, unit=""),
        Must("refusals that stay: cases shown as passed", sum(one.passed for one in lasting), 0, unit=""),
        Must("refusals: runs with another exit code than 0, or 3 where they stay", sum(map(_odd, found)), 0, unit=""),
    ]
    head = ("endpoint", "outcomes", "requests", "most for one", "too early", "time s", "exit code")
    note = f"{count} cases, 4 at a time. A refusal meets every case."
    return f"### Refusals\n\n{note}\n\n{tables.table(head, [_row(one) for one in found])}", musts


def _one(server: Server, place: Path, refusal: Refusal, count: int) -> Found:
    url = f"http://127.0.0.1:{_closed_port()}/v1" if refusal.url == "closed" else refusal.url or server.url
    task: Job = make_job(place, url, count, 4)
    file = trial.pristine(task, place)
    assert file.exists()
    (place / "config").mkdir(exist_ok=True)
    settings = f'approved_endpoints = ["{NOWHERE.removesuffix("/v1")}"]\n'
    (place / "config" / "settings.toml").write_text(settings, encoding="utf-8")
    server.reset(delay_ms=10, share=1.0, **refusal.settings)
    done = trial.finish(task, place, *refusal.options, limit_s=120)
    stats = server.settled()
    server.reset()
    return Found(refusal, done, stats)


def _odd(found: Found) -> bool:
    return found.done.run.exit_code != (0 if found.refusal.mends else 3)


def _row(found: Found) -> list[str]:
    run, calls = found.done.run, found.calls
    most = str(found.stats["most_of_one_body"]) if calls is not None else "–"
    early = str(found.stats["early_same"]) if calls is not None else "–"
    sent = "–" if calls is None else str(calls)
    outcomes = trial.outcomes(found.done)
    return [found.refusal.words, outcomes, sent, most, early, f"{run.wall_s:.1f}", str(run.exit_code)]


def _closed_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]

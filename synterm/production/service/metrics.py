"""What the service counts, in the format of Prometheus."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from synterm import __version__
from synterm.core.guarding import GuardCheck, GuardVerdict

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Bounds of the histograms: from checks of texts to judges."""
_MOST_BEHAVIORS = 200
"""Callers name behaviors, and each makes a row of its own."""
_OTHERS = "(others)"
_OVER_BUDGET = "over its budget"
"""How the guard begins to say so."""
_SHARED = "PROMETHEUS_MULTIPROC_DIR"


class Metrics:
    """The counts of one process; with a folder `shared` by all processes of a service, of all of them."""

    def __init__(self, shared: Path | None = None) -> None:
        # The library looks for this when it is imported, and would count in files of somebody else.
        os.environ.pop(_SHARED, None)
        if shared is not None:
            os.environ[_SHARED] = str(shared)
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

        disable_created_metrics()
        self._shared = shared
        registry = self._registry = CollectorRegistry()
        self._verdicts = Counter(
            "synterm_guard_verdicts",
            "Verdicts, by what the checks said and whether the output was allowed.",
            ("behavior", "result", "allowed"),
            registry=registry,
        )
        self._checks = Counter(
            "synterm_guard_checks", "What each type of check found.", ("type", "result"), registry=registry
        )
        self._check_seconds = Histogram(
            "synterm_guard_check_seconds", "How long checks took.", ("type",), buckets=_SECONDS, registry=registry
        )
        self.verdict_seconds = Histogram(
            "synterm_guard_verdict_seconds", "How long verdicts took.", buckets=_SECONDS, registry=registry
        )
        self._request_seconds = Histogram(
            "synterm_guard_request_seconds",
            "How long requests took, from their head to their answer.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self.in_flight = Gauge(
            "synterm_guard_in_flight", "Requests being judged.", registry=registry, multiprocess_mode="livesum"
        )
        self.connections = Gauge(
            "synterm_guard_connections", "Open connections.", registry=registry, multiprocess_mode="livesum"
        )
        self._rejected = Counter(
            "synterm_guard_rejected", "Requests that were refused, by reason.", ("reason",), registry=registry
        )
        self._dropped = Counter(
            "synterm_guard_log_lines_dropped",
            "Lines that could not be written: of the log of verdicts, and of what the service says.",
            ("log",),
            registry=registry,
        )
        self._reloads = Counter(
            "synterm_guard_project_reloads",
            "How often the project file had changed: taken up, or why not is told by /readyz.",
            ("result",),
            registry=registry,
        )
        self.stale = Gauge(
            "synterm_guard_project_stale",
            "1 while the checks are those of an earlier state of the project file.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.loaded = Gauge(
            "synterm_guard_project_loaded_timestamp_seconds",
            "When the checks were read.",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self._build = Gauge(
            "synterm_guard_build_info",
            "The version that answers.",
            ("version", "python"),
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._build.labels(__version__, platform.python_version()).set(1)
        if shared is None:
            from prometheus_client import ProcessCollector

            ProcessCollector(registry=registry)
        for result in ("ok", "failed"):
            self._reloads.labels(result)
        self._dropped_before = {"verdicts": 0, "messages": 0}
        for log in self._dropped_before:
            self._dropped.labels(log)
        # To find a row by its labels takes longer than to count.
        self._rows: dict[tuple[str, ...], Any] = {}
        self._verdict_rows: dict[tuple[str, bool | None, bool], Any] = {}
        self._behaviors: set[str] = set()

    def judged(self, verdict: GuardVerdict) -> None:
        """Count a verdict, and what its checks found."""
        key = (verdict.behavior, verdict.passed, verdict.allowed)
        row = self._verdict_rows.get(key)
        if row is None:
            row = self._verdict_row(*key)
        row.inc()
        self.verdict_seconds.observe(verdict.took_ms / 1000)
        for check in verdict.checks:
            self._checked(check)

    def refused(self, reason: str) -> None:
        """Count a request, or a connection, that was refused."""
        self._row("rejected", reason, make=lambda: self._rejected.labels(reason)).inc()

    def answered(self, route: str, seconds: float) -> None:
        """Count a request to one of the service's routes, and how long it took."""
        self._row("request", route, make=lambda: self._request_seconds.labels(route)).observe(seconds)

    def reloaded(self, *, taken: bool) -> None:
        """Count a change of the project file."""
        self._reloads.labels("ok" if taken else "failed").inc()

    def dropped(self, log: str, lines: int) -> None:
        """Count the lines that a log, `verdicts` or `messages`, has dropped since the start."""
        if more := lines - self._dropped_before[log]:
            self._dropped.labels(log).inc(more)
            self._dropped_before[log] = lines

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        if self._shared is None:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(self._shared))
        return generate_latest(registry)

    def _checked(self, check: GuardCheck) -> None:
        kind = check.type
        result = result_of(check)
        self._row("check", kind, result, make=lambda: self._checks.labels(kind, result)).inc()
        if check.skipped is None:
            seconds = self._row("seconds", kind, make=lambda: self._check_seconds.labels(kind))
            seconds.observe(check.took_ms / 1000)

    def _row(self, *key: str, make: Callable[[], Any]) -> Any:
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = make()
        return row

    def _verdict_row(self, behavior: str, passed: bool | None, allowed: bool) -> Any:
        said = ("none" if passed is None else "pass" if passed else "fail", "yes" if allowed else "no")
        if behavior not in self._behaviors and len(self._behaviors) >= _MOST_BEHAVIORS:
            return self._verdicts.labels(_OTHERS, *said)
        self._behaviors.add(behavior)
        row = self._verdict_rows[behavior, passed, allowed] = self._verdicts.labels(behavior, *said)
        return row


def result_of(check: GuardCheck) -> str:
    """What became of a check, in a word: `pass`, `fail`, `abstained`, `over_budget` or `skipped`."""
    if check.passed is not None:
        return "pass" if check.passed else "fail"
    if check.skipped is not None:
        return "skipped"
    return "over_budget" if (check.error or "").startswith(_OVER_BUDGET) else "abstained"


def forget(pid: int, shared: Path) -> None:
    """Take a process that ended out of what its service has at hand; what it counted stays counted."""
    os.environ[_SHARED] = str(shared)
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid, str(shared))  # pyright: ignore[reportUnknownMemberType]

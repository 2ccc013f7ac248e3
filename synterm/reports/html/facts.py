"""What was run: who, when, on which code, which prompts and models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from synterm.core.ids import canonical_json
from synterm.core.model import ModelSpec
from synterm.core.prompt import PromptBody
from synterm.core.report import RunReport
from synterm.evaluate.recount import repeating_of
from synterm.evaluate.report import RunResult
from synterm.reports.figures import dollars, seconds
from synterm.reports.history import past_run, run_facts
from synterm.reports.production import production_lines
from synterm.storage.project import Project
from synterm.storage.runs import RunRecord
from synterm.text import plural

_TELLING = ("temperature", "top_p", "top_k", "max_tokens", "seed", "reasoning_effort", "frequency_penalty")
"""Parameters of models that tell what was asked; others may hold an app's headers."""

_RECORDED = ("made with", "documents")
"""What the record of a run tells of its versions, as far as it fits here."""
_UNTOLD = frozenset(("headers", "extra_headers", "extra_body", "body", "api_key"))
"""Parameters of prompts that may hold what is not for everyone."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a variant asked with."""

    name: str
    model: str
    """Its model string with what tells most of its parameters, as the project has them now; empty when it is gone."""
    body: PromptBody | None
    """None: the project no longer has what the prompt said."""
    params: str
    """The prompt's own parameters, as JSON."""


def facts(report: RunReport, result: RunResult, run: RunRecord) -> Iterator[tuple[str, str]]:
    """Names and values."""
    yield "Run", run.id
    yield "Began", when(run.started)
    if run.status != "complete":
        yield "State", run.status
    if run.who:
        yield "By", run.who
    if run.git_commit:
        yield "Git commit", run.git_commit
    yield from ((name.capitalize(), value) for name, value in run_facts(past_run(run, {}), {}) if name in _RECORDED)
    yield "Size", _made(report, result)
    if report.production:
        yield "Traffic", "; ".join(production_lines(report.production))
    how = repeating_of(run)
    if how.repeated:
        judgings = f", each judged {how.judgings} times" if how.judgings > 1 else ""
        early = ", stopping early" if how.stop_early else ""
        yield "Repeats", f"{plural(how.k, 'answer')} to each case{judgings}{early}"


def asked(project: Project, result: RunResult) -> list[Asked]:
    """What each variant asked with, as far as the project still has it."""
    bodies: dict[str, PromptBody] = {}
    for prompt in project.prompts.all():
        bodies.update((body.id, body) for body in (prompt.draft, *(version.body for version in prompt.versions)))
    models = {model.name: model for model in project.models.all()}
    return [
        _asked(variant.name, models.get(variant.model.name), bodies.get(variant.key[0])) for variant in result.variants
    ]


def when(moment: str) -> str:
    """``2026-11-28 14:03 UTC``; what is no moment as it is."""
    try:
        return datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        return moment


def _asked(name: str, model: ModelSpec | None, body: PromptBody | None) -> Asked:
    told = {key: value for key, value in body.params.items() if key not in _UNTOLD} if body else {}
    params = canonical_json(told).decode() if told else ""
    return Asked(name, _model(model) if model else "", body, params)


def _model(model: ModelSpec) -> str:
    known = {name: model.params[name] for name in _TELLING if name in model.params}
    told = (f"{name} {value}" for name, value in known.items() if isinstance(value, int | float | str))
    return " · ".join([model.resolved, *told])


def _made(report: RunReport, result: RunResult) -> str:
    totals = report.totals
    of = "of" if report.production else "×"
    words = [
        f"{plural(totals.cases, 'logged call' if report.production else 'case')} {of} "
        f"{plural(len(report.variants), 'model' if report.production else 'variant')}",
        plural(totals.evaluations, "evaluation"),
    ]
    if totals.not_made:
        words.append(f"{totals.not_made:,} of {result.planned:,} not made")
    return ", ".join(words)


def headline(report: RunReport) -> Sequence[tuple[str, str]]:
    """The few figures that stand largest: what, and how much."""
    totals = report.totals
    cost = dollars(totals.cost_usd)
    logged = report.production is not None
    return (
        ("logged calls" if logged else "cases", f"{totals.cases:,}"),
        ("evaluations", f"{totals.evaluations:,}"),
        ("passed", f"{totals.passed:,}"),
        ("failed", f"{totals.failed:,}"),
        ("no verdict", f"{totals.errors:,}"),
        *(() if logged else (("from the cache", f"{totals.cached:,}"),)),
        ("cost", f"≥ {cost}" if totals.cost_unknown else cost),
        ("took", seconds(report.wall_s)),
    )

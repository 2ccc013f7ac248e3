"""The outputs of a step that ran `synterm run`: ``steps.ID.outputs.verdict`` and others."""

from __future__ import annotations

from synterm.core.report import RunReport
from synterm.reports.findings import pass_rate, verdict


def outputs(report: RunReport, comment_file: str | None) -> dict[str, str]:
    """By name; a figure that there is none of is empty."""
    rate, totals = pass_rate(report), report.totals
    return {
        "verdict": verdict(report),
        "exit_code": str(report.exit_code),
        "run_id": report.run_id,
        "pass_rate": "" if rate is None else f"{rate:.4f}",
        "passed": str(totals.passed),
        "failed": str(totals.failed),
        "errors": str(totals.errors),
        "cost_usd": f"{totals.cost_usd:.6f}",
        "comment_file": comment_file or "",
    }

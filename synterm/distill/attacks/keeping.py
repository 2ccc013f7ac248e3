"""What is kept of an attack: a finding for each case, and the attacks that succeeded as drafts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synterm.core.case import Case, Origin
from synterm.core.distill import AttackReport, AttackTry
from synterm.core.evaluation import Variant
from synterm.core.finding import Finding
from synterm.core.ids import content_id
from synterm.distill.attacks.assault import family_counts

TAG = "attack"
HARMLESS = "harmless"
"""The kind that is no attack."""


def attack_findings(report: AttackReport, variant: Variant, who: str) -> list[Finding]:
    """A finding for each case that was attacked, with all that was tried on it; the next attack of this kind on the
    same case under the same variant takes its place."""
    return [
        Finding("attack", (case_id, *variant.key, report.kind), _of_case(report, case_id).model_dump(mode="json"), who)
        for case_id in report.cases
    ]


def _of_case(report: AttackReport, case_id: str) -> AttackReport:
    """The part of a report that is about one case."""
    places = [at for at, one in enumerate(report.tries) if one.case_id == case_id]
    now = {before: at for at, before in enumerate(places)}
    tries = tuple(
        one.model_copy(update={"grown_from": now.get(one.grown_from) if one.grown_from is not None else None})
        for one in (report.tries[at] for at in places)
    )
    return report.model_copy(
        update={
            "cases": (case_id,),
            "broken": (case_id,) if case_id in report.broken else (),
            "tries": tries,
            "families": family_counts(tries),
        }
    )


def attack_cases(report: AttackReport, cases: Sequence[Case], scenario_id: str | None = None) -> list[Case]:
    """The attacks that succeeded, as drafts beside their cases or in another scenario.

    They expect what their cases expect, and are of their lineage and split. That this still holds is for a reviewer to
    say. The same attack makes a case of the same id: `put_new` adds nothing twice.
    """
    known = {case.id: case for case in cases}
    return [
        _draft(report, known[one.case_id], one, scenario_id)
        for one in report.tries
        if one.succeeded and one.case_id in known
    ]


def _draft(report: AttackReport, case: Case, found: AttackTry, scenario_id: str | None) -> Case:
    detail: dict[str, Any] = {
        "how": "attack",
        "attack": report.kind,
        "family": found.family,
        "note": found.note,
        "prompt": report.prompt,
        "version": report.version,
        "model": report.model,
        "got": found.tried.got,
    }
    if report.attacker:
        detail["attacker"] = report.attacker
    return Case(
        id=content_id("attack case", [case.id, found.tried.input])[:26].upper(),
        scenario_id=scenario_id or case.scenario_id,
        input=found.tried.input,
        expected=case.expected,
        tags=tuple(dict.fromkeys((*case.tags, *((TAG,) if report.kind != HARMLESS else ()), report.kind))),
        split=case.split,
        status="draft",
        origin=Origin(kind="distilled", seed_id=case.id, detail=detail),
        root_id=case.root_id,
    )

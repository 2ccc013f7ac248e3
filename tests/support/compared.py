"""A comparison with a baseline, as reports carry it."""

from __future__ import annotations

from synterm.core.comparison import (
    ChangedCase,
    CompareReport,
    PartComparison,
    PassComparison,
    Side,
    SideOfCase,
    VariantComparison,
    Verdict,
)


def passes(verdict: Verdict, fixed: int, broken: int) -> PassComparison:
    """Ten cases, of which five passed before."""
    return PassComparison(
        compared=10,
        roots=10,
        fixed=fixed,
        broken=broken,
        roots_up=fixed,
        roots_down=broken,
        rate_before=0.5,
        rate_after=(5 + fixed - broken) / 10,
        difference=(fixed - broken) / 10,
        difference_ci=None,
        p_value=0.01,
        p_adjusted=0.01,
        verdict=verdict,
        more_cases_needed=40 if verdict == "not enough evidence" else None,
    )


def compared(variant: str, broken: ChangedCase | None = None) -> CompareReport:
    """Against the baseline ``main``: one behavior got worse, of another nothing can be said."""
    parts = [
        PartComparison(path="Routing/Out of scope", passes=passes("worse", 0, 5)),
        PartComparison(path="Routing/Ambiguous", passes=passes("not enough evidence", 1, 0)),
        PartComparison(path="Routing/Robustness", passes=passes("better", 4, 0)),
    ]
    pair = VariantComparison(
        before="router@v1 · rules",
        after=variant,
        whole=PartComparison(path="", passes=passes("no difference found", 5, 5)),
        behaviors=parts,
        fixed=[],
        broken=[broken] if broken else [],
        unpaired=[],
    )
    return CompareReport(
        before=Side(name="main", project="router", run_id="01JA"),
        after=Side(name="this run", project="router", run_id="01JB"),
        comparisons=[pair],
        notes=["a check changed"],
    )


def broken_case(case_id: str, *, output: str = "clarify", path: str = "Routing/Out of scope/off-topic") -> ChangedCase:
    """A case that passed in the baseline, and fails now."""
    return ChangedCase(
        case_id=case_id,
        path=path,
        input={"message": "what's the capital of peru"},
        expected="out_of_scope",
        before=SideOfCase(passed=True, rate=1.0, score=1.0, output="out_of_scope", reason=""),
        after=SideOfCase(passed=False, rate=0.0, score=0.0, output=output, reason="expected out_of_scope, got clarify"),
    )

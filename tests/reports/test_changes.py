"""What changed between two versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.evaluate.statistics import mcnemar_exact
from synterm.reports.changes import changes
from tests.reports.conftest import MakeReport, report_of

letters = st.text("pf?", min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("before", "after", "fixed", "broken", "verdict"),
    [
        ("ffffffff", "ppppppff", 6, 0, "better"),
        ("pppppppp", "ffffffpp", 0, 6, "worse"),
        ("fffffppp", "pppppppp", 5, 0, "not enough evidence"),
        ("ffffpppp", "ppppffff", 4, 4, "no difference found"),
        ("pfpf", "pfpf", 0, 0, "no difference found"),
        ("?fpp", "ppp?", 1, 0, "not enough evidence"),
    ],
)
def test_the_verdict_on_a_change(
    make_report: MakeReport, before: str, after: str, fixed: int, broken: int, verdict: str
):
    (found,) = changes(make_report({"v1": before, "v2": after}).result.sheet)
    assert (len(found.fixed), len(found.broken), found.verdict) == (fixed, broken, verdict)


def test_the_first_and_the_last_version_are_compared(make_report: MakeReport):
    (found,) = changes(make_report({"v1": "f", "v2": "p", "v3": "f"}).result.sheet)
    assert (found.before.version, found.after.version) == ("v1", "v3")
    assert (found.fixed, found.broken) == ((), ())


def test_one_version_has_nothing_to_be_compared_with(make_report: MakeReport):
    assert changes(make_report({"v1": "pf"}).result.sheet) == []


def test_variations_of_one_seed_count_as_one_in_the_evidence(make_report: MakeReport):
    alone = make_report({"v1": "f" * 8, "v2": "p" * 8})
    related = make_report({"v1": "f" * 8, "v2": "p" * 8}, roots=["seed"] * 8)
    (strong,), (weak,) = changes(alone.result.sheet), changes(related.result.sheet)
    assert (strong.verdict, weak.verdict) == ("better", "not enough evidence")
    assert len(weak.fixed) == 8


@given(letters, letters)
def test_fixed_and_broken_are_counted_over_what_both_judged(before: str, after: str):
    pairs = list(zip(before, after, strict=False))
    (found,) = changes(report_of({"v1": before, "v2": after}).result.sheet)
    assert len(found.fixed) == pairs.count(("f", "p"))
    assert len(found.broken) == pairs.count(("p", "f"))
    assert found.p_value == mcnemar_exact(len(found.fixed), len(found.broken))

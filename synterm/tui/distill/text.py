"""What the Distill screen says in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from synterm.core.case import input_text
from synterm.core.distill import FAILURE_TYPES, Boundary, DistillReport, Failing, Shrunk, Trigger
from synterm.distill.triage.actions import ACTIONS
from synterm.evaluate.verdict import ALPHA
from synterm.reports.figures import dollars, p_words, percent
from synterm.text import one_line, plural, printable
from synterm.tui.distill.groups import Group
from synterm.tui.distill.reading import variant_words
from synterm.tui.distill.rows import turned, verdict_mark
from synterm.tui.screens.text import MUTED, facts, section

KEY = "bold $text-accent"
NO_RUN = """\
No run is recorded yet: failures are those of recorded runs.

ctrl+r   in the workbench (esc goes there) records what is on its board
synterm run FILE   records one without a screen; --repeat 3 tells chance from failing"""
_LONGEST = 600


def nothing_evaluated(when: str) -> str:
    """What is said of a run without any verdict."""
    what_next = "ctrl+r   in the workbench records another\n[   turns to the run before"
    return f"The run of {when} evaluated nothing.\n\n{what_next}"


def nothing_fails(report: DistillReport) -> str:
    """Good news, and what to look at."""
    runs = f"in the last {plural(report.runs, 'run')}" if report.runs > 1 else "in this run"
    lines = [f"✓ Nothing keeps failing: {plural(report.evaluated, 'verdict')} {runs} were looked at."]
    if report.passing_now:
        lines.append(f"{plural(report.passing_now, 'case')} failed before, and pass now.")
    if report.flaky:
        lines.append(
            f"{plural(report.flaky, 'case')} failed in some repeats only: synterm run FILE --repeat 5 looks closer."
        )
    lines += ["", "What to look at now:", "g   in the workbench makes harder cases of those that are there"]
    lines += ["b   in the history (H) pins the run, so that what passes is held", "[   turns to the run before"]
    return "\n".join(lines)


def headline(report: DistillReport, when: str, kind: str) -> str:
    """What was looked at, and what was found."""
    judged = sum(bool(one.judged) for one in report.failing)
    errors = len(report.failing) - judged
    parts = [f"{judged:,} of {report.evaluated:,} keep failing"]
    if errors:
        parts.append(f"{errors:,} without verdict")
    if report.runs > 1:
        parts.append(f"over {report.runs} runs")
    if report.passing_now:
        parts.append(f"{report.passing_now:,} pass again")
    if report.flaky:
        parts.append(f"{report.flaky:,} only at times")
    if kind:
        parts.append(f"shown: {kind}")
    return " · ".join([*parts, f"run of {when}"])


def group_text(group: Group, notes: Sequence[str]) -> Content:
    """What is known about a group: its size, its types, its past, and why it may fail."""
    types = ", ".join(f"{count} {kind}" for kind, count in group.types.items())
    share = [f"{percent(group.share)} of all"] if group.share < 1 else []
    facts = [*share, types or "no types yet"]
    cluster = group.cluster
    if cluster and len(cluster.trend) > 1:
        facts.append("failed in the last runs: " + ", ".join(str(count) for _, count in cluster.trend))
    head = Content.assemble((plural(group.cases, "case"), "bold"), (f" · {' · '.join(facts)}", MUTED))
    if cluster is None:
        why = "Failures that are in no cluster." if group.share < 1 else _reach(group)
        return Content("\n").join([head, Content.styled(why, MUTED), *_notes(notes if group.share == 1 else ())])
    named = "" if cluster.by == "rules" else f"  (named by {one_line(cluster.by, 40)})"
    return Content("\n").join([head, Content.assemble(one_line(cluster.hypothesis, _LONGEST), (named, MUTED))])


def _reach(group: Group) -> str:
    behaviors = {one.behavior for one in group.failing}
    return f"They stand in {plural(len(behaviors), 'behavior')}."


def _notes(notes: Sequence[str]) -> Iterator[Content]:
    return (Content.styled(f"! {one_line(note, 200)}", "$text-warning") for note in notes)


def failing_text(one: Failing, marked: int) -> Content:
    """The failure under the cursor in four lines: how it fails, what it may be, and what to do about it."""
    where = "   ".join((_often(one), one_line(variant_words(one), 50), one_line(one.behavior, 80)))
    head = Content.assemble((turned(one), "$text-error"), (f"   {where}", MUTED))
    reason = Content.styled(one_line(one.reason, _LONGEST), MUTED)
    return Content("\n").join([head, reason, _type_line(one, marked), _action_line(one)])


def _often(one: Failing) -> str:
    runs = f" in {plural(one.runs, 'run')}" if one.runs > 1 else ""
    return f"fails {one.failed} of {one.judged}{runs}" if one.judged else f"no verdict, asked {one.errors}×{runs}"


def _type_line(one: Failing, marked: int) -> Content:
    many = f"{marked} marked: the keys are about these   " if marked else ""
    if one.triage is None:
        return Content.assemble((many, KEY), ("? no type yet", "$text-warning"), f"   {keys_of_types()}")
    reason, by = one_line(one.triage.reason, _LONGEST), one_line(one.triage.by, 20)
    if one.triage.confirmed:
        said = "" if reason.endswith("says so") else f": {reason}"
        return Content.assemble(
            (many, KEY), (f"✓ {one.triage.type}", "$text-success"), (f"  confirmed by {by}{said}", MUTED)
        )
    says = "rules propose" if by == "rules" else f"{by} proposes"
    return Content.assemble((many, KEY), (f"? {one.triage.type}", "$text-warning"), (f"  {says}: {reason}", MUTED))


def _action_line(one: Failing) -> Content:
    if one.triage is None:
        return Content("")
    action = ACTIONS[one.triage.type]
    number = FAILURE_TYPES.index(one.triage.type) + 1
    confirm = () if one.triage.confirmed else ((f"{number}", KEY), " confirms   ")
    return Content.assemble("→ ", *confirm, ("a", KEY), f" {action.title}: ", (action.explanation, MUTED))


def keys_of_types() -> str:
    """``1 spec gap  2 model error …``."""
    return "  ".join(f"{number} {kind}" for number, kind in enumerate(FAILURE_TYPES, start=1))


def trigger_text(one: Trigger) -> Iterator[Content]:
    """One trigger, with its figures."""
    yield Content.styled(printable(one.words), "bold")
    sure = f"hardly chance: {p_words(one.p_adjusted)}" if one.p_adjusted < ALPHA else "may be chance"
    yield section("How sure that is", sure)
    bounds = f"{one.lift_ci[0]:.2f} to {one.lift_ci[1]:.2f}" if one.lift_ci else "not known"
    yield facts(
        [
            ("with it", f"{one.failed:,} of {plural(one.cases, 'case')} fail"),
            ("without", f"{one.other_failed:,} of {plural(one.other_cases, 'case')} fail"),
            ("lineages", f"{one.roots:,} that have it; variations of one case count once"),
            ("interval", f"{bounds} times as often, 95 %"),
            ("p", f"{one.p_value:.3g}, corrected for all that was looked at {one.p_adjusted:.3g}"),
        ]
    )
    yield Content.styled("\nIt goes with failing; that it is why, nobody can say from this.", MUTED)


def shrunk_text(one: Shrunk) -> Content:
    """Before, after, and the neighbour that passes."""
    before, after = input_text(one.before.input), input_text(one.smallest.input)
    lines = [
        _pair("before", before, verdict_mark(one.before)),
        _pair("smallest", after, verdict_mark(one.smallest)),
    ]
    if one.passing:
        lines.append(_pair("passes", input_text(one.passing.input), verdict_mark(one.passing)))
        lines.append(Content.assemble(("  change  ", MUTED), (one_line(one.change, _LONGEST), "bold")))
    else:
        lines.append(Content.styled("  passes  no neighbour that passes was found", MUTED))
    flaky = "; some inputs passed at times" if one.flaky else ""
    cost = f", {dollars(one.cost_usd)}" if one.cost_usd else ""
    asked = f"{plural(one.requests, 'request')}, {one.cached:,} more from the project file{cost}"
    lines.append(Content.styled(f"{asked}: {one_line(one.ended, 200)}{flaky}", MUTED))
    return Content("\n").join(lines)


def _pair(name: str, text: str, verdict: str) -> Content:
    ink = "$text-success" if verdict.startswith("✓") else "$text-error" if verdict.startswith("✗") else "$text-warning"
    return Content.assemble((f"{name:>8}  ", MUTED), one_line(text, _LONGEST), "   ", (verdict, ink))


def boundary_text(one: Boundary) -> Content:
    """Where the verdict flips, in words."""
    cost = f", {dollars(one.cost_usd)}" if one.cost_usd else ""
    asked = f"{plural(one.requests, 'request')}, {one.cached:,} more from the project file{cost}"
    return Content.assemble((printable(one.words), "bold"), (f"\n{asked}: {one_line(one.ended, 200)}", MUTED))

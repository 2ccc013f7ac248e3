"""Why failures fail, for people: by type, in clusters, what goes with failing, and what one does next."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from synterm.core.distill import Cluster, DistillReport, Failing, FailureType, Shrunk, Trigger
from synterm.reports.figures import p_words, percent
from synterm.text import one_line, plural

ID = 8
"""So many letters at the end of a case's id tell it from others."""
_INPUT = 70
_LABEL = 40
_REASON = 160
_EXAMPLES = 3
_SURE = 0.05
"""Up to this adjusted p-value an attribute goes with failing by more than chance."""
_UNSURE = 3
"""Attributes that are told where none is sure."""
_BARS = "▁▂▃▄▅▆▇█"


def head_lines(report: DistillReport, variants: Sequence[str], wanted: int) -> Iterator[str]:
    """What it comes to in some lines. `variants`: those of the run; `wanted`: how many runs were to be looked at."""
    wrong = [one for one in report.failing if one.judged]
    under = f"under {variants[0]}" if len(variants) == 1 else f"under {len(variants)} variants, each counted"
    yield (
        f"{one_line(report.project)}: {len(wrong):,} of {plural(report.evaluated, 'case')} keep failing, "
        f"{one_line(under)}; run {report.run_id[-ID:]}"
    )
    if errors := len(report.failing) - len(wrong):
        yield f"{plural(errors, 'case')} without a verdict"
    if report.passing_now:
        yield f"{plural(report.passing_now, 'case')} failed in a run before, and no longer"
    if report.flaky:
        yield f"{plural(report.flaky, 'case')} failed this time, and did not before or in other repeats (not below)"
    if report.runs == 1 and wrong:
        more = "; more runs and --repeat tell what stays" if wanted > 1 else ""
        yield f"one run was looked at, so some of it may be chance{more}"
    elif report.runs > 1:
        yield f"{plural(report.runs, 'run')} were looked at"
    yield from (f"note: {one_line(note)}" for note in report.notes)


def report_lines(report: DistillReport, actions: Mapping[FailureType, str], most: int) -> Iterator[str]:
    """All of it, part by part. `actions`: what each type asks for, in words; `most`: reasons and clusters that are
    listed. Every line is safe to show."""
    sections = (
        type_lines(report.failing, actions, most),
        cluster_lines(report, most),
        trigger_lines(report.triggers),
        found_lines(report),
    )
    first = True
    for section in sections:
        lines = [*section]
        if lines and not first:
            yield ""
        first = first and not lines
        yield from lines


def type_lines(failing: Sequence[Failing], actions: Mapping[FailureType, str], most: int) -> Iterator[str]:
    """How many failures are of each type, what that asks for, and the first of them with their reasons."""
    by_type: dict[FailureType | None, list[Failing]] = defaultdict(list)
    for one in failing:
        by_type[one.triage.type if one.triage else None].append(one)
    if not by_type:
        return
    yield "Why they fail"
    for kind, members in sorted(by_type.items(), key=lambda pair: (pair[0] is None, -len(pair[1]))):
        asks = f"  → {actions[kind]}" if kind else ""
        yield f"  {kind or 'no type yet':<14} {len(members):>5,}{asks}"
        yield from _members(members, most)


def _members(members: Sequence[Failing], most: int) -> Iterator[str]:
    """Some failures below the reason that they share; at most so many reasons, the most frequent first."""
    by_reason: dict[str, list[Failing]] = defaultdict(list)
    for one in members:
        by_reason[_said(one)].append(one)
    shown = 0
    for reason, alike in sorted(by_reason.items(), key=lambda pair: -len(pair[1]))[:most]:
        if reason:
            yield f"    {reason}" + (f"  ({len(alike):,} ×)" if len(alike) > 1 else "")
        for one in alike[:_EXAMPLES]:
            yield f"      {one.case_id[-ID:]}  {quoted(one.input)}  {wrong_words(one)}"
        shown += len(alike[:_EXAMPLES])
    if len(members) > shown:
        yield f"    … and {len(members) - shown:,} more: --json - lists all"


def cluster_lines(report: DistillReport, most: int) -> Iterator[str]:
    """The clusters, the largest first, with their trend and some of their cases."""
    if not report.clusters:
        return
    cases = {one.case_id for one in report.failing}
    inside = {case for one in report.clusters for case in one.case_ids}
    alone = len(cases - inside)
    rest = f"; {plural(alone, 'case')} {'is' if alone == 1 else 'are'} like no others" if alone else ""
    yield f"{plural(len(report.clusters), 'cluster')} of {plural(len(inside), 'case')}{rest}"
    inputs = {one.case_id: one.input for one in report.failing}
    for number, one in enumerate(report.clusters[:most], 1):
        yield from _cluster(number, one, inputs)
    if len(report.clusters) > most:
        yield f"  … and {len(report.clusters) - most:,} more: --limit N"


def _cluster(number: int, one: Cluster, inputs: Mapping[str, str]) -> Iterator[str]:
    named = "" if one.by == "rules" else f"  (named by {one_line(one.by, _LABEL)})"
    size = f"{plural(len(one.case_ids), 'case')}, {percent(one.share)}"
    yield f"{number:>3}  {one_line(one.name, 100)}{named}"
    yield f"     {one.id}  {size}{_trend(one)}"
    yield f"     {one_line(one.hypothesis, 300)}"
    if len(one.behaviors) > 1:
        places = ", ".join(f"{one_line(path, 60)} ({count:,})" for path, count in [*one.behaviors.items()][:4])
        yield f"     in {places}"
    for case_id in one.case_ids[:_EXAMPLES]:
        yield f"       {case_id[-ID:]}  {quoted(inputs.get(case_id, ''))}"


def _trend(one: Cluster) -> str:
    counts = [count for _, count in one.trend]
    if len(counts) < 2:
        return ""
    if set(counts) == {len(one.case_ids)}:
        return f"  all of them in each of the last {len(counts)} runs"
    return f"  {sparkline(counts, len(one.case_ids))}  failing run by run: {', '.join(map(str, counts))}"


def sparkline(counts: Sequence[int], most: int) -> str:
    """A bar for each count, the full height for `most`: ``▁▄█``."""
    top = len(_BARS) - 1
    return "".join(_BARS[min(round(count / max(most, 1) * top), top)] for count in counts)


def trigger_lines(triggers: Sequence[Trigger]) -> Iterator[str]:
    """What goes with failing, as one would say it; what may be chance only where nothing is sure."""
    sure = [one for one in triggers if one.p_adjusted <= _SURE]
    if sure:
        yield "What goes with failing (lineages; corrected for all that was looked at)"
        yield from (f"  {_trigger(one)}" for one in sure)
    elif triggers:
        yield "Nothing measurable goes with failing by more than chance; the nearest (lineages):"
        yield from (f"  {_trigger(one)}" for one in triggers[:_UNSURE])


def _trigger(one: Trigger) -> str:
    bounds = f"{one.lift_ci[0]:.1f} to {one.lift_ci[1]:.1f} times, " if one.lift_ci and one.lift is not None else ""
    return f"{one_line(one.words, 200)} ({bounds}{p_words(one.p_adjusted)})"


def found_lines(report: DistillReport) -> Iterator[str]:
    """What was found about these failures before."""
    if not (report.shrunk or report.boundaries):
        return
    yield "Looked into"
    for one in report.shrunk:
        yield f"  {one.case_id[-ID:]}  shrunk to {quoted(text_of(one.smallest.input))}{_contrast(one)}"
    for found in report.boundaries:
        yield f"  {found.case_id[-ID:]}  along {one_line(found.dimension, _LABEL)}: {one_line(found.words, 200)}"


def _contrast(one: Shrunk) -> str:
    return f"; passes {one_line(one.change, 100)}" if one.passing else "; nothing near it passes"


def next_lines(report: DistillReport, command: str, kept: Collection[str] = ()) -> Iterator[str]:
    """What one does next, with the command for it. `command`: the one that was given, without what it was to do;
    `kept`: the ids of clusters that are kept."""
    if not report.failing:
        yield "nothing to distill: no case keeps failing"
        return
    if report.failing[0].is_logged:
        yield from _next_of_calls(report, command)
        return
    for words, options in _next(report, kept):
        yield f"next: {command} {options:<44}  {words}".rstrip()


def _next_of_calls(report: DistillReport, command: str) -> Iterator[str]:
    """The same where what fails are logged calls: cases of them can be asked again."""
    typical = [case for one in report.clusters for case in one.case_ids[:1]] or [report.failing[0].case_id]
    calls = " ".join(case[-ID:] for case in typical)
    project = shlex.join(shlex.split(command)[2:3])
    yield f"next: synterm inbox {project} --promote {calls}   make draft cases of them, to look into"
    yield f"next: {command} --cluster   keep the clusters, so that their names stay"


def _next(report: DistillReport, kept: Collection[str]) -> Iterator[tuple[str, str]]:
    wrong = [one for one in report.failing if one.judged]
    if doubtful := next((one for one in wrong if _is_doubtful(one)), None):
        kind = doubtful.triage.type.replace(" ", "-") if doubtful.triage else ""
        yield "say so, if it is so", f"--confirm {doubtful.case_id[-ID:]}={kind}"
    done = {one.case_id for one in report.shrunk}
    typical = [case for one in report.clusters for case in one.case_ids[:1]]
    if whole := [case for case in (*typical, *(one.case_id for one in wrong)) if case not in done]:
        yield "the smallest input that still fails", f"--shrink {whole[0][-ID:]}"
    if wrong and not report.boundaries:
        yield "where the verdict turns", f"--boundary {(typical or [wrong[0].case_id])[0][-ID:]} --along length"
    if report.clusters:
        yield "neighbours that fail too, as a scenario", f"--around {report.clusters[0].id}"
    if any(one.id not in kept for one in report.clusters):
        yield "keep the clusters, so that their names stay", "--cluster"


def _is_doubtful(one: Failing) -> bool:
    return one.triage is not None and not one.triage.confirmed and one.triage.type != "model error"


def _said(one: Failing) -> str:
    if one.triage is None:
        return ""
    reason = one_line(one.triage.reason, _REASON)
    if one.triage.confirmed:
        return f"✓ {one_line(one.triage.by, _LABEL)}: {reason}"
    return reason if one.triage.by == "rules" else f"{one_line(one.triage.by, _LABEL)}: {reason}"


def wrong_words(one: Failing) -> str:
    """``clarify instead of schedule``; the reason where nothing is expected."""
    if not one.judged:
        return f"no verdict: {one_line(one.got or one.reason, _INPUT)}"
    if one.expected is None:
        return one_line(one.reason or one.got, _INPUT)
    return f"{one_line(one.got, _LABEL) or 'nothing'} instead of {one_line(one.expected, _LABEL)}"


def quoted(text: str) -> str:
    """A text between quotation marks, as one line that is not too long."""
    return f'"{one_line(text, _INPUT)}"'


def text_of(values: Mapping[str, object]) -> str:
    """An input as one text."""
    from synterm.core.case import input_text

    return input_text(dict(values))

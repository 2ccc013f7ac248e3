"""One test of a JUnit file: a case under a variant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from synterm.core.case import value_text
from synterm.core.comparison import ChangedCase, CompareReport
from synterm.reports.case_words import CaseVerdict, answer, check_lines, error_kind, got
from synterm.reports.figures import dollars, milliseconds
from synterm.reports.junit_suite import seconds
from synterm.reports.xml import element, line, start

if TYPE_CHECKING:
    from synterm.storage.recorded import Recorded

_MESSAGE = 1024
_DETAIL = 8192
_PART = 2000
_ANSWER = 4000


def testcase(
    verdict: CaseVerdict, classname: str, name: str, broken: ChangedCase | None, against: CompareReport | None
) -> str:
    """A test; `broken`: how it came out worse than in the run that it was held `against`."""
    head = start("testcase", classname=classname, name=name, time=f"{seconds(verdict):.3f}")
    return f"\n{head}{_problem(verdict, broken, against)}\n{element('system-out', _told(verdict))}\n</testcase>"


def _problem(verdict: CaseVerdict, broken: ChangedCase | None, against: CompareReport | None) -> str:
    if verdict.passed:
        return ""
    message = line(verdict.message, _MESSAGE)
    detail = cut("\n".join(_detail(verdict, broken, against)), _DETAIL)
    if verdict.passed is None:
        return "\n" + element("error", detail, type=error_kind(verdict.telling), message=message)
    kind = "regression" if broken else "flaky" if verdict.flaky else "assertion"
    return "\n" + element("failure", detail, type=kind, message=message)


def _detail(verdict: CaseVerdict, broken: ChangedCase | None, against: CompareReport | None) -> Iterator[str]:
    done = verdict.telling
    for name, value in done.input.items():
        yield f"{name}: {cut(value_text(value), _PART)}"
    if done.expected is not None:
        yield f"expected: {cut(value_text(done.expected), _PART)}"
    if done.outcome.answered:
        yield f"got: {cut(got(done), _PART)}"
    if done.error:
        yield f"error: {done.error}"
    if done.hint:
        yield f"hint: {done.hint}"
    yield from check_lines(done.checks)
    if verdict.flaky:
        passed, judged = verdict.counts
        yield f"flaky: {passed} of {judged} repeats passed"
    if broken and against:
        yield f"against {against.before.name}: {_before(broken)}"


def _before(broken: ChangedCase) -> str:
    before = broken.before
    if before.passed:
        return f"passed before, with {cut(before.output, _PART)}"
    if before.rate is not None and broken.after.rate is not None:
        return f"{before.rate:.0%} of its repeats passed before, {broken.after.rate:.0%} do now"
    return "came out better before"


def _told(verdict: CaseVerdict) -> str:
    """What there is to know of its answers: which case, and of each repeat the answer, its tokens and cost."""
    done, count = verdict.telling, len(verdict.repeats)
    room = _ANSWER // count
    parts = [f"case {done.case_id}" + (f"  tags {', '.join(done.tags)}" if done.tags else "")]
    parts += [_repeat(each, count, room) for each in verdict.repeats]
    return cut("\n".join(parts), _DETAIL)


def _repeat(done: Recorded, count: int, room: int) -> str:
    verdict = {True: "passed", False: "failed", None: "no verdict"}[done.passed]
    prompt, completion = done.usage.prompt, done.usage.completion
    facts = [
        f"repeat {done.repeat + 1}" if count > 1 else "",
        verdict if count > 1 else "",
        done.outcome.value,
        "from the project file" if done.cached else milliseconds(done.latency_ms) if done.latency_ms else "",
        f"{prompt}+{completion} tokens" if prompt is not None and completion is not None else "",
        dollars(done.cost_usd) if done.cost_usd else "",
    ]
    return f"{' · '.join(filter(None, facts))}\n{cut(answer(done), room)}"


def cut(text: str, limit: int) -> str:
    """`text`, cut at `limit` characters with a word on how many are left out."""
    if len(text) <= limit:
        return text
    said = f"… ({len(text) - limit:,} more characters)"
    return text[: max(limit - len(said), 0)] + said

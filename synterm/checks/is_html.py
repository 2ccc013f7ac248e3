"""The answer is HTML."""

from __future__ import annotations

from synterm.checks.base import Answer, Check, Example
from synterm.checks.fields import bounded
from synterm.checks.html_tags import KNOWN, SELF_ENDING, VOID, Tag, UnclosedError, tags
from synterm.core.evaluation import CheckResult
from synterm.text import one_line


class IsHtml(Check):
    """The answer is HTML, all of it: a page, or a piece of one.

    All text stands within elements, at least one of them is an element of HTML (or a custom one, with a hyphen), and
    each is closed in order, but for those that HTML lets end by themselves (``<br>``, ``<p>``, ``<li>`` …). White space
    around it counts for nothing; an empty answer is not HTML. What the tags mean, and whether a browser would mend
    them, is not looked at. No verdict on more than 1,000,000 characters.
    """

    type = "is-html"
    example = Example({}, "<p>Dear Ines,<div>thanks!", False, "<div> is not closed")

    def judge(self, answer: Answer) -> CheckResult:
        text = bounded(answer.text).strip()
        try:
            complaint = _complaint(text)
        except UnclosedError as error:
            complaint = one_line(str(error), 120)
        return self.verdict(complaint is None, complaint or "is HTML")


def _complaint(text: str) -> str | None:
    if not text:
        return "is empty"
    opened: list[str] = []
    shown, known = 0, False
    for tag in tags(text):
        if not opened and (outside := text[shown : tag.start].strip()):
            return f"text outside of tags: {one_line(outside, 60)}"
        shown = tag.end
        known = known or tag.name in KNOWN or ("-" in tag.name and not tag.name.startswith("!"))
        if complaint := _apply(tag, opened):
            return complaint
    if not opened and (outside := text[shown:].strip()):
        return f"text outside of tags: {one_line(outside, 60)}"
    if left := next((name for name in reversed(opened) if name not in SELF_ENDING), None):
        return f"<{one_line(left, 40)}> is not closed"
    return None if known else "has no element of HTML"


def _apply(tag: Tag, opened: list[str]) -> str | None:
    """Open or close what the tag says; what is wrong with it, or None."""
    if tag.name.startswith(("!", "?")) or tag.name in VOID or (tag.alone and not tag.closes):
        return None
    if not tag.closes:
        opened.append(tag.name)
        return None
    while opened and opened[-1] != tag.name:
        if opened[-1] not in SELF_ENDING:
            return f"</{one_line(tag.name, 40)}> comes where <{one_line(opened[-1], 40)}> is open"
        opened.pop()
    if not opened:
        return f"</{one_line(tag.name, 40)}> closes nothing"
    opened.pop()
    return None

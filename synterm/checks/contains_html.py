"""The answer holds HTML, whatever stands around it."""

from __future__ import annotations

from synterm.checks.base import Answer, Check, Example
from synterm.checks.fields import bounded
from synterm.checks.html_tags import KNOWN, VOID, Tag, UnclosedError, tags
from synterm.core.evaluation import CheckResult

_PLAIN = frozenset(("br", "hr"))


class ContainsHtml(Check):
    """The answer holds an element of HTML somewhere.

    That is one with its end tag, one that has none (``<br>``, ``<img src=…>``), or a ``<!DOCTYPE html>``. A word in
    angle brackets alone (``List<String>``, ``<name>``) is none. An empty answer holds none. No verdict on more than
    1,000,000 characters.
    """

    type = "contains-html"
    example = Example({}, "Write <b>bold</b> for bold.", True, "contains <b>")

    def judge(self, answer: Answer) -> CheckResult:
        opened: set[str] = set()
        try:
            for tag in tags(bounded(answer.text)):
                if _is_element(tag, opened):
                    return self.verdict(True, f"contains <{tag.name}>")
        except UnclosedError:
            pass  # What has no end is no element.
        return self.verdict(False, "contains no HTML")


def _is_element(tag: Tag, opened: set[str]) -> bool:
    if tag.name in VOID:
        return tag.name in _PLAIN or tag.attributes or tag.alone
    if tag.name not in KNOWN:
        return tag.name == "!doctype"
    if tag.closes:
        return tag.name in opened
    opened.add(tag.name)
    return tag.alone

"""The answer is XML, and has the elements that it must have."""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import BeforeValidator

from synterm.checks.base import Answer, Check, Example
from synterm.checks.fields import bounded
from synterm.checks.words import words_of
from synterm.checks.xml_text import XmlError, read_xml
from synterm.core.evaluation import CheckResult


def _elements(value: Any) -> tuple[str, ...]:
    """A list, a text with commas, or promptfoo's ``{requiredElements: […]}``."""
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        if named.keys() != {"requiredElements"}:
            raise ValueError("must be paths of elements: order.item, order.total")
        value = named["requiredElements"]
    paths = words_of(value)
    if not all(step for path in paths for step in path.split(".")):
        raise ValueError("has a path with an empty step; write order.item")
    return paths


class IsXml(Check):
    """The answer is one well-formed XML document, all of it, and has the elements that it must have.

    White space around it counts for nothing; an empty answer is not XML. Declarations within its DOCTYPE are refused,
    as they can make a short text endless; nothing is fetched. No verdict on more than 1,000,000 characters.
    """

    type = "is-xml"
    example = Example(
        {"value": ["order.total"]}, "<order><item>tea</item></order>", False, "has no element order.total"
    )

    value: Annotated[tuple[str, ...], BeforeValidator(_elements)] | None = None
    """Elements that must be there, as paths from the root (``order.item``): a list, or one text with commas between."""

    def judge(self, answer: Answer) -> CheckResult:
        complaint = self.complaint(bounded(answer.text).strip())
        return self.verdict(complaint is None, complaint or "is XML")

    def complaint(self, text: str) -> str | None:
        """What is wrong with `text`; None where it is as it must be."""
        try:
            missing = read_xml(text, self.value or ())
        except XmlError as error:
            return str(error)
        return f"has no element {', '.join(missing)}" if missing else None

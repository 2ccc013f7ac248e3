"""The answer holds XML, whatever stands around it."""

from __future__ import annotations

from synterm.checks.base import Answer, Example
from synterm.checks.fields import bounded
from synterm.checks.is_xml import IsXml
from synterm.checks.xml_text import xml_within
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError


class ContainsXml(IsXml):
    """The answer holds a well-formed XML element somewhere that has the elements that it must have.

    Text around it counts for nothing; of several elements one is enough. An empty answer holds none. No verdict for an
    answer of over 1,000,000 characters, or one full of tags that hold no XML.
    """

    type = "contains-xml"
    example = Example({"value": "order.item"}, "Sure: <order><item>tea</item></order>!", True, "contains XML")

    def judge(self, answer: Answer) -> CheckResult:
        first: str | None = None
        try:
            for piece in xml_within(bounded(answer.text)):
                complaint = self.complaint(piece)
                if complaint is None:
                    return self.verdict(True, "contains XML")
                first = first or complaint
        except ValueError as error:
            raise InputError(f"the answer can't be searched for XML: {error}") from error
        return self.verdict(False, first or "contains no XML element")

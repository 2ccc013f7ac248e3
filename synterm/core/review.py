"""What a person says about an answer: whether it is right, blind to what the checks say.

A verdict is about a case's content and a text, not about the run that the text came up in: whoever sees the same text
for the same case again, in a later run or under another prompt, need not judge it again.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from synterm.core.ids import content_id, new_id
from synterm.text import storable

Subject = tuple[str, str]
"""What a verdict is about: the content id of the case, and the id of the output. Both in hex."""


@dataclass(frozen=True, slots=True)
class Review:
    """One person's verdict on one output."""

    content_id: str
    """The name of the case's content, in hex."""
    output_id: str
    """`output_id` of the answer's text."""
    passed: bool
    who: str = ""
    """The login name of the person, as runs record it."""
    note: str = ""
    response_pk: int | None = None
    """The row of the answer that was looked at; None where it was not kept."""
    id: str = field(default_factory=new_id)
    created: str = ""
    """When it was first given: ISO 8601, UTC; set by the store."""
    updated: str = ""

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return self.content_id, self.output_id


def output_id(text: str) -> str:
    """The name of an answer's text, in hex: texts that only differ in what no reader sees have the same.

    That is: the composition of characters (Unicode NFC), line breaks, white space at the ends of lines and of the text.
    """
    composed = unicodedata.normalize("NFC", storable(text))
    lines = (line.rstrip() for line in composed.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return content_id("output", "\n".join(lines).strip())

"""What a person says about an answer: whether it is right.

A reviewer says so blind to the checks; a user of the app by a thumb or a rating. A verdict is about a case's content
and a text, not about the run that the text came up in: whoever sees the same text for the same case again, in a later
run or under another prompt, need not judge it again.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from synterm.core.ids import content_id, new_id
from synterm.text import storable

Subject = tuple[str, str]
"""What a verdict is about: the content id of the case, and the id of the output. Both in hex."""
Source = Literal["review", "feedback"]
"""Whether a reviewer judged the answer, or a user of the app."""


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
    source: Source = "review"
    rating: float | None = None
    """The stars that a user gave, 1 to 5; None where there were none."""
    answer: str | None = None
    """The text, where no answer in the project file has it."""

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return self.content_id, self.output_id


def output_id(text: str) -> str:
    """The name of an answer's text, in hex: texts that only differ in what no reader sees have the same.

    That is: the composition of characters (Unicode NFC), line breaks, white space at the ends of lines and of the text.
    """
    return content_id("output", plain(text))


def plain(text: str) -> str:
    """A text without what `output_id` does not tell apart."""
    composed = unicodedata.normalize("NFC", storable(text))
    lines = (line.rstrip() for line in composed.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "\n".join(lines).strip()


def majority(reviews: Iterable[Review]) -> bool | None:
    """What most of the people say; None when as many say one thing as the other, or nobody says anything."""
    said = [review.passed for review in reviews]
    passed = sum(said)
    return None if 2 * passed == len(said) else 2 * passed > len(said)

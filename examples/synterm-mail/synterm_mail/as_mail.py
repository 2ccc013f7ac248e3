"""What a case says, as it comes in by mail."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from random import Random
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator

from synterm.checks.words import words_of
from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.generators.base import Maker, Surroundings
from synterm.describe.generators.example import Example
from synterm.describe.generators.lines import lines_of, rewritten
from synterm.errors import InputError

Kind = Literal["forwarded", "reply", "wrapped", "phone", "html"]
_KINDS: tuple[Kind, ...] = get_args(Kind)
_NAMES = ("A. Brown", "C. Okafor", "M. Silva", "R. Tanaka")
_SUBJECTS = ("A question", "Fwd: Please help", "Re: Re: your message", "(no subject)", "URGENT")
_DAYS = ("Mon, 3 Mar 2025 at 09:12", "Thu, 14 Aug 2025 at 17:40", "Sun, 21 Sep 2025 at 22:03")
_ASKED = ("Thank you for your message. What can we do for you?", "We have closed your request. Was it solved?")
_PHONES = ("Sent from my phone", "Get the app for your phone", "Sent from my phone, please excuse typos")


class AsMail(Maker):
    """The same request as it comes in by mail: forwarded, above the mail that it replies to, with its lines broken,
    from a phone, or with what is left of HTML.

    What the user wants stands there word for word, so the same result is expected; what is around it is what a prompt
    that was written with clean texts has never seen. Names, subjects and days are made up.
    """

    type = "as-mail"
    title = "puts the request into a mail: forwarded, replied, wrapped, from a phone, from HTML"
    then = "the same"
    example = Example(
        {}, {"message": "Where is the parcel that I sent back to you three weeks ago, please?"}, "returns"
    )

    only: Annotated[tuple[Kind, ...], BeforeValidator(words_of)] = ()
    """The kinds of mail that are wanted; all in turn without it."""
    value: str | None = None
    """The value of the input that becomes a mail; without it the longest text among the prompt's variables, of a
    dialog the opening or the first turn of its user."""

    def make(self, seed: Case | None, around: Surroundings, random: Random) -> Iterator[Candidate]:
        """One mail of each kind. Raises InputError where the case has no text."""
        lines = lines_of(seed.input, around.variables, self.value) if seed else []
        if seed is None or not lines:
            raise InputError("the input has no text that could be a mail")
        path, text = lines[0]
        kinds = list(self.only or _KINDS)
        random.shuffle(kinds)
        for kind in kinds:
            if (new := mail(kind, text, random)) == text:
                continue  # a line that is too short to be broken
            yield Candidate(
                rewritten(seed.input, {path: new}),
                seed.expected,
                "same",
                f"as a mail: {kind}",
                tags=(self.type, kind),
                # Only its white space is another: that is no copy of the seed.
                form=f"{self.type}:{kind}" if kind == "wrapped" else "",
                # Most of a short request is then the mail around it, which is what this is for.
                beyond=frozenset({"length", "too-far"}),
            )


def mail(kind: Kind, text: str, random: Random) -> str:
    """A text as such a mail has it."""
    name, day = random.choice(_NAMES), random.choice(_DAYS)
    if kind == "forwarded":
        subject = random.choice(_SUBJECTS)
        return f"FYI, see below.\n\n---------- Forwarded message ---------\nFrom: {name}\nSubject: {subject}\n\n{text}"
    if kind == "reply":
        return f"{text}\n\nOn {day}, {name} wrote:\n> {random.choice(_ASKED)}\n>\n> -- \n> {name}"
    if kind == "wrapped":
        return textwrap.fill(text, random.choice((32, 48, 64)), break_long_words=False, break_on_hyphens=False)
    if kind == "phone":
        return f"{text}\n\n-- \n{random.choice(_PHONES)}"
    return f"&nbsp;<br>{text.replace(' ', '&nbsp; ', 1)}<br><br>&nbsp;{name}<br>"

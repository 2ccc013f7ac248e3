"""Chat shorthand: u, pls, tmrw, w/."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from synterm.describe.generators.noise import Noise, Site
from synterm.describe.generators.tokens import like

SHORT = {
    "about": "abt", "and": "n", "appointment": "appt", "are": "r", "as far as i know": "afaik",
    "as soon as possible": "asap", "because": "bc cuz", "before": "b4", "between": "btwn", "by the way": "btw",
    "conversation": "convo", "could": "cld", "definitely": "def", "don't know": "dunno", "every": "evry",
    "favorite": "fav", "friday": "fri", "going to": "gonna", "got to": "gotta", "great": "gr8", "hours": "hrs",
    "i don't know": "idk",
    "in my opinion": "imo", "information": "info", "just": "jst", "kind of": "kinda",
    "let me know": "lmk", "meeting": "mtg", "message": "msg", "messages": "msgs", "minutes": "mins", "monday": "mon",
    "no problem": "np", "okay": "ok k", "on my way": "omw", "people": "ppl", "picture": "pic", "please": "pls plz",
    "probably": "prob", "really": "rly", "right now": "rn", "saturday": "sat", "schedule": "sched", "see you": "cya",
    "sorry": "sry", "sunday": "sun", "talk to you later": "ttyl", "text": "txt", "thank you": "ty thx",
    "thanks": "thx", "though": "tho", "thursday": "thurs", "to be honest": "tbh", "today": "2day",
    "tomorrow": "tmrw tmr",
    "tonight": "2nite", "tuesday": "tues", "want to": "wanna",
    "wednesday": "wed", "week": "wk", "weekend": "wknd", "what": "wat",
    "with": "w/", "without": "w/o", "would": "wld", "you": "u", "you are": "ur", "your": "ur", "you're": "ur",
}  # fmt: skip
_PHRASE = re.compile(
    rf"(?<![\w'’])(?:{'|'.join(re.escape(one) for one in sorted(SHORT, key=len, reverse=True))})(?![\w'’])",
    re.IGNORECASE,
)


class Shorthand(Noise):
    """Writes as in a chat: u for you, pls for please, tmrw for tomorrow, w/ for with. English only."""

    type = "shorthand"
    title = "writes as in a chat: u, pls, tmrw, w/"
    kinds: ClassVar[tuple[str, ...]] = ("chat",)
    english: ClassVar[frozenset[str]] = frozenset(kinds)
    strength: float = Field(default=0.6, gt=0, le=1)
    """The share of the words with a short form that get it."""

    def sites(self, text: str, kind: str) -> Iterable[Site]:
        for phrase in _PHRASE.finditer(text.replace("’", "'")):
            old = phrase.group()
            yield Site(*phrase.span(), [like(old, new) for new in SHORT[old.lower()].split()])

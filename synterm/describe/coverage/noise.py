"""What is wrong with how a text is written: misspelt, or as in a chat. English only."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from synterm.analysis.library import library
from synterm.describe.generators.shorthand import SHORT

NOISES = ("clean", "misspelt", "chat-like")
"""How texts are told apart."""
_WEAK = frozenset(
    "appt fri hrs info k mins mon n np ok pic prob r rn sat sun tues thurs ty wed yr yrs msg msgs def fav".split()
)
"""Short forms that people write elsewhere too, or that are words of their own: one alone is not enough."""
_STRONG = (
    frozenset(form for forms in SHORT.values() for form in forms.split() if "/" not in form)
    | frozenset("haha hahaha lol lmao nite nvm omg smh sup thru tmw til u ur wassup whatcha ya yea yeah yep".split())
) - _WEAK
_BARE = frozenset(
    "arent cant couldnt didnt doesnt dont hadnt hasnt havent heres hows im isnt ive shouldnt thats theres theyre wasnt "
    "werent whats wheres whos wont wouldnt youre youve".split()
)
"""Contractions without their apostrophe."""
_SIGNS = re.compile("\\bw/|(?:^|\\s)[:;]-?[)(DP](?:\\s|$)|<3|[\u2600-\u27bf\U0001f300-\U0001faff]")
"""w/, emoticons and emoji."""
_WORD = re.compile(r"(?<![\w'’@#/.])\w+(?:['’]\w+)*(?![\w@/]|\.\w)")
_PLAIN = re.compile(r"(?<![\w'’@#/\\-])[a-z]{5,20}(?![\w'’@#/\\-])")
"""Words that can be told: in small letters, as what begins with a capital may be a name, and in no address or path;
shorter ones are near to everything."""
_HEAD = 4000
"""How much of a text counts: its beginning."""
_COMMON = 1000
"""A word that is meant is at least so frequent in the dictionary's texts (films' subtitles, 10⁸ words and more)."""
_KNOWN = frozenset(
    "admin admins aires alexa analytics angeles app apps async backend blog blogs chatbot checkin checkout config "
    "crypto csv demo devs dropdown emoji figma frontend gmail google inbox intranet laptop login logins logout "
    "lookup meme metadata offline offsite onboarding online onsite outro paypal pdf pdfs podcast popup recap "
    "recaps repo repos roadmap roadmaps routing screenshot selfie signup slack spotify standup standups startup "
    "startups sync synced texted texting todo todos uber upload uploads username vpn webinar webinars whatsapp "
    "wifi wiki workflow workflows youtube zoom".split()
)
"""Words of our days that dictionaries of older texts lack."""


def noise_of(text: str) -> str:
    """One of NOISES; a text that is misspelt in the way of a chat is misspelt. Without the dictionary of the extra
    ``analysis`` no text is (see `can_spell`).
    """
    head = text[:_HEAD]
    if can_spell() and any(map(misspelt, _PLAIN.findall(head))):
        return "misspelt"
    return "chat-like" if _chats(head) else "clean"


@cache
def can_spell() -> bool:
    """Whether there is a dictionary here that tells misspelt words."""
    from importlib.util import find_spec

    return find_spec("spellchecker") is not None


@lru_cache(maxsize=1 << 16)
def misspelt(word: str) -> bool:
    """Whether a word in small letters is none, and one letter away from one that is common.

    A letter is left out, put in, taken for another, or two are swapped (P. Norvig's candidates at distance 1). What is
    only spelt in another country's way (colour, organise) counts as right. Raises ModelError without the extra.
    """
    if word in _KNOWN or word in _STRONG or word in _WEAK or word in _BARE:
        return False
    dictionary = _dictionary()
    if dictionary.known([word]):
        return False
    frequency = dictionary.word_frequency
    near = [other for other in dictionary.known(dictionary.edit_distance_1(word)) if frequency[other] >= _COMMON]
    return bool(near) and not any(_variant(word, other) for other in near)


def _chats(text: str) -> bool:
    if _SIGNS.search(text):
        return True
    said = [found.group().lower().replace("’", "'") for found in _WORD.finditer(text)]
    strong = any(word in _STRONG for word in said)
    return strong or sum(word in _WEAK or word in _BARE for word in said) >= 2


def _variant(word: str, other: str) -> bool:
    """Whether two spellings differ as British and American ones do, or in an ending that makes a plural."""
    british = word.replace("our", "or").replace("is", "iz").replace("ys", "yz").replace("ll", "l").replace("tre", "ter")
    american = other.replace("is", "iz").replace("ys", "yz").replace("ll", "l")
    return british == american or word in (f"{other}s", f"{other}ing", f"re{other}", f"un{other}")


@cache
def _dictionary() -> Any:
    return library("spellchecker", need="telling misspelt words").SpellChecker(language="en", distance=1)

"""The tone of a text, by words that give it away.

What is asked about is no tone: somebody whose card was stolen may be calm. So only words count that are said of the
assistant, or of one's own patience, and what is written in capital letters. It is English only, irony goes unseen, and
most texts are plain.
"""

from __future__ import annotations

import re

TONES = ("plain", "polite", "impatient", "angry", "enthusiastic")
"""The tones that texts are told apart by."""


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{'|'.join(phrases)})(?![\w'])")


_ANGRY = _any(
    "absurd", "crap", "damn", "damned", "disgrace", "disgraceful", "disgusting", "fed up", "for god'?s sake",
    "furious", "fuck\\w*", "goddamn\\w*", "had enough", "how dare", "i hate", "idiots?", "idiotic", "incompetent",
    "infuriating", "outrageous", "pathetic", "piss(?:ed|es)? (?:me )?off", "ridiculous", "screw (?:you|this)",
    "shame on", "shit\\w*", "shut up", "sick (?:and tired )?of", "stupid", "terrible service", "the hell",
    "unacceptable", "unbelievable", "useless", "(?:what|is|such) a joke", "waste of (?:my )?time", "worst", "wtf",
    "you (?:people|guys) (?:never|always)",
)  # fmt: skip
_IMPATIENT = _any(
    "already asked", "any ?time soon", "as soon as possible", "asap", "at once", "by now", "come on", "finally",
    "do i have to", "for the (?:last|second|third|\\w+th) time", "get on with it", "haven't got all day",
    "how much longer", "hurry(?: up)?", "i don't have (?:all day|time)", "immediately", "in a (?:hurry|rush)",
    "need (?:it|this|that) now", "now!", "quickly", "right away", "still waiting", "this (?:minute|instant)",
    "urgent", "urgently", "why is(?:n't)? (?:this|it) (?:so slow|taking so long|done)",
)  # fmt: skip
_ENTHUSIASTIC = _any(
    "can't wait", "cannot wait", "great (?:job|work)", "hooray", "(?:love|loving) (?:it|this|that)",
    "so (?:excited|happy|glad)", "super excited", "thrilled", "woo+ ?hoo+", "wow", "yay",
    "you(?:'re| are) (?:the best|awesome|amazing|great|wonderful)",
)  # fmt: skip
_GLAD = _any(
    "amazing", "awesome", "brilliant", "excellent", "excited", "fantastic", "glad", "great", "happy", "love",
    "perfect", "wonderful",
)  # fmt: skip
"""Words that may be said of anything: with an exclamation mark they tell of a tone."""
_POLITE = _any(
    "appreciate", "apologies", "be so kind", "could (?:you|i)", "excuse me", "good (?:morning|afternoon|evening)",
    "grateful", "kindly", "may i", "many thanks", "much obliged", "please", "pls", "plz", "sorry", "thanks?",
    "thank you", "thx", "would it be possible", "would you", "would love",
)  # fmt: skip
_SHOUTED = re.compile(r"(?<!\w)[A-Z]{3,}(?!\w)")
_MARKS = re.compile(r"!!|\?\?|\?!|!\?")
_ENDS = 4000
"""How much of a text counts: its beginning."""


def tone_of(text: str) -> str:
    """One of TONES: where several would do, the one that is hardest to answer."""
    head = text[:_ENDS].replace("’", "'")
    said = head.lower()
    if _ANGRY.search(said) or _shouts(head):
        return "angry"
    if _IMPATIENT.search(said):
        return "impatient"
    if _ENTHUSIASTIC.search(said) or ("!" in said and _GLAD.search(said)):
        return "enthusiastic"
    if _MARKS.search(head):
        return "impatient"
    return "polite" if _POLITE.search(said) else "plain"


def _shouts(text: str) -> bool:
    """Whether most of a text of some words is in capital letters; a name or two is not."""
    if len(_SHOUTED.findall(text)) < 3:
        return False
    letters = sum(map(str.isalpha, text))
    return letters >= 12 and sum(map(str.isupper, text)) >= 0.6 * letters

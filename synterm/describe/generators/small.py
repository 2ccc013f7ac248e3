"""Asking a very small model: by examples in turns, and held so that little can go wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from synterm.core.prompt import Message
from synterm.core.request import JsonSchema
from synterm.describe.generators.base import Question
from synterm.describe.generators.shots import Openings, Shots

TOO_SMALL = "the model is too small for this: it needs one that follows instructions"
_LONG, _NEW_WORDS = 10, 0.6
_MOST_WORDS, _FEWEST_WORDS = 40, 4
_OFFERED = 3
"""Openings among which the model chooses."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)|\n+")
_HELLO = r"(?:(?:hi|hello|hey|yo|ok|okay|so|and|please|pls|plz|kindly)\b[\s,!.]*)"
_ASKS = (
    r"(?:(?:can|could|would|will) (?:you|u|ya)\b|(?:do|would) you mind\b|any chance you (?:can|could)\b|you must\b"
    r"|(?:i|we)(?: need| want| would like|'d like) (?:you to|for you to)\b)"
)
_KNOWS = (
    r"(?:tell me\b|let me know\b|do you (?:happen to )?know\b|any idea\b|may i ask\b"
    r"|(?:i|we)(?: wish| want| need| would like|'d like| wanna) (?:to )?know\b)"
)
_WANTS = r"(?:need to\b|(?:i|we)(?: wish| want| need| have| would like|'d like) to\b|(?:i|we) wanna\b)"
_FRAME = re.compile(
    rf"(?i)\A{_HELLO}*(?P<asks>{_ASKS})?\s*{_HELLO}*(?:(?P<knows>{_KNOWS})|(?P<wants>{_WANTS}))?[\s,:]*"
)
_ASKING = re.compile(
    r"(?i)(?:(?:at|in|on|for|to|by|from|with) )?(?:what|who|where|when|how|which)(?:'?s)?\b|(?:why|if|whether)\b"
)
_WHOLE = re.compile(
    r"(?i)(?:is|are|am|does|did|do|was|were|will|has|have|can|could|should|may|any|need|want|looking|same|no|at|on|in|for|by|from|with|after|before)\b"
)
"""What begins a question, or a fragment, that fits behind no opening but one that ends."""
_TELLING = re.compile(
    r"(?i)(?:i|i'm|i've|im|we|we're|my|our|it|it's|its|this|that|these|he|she|they|the|there|there's|theres|not|no|but|"
    r"because|sorry|thanks|thank)\b"
)
_TO_USER = re.compile(
    r"(?i)\b(?:i'm|i am|we're|we are) (?:sorry|here to|happy to|glad)\b|\b(?:assist|help) you\b|\byour request\b"
)
_MOVE = frozenset("is are was were".split())
_DROP = frozenset("do does did".split())
"""What a question has that is no question any more when it becomes part of a sentence."""
_POLITE = frozenset("please pls plz kindly just".split())
_ARTICLES = frozenset("a an the please pls plz kindly".split())
_SPARED = frozenset("my our is are am been be just so really very also then some any there".split())
"""English words that somebody in a hurry leaves out, besides articles."""


def request_in(text: str) -> tuple[str, str, str]:
    """The sentence of a text that asks for something, with what stands before and after it.

    Raises ValueError, in words, where there is none that a very small model could put otherwise.
    """
    stop = 0
    for part in _SENTENCE_END.split(text):
        at = text.index(part, stop)
        stop = at + len(part)
        if part.strip() and _asks(part) and len(part.split()) >= _FEWEST_WORDS:
            return text[:at], part, text[stop:]
    raise ValueError("a model as small as this can only reword requests of some words, and finds none in it")


def _asks(sentence: str) -> bool:
    found = _FRAME.match(sentence)
    framed = found is not None and any((found["asks"], found["knows"], found["wants"]))
    return framed or not _TELLING.match(sentence) or sentence.rstrip().endswith("?")


def reframed(sentence: str, openings: Openings, shots: Shots, random: Random) -> Question:
    """The question for a request in another frame: it begins with another opening, and has the words of the old one.
    The model chooses which opening fits, and where a verb goes that moves.

    Raises ValueError, in words, for one that can't be asked so.
    """
    found = _FRAME.match(sentence)
    assert found, "everything may be without a frame"
    rest = sentence[found.end() :].strip().rstrip(" .?!")
    words = [word for word in rest.split() if _bare(word) not in _POLITE]
    if not _FEWEST_WORDS - 1 <= len(words) <= _MOST_WORDS or set(rest) & set('"\\'):
        raise ValueError("a model as small as this can't reword a request that is so long, short or odd")
    if words[0][1:].islower() and not any(word[:1].isupper() for word in words[1:2]):
        words[0] = words[0].lower()
    bodies = [" ".join(words)]
    if _ASKING.match(rest):
        chosen = openings.question or openings.whole
        bodies = _indirect(words) if openings.question else bodies
    elif found["wants"]:
        chosen = openings.wanted or openings.whole
        bodies = bodies if openings.wanted else [f"{found['wants']} {bodies[0]}"]
    elif found["knows"]:
        chosen, bodies = openings.whole, [sentence.strip().rstrip(" .?!")]
    elif not found["asks"] and (_WHOLE.match(rest) or sentence.rstrip().endswith("?")):
        chosen = openings.whole
    else:
        chosen = openings.request
    others = [one for one in chosen if not sentence.casefold().startswith(one.casefold())]
    offered = random.sample(others, min(_OFFERED, len(others)))
    return _asked(sentence, shots, random, f"^({_either(offered)}) ({_either(bodies)})[?.]$", len(sentence) + 120)


def _indirect(words: list[str]) -> list[str]:
    """The ways in which a question may become part of a sentence: "where is my parcel", "where my parcel is"."""
    at = next((at for at, word in enumerate(words[:3]) if _bare(word) in _MOVE | _DROP), None)
    if at is None:
        return [" ".join(words)]
    rest = [*words[:at], *words[at + 1 :]]
    if _bare(words[at]) in _DROP:
        return [" ".join(rest)]
    return [" ".join((*rest[:to], words[at], *rest[to:])) for to in range(at + 1, len(rest) + 1)]


def shortened(text: str, shots: Shots, random: Random) -> Question:
    """The question for `text` with little words left out of it, and none other in it; numbers, names and every *not*
    stay. Raises ValueError, in words, where it has none to spare."""
    found = _FRAME.match(text)
    assert found, "everything may be without a frame"
    words = [word for word in text[found.end() :].rstrip(" .").split() if _bare(word) not in _ARTICLES]
    spare = [_bare(word) in _SPARED for word in words]
    if all(spare) or len(words) > _MOST_WORDS or set(text) & set('"\\'):
        raise ValueError("a model as small as this can't shorten it")
    if not any(spare) and len(words) == len(text.split()):
        raise ValueError("the text has no word to spare")
    parts = [f"({_literal(word)} )?" if free else f"{_literal(word)} " for word, free in zip(words, spare, strict=True)]
    return _asked(text, shots, random, f"^{''.join(parts)}$", len(text) + 8)


def _either(texts: Sequence[str]) -> str:
    return "|".join(map(_literal, texts))


def _literal(text: str) -> str:
    """A text as a pattern. Only what means something is escaped: the runtime knows no other escapes."""
    return re.sub(r"([\^$.\[\](){}|*+?])", r"\\\1", text)


def go_on(instruction: str, known: Sequence[str], longest: int, random: Random) -> Question:
    """The question for one more text like those that are there, as the next turn of a row of them."""
    shots = [(instruction, text) for text in known]
    # One sentence, on one line: it would go on with a dialog of its own.
    pattern = f'^[^"\\\\?!.\\n\\r0-9{{}}<>@ ][^"\\\\?!.\\n\\r{{}}<>]{{8,{max(longest, 20)}}}[?.!]?$'
    return _asked(instruction, shots, random, pattern, longest, temperature=0.7)


def slip_of(text: str, examples: Sequence[str]) -> str | None:
    """What went wrong, in words, where a small model repeats an example or itself, or speaks as an assistant."""
    plain = [_bare(word) for word in text.split()]
    if any(plain == [_bare(word) for word in one.split()] for one in examples):
        return "the model repeated an example"
    # Of a text that goes in circles few words are new.
    if len(plain) >= _LONG and len(set(plain)) < len(plain) * _NEW_WORDS:
        return "the model went in circles"
    return "the model speaks to the user, not as the user" if _TO_USER.search(text) else None


def _asked(text: str, shots: Shots, random: Random, pattern: str, longest: int, temperature: float = 0.5) -> Question:
    turns = [
        Message(role=role, content=said)
        for pair in random.sample(list(shots), len(shots))
        for role, said in zip(("user", "assistant"), pair, strict=True)
    ]
    messages = (*turns, Message(role="user", content=text))
    schema = JsonSchema({"type": "string", "pattern": pattern})
    return Question(messages, schema, 24 + longest // 2, temperature=temperature)


def _bare(word: str) -> str:
    return word.strip(".,;:!?()").casefold().replace("’", "'")

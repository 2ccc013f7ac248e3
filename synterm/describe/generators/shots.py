"""Asking a very small model: by examples in turns, and with an opening that it must take."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from synterm.core.prompt import Message
from synterm.core.request import JsonSchema
from synterm.describe.generators.base import Question

Shots = Sequence[tuple[str, str]]
"""What was said, and how it is said instead."""

OPENINGS = ("Could you", "Any chance you could", "Can you please", "I was wondering if you could", "I need you to")
"""How a request can be opened. Without one a small model answers the request instead of saying it in other words."""
ASKING = ("Do you know", "Can you tell me", "Any idea", "Could you tell me")
"""The same for a question."""
_LONG, _NEW_WORDS = 10, 0.6
_QUESTION = ("what", "who", "where", "when", "why", "how", "which", "is ", "are ", "does ", "did ")

PARAPHRASES: Shots = (
    ("where is my parcel", "Do you know where my parcel is right now?"),
    ("turn the volume down to 3", "Could you set the volume to 3, please?"),
    ("whats the fastest way to the airport", "Any chance you could tell me how to get to the airport quickest?"),
    ("cancel my order 5521", "I was wondering if you can call off order 5521 for me."),
)
LONGER: Shots = (
    ("where is my parcel", "Could you check where my parcel is? I ordered it a while ago and it still has not come."),
    ("turn the volume down to 3", "Please turn the volume down to 3, it is too loud for all of us in here."),
    ("cancel my order 5521", "I need you to cancel my order 5521, since I do not want it any more."),
)
SHORTER: Shots = (
    ("Could you please check where my parcel is at the moment?", "where's my parcel"),
    ("I would like you to turn the volume down to 3, thanks.", "volume to 3"),
    ("Can you cancel my order with the number 5521 for me?", "cancel 5521"),
    ("Do you know what the fastest way to the airport is?", "fastest way to airport"),
)
POLITE: Shots = (
    ("where is my parcel", "Could you kindly let me know where my parcel is?"),
    ("turn the volume down to 3", "Please be so kind and turn the volume down to 3, thank you."),
    ("cancel my order 5521", "Would you please cancel my order 5521? Many thanks."),
)
CASUAL: Shots = (
    ("Where is my parcel?", "hey where's my parcel at"),
    ("Please turn the volume down to 3.", "yo can u turn it down to 3"),
    ("Please cancel my order 5521.", "hey just cancel order 5521 ok thx"),
)
CROSS: Shots = (
    ("where is my parcel", "Where on earth is my parcel? This is getting ridiculous."),
    ("turn the volume down to 3", "Turn the volume down to 3 already, I can't hear myself think!"),
    ("cancel my order 5521", "Cancel my order 5521 now. I am really fed up with this."),
)


def openings_for(text: str) -> Sequence[str]:
    """The openings that suit a text."""
    return ASKING if text.casefold().startswith(_QUESTION) else OPENINGS


def by_example(text: str, shots: Shots, longest: int, random: Random, openings: Sequence[str] = ()) -> Question:
    """The question for one other wording of `text`, by examples in a mixed order; it begins with one of `openings`."""
    turns = [
        Message(role=role, content=said)
        for pair in random.sample(list(shots), len(shots))
        for role, said in zip(("user", "assistant"), pair, strict=True)
    ]
    opening = f"{random.choice(openings)} " if openings else ""
    schema = {"type": "string", "pattern": f"^{opening}{_sentence(longest - len(opening), closed=bool(opening))}$"}
    messages = (*turns, Message(role="user", content=text))
    return Question(messages, JsonSchema(schema), 24 + longest // 2, temperature=0.5)


def slip_of(text: str, examples: Sequence[str]) -> str | None:
    """What went wrong, in words, where a small model did what small models do: repeat an example, or itself."""
    if text.casefold() in (one.casefold() for one in examples):
        return "the model repeated an example"
    words = text.casefold().split()
    # Of a text that goes in circles few words are new.
    if len(words) >= _LONG and len(set(words)) < len(words) * _NEW_WORDS:
        return "the model went in circles"
    return None


def _sentence(longest: int, *, closed: bool) -> str:
    """A pattern for one sentence, on one line: a small model would go on with a dialog of its own."""
    return f'[^"\\\\?!.\\n\\r]{{4,{max(longest, 12)}}}' + ("[?.]" if closed else "[?.!]?")


def go_on(instruction: str, known: Sequence[str], longest: int, random: Random) -> Question:
    """The question for one more text like those that are there, as the next turn of a row of them."""
    turns: list[Message] = []
    for text in random.sample(list(known), len(known)):
        turns += [Message(role="user", content=instruction), Message(role="assistant", content=text)]
    pattern = f"^{_sentence(longest, closed=False)}$"
    messages = (*turns, Message(role="user", content=instruction))
    return Question(messages, JsonSchema({"type": "string", "pattern": pattern}), 24 + longest // 2, temperature=0.9)

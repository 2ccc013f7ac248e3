"""What a very small model is shown instead of instructions: how others said it, and how one begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Shots = Sequence[tuple[str, str]]
"""What was said, and how it is said instead."""


class Openings(NamedTuple):
    """How a request can be begun, by what follows."""

    request: Sequence[str]
    """Before what is to be done: "cancel my order"."""
    question: Sequence[str]
    """Before what is to be known: "where my parcel is"."""
    wanted: Sequence[str]
    """Before what the speaker is to do: "talk to a human"."""
    whole: Sequence[str]
    """Before any text as it is. Also for questions and wishes that have no openings of their own."""


REFRAMED: Shots = (
    ("where is my parcel", "Do you know where my parcel is?"),
    ("turn the volume down to 3", "Could you turn the volume down to 3?"),
    ("can you tell me whats the fastest way to the airport", "I'd like to know whats the fastest way to the airport."),
    ("please cancel my order 5521", "I was wondering if you could cancel my order 5521?"),
)
PLAIN = Openings(
    (
        "Could you", "Any chance you could", "Can you please", "I was wondering if you could", "I need you to",
        "I'd like you to", "Would you mind helping me: please", "It would be great if you could",
    ),
    ("Do you know", "Can you tell me", "I'd like to know", "I was wondering", "Any idea", "Please tell me"),
    ("I would like to", "I'd love to", "I was hoping to", "Could you help me to", "I'm trying to"),
    ("One question:", "Quick question:", "I was wondering:", "Can you tell me:"),
)  # fmt: skip
POLITE = Openings(
    ("Would you please", "Could you kindly", "I would be grateful if you could", "Would you be so kind as to"),
    ("May I ask", "Could you kindly tell me", "Would you please tell me", "I would be glad to know"),
    ("I would very much like to", "If it is possible, I would like to", "Would you please help me to"),
    ("Excuse me,", "If I may ask:", "Sorry to bother you, but", "With your permission:"),
)
CASUAL = Openings(
    ("hey can u", "yo can u", "hey pls", "could u just", "hiya, cld u"),
    ("any idea", "hey do u know", "so", "yo", "btw do u know"),
    ("hey i gotta", "i kinda need to", "hey i just wanna", "so i wanna"),
    ("hey", "yo", "so", "hey quick one,", "btw"),
)
CROSS = Openings(
    ("For the last time:", "Come on,", "I've asked three times already:", "How hard can it be?", "Enough waiting,"),
    (),
    (),
    ("For the last time:", "Come on,", "I've asked three times already:", "Seriously,"),
)
LONG = Openings(
    (
        "Sorry to bother you, I'm a bit lost here, but could you",
        "When you have a minute, it would really help me if you could",
        "I hope this is the right place to ask. Could you please",
        "I have tried to do this myself and got nowhere, so could you",
        "It has been one of those days, so before I forget: please",
    ),
    (
        "Sorry to bother you, I'm a bit lost here, but do you know",
        "I hope this is the right place to ask. Could you tell me",
        "I have looked around for a while and found nothing, so can you tell me",
        "Maybe you can help me with something, I'd like to know",
    ),
    (
        "It has been one of those days, and on top of it all I need to",
        "I hope this is the right place to ask, I would like to",
        "I have looked around for a while and found no way to do it: I want to",
    ),
    (
        "Sorry to bother you, I'm a bit lost here:",
        "I hope this is the right place to ask:",
        "It has been one of those days, so before I forget:",
    ),
)
SHORTER: Shots = (
    ("Could you please check where my parcel is at the moment?", "check where parcel is at moment"),
    ("I would like you to turn the volume down to 3, thanks.", "turn volume down to 3"),
    ("Can you cancel my order 5521 for me?", "cancel order 5521"),
    ("Do you know what the fastest way to the airport is?", "fastest way to airport"),
)
NEGATED: Shots = (
    ("turn the volume down to 3", "Please don't turn the volume down to 3."),
    ("where is my parcel", "I don't need to know where my parcel is."),
    ("cancel my order 5521", "There is no need to cancel my order 5521."),
)
AGAINST = Openings(
    ("Please don't", "There is no need to", "You don't have to", "I don't want you to", "Whatever happens, do not"),
    ("I don't need to know", "There is no need to tell me", "I already know"),
    ("I don't want to", "I no longer need to", "There is no need any more for me to"),
    ("Please don't answer this:", "Never mind my question:", "I don't need an answer to this any more:"),
)

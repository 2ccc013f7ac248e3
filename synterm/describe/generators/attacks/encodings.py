"""Ways to write a text so that a filter for words does not see it, and a large model may read it all the same."""

from __future__ import annotations

import base64
import codecs
from collections.abc import Callable
from dataclasses import dataclass

_LEET = str.maketrans("aeiostbgAEIOSTBG", "4310578943105789")
_ATBASH = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA"
)
_MORSE = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz0123456789.,?!'-:",
        ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.. "
        "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. "
        ".-.-.- --..-- ..--.. -.-.-- .----. -....- ---...".split(),
        strict=True,
    )
)
_TAGS = 0xE0000
"""Where the Unicode block of tags begins: for each ASCII character one that is not shown."""
_ZERO_WIDTH = "\u200b"
_WIDE = 0xFEE0
"""From an ASCII character to its full-width twin."""


def _morse(text: str) -> str:
    words = ([_MORSE[letter] for letter in word if letter in _MORSE] for word in text.casefold().split())
    return " / ".join(" ".join(word) for word in words if word)


def _tags(text: str) -> str:
    return "".join(chr(_TAGS + ord(letter)) if 0x20 <= ord(letter) < 0x7F else letter for letter in text)


def _wide(text: str) -> str:
    return "".join(chr(ord(letter) + _WIDE) if 0x21 <= ord(letter) < 0x7F else letter for letter in text)


@dataclass(frozen=True, slots=True)
class Encoding:
    """A way to write a text."""

    title: str
    """As a message names it: "in Base64"."""
    write: Callable[[str], str]
    seen: bool = True
    """Whether it can be seen that something is written: else the text needs no word about it."""


ENCODINGS: dict[str, Encoding] = {
    "base64": Encoding("in Base64", lambda text: base64.b64encode(text.encode()).decode()),
    "base32": Encoding("in Base32", lambda text: base64.b32encode(text.encode()).decode()),
    "hex": Encoding("in hexadecimal", lambda text: text.encode().hex(" ")),
    "binary": Encoding("in binary", lambda text: " ".join(f"{byte:08b}" for byte in text.encode())),
    "rot13": Encoding("in ROT13", lambda text: codecs.encode(text, "rot13")),
    "atbash": Encoding("with the alphabet turned around", lambda text: text.translate(_ATBASH)),
    "morse": Encoding("in Morse code", _morse),
    "reversed": Encoding("backwards", lambda text: text[::-1]),
    "leet": Encoding("with digits for letters", lambda text: text.translate(_LEET)),
    "spaced": Encoding("with spaces between the letters", lambda text: " ".join(text.replace(" ", "_"))),
    "full-width": Encoding("in wide letters", _wide),
    "zero-width": Encoding("as it is", _ZERO_WIDTH.join, seen=False),
    "unicode-tags": Encoding("in characters that are not shown", _tags, seen=False),
}
"""By name. Half surrogate pairs can't be written in bytes: whoever encodes such a text gets UnicodeEncodeError."""

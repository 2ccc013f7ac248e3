"""What a case says, written so that it can't be read at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from synterm.core.case import Case
from synterm.describe.candidate import Keeps
from synterm.describe.generators.attacks.base import Attack, Attempt, Scene
from synterm.describe.generators.attacks.encodings import ENCODINGS
from synterm.errors import InputError


class Disguise(Attack):
    """Writes the text of a case in another way: Base64, Morse code, letters with nothing visible between them.

    Filters for words don't see through it, and large models often do: "Jailbroken" by Wei, Haghtalab and Steinhardt
    (2023), CipherChat by Yuan and others (2023); unseen tags were shown by Goodside (2024). It is for cases that are to
    be refused: an app that refuses the plain text should not do it in disguise.
    """

    type = "disguise"
    title = "writes the text in Base64, Morse code, letters that are not seen …"
    then: ClassVar[str] = "unknown"
    families: ClassVar[tuple[str, ...]] = tuple(ENCODINGS)

    refused: bool = False
    """Whether the cases are to be refused: then the expected result stays the same."""

    def expects(self, seed: Case) -> tuple[object, Keeps]:
        return seed.expected, "same" if self.refused else "unknown"

    def attempts(self, family: str, scene: Scene) -> Iterator[Attempt]:
        encoding = ENCODINGS[family]
        try:
            text = encoding.write(scene.text)
        except UnicodeEncodeError as error:
            raise InputError(f"the text holds half a character, at {error.start:,}") from error
        if not text.strip():
            return
        yield Attempt(scene.saying(text), f"all of it {encoding.title}")
        if encoding.seen:
            yield Attempt(
                scene.saying(f"(written {encoding.title})\n{text}"), f"all of it {encoding.title}, and told so"
            )

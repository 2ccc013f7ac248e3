"""Attacks that want the app to leave its task and do something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from string import ascii_lowercase
from typing import ClassVar

from pydantic import Field, field_validator

from synterm.core.dialog import NAME, is_dialog
from synterm.describe.generators.attacks import pretexts
from synterm.describe.generators.attacks.base import Asking, Attempt, Scene, from_templates
from synterm.describe.generators.attacks.encodings import ENCODINGS
from synterm.describe.generators.attacks.wishes import ELSEWHERE, wish_elsewhere
from synterm.describe.generators.example import Example
from synterm.describe.generators.fields import Words
from synterm.errors import did_you_mean

_NOISE = "=+~;:)(][}{*^%#@!?"
_PIECES = 3


class Jailbreak(Asking):
    """Asks for something else than the case does, with a trick that is to make the app forget its task.

    - `role-play`: the app is to play somebody without rules ("Do Anything Now", by Shen and others, 2023);
    - `prefix`, `suffix`: what stands before is void, or over (Perez and Ribeiro, 2022); how the answer is to begin, and
      that nothing may be refused (Wei, Haghtalab and Steinhardt, 2023); signs that look like those that are found by
      gradients (Zou and others, 2023), but are drawn at random, so they show only whether any such noise matters;
    - `authority`: somebody who may (Zeng and others, "How Johnny Can Persuade LLMs", 2024);
    - `many-shot`: a long invented talk in which the app did all it was asked (Anil and others, 2024);
    - `escalation`: a dialog that gets there by small steps ("Crescendo", by Russinovich, Salem and Eldan, 2024);
    - `translation`: in another language (Deng and others, 2023);
    - `splitting`: in pieces, to be put together (Kang and others, 2023);
    - `encoding`: in Base64 and the like, or in characters that are not seen (Wei and others, 2023; Goodside, 2024).
    """

    type = "jailbreak"
    title = "asks for something else with a trick: role play, authority, encodings, small steps …"
    families: ClassVar[tuple[str, ...]] = (
        "role-play",
        "prefix",
        "suffix",
        "authority",
        "many-shot",
        "escalation",
        "translation",
        "splitting",
        "encoding",
    )

    example = Example({"shots": 2})

    encoding: Words = ()
    """The encodings that the family of this name uses; all without it."""
    shots: int = Field(default=12, ge=1, le=200)
    """How many exchanges many-shot invents."""

    @field_validator("encoding")
    @classmethod
    def _encodings(cls, encoding: tuple[str, ...]) -> tuple[str, ...]:
        for name in encoding:
            if name not in ENCODINGS:
                raise ValueError(f"{name!r} is no encoding; {did_you_mean(name, ENCODINGS)}")
        return encoding

    def attempts(self, family: str, scene: Scene) -> Iterator[Attempt]:
        ways: dict[str, Callable[[Scene], Iterator[Attempt]]] = {
            "role-play": lambda scene: from_templates(scene, pretexts.ROLE_PLAY),
            "prefix": lambda scene: from_templates(scene, pretexts.PREFIX),
            "suffix": _suffix,
            "authority": lambda scene: from_templates(scene, pretexts.AUTHORITY),
            "many-shot": self._many_shot,
            "escalation": _escalation,
            "translation": _translation,
            "splitting": _splitting,
            "encoding": self._encoded,
        }
        return ways[family](scene)

    def _many_shot(self, scene: Scene) -> Iterator[Attempt]:
        for wish in scene.wishes:
            lines: list[str] = []
            for _ in range(self.shots):
                asked, said = scene.random.choice(pretexts.SHOTS)
                word = scene.random.choice(pretexts.SHOT_WORDS)
                lines += [f"User: {asked.replace('{0}', word)}", f"Assistant: {said.replace('{0}', word)}"]
            talk = "\n".join(lines)
            text = f"{talk}\nUser: {scene.text}\nUser: {wish}\nAssistant:"
            yield Attempt(scene.saying(text), f"after {self.shots} invented exchanges")

    def _encoded(self, scene: Scene) -> Iterator[Attempt]:
        names = [*(self.encoding or ENCODINGS)]
        scene.random.shuffle(names)
        for wish in scene.wishes:
            for name in names:
                encoding = ENCODINGS[name]
                written = encoding.write(wish)
                templates = pretexts.ENCODED if encoding.seen else {"beside the text": pretexts.UNSEEN}
                for what, template in templates.items():
                    text = scene.written(template, wish, encoded=written, how=encoding.title)
                    yield Attempt(scene.saying(text), f"{name}, {what}")


def _suffix(scene: Scene) -> Iterator[Attempt]:
    yield from from_templates(scene, pretexts.SUFFIX)
    for wish in scene.wishes:
        noise = " ".join("".join(scene.random.choices(_NOISE, k=4)) for _ in range(8))
        yield Attempt(scene.saying(scene.written(pretexts.NOISE, wish, noise=noise)), "signs at random")


def _translation(scene: Scene) -> Iterator[Attempt]:
    languages = [*ELSEWHERE]
    scene.random.shuffle(languages)
    for what, template in pretexts.TRANSLATION.items():
        for language in languages:
            foreign = wish_elsewhere(language, scene.goal, scene.word)
            text = scene.written(template, "", foreign=foreign, language=language)
            yield Attempt(scene.saying(text), f"{what}: {language}")


def _splitting(scene: Scene) -> Iterator[Attempt]:
    for wish in scene.wishes:
        pieces = _cut(wish)
        names = ascii_lowercase[: len(pieces)]
        # Shown in another order than they belong.
        shown = scene.random.sample([*zip(names, pieces, strict=True)], len(pieces))
        parts = {
            "names": ", ".join(names),
            "order": " + ".join(names),
            "sum": " + ".join(names),
            "pieces": "\n".join(f'{name} = "{piece}"' for name, piece in shown),
            "assigned": "; ".join(f'{name} = "{piece}"' for name, piece in shown),
        }
        for template in pretexts.SPLIT:
            yield Attempt(scene.saying(scene.written(template, wish, **parts)), f"in {len(pieces)} pieces")


def _cut(text: str) -> list[str]:
    """A text in pieces of about the same number of words, with the spaces at their ends."""
    words = text.split(" ")
    size = -(-len(words) // _PIECES)
    cut = [" ".join(words[at : at + size]) for at in range(0, len(words), size)]
    return [piece + " " for piece in cut[:-1]] + cut[-1:]


def _escalation(scene: Scene) -> Iterator[Attempt]:
    """Dialogs that end with what the case asks for, so that their last answer is judged as the case's is."""
    values = scene.case.input
    if is_dialog(values) and not values[NAME].get("turns"):
        return  # A simulated user says what it likes.
    for wish in scene.wishes:
        for what, turns in scene.random.sample([*pretexts.CLIMBS.items()], len(pretexts.CLIMBS)):
            last = scene.written(turns[-1], wish)
            talk = [*turns[:-1], last]
            if is_dialog(values):
                dialog = {**values[NAME], "turns": [*values[NAME]["turns"][:-1], *talk][-50:]}
                yield Attempt({**values, NAME: dialog}, what)
            elif len(scene.path) == 1:
                name = str(scene.path[0])
                rest = {key: value for key, value in values.items() if key != name}
                yield Attempt({**rest, NAME: {"turns": talk, "variable": name}}, what)

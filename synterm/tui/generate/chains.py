"""Chains of generators as they are typed, one a line: what each does, and the quick settings over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from synterm.core.ids import canonical_json
from synterm.core.problems import InvalidError
from synterm.describe.generators.base import Asker, Generator
from synterm.describe.generators.noise import Noise
from synterm.describe.generators.registry import known_generators, load_generator
from synterm.describe.generators.vary import TONES, Vary
from synterm.describe.pipeline.written import Chain, chain_text, read_chain
from synterm.errors import InputError
from synterm.text import one_line

AS_WRITTEN = ""
"""The choice that changes nothing."""
TONE_CHOICES = ((AS_WRITTEN, "as written above"), *((tone, tone) for tone in TONES))
NOISE_CHOICES = (
    (AS_WRITTEN, "as written above"),
    ("0.1", "light: a tenth of the places"),
    ("0.3", "medium: three tenths"),
    ("0.6", "strong: six tenths"),
)
_SETTINGS = 60


def read_chains(text: str) -> list[Chain]:
    """The chains of a text, one a line. Raises InputError, also where there is none."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise InputError("no generator is named", hint="f2 shows all of them")
    return [read_chain(line) for line in lines]


def written(chains: Sequence[Chain]) -> str:
    """The text of chains."""
    return "\n".join(chain_text(chain) for chain in chains)


def with_tone(chains: Sequence[Chain], tone: str) -> list[Chain]:
    """Chains that write in a tone. Where no generator of a chain takes one, `vary` does it: before the others, or
    after the one that writes of itself."""
    return [_toned(chain, tone) for chain in chains]


def with_noise(chains: Sequence[Chain], strength: float) -> list[Chain]:
    """Chains whose noise is so strong; where there is none, misspellings are added at the end."""
    return [_noisy(chain, strength) for chain in chains]


def _toned(chain: Chain, tone: str) -> Chain:
    if any(isinstance(one, Vary) for one in chain):
        return tuple(one.model_copy(update={"tone": tone}) if isinstance(one, Vary) else one for one in chain)
    added = Vary(tone=tone)
    return (added, *chain) if chain[0].needs_seed else (chain[0], added, *chain[1:])


def _noisy(chain: Chain, strength: float) -> Chain:
    if any(isinstance(one, Noise) for one in chain):
        return tuple(one.model_copy(update={"strength": strength}) if isinstance(one, Noise) else one for one in chain)
    return (*chain, load_generator({"type": "misspellings", "strength": strength}))


def explained(chains: Sequence[Chain]) -> Content:
    """What each generator does, what becomes of the expected result, and its settings."""
    found = {one.type: one for chain in chains for one in chain}
    return Content("\n").join(line for one in found.values() for line in _about(one, alone=len(found) == 1))


def _about(one: Generator, alone: bool) -> Iterator[Content]:
    """`alone`: with all its settings; of several, those that are set, so that there is room for each."""
    asks = " · asks the model" if isinstance(one, Asker) else ""
    yield Content.assemble((one.type, "bold $text-primary"), f"  {one_line(one.title, 120)}")
    yield Content.assemble(("  expected: ", "$foreground 65%"), one.then, (asks, "$text-accent"))
    if settings := ", ".join(_settings(one) if alone else _set(one)):
        yield Content.assemble(("  settings: ", "$foreground 65%"), (settings, "$foreground 80%"))


def _settings(one: Generator) -> Iterator[str]:
    for name, value in one.model_dump(mode="json").items():
        yield name if value in (None, [], ()) else f"{name}={one_line(canonical_json(value).decode(), _SETTINGS)}"


def _set(one: Generator) -> Iterator[str]:
    config = one.config()
    yield from (words for words in _settings(one) if words.partition("=")[0] in config)


def generator_choices() -> list[tuple[str, str]]:
    """Every generator as it is put into a chain, and what is shown of it."""
    return [_choice(kind, title) for kind, title in known_generators().items()]


def _choice(kind: str, title: str) -> tuple[str, str]:
    try:
        one = load_generator({"type": kind})
    except InvalidError as error:
        fields = {str(problem.path[0]): "…" for problem in error.problems if problem.path}
        return canonical_json({"type": kind, **fields}).decode(), f"{kind:<17}{title}"
    mark = "asks · " if isinstance(one, Asker) else ""
    return kind, f"{kind:<17}{title}  ({mark}expected: {one.then})"

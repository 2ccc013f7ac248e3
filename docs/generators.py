"""Writes generators.md, the page on every generator, from the generators' own code: ``python docs/generators.py``; with
names it prints what the page says of those, also of a plugin's.

What they make of their examples is made here, by them; a test says when the page is not what they say.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from from_code import cell, field_rows, section, to_json

from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.generators.base import Generator, Maker, Surroundings
from synterm.describe.generators.noise import Noise
from synterm.describe.generators.registry import GENERATORS, load_generator

PAGE = Path(__file__).parent / "generators.md"
SEED = 7
HEAD = """\
# Generators

<!-- Made by docs/generators.py from the generators themselves: change those. -->

A generator makes new cases of a case that is there, its seed, or of nothing but a description. It is written as its
`type` and its fields, here and on the command line as JSON: `{"type": "misspellings", "strength": 0.3}`.

Each says what becomes of the seed's expected result:

- **same**: it holds for the new case, too;
- **changed**: it was made along with the input;
- **unknown**: the label check, or a person, has to say whether it still holds.

What holds for those that need no model:

- The same seed case and the same random numbers give the same cases, on any machine. None is made twice, and none that
  is equal to its seed; where there are no more, it ends.
- Noise never touches placeholders, code, addresses, paths and handles, numbers, and what the checks look for: the
  expected text where the input has it, unless it is a label.
- One case is changed in one way, one of the generator's kinds. `strength` is the share of the places that could be
  changed that are; at least one is.
- A kind that is marked English leaves a text alone that is not clearly English: some frequent words of it are needed.

All noise takes these fields, too:
"""
_UNSEEN = re.compile("[\u200b-\u200f\U000e0000-\U000e007f]+")
SHARED = ("value", "only", "stay")


def page() -> str:
    """The whole page, as Markdown."""
    generators = {kind: GENERATORS.find(kind) for kind in sorted(GENERATORS.built_in)}
    lines = [HEAD, *field_rows(Noise, SHARED), "\n## All generators\n"]
    lines += ["| generator | what it does | expected result | an example |", "| --- | --- | --- | --- |"]
    lines += [_row(generator) for generator in generators.values()]
    return "\n".join((*lines, *(line for one in generators.values() for line in _section(one)), ""))


def _row(generator: type[Generator]) -> str:
    cells = [f"[`{generator.type}`](#{generator.type})", generator.title, "", ""]
    if issubclass(generator, Maker):
        first = made(generator, 1)[0]
        cells[2:] = [first.keeps, f"`{_seen(_text(first.input))}`"]
    else:
        cells[2:] = [getattr(generator, "keeps", "see below"), "needs a model"]
    return f"| {' | '.join(cell(text) for text in cells)} |"


def made(maker: type[Maker], number: int, **fields: Any) -> list[Candidate]:
    """What a generator makes of its example."""
    example = maker.example
    seed = None
    if example.input is not None:
        seed = Case(id="case-one", scenario_id="example", input=example.input, expected=example.expected)
    others = [
        Case(id=f"case-{at}", scenario_id="example", input=values, expected=expected)
        for at, (values, expected) in enumerate(example.others, start=2)
    ]
    around = Surroundings("", "", "", "", ["schedule"], ["message"], others)
    generator = load_generator({"type": maker.type, **example.fields, **fields})
    assert isinstance(generator, Maker)
    return [*islice(generator.make(seed, around, Random(SEED)), number)]


def _section(generator: type[Generator]) -> Iterator[str]:
    shared = SHARED if issubclass(generator, Noise) else ()
    yield from section(generator, (name for name in generator.model_fields if name not in shared))
    if issubclass(generator, Maker):
        yield "\n".join(("\n```text", *_example(generator), "```"))


def _example(maker: type[Maker]) -> Iterator[str]:
    example = maker.example
    yield f"generator  {to_json({'type': maker.type, **example.fields})}"
    if example.input is not None:
        yield f"seed       {_values(example.input, example.expected)}"
    yield from (f"other      {_values(*other)}" for other in example.others)
    if issubclass(maker, Noise):
        for kind in maker.kinds:
            yield f"\n{kind}{' (English)' if kind in maker.english else ''}"
            yield from (f"  {_seen(_text(one.input))}" for one in made(maker, 2, only=[kind]))
        return
    yield ""
    yield from (f"  {_values(one.input, one.expected)}  ({one.note})" for one in made(maker, 12))


def _values(values: dict[str, Any], expected: Any) -> str:
    return f"{_seen(_text(values))} → {to_json(expected)}"


def _text(values: dict[str, Any]) -> str:
    return str(next(iter(values.values()))) if len(values) == 1 else to_json(values)


def _seen(text: str) -> str:
    """A text whose white space can be seen, and where it has characters that can't."""
    text = _UNSEEN.sub(lambda found: "·" if len(found[0]) == 1 else f"‹{len(found[0])} unseen›", text)
    bare = text.strip(" ")
    start = len(text) - len(text.lstrip(" "))
    text = "␣" * start + bare + "␣" * (len(text) - start - len(bare))
    for space, mark in (("   ", "␣␣␣"), ("  ", "␣␣"), ("\u00a0", "⍽"), ("\t", "⇥"), ("\n", "⏎")):
        text = text.replace(space, mark)
    return text


def sections(names: Iterable[str]) -> str:
    """What the page would say of these, also of those that a plugin brings."""
    return "\n".join(line for name in names for line in _section(GENERATORS.find(name))).lstrip("\n") + "\n"


if __name__ == "__main__":
    if names := sys.argv[1:]:
        print(sections(names), end="")
    else:
        PAGE.write_text(page(), encoding="utf-8")
        print(f"wrote {PAGE}")

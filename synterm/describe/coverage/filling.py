"""What fills a hole: chains of generators, the cases to make them of, and where they go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from synterm.core.coverage import Axis
from synterm.describe.coverage.independent import Tally
from synterm.describe.coverage.looks import Look

At = tuple[tuple[Axis, str], ...]
"""One or two axes with a value each."""
MOST_SEEDS = 8
_REWRITES: dict[tuple[Axis, str], tuple[str, ...]] = {
    ("length", "terse"): ("terse", "vary:length=one short fragment", "fragments"),
    ("length", "short"): ("vary:length=one sentence", "terse"),
    ("length", "medium"): ("vary:length=two or three sentences", "elaborate"),
    ("length", "long"): ("vary:length=a paragraph", "elaborate"),
    ("tone", "plain"): ("vary:style=plain and simple", "paraphrase"),
    ("tone", "polite"): ("vary:tone=polite",),
    ("tone", "impatient"): ("vary:tone=impatient",),
    ("tone", "angry"): ("vary:tone=angry",),
    ("tone", "enthusiastic"): ("vary:tone=enthusiastic",),
    ("noise", "clean"): ("vary:style=formal", "paraphrase"),
    ("noise", "misspelt"): ("misspellings",),
    ("noise", "chat-like"): ("shorthand", "vary:style=casual chat"),
}
"""What turns a case that is there into one at a place, its expected result staying. What needs no model stands first
where it does as well."""
_ANEW = "from-description"
"""What writes cases of new lineages: nothing that is made of a case changes its label or its split."""


def chains(at: At, *, seeds: int, missing: int) -> tuple[str, ...]:
    """Chains that lead to a place, the best first; of fewer `seeds` than are `missing`, with some that need none."""
    label = next((value for axis, value in at if axis == "label"), None)
    anew = _ANEW if label is None else f"{_ANEW}:label={_written(label)}"
    rewrites = next((_REWRITES[axis, value] for axis, value in at if (axis, value) in _REWRITES), None)
    if rewrites is None:
        return (anew,)
    return (*(rewrites if seeds else ()), *((f"{anew} | {rewrites[0]}",) if seeds < missing else ()))


def lands(at: At) -> str:
    """The quality filter that drops what does not lie at a place."""
    return f"place:{','.join(f'{axis}={_written(value)}' for axis, value in at if axis != 'split')}".rstrip(":")


def fit_seeds(at: At, looks: Sequence[Look], there: Tally) -> list[Look]:
    """Cases of which rewriting makes independent ones at a place, the best first: they have the label and the split
    that the place asks for, none of their lineage is there, and each says something of its own.

    Held-out cases are left alone, unless just those are missing: what is made of one is held out too.
    """
    if not any(place in _REWRITES for place in at):
        return []
    fixed: dict[Axis, str] = {axis: value for axis, value in at if (axis, value) not in _REWRITES}
    split = fixed.get("split", "dev")
    roots, says = set[str](), set[str]()
    found: list[Look] = []
    fit = [
        look
        for look in looks
        if look.at["split"] == split
        and look.words
        and all(look.at.get(axis) == value for axis, value in fixed.items())
        and not there.has(look)
    ]
    for look in sorted(fit, key=lambda one: (_effort(at, one), one.at["noise"] != "clean", one.id)):
        if look.root_id not in roots and look.says not in says:
            roots.add(look.root_id)
            says.add(look.says)
            found.append(look)
    return found


def placed(
    at: At, looks: Sequence[Look], fit: Sequence[Look], scenarios: Sequence[str], missing: int
) -> tuple[str, list[Look]]:
    """The scenario that gets new cases, empty where there is none, and the seeds that are used for it.

    It is the one with the most fit seeds, and as long as those are enough only they are used: a variation belongs where
    its seed is. Without any, it is the one with the most cases of the same label, or of all.
    """
    label = next((value for axis, value in at if axis == "label"), None)
    same = [look for look in looks if look.at.get("label") == label]
    scenario = _fullest(fit, scenarios) or _fullest(same if label else looks, scenarios) or _fullest(looks, scenarios)
    inside = [look for look in fit if look.scenario_id == scenario]
    outside = [look for look in fit if look.scenario_id != scenario] if len(inside) < missing else []
    return scenario or next(iter(scenarios), ""), [*inside, *outside][:MOST_SEEDS]


def _fullest(looks: Sequence[Look], scenarios: Sequence[str]) -> str:
    """The scenario that most are in, the first of several; empty for no cases."""
    counts = Counter(look.scenario_id for look in looks)
    return max(scenarios, key=lambda one: counts[one]) if counts else ""


def _effort(at: At, look: Look) -> int:
    """How far a seed is from the length that is missing: a long one is easily made longer."""
    length = next((value for axis, value in at if axis == "length"), "")
    middle = {"terse": 3, "short": 9, "medium": 20, "long": 45}.get(length)
    return 0 if middle is None else abs(look.words - middle)


def _written(value: str) -> str:
    """A setting as `read_chain` takes it: in quotes where it would be taken for several, or for a number."""
    import orjson

    plain = value == value.strip() and not any(mark in value for mark in ',|"[]{}=')
    if plain:
        try:
            orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return orjson.dumps(value).decode()

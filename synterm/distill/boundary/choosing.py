"""From what people write to a dimension: ``noise``, ``noise:fillers``, ``length``, ``value:city=Rome,Oslo``."""

from __future__ import annotations

from typing import Any

from synterm.core.case import Case
from synterm.core.evaluation import Variant
from synterm.describe.generators.lines import lines_of
from synterm.describe.generators.noise import Noise
from synterm.describe.generators.registry import load_generator
from synterm.describe.pipeline.places import Places
from synterm.describe.pipeline.requests import random_of
from synterm.distill.boundary.dimensions import Dimension, Length, NoiseLevel, Slot, Temperature, Wordings
from synterm.distill.shrink.change import distance
from synterm.errors import InputError, did_you_mean
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project

DIMENSIONS = {
    "noise": "more and more of it is misspelled; noise:fillers and other generators of noise too",
    "length": "its first words only, or filler before it",
    "phrasing": "other cases of its lineage, the nearest wording first",
    "temperature": "the model's temperature from 0 to 1.5",
    "value": "value:NAME=a,b,c puts each in place of the value, or of the text, NAME; numbers are bisected",
}
"""What can be varied, in words."""
_MOST_WORDINGS = 12
_MOST_NUMBER = 2.0**53
"""Below this size whole numbers are exact as floats; larger ones, which may be ids, are taken for words."""
_MISSPELLED: dict[str, Any] = {"type": "misspellings", "only": ["letters"]}
"""Letters can be swapped, doubled or left out in nearly each word, so the strength is the share of the words."""


def read_dimension(project: Project, case: Case, variant: Variant, text: str) -> Dimension:
    """The dimension that `text` names, for a case. Raises InputError where there is none, or nothing to vary."""
    name, _, rest = text.partition(":")
    if name not in DIMENSIONS:
        near = did_you_mean(name, DIMENSIONS)
        raise InputError(f"{name!r} is nothing to vary along", where="--along", hint=near or ", ".join(DIMENSIONS))
    if rest and name not in ("noise", "value"):
        raise InputError(f"{name} takes no settings", where="--along", hint=DIMENSIONS[name])
    if name == "noise":
        return _noise(project, case, {"type": rest} if rest else _MISSPELLED)
    if name == "length":
        return _length(project, case)
    if name == "phrasing":
        return _phrasing(project, case)
    if name == "value":
        return _slot(case, rest)
    if variant.model.provider == "scripted":
        raise InputError(f"{variant.model.name} is a script, and takes no temperature", where="--along")
    return Temperature()


def _noise(project: Project, case: Case, config: dict[str, Any]) -> Dimension:
    generator = load_generator(config)
    if not isinstance(generator, Noise):
        raise InputError(f"{generator.type} is no generator of noise that has a strength", where="--along")
    random = random_of(case.id)
    around = Places(project).around(case.scenario_id, case, case.split, random, small=False, documents=False)
    level = NoiseLevel(generator, around)
    level.inputs(case, 1.0)  # says why where there is nothing to change
    return level


def _length(project: Project, case: Case) -> Dimension:
    variables = Places(project).variables
    lines = lines_of(case.input, variables, None)
    if not lines:
        raise InputError("the input has no text", where="--along")
    return Length(len(lines[-1][1].split()), variables)


def _phrasing(project: Project, case: Case) -> Dimension:
    chosen = CaseFilter(scenario_ids=[case.scenario_id], split=None, status=None)
    others = [
        one
        for one in project.cases.select(chosen)
        if one.root_id == case.root_id and one.id != case.id and one.expected == case.expected
    ]
    if not others:
        raise InputError(
            "it has no other wordings: no case of its lineage expects the same",
            where="--along",
            hint=f"synterm generate PROJECT --case {case.id} --with paraphrase makes some",
        )
    near = sorted(others, key=lambda one: distance(case.input, one.input))
    return Wordings([case, *near[:_MOST_WORDINGS]])


def _slot(case: Case, rest: str) -> Dimension:
    slot, _, listed = rest.partition("=")
    options: list[Any] = [one.strip() for one in listed.split(",") if one.strip()]
    if not slot or len(options) < 2:
        raise InputError("which values?", where="--along", hint="--along value:city=Rome,Oslo")
    numbers = [_number(one) for one in options]
    if all(one is not None for one in numbers):
        options = sorted({one for one in numbers if one is not None})
    dimension = Slot(slot, options)
    dimension.inputs(case, dimension.values[0])  # says where there is no such value
    return dimension


def _number(text: str) -> float | int | None:
    """The number that a text is; None for none, and for one that JSON, or halving, can't take."""
    try:
        value = float(text)
    except ValueError:
        return None
    if not abs(value) < _MOST_NUMBER:
        return None
    return int(value) if value.is_integer() else value

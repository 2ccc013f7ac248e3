"""What people type to find calls: ``refund since:7d model:gpt-4o is:low``."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import get_args

from synterm.core.inbox import LOW_CONFIDENCE
from synterm.core.since import since
from synterm.core.traffic import TrafficState
from synterm.errors import InputError, did_you_mean
from synterm.storage.traffic import TrafficFilter

_WORD = re.compile(r'([a-z]+:)?(?:"([^"]*)"?|(\S+))')
_STATES: tuple[TrafficState, ...] = get_args(TrafficState)
_NAMES = ("since:", "until:", "model:", "is:")
_IS = (*_STATES, "low")
EXAMPLE = "words  since:7d  until:2026-11-20  model:NAME  is:low  is:new|promoted|dismissed"
"""How it can be said, in a line."""


def read_query(text: str, now: datetime) -> TrafficFilter:
    """The calls that a text asks for: those that fit all its terms; several of ``is:`` or ``model:`` are either.

    Raises InputError for a term that says nothing known.
    """
    found = TrafficFilter()
    for match in _WORD.finditer(text):
        name, quoted, plain = match.groups()
        found = _with(found, name or "", plain if quoted is None else quoted, now)
    return found


def _with(found: TrafficFilter, name: str, value: str, now: datetime) -> TrafficFilter:
    match name:
        case "":
            return replace(found, words=(*found.words, value)) if value else found
        case "since:":
            return replace(found, since=since(value, now))
        case "until:":
            return replace(found, until=since(value, now))
        case "model:":
            return replace(found, models=(*(found.models or ()), value))
        case "is:":
            return _being(found, value)
        case _:
            raise InputError(f"there is no {name} here", hint=did_you_mean(name, _NAMES))


def _being(found: TrafficFilter, value: str) -> TrafficFilter:
    if value == "low":
        return replace(found, below=LOW_CONFIDENCE)
    state = next((one for one in _STATES if one == value), None)
    if state is None:
        raise InputError(f"no call is {value!r}", hint=did_you_mean(value, _IS))
    return replace(found, states=(*found.states, state))

"""Keys of the user's own: the table ``[keys]`` of the settings, checked against the bindings that there are."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import combinations, product
from pkgutil import walk_packages

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys, _character_to_key  # pyright: ignore[reportPrivateUsage]
from textual.screen import ModalScreen, Screen

from synterm.errors import did_you_mean

_PLACES = ("synterm.tui.widgets", "synterm.tui.screens")
_HELD = frozenset(("ctrl", "alt", "shift", "super", "hyper", "meta"))
_NAMED = frozenset(str(key.value) for key in Keys)


@dataclass(frozen=True, slots=True)
class Known:
    """A binding that can be given other keys, and the class that has it."""

    binding: Binding
    owner: type[DOMNode]


def bindings_of(node: DOMNode) -> list[Binding]:
    """The bindings of a node with the keys that they have now, one entry for each key."""
    # What the keymap makes of them is only made where a key is pressed.
    bindings = node._bindings.copy()  # pyright: ignore[reportPrivateUsage]
    bindings.apply_keymap(node.app._keymap)  # pyright: ignore[reportPrivateUsage]
    return [binding for _, binding in bindings]


def known_bindings() -> dict[str, list[Known]]:
    """All bindings of the workbench by id, also those of screens that are not open. Imports all of it.

    Several classes can have the same one: a cursor goes up in every list.
    """
    for place in _PLACES:
        for module in walk_packages(import_module(place).__path__, f"{place}."):
            import_module(module.name)
    found: dict[str, list[Known]] = {}
    # In an order that does not hang on what was imported before.
    for owner in sorted(set(_ours(DOMNode)), key=lambda owner: (owner.__module__, owner.__qualname__)):
        for binding in owner.__dict__.get("BINDINGS", ()):
            if isinstance(binding, Binding) and binding.id:
                found.setdefault(binding.id, []).append(Known(binding, owner))
    return found


def check_keys(keys: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The keymap that can be used, and what is wrong with the rest, or with what two commands share."""
    if not keys:
        return {}, []
    known = known_bindings()
    problems = {name: problem for name, value in keys.items() if (problem := _problem(name, value, known))}
    usable = {name: value.replace(" ", "") for name, value in keys.items() if name not in problems}
    return usable, [*problems.values(), *_clashes(usable, known)]


def _ours(above: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for kind in above.__subclasses__():
        if kind.__module__.startswith("synterm."):
            yield kind
        yield from _ours(kind)


def _problem(name: str, value: str, known: Mapping[str, list[Known]]) -> str:
    if name not in known:
        return f"{name}: there is no such command; {did_you_mean(name, known)}"
    parts = _parts(value)
    for key in parts:
        if not _is_key(key):
            return f'{name}: {key!r} is no key; write it as "x", "f5", "ctrl+x", "enter"'
        if len(key) == 1 and any(each.binding.priority for each in known[name]):
            return f"{name}: {key!r} could not be typed any more; take one with ctrl, or f1 to f12"
    return ""


def _parts(value: str) -> list[str]:
    return [key.strip() for key in value.split(",")]


def _is_key(key: str) -> bool:
    *held, last = key.split("+") if len(key) > 1 else [key]
    return _HELD.issuperset(held) and (len(last) == 1 or last in _NAMED or _is_character(last))


def _is_character(name: str) -> bool:
    """Whether it is a name such as ``question_mark``."""
    try:
        unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return False
    return True


def _clashes(keys: Mapping[str, str], known: Mapping[str, list[Known]]) -> Iterator[str]:
    """Two commands on one key, where one is the user's doing and both can be meant at the same place."""
    for one, other in combinations(known, 2):
        if one in keys or other in keys:
            pairs = product(known[one], known[other])
            places = (pair for pair in pairs if _together(pair[0].owner, pair[1].owner))
            shared = {key for first, second in places for key in _taken(keys, first) & _taken(keys, second)}
            if shared:
                yield f"{min(shared)} is the key of {one} and of {other}: only one of them can have it"


def _taken(keys: Mapping[str, str], known: Known) -> set[str]:
    return {_long(key) for key in _parts(keys.get(known.binding.id or "", known.binding.key))}


def _long(key: str) -> str:
    """``question_mark`` for ``?``: the name that Textual gives it."""
    return _character_to_key(key) if len(key) == 1 else key


def _together(one: type[DOMNode], other: type[DOMNode]) -> bool:
    """Whether one key press can mean both: what stands over the rest has its keys alone, and so has each pane."""
    if issubclass(one, other) or issubclass(other, one):
        return True
    kinds = (one, other)
    if all(issubclass(kind, Screen) for kind in kinds):
        return any(issubclass(kind, one) and issubclass(kind, other) for kind in _ours(Screen))
    above = any(issubclass(kind, ModalScreen) for kind in kinds)
    return not above and any(issubclass(kind, App | Screen) for kind in kinds)
